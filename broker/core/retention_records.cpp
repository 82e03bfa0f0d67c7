#include "broker/core/retention_records.h"

#include <algorithm>

#include "broker/core/holds.h"
#include "broker/core/ledger_key_index.h"
#include "broker/core/ledger_read.h"
#include "broker/core/ledger_tables.h"
#include "broker/core/mailbox.h"
#include "broker/core/tables.h"
#include "broker/core/tile_geometry.h"
#include "crypto/override.h"

namespace chapar::broker {
namespace {

using crypto::Bucket;
using crypto::EntryRange;
using crypto::HoldAction;
using crypto::HoldRecord;
using crypto::LeafKind;

Error refused(const char* what) { return Error(Errc::PruneRefused, what); }

Status put_record(storage::Txn& txn, const Hash& record, EntryIndex entry) {
    return txn.put(kRecordTable, record.view(), number_key(entry.value));
}

// Whether an entry of the bucket can lie in the range. What was pruned is taken as old enough: its
// leaf may be gone or not.
Result<bool> can_contain(const RecordCase& in, const EntryRange& range, const Bucket& bucket,
                         EntryIndex opened) {
    if (range.to <= opened || range.from >= in.moment.next) return false;
    if (range.from < CHAPAR_TRY(read_minimum(in.txn))) return true;
    const auto first = CHAPAR_TRY(read_leaf(in.txn, range.from));
    return crypto::month_of(first.time) <= bucket.month;
}

Status no_hold_on(const RecordCase& in, const Bucket& bucket, EntryIndex opened) {
    for (const HoldRecord& hold : CHAPAR_TRY(holds_in_force(in.txn))) {
        const auto* held = std::get_if<Bucket>(&hold.target);
        const bool forbids =
            held != nullptr
                ? *held == bucket
                : CHAPAR_TRY(can_contain(in, std::get<EntryRange>(hold.target), bucket, opened));
        if (forbids) {
            return Error(Errc::HoldForbids, hold.agency.text() + " " + std::to_string(hold.number));
        }
    }
    return Done{};
}

// Policies are sealed in the bucket of their agency with itself. While one decides, auditors must
// be able to read it.
Status not_policy_in_force(const RecordCase& in, const Bucket& bucket) {
    if (bucket.sender != bucket.recipient) return Done{};
    const auto policy = CHAPAR_TRY(read_policy(in.txn, bucket.sender));
    if (!policy) return Done{};
    const auto entry = CHAPAR_TRY(entry_of_record(in.txn, as_hash(policy->hash)));
    if (!entry) return Error(Errc::StoreDamaged, "policy");
    const auto leaf = CHAPAR_TRY(read_leaf(in.txn, *entry));
    if (crypto::month_of(leaf.time) != bucket.month) return Done{};
    return Error(Errc::RecordRefused, "the policy in force is sealed in it");
}

Status check_hold_target(const RecordCase& in, const HoldRecord& hold) {
    const auto* bucket = std::get_if<Bucket>(&hold.target);
    if (bucket == nullptr) return Done{};
    if (bucket->sender != hold.agency && bucket->recipient != hold.agency) {
        return Error(Errc::RecordRefused, "bucket of other agencies");
    }
    if (hold.action == HoldAction::Set && CHAPAR_TRY(shred_entry(in.txn, bucket->scope().name()))) {
        return Error(Errc::EntryShredded);
    }
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
        bool forbids = false;
        if (const auto* bucket = std::get_if<Bucket>(&hold.target)) {
            const auto opened = CHAPAR_TRY(key_entry(in.txn, bucket->scope().name()));
            forbids = opened && *opened < end;
        } else {
            const auto& range = std::get<EntryRange>(hold.target);
            forbids = range.from < end && range.to > minimum;
        }
        if (forbids) {
            return Error(Errc::HoldForbids, hold.agency.text() + " " + std::to_string(hold.number));
        }
    }
    return Done{};
}

Status check_prune(const RecordCase& in, const crypto::PruneRecord& record) {
    const EntryIndex minimum = CHAPAR_TRY(read_minimum(in.txn));
    if (record.end.value % kTileWidth != 0) return refused("end is no multiple of 256");
    if (record.end <= minimum) return refused("pruned before");
    if (record.end > in.moment.next) return refused("end beyond the ledger");
    // The first comparison keeps the sum from overflowing.
    if (record.before > in.moment.time || record.before + kPruneAfter > in.moment.time) {
        return refused("not a year old");
    }
    // Times never run backward: the last entry that goes is the youngest.
    const auto last = CHAPAR_TRY(read_leaf(in.txn, EntryIndex(record.end.value - 1)));
    if (last.time + kSecond > record.before) return refused("an entry is younger");
    if (CHAPAR_TRY(any_deadline_below(in.txn, record.end))) {
        return refused("an envelope still waits");
    }
    return no_hold_below(in, minimum, record.end);
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
    if (in.moment.time < crypto::end_of(record.bucket.month) + kShredAfter) {
        return Error(Errc::ShredEarly);
    }
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
    if (record.size.value > in.moment.next.value) return Error(Errc::RecordRefused, "size");
    if (!record.validity.holds(in.moment.time)) return Error(Errc::SlipTimes);
    Plan plan = admitted(in, LeafKind::Admin, event_number(crypto::AdminEvent::Override));
    plan.outcome.effects.overridden = record.what;
    plan.write = [hash = in.hash, entry = in.moment.next](storage::Txn& txn) {
        return put_record(txn, hash, entry);
    };
    return plan;
}

}  // namespace chapar::broker
