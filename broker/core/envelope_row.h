// What the fold remembers of every envelope that left an entry, for as long as the ledger lives.
//
// Owns: the tables `envelope` and `operation`: the first outcome (returned again to a resend), and
// of an accepted one what later decisions need. Does not know payloads or mailboxes.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "broker/core/conditions.h"
#include "broker/core/outcome.h"
#include "crypto/ledger_keys.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"
#include "storage/store.h"

namespace chapar::broker {

// Of an accepted envelope.
struct Addressing {
    OfficeId office;  // the sender's
    AgencyId agency;  // the sender's
    std::uint16_t kind = 0;
    std::uint8_t classification = 0;
    std::uint8_t urgency = 0;
    crypto::RetentionClass retention = crypto::RetentionClass::Longer;
    TimeMs expires;
    std::vector<AgencyId> agencies;  // of the recipients: entry `first + i` is agencies[i]'s
    Conditions conditions;           // as they were when it was accepted
};

struct EnvelopeRow {
    CertificateHash sender;
    MessageId message;
    EntryIndex first;
    std::uint32_t count = 0;
    std::optional<Errc> refused;
    std::vector<DecisionLine> lines;       // as in Outcome
    std::optional<Addressing> addressing;  // exactly if not refused
};

// A row as it is stored. StoreDamaged.
[[nodiscard]] Result<EnvelopeRow> parse_envelope(ByteView row);
[[nodiscard]] Result<std::optional<EnvelopeRow>> read_envelope(const storage::ReadTxn& txn,
                                                               const EnvelopeHash& envelope);
[[nodiscard]] Status write_envelope(storage::Txn& txn, const EnvelopeHash& envelope,
                                    const EnvelopeRow& row);

// The first envelope under this operation id. Empty if the id is unused.
[[nodiscard]] Result<std::optional<EnvelopeHash>> read_operation(const storage::ReadTxn& txn,
                                                                 const CertificateHash& sender,
                                                                 const MessageId& message);
[[nodiscard]] Status write_operation(storage::Txn& txn, const CertificateHash& sender,
                                     const MessageId& message, const EnvelopeHash& envelope);

}  // namespace chapar::broker
