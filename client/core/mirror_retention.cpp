#include "client/core/mirror_retention.h"

#include <algorithm>
#include <utility>

#include "client/core/ledger_mirror.h"
#include "client/core/mirror_keys.h"
#include "client/core/mirror_tables.h"
#include "client/core/store_keys.h"
#include "crypto/retention_rules.h"
#include "schemas/base/limits.h"

namespace chapar::client {
namespace {

using crypto::Bucket;
using crypto::EntryRange;
using crypto::HoldAction;
using crypto::HoldRecord;
using directory_ingest::Ingestion;
using directory_ingest::Placed;

enum class HoldState : std::uint8_t { InForce = 1, Ended = 2 };

Error held(const HoldRecord& hold) {
    return Error(Errc::HoldForbids, hold.agency.text() + " " + std::to_string(hold.number));
}

struct Hold {
    HoldState state;
    HoldRecord record;
};

Result<Hold> read_hold(ByteView row) {
    LayoutReader in(row);
    const auto state = static_cast<HoldState>(in.u8());
    if (!in.ok()) return Error(Errc::StoreDamaged, "mirror.hold");
    return Hold{state, CHAPAR_TRY(HoldRecord::decode(row.subspan(1)))};
}

Bytes hold_key(const AgencyId& agency, std::uint64_t number) {
    return numbered_key(name_key(agency.text()), number);
}

Status put_hold(storage::Txn& txn, HoldState state, const HoldRecord& record) {
    const Bytes body = record.encode();
    const Bytes row = LayoutWriter().u8(static_cast<std::uint8_t>(state)).raw(body).take();
    return txn.put(tables::kMirrorHolds, hold_key(record.agency, record.number), row);
}

Result<std::vector<HoldRecord>> holds_in_force(const storage::ReadTxn& txn) {
    std::vector<HoldRecord> out;
    const auto cursor = txn.cursor(tables::kMirrorHolds);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
        auto hold = CHAPAR_TRY(read_hold(cursor->value()));
        if (hold.state == HoldState::InForce) out.push_back(std::move(hold.record));
    }
    return out;
}

Result<std::uint64_t> last_number(const storage::ReadTxn& txn, const AgencyId& agency) {
    const Bytes name = name_key(agency.text());
    const auto cursor = txn.cursor(tables::kMirrorHolds);
    CHAPAR_TRY(cursor->seek_before(hold_key(agency, ~std::uint64_t{0})));
    if (!cursor->at_record() || !starts_with(cursor->key(), name)) return std::uint64_t{0};
    return number_at_end(cursor->key());
}

// Times never run backward, so a whole leaf bounds those of the tombstones beside it. Empty: there
// is no whole leaf on that side. `to` excluded.
Result<std::optional<TimeMs>> first_time_in(const storage::ReadTxn& txn, EntryIndex from,
                                            EntryIndex to) {
    for (; from < to; from = from.next()) {
        const ByteView row = CHAPAR_TRY(mirror_leaf(txn, from));
        if (crypto::is_tombstone(row)) continue;
        return std::optional(CHAPAR_TRY(crypto::Leaf::decode(row)).time);
    }
    return std::optional<TimeMs>();
}
Result<std::optional<TimeMs>> last_time_below(const storage::ReadTxn& txn, EntryIndex end) {
    for (std::uint64_t at = end.value; at-- > 0;) {
        const ByteView row = CHAPAR_TRY(mirror_leaf(txn, EntryIndex(at)));
        if (crypto::is_tombstone(row)) continue;
        return std::optional(CHAPAR_TRY(crypto::Leaf::decode(row)).time);
    }
    return std::optional<TimeMs>();
}

Result<bool> forbids(const storage::ReadTxn& txn, const HoldRecord& hold, const Bucket& bucket,
                     const crypto::ShredPlace& place) {
    const auto reach = crypto::reach_of(hold, bucket, place);
    if (reach != crypto::HoldReach::ByMonth) return reach == crypto::HoldReach::Forbids;
    const EntryIndex from = std::get<EntryRange>(hold.target).from;
    const auto first = CHAPAR_TRY(first_time_in(txn, from, place.next));
    if (!first) return false;
    return crypto::reaches_month(crypto::month_of(*first), bucket);
}

Status no_hold_below(const storage::ReadTxn& txn, EntryIndex minimum, EntryIndex end) {
    for (const HoldRecord& hold : CHAPAR_TRY(holds_in_force(txn))) {
        std::optional<EntryIndex> opened;
        if (const auto* bucket = std::get_if<Bucket>(&hold.target)) {
            opened = CHAPAR_TRY(opened_by(txn, bucket->scope().name()));
        }
        if (crypto::forbids_prune(hold, opened, minimum, end)) return held(hold);
    }
    return Done{};
}

Status check_target(const storage::ReadTxn& txn, const HoldRecord& hold) {
    if (!crypto::may_target(hold.agency, hold.target)) {
        return Error(Errc::RecordRefused, "bucket of other agencies");
    }
    if (hold.action != HoldAction::Set) return Done{};
    const auto* bucket = std::get_if<Bucket>(&hold.target);
    if (bucket != nullptr && CHAPAR_TRY(shredded_at(txn, bucket->scope().name()))) {
        return Error(Errc::RecordRefused, "a bucket that was shredded");
    }
    const auto in_force = CHAPAR_TRY(holds_in_force(txn));
    const auto own = std::ranges::count(in_force, hold.agency, &HoldRecord::agency);
    if (std::cmp_greater_equal(own, limits::kHoldsPerAgency)) return Error(Errc::HoldsFull);
    return Done{};
}

}  // namespace

