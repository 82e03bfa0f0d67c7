// Envelopes that still wait and whose ciphertext is gone: what a repair from an export leaves.
//
// Owns: the table `lost`, u64 first entry -> eh. A ledger has no payloads, so an envelope that was
// folded again from one can never be handed out; its rows are withheld (reason PayloadLost), and
// its sender, who has the text, is told. Written by a repair alone; the fold takes a row out with
// the envelope's last waiting row and decides nothing by it. Does not know the export.
#pragma once

#include <vector>

#include "broker/core/operation.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::broker {

// Of an envelope that was accepted without a payload, in the same transaction.
[[nodiscard]] Status mark_lost(storage::Txn& txn, EntryIndex first, const EnvelopeHash& envelope);
// Nothing to do where there is no such row.
[[nodiscard]] Status forget_lost(storage::Txn& txn, EntryIndex first);
// The envelope may be handed out as far as its ciphertext goes.
[[nodiscard]] Result<bool> has_payload(const storage::ReadTxn& txn, EntryIndex first);
// The waiting rows of such envelopes, at most `limit`: for withholds_due().
[[nodiscard]] Result<std::vector<Withhold>> lost_withholds(const storage::ReadTxn& txn,
                                                           std::size_t limit);

}  // namespace chapar::broker
