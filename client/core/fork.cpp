#include "client/core/fork.h"

#include <string>
#include <utility>
#include <vector>

#include "client/core/heads.h"
#include "client/core/ledger_alarms.h"
#include "schemas/base/layout.h"

namespace chapar::client {
namespace {

constexpr std::string_view kStopped =
    " This device sends nothing more until a person has looked into it: write both notes with "
    "\"chapar ledger fork --out FILE\", give the file to the auditors of all agencies, then "
    "confirm "
    "with \"chapar ledger alarms --confirm\".";

LedgerAlarm alarm_of(const crypto::Checkpoint& held, const crypto::Checkpoint& shown,
                     SmallerHead smaller) {
    LedgerAlarm alarm;
    const std::string here = std::to_string(held.size.value);
    const std::string there = std::to_string(shown.size.value);
    if (shown.size == held.size) {
        alarm.kind = LedgerAlarmKind::Fork;
        alarm.sentence = "The ledger's key signed two different histories of " + here +
                         " entries: one that this device has verified, and one that the broker "
                         "shows now." +
                         std::string(kStopped);
    } else if (shown.size < held.size && smaller == SmallerHead::SetBack) {
        alarm.kind = LedgerAlarmKind::RolledBack;
        alarm.sentence = "The ledger was set back: the broker shows " + there +
                         " entries, and this device holds a signed head of " + here +
                         ". Entries are missing there. Nothing was accepted; call the operator of "
                         "the centre and the auditor of your agency.";
    } else {
        alarm.kind = LedgerAlarmKind::NoGrowth;
        alarm.sentence = "The broker shows a ledger of " + there +
                         " entries and does not prove that it and the ledger of " + here +
                         " entries, which this device has verified, are one history." +
                         std::string(kStopped);
    }
    return alarm;
}

}  // namespace

Status keep_contradiction(storage::Txn& txn, const crypto::NoteVerifier& log, std::string_view note,
                          SmallerHead smaller, TimeMs now) {
    const crypto::Checkpoint shown = CHAPAR_TRY(crypto::open_checkpoint(note, log));
    const auto held = CHAPAR_TRY(newest_head(txn, log));
    CHAPAR_ASSERT(held.has_value());
    LedgerAlarm alarm = alarm_of(held->checkpoint, shown, smaller);
    alarm.raised = now;
    if (alarm.kind != LedgerAlarmKind::RolledBack) {
        alarm.about = LayoutWriter().raw(shown.root.view()).take();
    }
    CHAPAR_TRY(keep_as_evidence(txn, note));
    return raise_alarm(txn, alarm);
}

Status keep_unknown_head(storage::Txn& txn, const crypto::NoteVerifier& log, TimeMs now) {
    const auto held = CHAPAR_TRY(newest_head(txn, log));
    if (!held) return Done{};
    LedgerAlarm alarm;
    alarm.kind = LedgerAlarmKind::RolledBack;
    alarm.raised = now;
    alarm.sentence =
        "The broker says that its ledger does not hold the signed head of " +
        std::to_string(held->checkpoint.size.value) +
        " entries that this device has verified: it was set back, or shows another history. "
        "Nothing was sent. The broker now has this device's note as evidence; call the operator "
        "of the centre and the auditor of your agency.";
    return raise_alarm(txn, alarm);
}

Result<crypto::ForkEvidence> fork_evidence(const storage::ReadTxn& txn,
                                           const crypto::NoteVerifier& log) {
    const std::vector<std::string> notes = CHAPAR_TRY(evidence(txn));
    std::optional<std::pair<std::string, std::string>> last;
    for (std::size_t second = 0; second < notes.size(); ++second) {
        for (std::size_t first = 0; first < second; ++first) {
            auto pair = crypto::ForkEvidence::create(log, notes[first], notes[second]);
            if (!pair) continue;
            if (pair->verdict() == crypto::ForkEvidence::Verdict::Proven) return pair;
            last = {notes[first], notes[second]};
        }
    }
    if (!last) return Error(Errc::NotFound, "no two notes that contradict each other");
    return crypto::ForkEvidence::create(log, last->first, last->second);
}

}  // namespace chapar::client
