#include "client/core/ledger_alarms.h"

#include <algorithm>
#include <utility>

#include "client/core/store_keys.h"
#include "client/core/tables.h"
#include "schemas/base/layout.h"

namespace chapar::client {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kSentenceBytes = 4096;
constexpr std::size_t kAboutBytes = 64;
// More subjects of one kind tell nothing new and would only fill the disk.
constexpr std::size_t kAlarms = 256;

Bytes key_of(LedgerAlarmKind kind, ByteView about) {
    return LayoutWriter()
        .u8(static_cast<std::uint8_t>(kind))
        .raw(about.first(std::min(about.size(), kAboutBytes)))
        .take();
}

Result<LedgerAlarm> decode(ByteView key, ByteView value) {
    const std::uint8_t kind = key.empty() ? 0 : static_cast<std::uint8_t>(key[0]);
    LayoutReader in(value);
    const std::uint8_t version = in.u8();
    LedgerAlarm alarm;
    alarm.raised = TimeMs(in.u64());
    alarm.sentence = to_string(in.counted16());
    if (!in.finish("ledger.alarms") || version != kVersion ||
        kind < static_cast<std::uint8_t>(LedgerAlarmKind::Fork) ||
        kind > static_cast<std::uint8_t>(LedgerAlarmKind::NotCarriedOver)) {
        return Error(Errc::StoreDamaged, "ledger.alarms");
    }
    alarm.kind = static_cast<LedgerAlarmKind>(kind);
    alarm.about = to_bytes(key.subspan(1));
    return alarm;
}

}  // namespace

std::string_view text_of(LedgerAlarmKind kind) {
    switch (kind) {
        case LedgerAlarmKind::Fork:
            return "fork";
        case LedgerAlarmKind::NoGrowth:
            return "no-growth";
        case LedgerAlarmKind::OtherHistory:
            return "other-history";
        case LedgerAlarmKind::RolledBack:
            return "rolled-back";
        case LedgerAlarmKind::ReceiptLate:
            return "receipt-late";
        case LedgerAlarmKind::EntryMissing:
            return "entry-missing";
        case LedgerAlarmKind::EnvelopeMissing:
            return "envelope-missing";
        case LedgerAlarmKind::HeadUnproven:
            return "head-unproven";
        case LedgerAlarmKind::HeadBeyond:
            return "head-beyond";
        case LedgerAlarmKind::DeliveryUnlogged:
            return "delivery-unlogged";
        case LedgerAlarmKind::NotCarriedOver:
            return "not-carried-over";
    }
    return "unknown";
}

bool stops_sending(LedgerAlarmKind kind) {
    return kind == LedgerAlarmKind::Fork || kind == LedgerAlarmKind::NoGrowth ||
           kind == LedgerAlarmKind::OtherHistory || kind == LedgerAlarmKind::NotCarriedOver;
}

Status raise_alarm(storage::Txn& txn, const LedgerAlarm& alarm) {
    const Bytes key = key_of(alarm.kind, alarm.about);
    TimeMs raised = alarm.raised;
    if (const auto stored = CHAPAR_TRY(txn.get(tables::kLedgerAlarms, key))) {
        raised = CHAPAR_TRY(decode(key, *stored)).raised;
    } else if (CHAPAR_TRY(ledger_alarms(txn)).size() >= kAlarms && !stops_sending(alarm.kind)) {
        return Done{};
    }
    const std::string sentence = alarm.sentence.substr(0, kSentenceBytes);
    return txn.put(tables::kLedgerAlarms, key,
                   LayoutWriter().u8(kVersion).u64(raised.value).counted16(view(sentence)).take());
}

Status lift_alarm(storage::Txn& txn, LedgerAlarmKind kind, ByteView about) {
    CHAPAR_TRY(txn.erase(tables::kLedgerAlarms, key_of(kind, about)));
    return Done{};
}

Result<std::vector<LedgerAlarm>> ledger_alarms(const storage::ReadTxn& txn) {
    std::vector<LedgerAlarm> alarms;
    const auto cursor = txn.cursor(tables::kLedgerAlarms);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
        alarms.push_back(CHAPAR_TRY(decode(cursor->key(), cursor->value())));
    }
    return alarms;
}

Status confirm_ledger_alarms(storage::Txn& txn) {
    for (const LedgerAlarm& alarm : CHAPAR_TRY(ledger_alarms(txn))) {
        CHAPAR_TRY(txn.erase(tables::kLedgerAlarms, key_of(alarm.kind, alarm.about)));
    }
    return Done{};
}

Status may_send(const storage::ReadTxn& txn) {
    for (const LedgerAlarm& alarm : CHAPAR_TRY(ledger_alarms(txn))) {
        if (stops_sending(alarm.kind)) {
            return Error(Errc::ForkDetected, "until a person confirms: chapar ledger alarms");
        }
    }
    return Done{};
}

}  // namespace chapar::client
