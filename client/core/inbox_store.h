// How the inbox's records lie in their tables.
//
// Owns: their layouts (version 1, big-endian, strict), the sealed texts and the counts of what each
// sender's receipts say. Does not know which delivery is believed. For inbox.cpp, inbox_read.cpp
// and recall.cpp only.
#pragma once

#include <span>

#include "client/core/inbox.h"
#include "schemas/base/bytes.h"
#include "schemas/base/result.h"

namespace chapar::client::inbox_store {

[[nodiscard]] Status put_item(storage::Txn& txn, const InboxItem& item);
// As if it had never come.
[[nodiscard]] Status erase_item(storage::Txn& txn, const InboxItem& item);
[[nodiscard]] Result<InboxItem> decode_item(InboxNumber number, ByteView bytes);

// The text as it was received: H, stream 0 and the attachments, in clear; sealed here.
struct ReceivedText {
    ByteView header;
    std::span<const crypto::SecretBuffer> streams;  // stream 0 first
};
[[nodiscard]] Status put_text(storage::Txn& txn, const Device& device, InboxNumber number,
                              const ReceivedText& text, crypto::Random& random);
// Destroys its key first: the text is gone even if the transaction is given up.
[[nodiscard]] Status erase_text(storage::Txn& txn, const Device& device, InboxNumber number);
[[nodiscard]] Result<std::optional<crypto::SecretBuffer>> get_text(const storage::ReadTxn& txn,
                                                                   const Device& device,
                                                                   InboxNumber number);

// H and the streams taken apart again. ManifestMismatch, MalformedLayout and the like if they do
// not fit each other.
[[nodiscard]] Result<InboxText> read_text(ByteView header,
                                          std::span<const crypto::SecretBuffer> streams);
[[nodiscard]] Result<InboxText> decode_text(ByteView stored);

// Message ids are unique per sender.
[[nodiscard]] Bytes id_key(const CertificateHash& sender, const MessageId& message);

// Counts one more envelope of this sender, whose label said `got`. How many its receipts say came
// before and did not.
[[nodiscard]] Result<std::uint32_t> count_received(storage::Txn& txn, const CertificateHash& sender,
                                                   std::uint32_t got);

}  // namespace chapar::client::inbox_store
