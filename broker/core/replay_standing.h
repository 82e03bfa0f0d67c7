// Who could read what: the directory and the mailboxes of a replayed ledger, row by row.
//
// Owns: which facts are told and in which order. Does not know how the state came about, nor
// output. Entitled is a device to every envelope that has a stanza for it; what it has of it
// (waiting, delivered, withheld) is told with the entry that shows it.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "schemas/base/result.h"
#include "schemas/base/time.h"
#include "storage/store.h"

namespace chapar::broker {

struct StandingRow {
    std::string what;  // "agency", "office", "device", "policy", "envelope"
    std::vector<std::pair<std::string, std::string>> fields;
};
using StandingSink = std::function<void(const StandingRow&)>;
// As of `at`. Errors: failures of the store.
[[nodiscard]] Status tell_standing(const storage::ReadTxn& txn, TimeMs at,
                                   const StandingSink& sink);

}  // namespace chapar::broker
