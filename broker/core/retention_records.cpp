#include "broker/core/retention_records.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "broker/core/deadline.h"
#include "broker/core/envelope_row.h"
#include "broker/core/holds.h"
#include "broker/core/ledger_key_index.h"
#include "broker/core/ledger_proof.h"
#include "broker/core/ledger_read.h"
#include "broker/core/ledger_tables.h"
#include "broker/core/tables.h"
#include "crypto/override.h"
#include "crypto/retention_rules.h"
#include "schemas/base/limits.h"

namespace chapar::broker {
namespace {

using crypto::Bucket;
using crypto::EntryRange;
using crypto::HoldAction;
using crypto::HoldRecord;
using crypto::LeafKind;

Status put_record(storage::Txn& txn, const Hash& record, EntryIndex entry) {
    return txn.put(kRecordTable, record.view(), number_key(entry.value));
}

Error held(const HoldRecord& hold) {
    return Error(Errc::HoldForbids, hold.agency.text() + " " + std::to_string(hold.number));
}

// The month of the entry where the range begins. What lies at or above the minimum is whole.
Result<bool> forbids(const RecordCase& in, const HoldRecord& hold, const Bucket& bucket,
                     const crypto::ShredPlace& place) {
    const auto reach = crypto::reach_of(hold, bucket, place);
    if (reach != crypto::HoldReach::ByMonth) return reach == crypto::HoldReach::Forbids;
    const auto first = CHAPAR_TRY(read_leaf(in.txn, std::get<EntryRange>(hold.target).from));
    return crypto::reaches_month(crypto::month_of(first.time), bucket);
}

Status no_hold_on(const RecordCase& in, const Bucket& bucket, EntryIndex opened) {
    const crypto::ShredPlace place{opened, CHAPAR_TRY(read_minimum(in.txn)), in.moment.next};
    for (const HoldRecord& hold : CHAPAR_TRY(holds_in_force(in.txn))) {
        if (CHAPAR_TRY(forbids(in, hold, bucket, place))) return held(hold);
    }
    return Done{};
}

// Whoever waits for an envelope opens its ACCEPTED entry. What was accepted in the bucket's month
// is due a life later at the latest: only expiries that are late can still wait.
Status nothing_waits(const RecordCase& in, const Bucket& bucket) {
    const TimeMs due_by = crypto::end_of(bucket.month) + limits::kEnvelopeLife;
    for (const DueEnvelope& due :
         CHAPAR_TRY(due_envelopes(in.txn, due_by, std::numeric_limits<std::size_t>::max()))) {
        const auto row = CHAPAR_TRY(read_envelope(in.txn, due.envelope));
        if (!row || !row->addressing) return Error(Errc::StoreDamaged, "deadline");
        const Addressing& to = *row->addressing;
        if (to.agency != bucket.sender || to.retention != bucket.retention) continue;
        if (std::ranges::find(to.agencies, bucket.recipient) == to.agencies.end()) continue;
        const auto accepted = CHAPAR_TRY(read_leaf(in.txn, due.first));
        if (crypto::month_of(accepted.time) == bucket.month) {
            return Error(Errc::ShredEarly, std::string(kStillWaits));
        }
    }
    return Done{};
}

// Policies are sealed in the bucket of their agency with itself. While one decides, auditors must
// be able to read it.
Status not_policy_in_force(const RecordCase& in, const Bucket& bucket) {
    if (bucket.sender != bucket.recipient) return Done{};
    if (bucket.retention != crypto::RetentionClass::Longer) return Done{};
    const auto policy = CHAPAR_TRY(read_policy(in.txn, bucket.sender));
    if (!policy) return Done{};
    const auto entry = CHAPAR_TRY(entry_of_record(in.txn, as_hash(policy->hash)));
    if (!entry) return Error(Errc::StoreDamaged, "policy");
    const auto leaf = CHAPAR_TRY(read_leaf(in.txn, *entry));
    if (crypto::month_of(leaf.time) != bucket.month) return Done{};
    return Error(Errc::RecordRefused, "the policy in force is sealed in it");
}

Status check_hold_target(const RecordCase& in, const HoldRecord& hold) {
    if (!crypto::may_target(hold.agency, hold.target)) {
        return Error(Errc::RecordRefused, "bucket of other agencies");
    }
    if (hold.action != HoldAction::Set) return Done{};
    const auto* bucket = std::get_if<Bucket>(&hold.target);
    if (bucket != nullptr && CHAPAR_TRY(shred_entry(in.txn, bucket->scope().name()))) {
        return Error(Errc::EntryShredded);
    }
    const auto in_force = CHAPAR_TRY(holds_in_force(in.txn));
    const auto own = std::ranges::count(in_force, hold.agency, &HoldRecord::agency);
    if (std::cmp_greater_equal(own, limits::kHoldsPerAgency)) return Error(Errc::HoldsFull);
    return Done{};
}

// The hold that this record ends, as it will be.
Result<std::optional<HoldEntry>> ended_by(const RecordCase& in, const HoldRecord& record) {
    if (record.action == HoldAction::Set) return std::optional<HoldEntry>();
    auto hold = CHAPAR_TRY(read_hold(in.txn, record.agency, record.released));
    if (!hold || hold->state != HoldState::InForce || hold->record.target != record.target) {
        return Error(Errc::RecordRefused, "hold");
    }
    hold->state = HoldState::Ended;
    return hold;
}

Status no_hold_below(const RecordCase& in, EntryIndex minimum, EntryIndex end) {
    for (const HoldRecord& hold : CHAPAR_TRY(holds_in_force(in.txn))) {
        std::optional<EntryIndex> opened;
        if (const auto* bucket = std::get_if<Bucket>(&hold.target)) {
            opened = CHAPAR_TRY(key_entry(in.txn, bucket->scope().name()));
        }
        if (crypto::forbids_prune(hold, opened, minimum, end)) return held(hold);
    }
    return Done{};
}

Status check_prune(const RecordCase& in, const crypto::PruneRecord& record) {
    crypto::PrunePlace place{CHAPAR_TRY(read_minimum(in.txn)), in.moment.next, in.moment.time,
                             std::nullopt};
    if (record.end > place.minimum && record.end <= place.next) {
        const EntryIndex last(record.end.value - 1);
        place.youngest = CHAPAR_TRY(read_leaf(in.txn, last)).time;
    }
    if (const auto why = crypto::prune_objection(record, place); !why.empty()) {
        return Error(Errc::PruneRefused, std::string(why));
    }
    if (CHAPAR_TRY(any_deadline_below(in.txn, record.end))) {
        return Error(Errc::PruneRefused, std::string(kStillWaits));
    }
    return no_hold_below(in, place.minimum, record.end);
}

// Registrars of all agencies whose records are in force now.
Result<std::vector<SigningPublicKey>> all_registrars(const RecordCase& in) {
    std::vector<SigningPublicKey> out;
    for (const AgencyId& name : CHAPAR_TRY(all_agencies(in.txn))) {
        const auto agency = CHAPAR_TRY(read_agency(in.txn, name));
        const auto registrars = CHAPAR_TRY(read_registrars(in.txn, name));
        if (!agency || !agency->record.validity.holds(in.moment.time)) continue;
        if (!registrars || !registrars->record.validity.holds(in.moment.time)) continue;
        const auto keys = registrars->record.keys();
        out.insert(out.end(), keys.begin(), keys.end());
    }
    return out;
}

}  // namespace

Result<Plan> decide_shred(const RecordCase& in) {
    const auto registrars = CHAPAR_TRY(registrars_in_force(in));
    const auto record = CHAPAR_TRY(crypto::open_shred(in.record, registrars));
    const BucketId name = record.bucket.scope().name();
    const auto opened = CHAPAR_TRY(key_entry(in.txn, name));
    if (!opened) return Error(Errc::RecordRefused, "bucket");
    if (CHAPAR_TRY(shred_entry(in.txn, name))) return Error(Errc::AlreadyExists, "shredded");
    if (in.moment.time < crypto::shreddable_from(record.bucket)) return Error(Errc::ShredEarly);
    CHAPAR_TRY(nothing_waits(in, record.bucket));
    CHAPAR_TRY(no_hold_on(in, record.bucket, *opened));
    CHAPAR_TRY(not_policy_in_force(in, record.bucket));
    Plan plan = admitted(in, LeafKind::Shred, crypto::kNoEvent);
    plan.outcome.effects.shredded.push_back(name);
    plan.write = [name, hash = in.hash, entry = in.moment.next](storage::Txn& txn) -> Status {
        CHAPAR_TRY(put_shred_entry(txn, name, entry));
        return put_record(txn, hash, entry);
    };
    return plan;
}

Result<Plan> decide_hold(const RecordCase& in) {
    const auto registrars = CHAPAR_TRY(registrars_in_force(in));
    auto record = CHAPAR_TRY(crypto::open_hold(in.record, registrars));
    if (record.number != CHAPAR_TRY(last_hold_number(in.txn, record.agency)) + 1) {
        return Error(Errc::RecordSequence);
    }
    CHAPAR_TRY(check_hold_target(in, record));
    const auto ended = CHAPAR_TRY(ended_by(in, record));
    const auto state = record.action == HoldAction::Set ? HoldState::InForce : HoldState::Ended;
    Plan plan = admitted(in, LeafKind::Hold, crypto::kNoEvent);
    plan.write =
        [ended, hash = in.hash,
         hold = HoldEntry{in.moment.next, state, std::move(record)}](storage::Txn& txn) -> Status {
        if (ended) CHAPAR_TRY(put_hold(txn, *ended));
        CHAPAR_TRY(put_hold(txn, hold));
        return put_record(txn, hash, hold.entry);
    };
    return plan;
}

Result<Plan> decide_prune(const RecordCase& in) {
    const auto record = CHAPAR_TRY(crypto::open_prune(in.record, in.centre.root));
    CHAPAR_TRY(check_prune(in, record));
    Plan plan = admitted(in, LeafKind::Prune, crypto::kNoEvent);
    plan.outcome.effects.pruned = true;
    plan.write = [end = record.end, hash = in.hash,
                  entry = in.moment.next](storage::Txn& txn) -> Status {
        CHAPAR_TRY(write_minimum(txn, end));
        return put_record(txn, hash, entry);
    };
    return plan;
}

Result<Plan> decide_override(const RecordCase& in) {
    const auto registrars = CHAPAR_TRY(all_registrars(in));
    const auto record = CHAPAR_TRY(crypto::open_override(in.record, in.centre.root, registrars));
    if (record.size > in.moment.frontier.size()) return Error(Errc::OverrideOther, "size");
    const Hash root = CHAPAR_TRY(root_at(in.txn, in.moment.frontier, record.size));
    if (record.root != root) return Error(Errc::OverrideOther, "root");
    if (!record.validity.holds(in.moment.time)) return Error(Errc::SlipTimes);
    Plan plan = admitted(in, LeafKind::Admin, event_number(crypto::AdminEvent::Override));
    plan.write = [hash = in.hash, entry = in.moment.next](storage::Txn& txn) {
        return put_record(txn, hash, entry);
    };
    return plan;
}

}  // namespace chapar::broker
