// Notes that an auditor's mirror keeps as evidence.
//
// Owns: the notes that came with entries which contradict them, or that contradict the tree that is
// proven; at most 64, never removed. Does not know who handed them out. Each was opened with the
// log's key before it is kept. Source: design ledger.md 2.6.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/store.h"

namespace chapar::client {

// Once each; beyond the bound nothing is kept.
[[nodiscard]] Status keep_mirror_alarm(storage::Txn& txn, std::string_view note);
[[nodiscard]] Result<std::vector<std::string>> mirror_alarms(const storage::ReadTxn& txn);
// Those of them that are not heads of the proven tree. A note that turned out to be one was honest:
// it is the entries handed out with it that were not.
[[nodiscard]] Result<std::vector<std::string>> contradicting_notes(const storage::ReadTxn& txn);

}  // namespace chapar::client
