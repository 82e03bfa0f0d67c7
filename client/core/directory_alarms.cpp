#include "client/core/directory_alarms.h"

#include "client/core/store_keys.h"
#include "client/core/tables.h"
#include "schemas/base/layout.h"

namespace chapar::client {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kSentenceBytes = 4096;

Bytes key_of(EntryIndex index, AlarmKind kind) {
    return LayoutWriter().u64(index.value).u8(static_cast<std::uint8_t>(kind)).take();
}

bool is_kind(std::uint8_t kind) {
    return kind >= static_cast<std::uint8_t>(AlarmKind::ForeignBundle) &&
           kind <= static_cast<std::uint8_t>(AlarmKind::RegistrarsChanged);
}

Result<DirectoryAlarm> decode(ByteView key, ByteView value) {
    LayoutReader place(key);
    DirectoryAlarm alarm;
    alarm.index = EntryIndex(place.u64());
    const std::uint8_t kind = place.u8();
    LayoutReader in(value);
    const std::uint8_t version = in.u8();
    const auto record = Hash::from(in.raw(Hash::kSize));
    alarm.sentence = to_string(in.counted16());
    if (!place.finish("alarm") || !in.finish("alarm") || version != kVersion || !record ||
        !is_kind(kind)) {
        return Error(Errc::StoreDamaged, "alarms");
    }
    alarm.kind = static_cast<AlarmKind>(kind);
    alarm.record = *record;
    return alarm;
}

}  // namespace

std::string_view text_of(AlarmKind kind) {
    switch (kind) {
        case AlarmKind::ForeignBundle:
            return "foreign-bundle";
        case AlarmKind::BundleFromBefore:
            return "bundle-from-before";
        case AlarmKind::DeviceAppeared:
            return "device-appeared";
        case AlarmKind::OwnDeviceRevoked:
            return "own-device-revoked";
        case AlarmKind::OwnDeviceSuspended:
            return "own-device-suspended";
        case AlarmKind::RootsChanged:
            return "roots-changed";
        case AlarmKind::RegistrarsChanged:
            return "registrars-changed";
    }
    return "unknown";
}

Status keep_alarm(storage::Txn& txn, const DirectoryAlarm& alarm) {
    const Bytes key = key_of(alarm.index, alarm.kind);
    if (CHAPAR_TRY(txn.get(tables::kAlarms, key))) return Done{};
    const std::string sentence = alarm.sentence.substr(0, kSentenceBytes);
    return txn.put(
        tables::kAlarms, key,
        LayoutWriter().u8(kVersion).raw(alarm.record.view()).counted16(view(sentence)).take());
}

Result<std::vector<DirectoryAlarm>> open_alarms(const storage::ReadTxn& txn) {
    std::vector<DirectoryAlarm> alarms;
    const auto cursor = txn.cursor(tables::kAlarms);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
        alarms.push_back(CHAPAR_TRY(decode(cursor->key(), cursor->value())));
    }
    return alarms;
}

Status confirm_alarms(storage::Txn& txn, EntryIndex up_to) {
    for (const DirectoryAlarm& alarm : CHAPAR_TRY(open_alarms(txn))) {
        if (alarm.index > up_to) break;
        CHAPAR_TRY(txn.erase(tables::kAlarms, key_of(alarm.index, alarm.kind)));
    }
    return Done{};
}

}  // namespace chapar::client
