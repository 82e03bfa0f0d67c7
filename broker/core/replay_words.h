// A recorded entry and the one that the fold makes, compared field by field and put into words.
//
// Owns: the names of operations and fields. Decides nothing.
#pragma once

#include <optional>
#include <string>

#include "broker/core/entry_draft.h"
#include "broker/core/operation.h"
#include "broker/core/replay.h"
#include "broker/core/replay_rebuild.h"

namespace chapar::broker {

// "submit", "confirm", "record", "ledger key", "epoch", ..
[[nodiscard]] std::string_view operation_word(const OperationBody& operation);
// "permitted", "refused: policy.refused by export.none of TJ-DCA"
[[nodiscard]] std::string decision_words(const crypto::BodyDecision& decision);
[[nodiscard]] std::string error_words(const Error& error);
// Empty if the draft is what is recorded.
[[nodiscard]] std::optional<Difference> compare(std::string_view operation, const EntryDraft& draft,
                                                const OpenedEntry& recorded);

}  // namespace chapar::broker
