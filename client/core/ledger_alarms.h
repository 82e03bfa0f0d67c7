// What a device finds wrong with the ledger itself, and must tell a person.
//
// Owns: the kinds of alarm, their list, kept until a person has confirmed them (or until what was
// late has come), and the rule that nothing is sent while a fork stands unconfirmed. Does not know
// what raises one (heads.h, gossip.h, awaited_proofs.h, session) nor how it is shown. Alarms about
// the directory are apart (directory_alarms.h). Errors: those of a broken store; ForkDetected.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"
#include "storage/store.h"

namespace chapar::client {

enum class LedgerAlarmKind : std::uint8_t {
    Fork = 1,               // two notes of the log's key for one size: proven to anyone
    NoGrowth = 2,           // a larger head without a proof that the ledger only grew
    OtherHistory = 3,       // a signature names a head that is not on this device's line
    RolledBack = 4,         // a smaller head than the one held, or the broker does not know ours
    ReceiptLate = 5,        // no quorum of witnesses in time
    EntryMissing = 6,       // the ledger does not show an entry that this device has a receipt for
    EnvelopeMissing = 7,    // `got`: envelopes that a sender has receipts for did not come
    HeadUnproven = 8,       // the broker does not prove the head that a signature names
    HeadBeyond = 9,         // a signature names a head larger than its own entry
    DeliveryUnlogged = 10,  // this device's signed statement is not logged in time
    NotCarriedOver = 11,    // a ledger that follows another did not take over what it should
};
// "fork", ..: for JSON and the log.
[[nodiscard]] std::string_view text_of(LedgerAlarmKind kind);
// Fork, NoGrowth, OtherHistory, NotCarriedOver: nothing is sent until a person has confirmed it.
[[nodiscard]] bool stops_sending(LedgerAlarmKind kind);

struct LedgerAlarm {
    LedgerAlarmKind kind = LedgerAlarmKind::Fork;
    Bytes about;  // tells alarms of one kind apart; at most 64 bytes, may be empty
    TimeMs raised;
    std::string sentence;  // plain words: what happened and what to do
    bool operator==(const LedgerAlarm&) const = default;
};

// Keeps it; of the same kind and subject only the newest sentence, with the first time.
[[nodiscard]] Status raise_alarm(storage::Txn& txn, const LedgerAlarm& alarm);
// What was late has come: gone without a person.
[[nodiscard]] Status lift_alarm(storage::Txn& txn, LedgerAlarmKind kind, ByteView about = {});
// All that no person has confirmed, by kind.
[[nodiscard]] Result<std::vector<LedgerAlarm>> ledger_alarms(const storage::ReadTxn& txn);
// A person has seen all of them.
[[nodiscard]] Status confirm_ledger_alarms(storage::Txn& txn);

// ForkDetected while an alarm that stops sending stands.
[[nodiscard]] Status may_send(const storage::ReadTxn& txn);

}  // namespace chapar::client
