// What this device hands over to a centre that has lost entries (crypto/contribution.h).
//
// Owns: what goes into it: every receipt and every kept entry from a place on, each with its proof;
// the ciphertexts of envelopes that were accepted there and may still wait; the newest head, which
// says how far the ledger had come. What was proven under another log key (of a ledger before) is
// left out. Does not know what the centre lacks, nor files. No text and no key goes in: bodies of
// entries, which the broker wrote, and what was sealed to others.
// Errors: those of the store.
#pragma once

#include "crypto/contribution.h"
#include "crypto/note.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"
#include "storage/store.h"

namespace chapar::client {

// `above`: entries that the centre still has. `now`: envelopes that expired do not wait any more.
[[nodiscard]] Result<crypto::Contribution> make_contribution(const storage::ReadTxn& txn,
                                                             const crypto::NoteVerifier& log,
                                                             TreeSize above, TimeMs now);

}  // namespace chapar::client
