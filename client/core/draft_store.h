// A draft as it is stored: header, content and recipients, before it is sealed to anyone.
//
// Owns: the defaults of a header, what stream 0 consists of, and the layout of a stored draft. Does
// not know bundles. For compose.cpp, approval.cpp and reseal.cpp only.
#pragma once

#include "client/core/compose.h"

namespace chapar::client::draft_store {

// The draft with every default settled. HeaderRule, FieldMissing, FieldInvalid.
[[nodiscard]] Result<StoredDraft> settle(const Device& device, const Draft& draft, TimeMs now,
                                         crypto::Random& random);
// Writes the manifest from the header, then stream 0 with fresh random bytes, a fresh blind, and
// the content hash into the header. To be called last, whenever anything of it has changed.
[[nodiscard]] Status bind(StoredDraft& draft, crypto::Random& random);
// As a new item of the outbox. AlreadyExists.
[[nodiscard]] Result<OutboxNumber> add(storage::Txn& txn, const Device& device,
                                       const StoredDraft& draft, const OutboxReseal& reseal,
                                       crypto::Random& random);

[[nodiscard]] Result<Bytes> encode(const StoredDraft& draft);
[[nodiscard]] Result<StoredDraft> decode(ByteView bytes);
// A message id that was never used.
[[nodiscard]] MessageId fresh_id(TimeMs now, crypto::Random& random);

// Stream 0 before padding, taken apart: 32 random bytes, a digest for each attachment, content.
struct Stream0 {
    std::vector<Hash> digests;
    schemas::SealedContent content;
};
// MalformedLayout, or ManifestMismatch if the manifest lists another number of attachments.
// `attachments`: as many digests as there are.
[[nodiscard]] Result<Stream0> read_stream0(ByteView stream0, std::size_t attachments);

}  // namespace chapar::client::draft_store
