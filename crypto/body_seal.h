// How a leaf hides and yet binds its body: commitment, salt, sealed form, view tags.
//
// Owns: body_commit, the keys derived from a bucket key, and the tags by which an agency finds its
// own entries. Does not know what a body says, nor which key belongs to an entry. Pure. Errors:
// OpenFailed, MalformedLayout. Source: design ledger.md 2.1 and 2.9; crypto/ledger.md, "Body".
#pragma once

#include <string_view>

#include "crypto/aead.h"
#include "crypto/secret.h"
#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"

namespace chapar::crypto {

// All zero for clear bodies.
using BodySalt = FixedBytes<struct BodySaltTag, 32>;

// SHA-256("chapar/body/v1\n" || salt || body).
[[nodiscard]] Hash body_commit(const BodySalt& salt, ByteView body);
// HMAC(bucket key, "salt" || u64 index). Given out with the body, to whoever may read it.
[[nodiscard]] BodySalt body_salt(const Secret32& bucket_key, EntryIndex index);

// u64 index of the bucket's KEY entry || nonce[24] || XChaCha20-Poly1305. The nonce is random and
// drawn anew each time: a store set back must not use one twice.
[[nodiscard]] Bytes seal_body(const Secret32& bucket_key, EntryIndex key_entry, EntryIndex index,
                              const WideNonce& nonce, ByteView body);
// OpenFailed, whatever the reason.
[[nodiscard]] Result<Bytes> open_body(const Secret32& bucket_key, EntryIndex index,
                                      ByteView stored);
// Which KEY entry made the key of a stored, sealed body. MalformedLayout if it is too short.
[[nodiscard]] Result<EntryIndex> key_entry_of(ByteView stored);

// SHA-256 of the ledger's origin line, computed once.
[[nodiscard]] Hash origin_hash(std::string_view origin);
// The tag by which the agency that holds `tag_key` finds entry `index`.
[[nodiscard]] ViewTag view_tag(const Secret32& tag_key, const Hash& origin, EntryIndex index);
// A second tag that is nobody's.
[[nodiscard]] ViewTag pad_tag(const Secret32& pad_key, EntryIndex index);

}  // namespace chapar::crypto
