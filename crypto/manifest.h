// The manifest: which centre this is, and its keys. Its hash is `home`.
//
// Owns: the body of record type 1. The manifest is signed by the centre root that it names: what
// makes it trusted is that its hash is known (trust card), not that signature. Does not know trust
// cards. Value type. Errors: MalformedLayout, VersionUnknown, CertificateNotSigned,
// SignatureInvalid, KeyInvalid. Source: crypto/records.md, "Signed records".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/note.h"
#include "crypto/record.h"
#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"

namespace chapar::crypto {

struct Manifest {
    std::string origin;  // "chapar.caricc/ledger/1": also the key name of the ledger's notes
    LedgerNumber ledger;
    SigningPublicKey log_key;
    CurveKey curve_key;
    SigningPublicKey centre_root;
    PublicKey centre_auditor;
    std::vector<std::string> endpoints;  // 1..8, "tcp://host:port"

    [[nodiscard]] Bytes encode() const;
    [[nodiscard]] static Result<Manifest> decode(ByteView body);
    // The key that signs this ledger's checkpoints.
    [[nodiscard]] Result<NoteVerifier> log_verifier() const;
    bool operator==(const Manifest&) const = default;
};

// What a manifest can name as an endpoint: up to 255 printable characters of ASCII, no space.
[[nodiscard]] bool is_endpoint(std::string_view text);

[[nodiscard]] Home home_of(ByteView manifest_body);

[[nodiscard]] SignedRecord sign_manifest(const Manifest& manifest, const SigningKey& centre_root);
// Decodes and checks the signature by the centre root that is named inside. The caller compares
// home_of(record.body) with the home it trusts.
[[nodiscard]] Result<Manifest> open_manifest(const SignedRecord& record);

}  // namespace chapar::crypto
