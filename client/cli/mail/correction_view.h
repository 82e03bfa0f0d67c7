// What a reader learns of corrections: of a message, which changed it; of a correction, what it
// changed.
//
// Owns: the words and the JSON. The text that was signed is shown as it is; which corrections count
// is core/corrections.h's.
#pragma once

#include "client/cli/mail/item_view.h"
#include "client/cli/mail/opened_message.h"
#include "schemas/kinds/labels.h"

namespace chapar::client {

// Adds "corrected_by" [{number, way, message, at, changes [{field, before, after}], problem}] or
// "corrects" {message, number, way, kind, counts, problem}, and a line for each.
[[nodiscard]] Status add_corrections(const OpenedMessage& opened, schemas::Language language,
                                     ReadingView& view);

}  // namespace chapar::client
