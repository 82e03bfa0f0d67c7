// Questions that are answered from committed state: DIRECTORY, RECEIPTS, EXPLAIN, LEDGER.
//
// Owns: which entries go into an answer and where the next question starts. Each answer is one
// frame, made in one short read transaction: at most limits::kReadEntries entries are looked at and
// limits::kFrameBytes filled. Does not know who may ask what; heads are the caller's.
//
// Thread: loop thread; borrows for the call.
#pragma once

#include "broker/edge/tick.h"
#include "schemas/frames.h"

namespace chapar::broker {

// Entries of all kinds but MSG, proven; POLICY bodies are left out: they are sealed to their
// agency.
[[nodiscard]] Result<schemas::Directory> answer_directory(const storage::ReadTxn& txn,
                                                          const Tick& tick, EntryIndex from);
// Later events about what this device sent.
[[nodiscard]] Result<schemas::Receipts> answer_receipts(const storage::ReadTxn& txn,
                                                        const Tick& tick,
                                                        const CertificateHash& device,
                                                        EntryIndex from);
// Every entry as stored.
[[nodiscard]] Result<schemas::Ledger> answer_ledger(const storage::ReadTxn& txn, const Tick& tick,
                                                    EntryIndex from);
// OfficeUnknown. `asker`: whose import rules alone are shown; empty = the operator's socket.
[[nodiscard]] Result<schemas::Explained> answer_explain(const storage::ReadTxn& txn,
                                                        const schemas::ExplainAsk& ask,
                                                        const std::optional<AgencyId>& asker);

}  // namespace chapar::broker
