// Until when an accepted envelope is kept, and what it is still kept for.
//
// Owns: the table `deadline`: u64 expiresAt || u64 first index -> eh[32], u8 1: files are held,
// u16 n x u32 rows that wait, one for each recipient agency in the order of its ACCEPTED entries.
// Does not know the rows themselves (mailbox.h). Errors: StoreDamaged.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"
#include "storage/store.h"

namespace chapar::broker {

// What a deadline still keeps: rows in mailboxes, and files if the envelope has any.
struct DeadlineRow {
    EnvelopeHash envelope;
    bool files = false;
    std::vector<std::uint32_t> waiting;  // by agency: entry `first + i` is waiting[i]'s

    [[nodiscard]] bool waits() const;
};

[[nodiscard]] Result<std::optional<DeadlineRow>> read_deadline(const storage::ReadTxn& txn,
                                                               TimeMs expires, EntryIndex first);
[[nodiscard]] Status write_deadline(storage::Txn& txn, TimeMs expires, EntryIndex first,
                                    const DeadlineRow& row);
[[nodiscard]] Status erase_deadline(storage::Txn& txn, TimeMs expires, EntryIndex first);

struct DueEnvelope {
    TimeMs expires;
    EntryIndex first;
    EnvelopeHash envelope;
};
// Envelopes with waiting rows or files whose deadline is at or before `time`, the earliest first.
[[nodiscard]] Result<std::vector<DueEnvelope>> due_envelopes(const storage::ReadTxn& txn,
                                                             TimeMs time, std::size_t limit);
// The end of an envelope whose rows have all gone: gives up its files, if it has any.
[[nodiscard]] Status end_deadline(storage::Txn& txn, const DueEnvelope& due);
[[nodiscard]] Result<std::optional<TimeMs>> earliest_deadline(const storage::ReadTxn& txn);

// Whether an envelope that was accepted below `end` still waits, or holds files.
[[nodiscard]] Result<bool> any_deadline_below(const storage::ReadTxn& txn, EntryIndex end);

}  // namespace chapar::broker
