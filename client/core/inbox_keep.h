// Keeping a delivery that was decided: its item, its text, its proof, and what is signed for it.
//
// Owns: what each decision writes. Does not know how it was reached. For the inbox's own files; all
// of it happens in the caller's transaction. Errors: those of a broken store or vault.
#pragma once

#include <optional>

#include "client/core/inbox.h"
#include "client/core/inbox_examine.h"
#include "client/core/inbox_judge.h"
#include "client/core/inbox_open.h"
#include "schemas/base/result.h"

namespace chapar::client::inbox_keep {

// Everything that one reception needs in common. Borrows.
struct Step {
    storage::Txn& txn;
    const Device& device;
    const ReceptionInput& input;
    crypto::Random& random;
};

[[nodiscard]] ReceptionReport refused(Error problem);
// Whether it is kept for this very doubt: there is nothing to write.
[[nodiscard]] bool is_kept_so(const InboxItem& known, Doubt doubt);
// Nothing but what was there before is kept.
[[nodiscard]] ReceptionReport still_provisional(const std::optional<InboxItem>& known, Doubt doubt);

// The summary of a delivery. REQUIRES: judged.sender.
[[nodiscard]] InboxItem make_item(const inbox_examine::Examined& examined,
                                  const inbox_judge::Judged& judged, InboxNumber number);

// Opened and believed: DELIVERED is owed, recalls act.
[[nodiscard]] Result<ReceptionReport> keep_settled(Step& step, InboxItem item,
                                                   const inbox_open::Opened& opened,
                                                   std::uint32_t got, bool was_provisional);
// Opened and doubted: readable, signs nothing, moves nothing. The delivery is kept as it came, to
// be decided again.
[[nodiscard]] Result<ReceptionReport> keep_provisional(Step& step, InboxItem item,
                                                       const inbox_open::Opened& opened,
                                                       Doubt doubt);
// Genuine, but it does not open: UNOPENABLE is owed.
[[nodiscard]] Result<ReceptionReport> keep_unopenable(Step& step, InboxItem item,
                                                      const Error& problem, bool key_held);
// A provisional item that turns out to be nobody's who may say it: all of it goes.
[[nodiscard]] Result<ReceptionReport> withdraw(Step& step, const std::optional<InboxItem>& known,
                                               Error problem);

}  // namespace chapar::client::inbox_keep
