// Where a passphrase comes from: a file descriptor, a credential file, or the person.
//
// Owns: the order of sources, and asking. Does not know what it opens. Blocks on a terminal.
// Errors: Usage (no source), KeystoreExposed (the file can be read by others), FileFailed.
//
// Never an argument and never the environment itself. Order: --passphrase-fd N, the file named by
// CHAPAR_PASSPHRASE_FILE (0600 or stricter), a prompt on the terminal.
#pragma once

#include <optional>

#include "crypto/secret.h"
#include "schemas/base/result.h"

namespace chapar::client {

enum class PassphraseUse { Open, Choose };  // Choose asks twice at a terminal

// KeystoreExposed for a credential file that others can read; Usage if there is no source at all.
[[nodiscard]] Result<crypto::SecretBuffer> read_passphrase(std::optional<int> descriptor,
                                                           PassphraseUse use);
// The one that shall replace another: from the descriptor, else asked for twice. The credential
// file holds the one that is replaced.
[[nodiscard]] Result<crypto::SecretBuffer> read_new_passphrase(std::optional<int> descriptor);

}  // namespace chapar::client
