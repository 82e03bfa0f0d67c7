// Who this broker is: its manifest, log key and CURVE secret, read from its directory.
//
// Owns: the check that the secret halves belong to the manifest. Does not know the trust card, or
// the centre root's and auditor's secrets, which are never in this directory.
// Errors: FileFailed, KeystoreExposed, KeyInvalid (a file is no key, or another manifest's), and
// those of open_manifest. Resource type.
#pragma once

#include <filesystem>

#include "crypto/manifest.h"
#include "crypto/note.h"

namespace chapar::broker {

struct NodeKeys {
    Bytes manifest_record;  // as received from the founder: what Found proposes
    crypto::Manifest manifest;
    Home home;
    crypto::NoteSigner log;
    crypto::Secret32 curve;

    [[nodiscard]] static Result<NodeKeys> read(const std::filesystem::path& directory);
};

}  // namespace chapar::broker
