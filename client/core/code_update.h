// A set of code lists that the centre signed.
//
// Owns: the form of the signed MANIFEST (a C2SP signed note: the date of the set, then SHA-256 and
// name of every list), that the centre root signed it, that the files are exactly those, and that
// they are a set (schemas/kinds/code_set.h). Does not know homes, nor which set is held: who takes
// one asks check_follows(). Pure.
//
// The centre root signs nothing else as a note, and nothing that begins with this first line; what
// it signs otherwise begins with "chapar/1 sign " and a label (crypto/sign.h).
//
// Errors: SignatureInvalid (a wrong signature; a file that is not the one that was signed),
// CertificateNotSigned (somebody else signed), MalformedLayout (with file and line), TooLarge.
#pragma once

#include <string>
#include <vector>

#include "client/core/code_archive.h"
#include "crypto/sign.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/kinds/code_set.h"

namespace chapar::client {

constexpr std::string_view kCodesManifest = "MANIFEST";
// Of the key in the note.
constexpr std::string_view kCodesKeyName = "chapar-codes";

struct SignedCodes {
    schemas::CodeSet set;
    std::string note;  // MANIFEST as it was signed
    Hash manifest;     // SHA-256 of its text: the name of the set
};

// "chapar-codes/1 2026-11-22", then "SHA-256  units.csv" for each list.
[[nodiscard]] std::string manifest_text(const schemas::CodeSet& set);
[[nodiscard]] Result<SignedCodes> sign_codes(schemas::CodeSet set, crypto::SigningKey key);

// MANIFEST and its lists, nothing else beside them.
[[nodiscard]] Result<SignedCodes> open_codes(std::vector<ArchiveFile> files,
                                             const SigningPublicKey& centre_root);
// What open_codes() reads.
[[nodiscard]] std::vector<ArchiveFile> files_of(const SignedCodes& codes);

// The lists of a set by the names of their files: NAME.csv.
[[nodiscard]] Result<std::vector<schemas::CodeText>> code_texts(std::vector<ArchiveFile> files);

}  // namespace chapar::client
