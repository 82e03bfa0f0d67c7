// TH: the hash of a labelled list of byte strings, in which no two different lists are equal.
//
// TH(l, x..) = SHA256("chapar/1 " || l || 00 || for each x: u32 length || x). Source:
// crypto/README.md, "Encoding".
#pragma once

#include <initializer_list>
#include <span>

#include "crypto/label.h"
#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"

namespace chapar::crypto {

[[nodiscard]] Hash transcript_hash(Label label, std::span<const ByteView> parts);
[[nodiscard]] Hash transcript_hash(Label label, std::initializer_list<ByteView> parts);

// The same as another 32-byte name: `transcript_as<CertificateHash>(Label::Device, {body})`.
template <typename Fixed>
[[nodiscard]] Fixed transcript_as(Label label, std::initializer_list<ByteView> parts) {
    return Fixed{transcript_hash(label, parts).bytes};
}

}  // namespace chapar::crypto
