// The signed statements this device owes: delivered, opened, acknowledged, unopenable, recall done.
//
// Owns: their queue. A statement is persisted with the change that causes it, signed once (in a
// batch), and sent as the same bytes until the ledger proves it. Does not know the inbox's states.
// Errors: ProofInvalid, LeafInvalid for an outcome that does not prove it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "client/core/device.h"
#include "client/core/proof.h"
#include "client/core/waited_time.h"
#include "crypto/batch.h"
#include "crypto/statement.h"
#include "schemas/base/ids.h"
#include "schemas/base/number.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"
#include "storage/store.h"

namespace chapar::client {

using StatementNumber = StrongNumber<struct StatementNumberTag>;  // from 1

// Values of DeliveryStatement::reason.
namespace statement_reason {
constexpr std::uint16_t kNone = 0;
constexpr std::uint16_t kKeyGone = 1;     // the epoch's secret is destroyed or was never here
constexpr std::uint16_t kSealBroken = 2;  // stanza or commitments do not fit
constexpr std::uint16_t kTextBroken = 3;  // stream, content hash or manifest do not fit
}  // namespace statement_reason

enum class StatementState : std::uint8_t { Waiting = 1, Signed = 2, Logged = 3, Refused = 4 };

struct StatementItem {
    StatementNumber number;
    StatementState state = StatementState::Waiting;
    crypto::DeliveryStatement statement;
    std::optional<crypto::BatchItem> item;  // from Signed on
    std::optional<EntryIndex> entry;        // from Logged on
    std::string code;                       // of the error catalogue, if refused
    TimeMs since{};  // waited time of the first look after a hand-over (waited_time.h)
    bool operator==(const StatementItem&) const = default;
};

// Queues it; a statement with the same event and envelope is queued once.
[[nodiscard]] Status queue_statement(storage::Txn& txn, const crypto::DeliveryStatement& statement);
// Signs what waits (at most limits::kBatchItems) in one batch. What is signed already keeps its
// bytes.
[[nodiscard]] Status sign_statements(storage::Txn& txn, const Device& device);
// Signed and not answered, oldest first.
[[nodiscard]] Result<std::vector<StatementItem>> pending_statements(const storage::ReadTxn& txn);

// The broker's answer about the statement with this hash (TH("delivery", D)): logged only by a
// proven entry that carries this very statement; a code that says "later" leaves it pending.
[[nodiscard]] Status statement_logged(storage::Txn& txn, const Hash& about,
                                      const ProvenEntry& entry);
[[nodiscard]] Status statement_refused(storage::Txn& txn, const Hash& about,
                                       const std::string& code);

struct StatedTimes {
    TimeMs own;     // the device's clock
    TimeMs broker;  // as it greeted: a clock that was set back stands until it is there again
};
// How many of the signed ones the broker has not answered, or not to the end, for longer than
// limits::kWitnessedBy. What a clock that was ahead has dated, and the broker refused for it, is
// late only when the broker has said a time that has come so far, or a day later by the device's
// own. REQUIRES: all were handed over after the broker said it. `waited`: now, as waited time.
[[nodiscard]] Result<std::size_t> late_statements(storage::Txn& txn, TimeMs waited,
                                                  const StatedTimes& times);

// LeafInvalid unless this entry logs this very statement.
[[nodiscard]] Status check_statement_entry(const ProvenEntry& entry,
                                           const crypto::DeliveryStatement& statement);

// Whether an answer with this code may be different later: keep and resend.
[[nodiscard]] bool is_temporary(std::string_view code);

}  // namespace chapar::client
