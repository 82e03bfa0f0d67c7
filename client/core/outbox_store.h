// How the outbox's records lie in their tables.
//
// Owns: their layouts (version 1, big-endian, strict). Does not know which move is allowed. For
// outbox.cpp and compose.cpp only.
#pragma once

#include "client/core/outbox.h"
#include "schemas/base/bytes.h"
#include "schemas/base/result.h"

namespace chapar::client::outbox_store {

// A dropped draft leaves its message id behind, so that it cannot be used again.
constexpr std::uint64_t kDropped = 0;

[[nodiscard]] Bytes encode(const OutboxItem& item);
[[nodiscard]] Result<OutboxItem> decode_item(OutboxNumber number, ByteView bytes);
[[nodiscard]] Bytes encode(const OutboxBytes& bytes);
[[nodiscard]] Result<OutboxBytes> decode_bytes(ByteView bytes);
[[nodiscard]] Bytes encode(const ReceiptEntry& entry);
[[nodiscard]] Result<ReceiptEntry> decode_receipt(EntryIndex index, ByteView bytes);

[[nodiscard]] crypto::SecretBuffer encode(const std::vector<crypto::Secret32>& secrets);
[[nodiscard]] Result<std::vector<crypto::Secret32>> decode_secrets(ByteView bytes);

// Of a row of tables::kGot.
[[nodiscard]] Bytes got_key(const CertificateHash& author, const CertificateHash& recipient);
[[nodiscard]] Status put_item(storage::Txn& txn, const OutboxItem& item);

}  // namespace chapar::client::outbox_store
