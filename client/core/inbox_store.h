// How the inbox's records lie in their tables.
//
// Owns: their layouts (version 1, big-endian, strict) and the sealed texts. Does not know which
// delivery is believed. For the inbox's own files and recall.cpp only.
#pragma once

#include <optional>
#include <vector>

#include "client/core/inbox.h"
#include "schemas/base/bytes.h"
#include "schemas/base/result.h"

namespace chapar::client::inbox_store {

// With its rows in the index.
[[nodiscard]] Status put_item(storage::Txn& txn, const InboxItem& item);
// As if it had never come.
[[nodiscard]] Status erase_item(storage::Txn& txn, const InboxItem& item);
[[nodiscard]] Result<InboxItem> decode_item(InboxNumber number, ByteView bytes);

// One stream of an envelope that was opened.
struct ReceivedStream {
    std::optional<crypto::SecretBuffer> text;  // without padding; empty for one that did not come
    crypto::Secret32 secret;                   // s_j
    crypto::StreamCommitment commitment;       // of E
};
// What was opened, in clear: H and all streams, stream 0 first and with its text.
struct ReceivedText {
    Bytes header;
    std::vector<ReceivedStream> streams;
};
[[nodiscard]] Status put_text(storage::Txn& txn, const Device& device, InboxNumber number,
                              const ReceivedText& text, crypto::Random& random);
// With what the index says of it.
[[nodiscard]] Status erase_text(storage::Txn& txn, const Device& device, InboxNumber number,
                                crypto::Random& random);
[[nodiscard]] Result<std::optional<ReceivedText>> get_text(const storage::ReadTxn& txn,
                                                           const Device& device,
                                                           InboxNumber number);

// H and the streams taken apart. ManifestMismatch, MalformedLayout and the like if they do not fit
// each other. Of a stream that did not come, the length is checked against its size in E.
[[nodiscard]] Result<InboxText> read_text(const ReceivedText& text);

// Message ids are unique per sender.
[[nodiscard]] Bytes id_key(const CertificateHash& sender, const MessageId& message);
// Whether a key is that of this message, whoever sent it.
[[nodiscard]] bool is_id_of(ByteView key, const MessageId& message);

}  // namespace chapar::client::inbox_store
