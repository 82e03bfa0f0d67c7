#include "broker/core/deadline.h"

#include <algorithm>

#include "broker/core/stream_files.h"
#include "broker/core/tables.h"
#include "schemas/base/layout.h"

namespace chapar::broker {
namespace {

Bytes deadline_key(TimeMs expires, EntryIndex first) {
    return LayoutWriter().u64(expires.value).u64(first.value).take();
}

Result<DeadlineRow> parse(ByteView bytes) {
    LayoutReader in(bytes);
    DeadlineRow row{in.fixed<EnvelopeHash>(), in.u8() != 0, {}};
    const std::uint16_t agencies = in.u16();
    for (std::uint16_t i = 0; i < agencies && in.ok(); ++i) row.waiting.push_back(in.u32());
    if (!in.finish("deadline row")) return Error(Errc::StoreDamaged, "deadline");
    return row;
}

}  // namespace

bool DeadlineRow::waits() const {
    return std::ranges::any_of(waiting, [](std::uint32_t rows) { return rows > 0; });
}

Result<std::optional<DeadlineRow>> read_deadline(const storage::ReadTxn& txn, TimeMs expires,
                                                 EntryIndex first) {
    const auto stored = CHAPAR_TRY(txn.get(kDeadlineTable, deadline_key(expires, first)));
    if (!stored) return std::optional<DeadlineRow>();
    return std::optional<DeadlineRow>(CHAPAR_TRY(parse(*stored)));
}

Status write_deadline(storage::Txn& txn, TimeMs expires, EntryIndex first, const DeadlineRow& row) {
    LayoutWriter out;
    out.raw(row.envelope.view()).u8(row.files ? 1 : 0);
    out.u16(static_cast<std::uint16_t>(row.waiting.size()));
    for (const std::uint32_t rows : row.waiting) out.u32(rows);
    return txn.put(kDeadlineTable, deadline_key(expires, first), out.bytes());
}

Status erase_deadline(storage::Txn& txn, TimeMs expires, EntryIndex first) {
    CHAPAR_TRY(txn.erase(kDeadlineTable, deadline_key(expires, first)));
    return Done{};
}

Status end_deadline(storage::Txn& txn, const DueEnvelope& due) {
    const auto row = CHAPAR_TRY(read_deadline(txn, due.expires, due.first));
    if (!row) return Done{};  // the last row took it, and there were no files
    if (row->waits()) return Error(Errc::StoreDamaged, "deadline");
    CHAPAR_TRY(erase_deadline(txn, due.expires, due.first));
    return release_files(txn, due.first);
}

Result<bool> any_deadline_below(const storage::ReadTxn& txn, EntryIndex end) {
    const auto cursor = txn.cursor(kDeadlineTable);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
        LayoutReader key(cursor->key());
        key.u64();
        if (EntryIndex(key.u64()) < end) return true;
    }
    return false;
}

Result<std::vector<DueEnvelope>> due_envelopes(const storage::ReadTxn& txn, TimeMs time,
                                               std::size_t limit) {
    std::vector<DueEnvelope> due;
    const auto cursor = txn.cursor(kDeadlineTable);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record() && due.size() < limit;
         CHAPAR_TRY(cursor->next())) {
        LayoutReader key(cursor->key());
        const TimeMs expires(key.u64());
        if (expires > time) break;
        const DeadlineRow row = CHAPAR_TRY(parse(cursor->value()));
        due.push_back({expires, EntryIndex(key.u64()), row.envelope});
    }
    return due;
}

Result<std::optional<TimeMs>> earliest_deadline(const storage::ReadTxn& txn) {
    const auto cursor = txn.cursor(kDeadlineTable);
    CHAPAR_TRY(cursor->seek_first());
    if (!cursor->at_record()) return std::optional<TimeMs>();
    LayoutReader key(cursor->key());
    return std::optional<TimeMs>(TimeMs(key.u64()));
}

}  // namespace chapar::broker