Result<std::vector<HoldRecord>> holds_on(const storage::ReadTxn& txn, const Bucket& bucket,
                                         const crypto::ShredPlace& place) {
    std::vector<HoldRecord> out;
    for (HoldRecord& hold : CHAPAR_TRY(holds_in_force(txn))) {
        if (CHAPAR_TRY(forbids(txn, hold, bucket, place))) out.push_back(std::move(hold));
    }
    return out;
}

Status take_shred(Ingestion& in, const Placed& placed, EntryIndex minimum) {
    const auto registrars = CHAPAR_TRY(directory_ingest::signing_registrars(in, placed));
    const auto record = CHAPAR_TRY(crypto::open_shred(placed.record, registrars));
    const BucketId name = record.bucket.scope().name();
    const auto opened = CHAPAR_TRY(opened_by(in.txn, name));
    if (!opened) return Error(Errc::RecordRefused, "no bucket that was opened");
    if (CHAPAR_TRY(shredded_at(in.txn, name))) return Error(Errc::RecordSequence, "shredded twice");
    if (placed.time < crypto::shreddable_from(record.bucket)) return Error(Errc::ShredEarly);
    const auto holds =
        CHAPAR_TRY(holds_on(in.txn, record.bucket, {*opened, minimum, placed.index}));
    if (!holds.empty()) return held(holds.front());
    return note_shredded(in.txn, placed.index, name);
}

Status take_hold(Ingestion& in, const Placed& placed) {
    const auto registrars = CHAPAR_TRY(directory_ingest::signing_registrars(in, placed));
    const auto record = CHAPAR_TRY(crypto::open_hold(placed.record, registrars));
    if (record.number != CHAPAR_TRY(last_number(in.txn, record.agency)) + 1) {
        return Error(Errc::RecordSequence);
    }
    CHAPAR_TRY(check_target(in.txn, record));
    if (record.action == HoldAction::Set) return put_hold(in.txn, HoldState::InForce, record);
    const auto row =
        CHAPAR_TRY(in.txn.get(tables::kMirrorHolds, hold_key(record.agency, record.released)));
    if (!row) return Error(Errc::RecordRefused, "hold");
    const Hold ended = CHAPAR_TRY(read_hold(*row));
    if (ended.state != HoldState::InForce || ended.record.target != record.target) {
        return Error(Errc::RecordRefused, "hold");
    }
    CHAPAR_TRY(put_hold(in.txn, HoldState::Ended, ended.record));
    return put_hold(in.txn, HoldState::Ended, record);
}

Status take_prune(Ingestion& in, const Placed& placed, EntryIndex& minimum) {
    const auto record =
        CHAPAR_TRY(crypto::open_prune(placed.record, in.card.manifest().centre_root));
    crypto::PrunePlace place{minimum, placed.index, placed.time, std::nullopt};
    if (record.end <= placed.index) {
        place.youngest = CHAPAR_TRY(last_time_below(in.txn, record.end));
    }
    if (const auto why = crypto::prune_objection(record, place); !why.empty()) {
        return Error(Errc::PruneRefused, std::string(why));
    }
    CHAPAR_TRY(no_hold_below(in.txn, minimum, record.end));
    minimum = record.end;
    return Done{};
}

}  // namespace chapar::client
