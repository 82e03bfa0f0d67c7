// What a device finds in the directory about itself, its office and its agency, and must tell.
//
// Owns: the kinds of alarm and their list, kept until a person has confirmed them. Does not know
// what raises one (the audit of own entries in directory_replica.cpp, own_audit.h) nor how it is
// shown. An alarm never stops a sync. Errors: those of a broken store.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::client {

enum class AlarmKind : std::uint8_t {
    ForeignBundle = 1,     // a bundle under this certificate that this device did not make
    BundleFromBefore = 2,  // the same, but this device was set back to an older copy and forgot
    DeviceAppeared = 3,    // a new certificate for this device's own office
    OwnDeviceRevoked = 4,
    OwnDeviceSuspended = 5,
    RootsChanged = 6,       // of the own agency
    RegistrarsChanged = 7,  // of the own agency
};
// "foreign-bundle", ..: for JSON and the log.
[[nodiscard]] std::string_view text_of(AlarmKind kind);

struct DirectoryAlarm {
    EntryIndex index;  // of the entry that caused it
    AlarmKind kind = AlarmKind::ForeignBundle;
    Hash record;           // that was logged
    std::string sentence;  // plain words: what happened and what to do
    bool operator==(const DirectoryAlarm&) const = default;
};

// Keeps it; the second of the same entry and kind is the first.
[[nodiscard]] Status keep_alarm(storage::Txn& txn, const DirectoryAlarm& alarm);
// All that no person has confirmed yet, oldest first.
[[nodiscard]] Result<std::vector<DirectoryAlarm>> open_alarms(const storage::ReadTxn& txn);
// A person has seen all of them up to this index.
[[nodiscard]] Status confirm_alarms(storage::Txn& txn, EntryIndex up_to);

}  // namespace chapar::client
