// Which corrections stand for a message, and what it says after them.
//
// Owns: who may correct (the office that sent the message, by any of its devices), which
// corrections count (settled, of a key that nobody calls compromised, not recalled; of this
// device's own: handed over, not refused; of one that was sent again, the first), and their order,
// that of the ledger. Does not know how a field is changed (corrected.h), nor what becomes of a
// message that was corrected: its signed text stays as it is. Reads the store; one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "client/core/corrected.h"
#include "client/core/device.h"
#include "client/core/inbox.h"
#include "client/core/outbox.h"
#include "schemas/base/result.h"
#include "schemas/content.h"
#include "schemas/header.h"
#include "storage/store.h"

namespace chapar::client {

enum class MessageWay : std::uint8_t { Received, Sent };
[[nodiscard]] std::string_view text_of(MessageWay way);

struct KnownCorrection {
    MessageWay way = MessageWay::Received;
    std::uint64_t number = 0;  // of the inbox, or of the outbox
    schemas::Header header;
    std::optional<EntryIndex> entry;  // none: not in the ledger yet
    TimeMs at;                        // of that entry; without one, when it was written
    std::vector<schemas::FieldChange> changes;
};

// Handed over, or about to be; not refused, not a draft.
[[nodiscard]] bool is_sent(const OutboxItem& item);

class Corrections {
  public:
    [[nodiscard]] static Result<Corrections> read(const storage::ReadTxn& txn,
                                                  const Device& device);
    // Of a message that this office sent; one that is not in the ledger yet comes last.
    [[nodiscard]] std::span<const KnownCorrection> of(const MessageId& message,
                                                      const OfficeId& office) const;

  private:
    std::map<std::pair<MessageId, OfficeId>, std::vector<KnownCorrection>> known_;
};

// What one correction did, or why it does not fit what the ones before it left.
struct AppliedCorrection {
    const KnownCorrection* correction = nullptr;
    std::vector<ChangedField> fields;
    std::optional<Error> problem;
};
struct CorrectedMessage {
    schemas::Payload payload;
    std::vector<AppliedCorrection> applied;  // one for each
};
// One after the other; one that does not fit changes nothing. Borrows `known`.
[[nodiscard]] CorrectedMessage with_corrections(const schemas::Payload& payload,
                                                std::span<const KnownCorrection> known);

// What a correction names, as this device has it.
struct CorrectionTarget {
    MessageWay way = MessageWay::Received;
    std::uint64_t number = 0;
    OfficeId office;  // that sent it
    schemas::Header header;
    schemas::Payload payload;  // after the corrections of its office that came before
};
// Of the office that corrects; else of any other, which may not be corrected. Empty if no readable
// message of that id is here. With `before`, as it stood at that entry of the ledger.
[[nodiscard]] Result<std::optional<CorrectionTarget>> correction_target(
    const storage::ReadTxn& txn, const Device& device, const MessageId& message,
    const OfficeId& corrects, std::optional<EntryIndex> before = std::nullopt);

}  // namespace chapar::client
