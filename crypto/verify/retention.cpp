#include "crypto/verify/retention.h"

#include <algorithm>

#include "crypto/verify/tree.h"

namespace verify {
namespace {

constexpr std::uint64_t kOverrideSpan = 7 * kOneDay;
constexpr std::size_t kLongestText = 512;

bool refuse(std::string& why, const std::string& sentence) {
    why = sentence;
    return false;
}

bool is_text(const Bytes& text) { return !text.empty() && text.size() <= kLongestText; }

}  // namespace

std::optional<KeyScope> read_key_scope(Reader& in) {
    KeyScope out;
    const std::uint64_t version = in.number(1), purpose = in.number(1);
    out.first = in.name();
    out.second = in.name();
    out.retention = static_cast<std::uint8_t>(in.number(1));
    out.month = static_cast<std::uint32_t>(in.number(4));
    if (!in.ok() || version != 1 || purpose < 1 || purpose > 3) return std::nullopt;
    out.purpose = static_cast<KeyPurpose>(purpose);
    const bool bucket = out.purpose == KeyPurpose::Bucket;
    if (bucket ? out.retention < 1 || out.retention > kLongestClass : out.retention != 0) {
        return std::nullopt;
    }
    out.bytes = {1, static_cast<std::uint8_t>(purpose)};
    for (const std::string& agency : {out.first, out.second}) {
        out.bytes.push_back(static_cast<std::uint8_t>(agency.size()));
        out.bytes.insert(out.bytes.end(), agency.begin(), agency.end());
    }
    out.bytes.push_back(out.retention);
    for (int shift = 24; shift >= 0; shift -= 8) {
        out.bytes.push_back(static_cast<std::uint8_t>(out.month >> shift));
    }
    out.name = labelled_hash("ledger-key", out.bytes);
    return out;
}

void Retention::pass(std::uint64_t index, std::optional<std::uint64_t> leaf_time_ms) {
    while (leaf_time_ms && unseen_ < boundaries_.size()) {
        boundaries_.at(unseen_++).from = leaf_time_ms;
    }
    if (leaf_time_ms) {
        newest_leaf_ = leaf_time_ms;
        const std::uint32_t month = month_of(*leaf_time_ms);
        if (months_.empty() || months_.back().month != month) months_.push_back({month, index});
        months_.back().last = index;
    }
    if (boundaries_.empty()) {
        boundaries_.emplace_back();  // that of entry 0, which nothing is below
        unseen_ = 1;
    }
    if ((index + 1) % kPruneUnit == 0) {
        boundaries_.push_back({newest_leaf_, std::nullopt, leaf_time_ms.has_value()});
    }
}

bool Retention::open_key(const Bytes& record, std::uint64_t index, std::string& why) {
    Reader in(record);
    const auto scope = read_key_scope(in);
    const std::uint64_t copies = in.number(1);
    in.raw(112 * copies);
    if (!scope || !in.complete() || copies < 1 || copies > 3) {
        return refuse(why, "a damaged record of a ledger key");
    }
    if (!keys_.emplace(scope->name, index).second) {
        return refuse(why, "a ledger key that was opened before");
    }
    names_.emplace(index, scope->name);
    return true;
}

bool Retention::accept(EntryKind kind, const Record& record, const Directory& directory,
                       Place place, std::string& why) {
    if (kind == EntryKind::Shred && record.type == kShred) {
        return shred(record, directory, place, why);
    }
    if (kind == EntryKind::Hold && record.type == kHold) {
        return hold(record, directory, place, why);
    }
    if (kind == EntryKind::Prune && record.type == kPrune) {
        return prune(record, directory, place, why);
    }
    if (kind == EntryKind::Admin && record.type == kOverride) {
        return override_stop(record, directory, place, why);
    }
    return refuse(why, "a record that does not belong here");
}

std::optional<std::uint32_t> Retention::month_from(std::uint64_t index) const {
    const auto found =
        std::lower_bound(months_.begin(), months_.end(), index,
                         [](const Month& row, std::uint64_t wanted) { return row.last < wanted; });
    if (found == months_.end()) return std::nullopt;
    return found->month;
}

bool Retention::forbids(const Hold& hold, const Bucket& bucket, const ShredPlace& place) const {
    const HoldReach reach = reach_of(hold, bucket, place);
    if (reach != HoldReach::ByMonth) return reach == HoldReach::Forbids;
    return reaches_month(month_from(hold.from), bucket);
}

bool Retention::shred(const Record& record, const Directory& directory, Place place,
                      std::string& why) {
    Reader in(record.body);
    in.number(1);
    const auto bucket = Bucket::read(in);
    const Bytes basis = in.counted(2);
    if (!bucket || !in.complete() || !is_text(basis)) {
        return refuse(why, "a damaged shred record");
    }
    if (!directory.by_registrars(record, bucket->sender, place, why)) return false;
    const Hash name = bucket->name();
    const auto opened = keys_.find(name);
    if (opened == keys_.end() || shredded_.contains(name)) {
        return refuse(why, "it shreds no bucket that is open");
    }
    if (place.time_ms < shreddable_from(*bucket)) return refuse(why, "it shreds too early");
    for (const auto& [number, held] : in_force_) {
        if (forbids(held, *bucket, {opened->second, minimum_, place.index})) {
            return refuse(why, "it shreds what is on hold");
        }
    }
    shredded_.emplace(name, place.index);
    return true;
}

bool Retention::may_set(const Hold& hold, std::string& why) const {
    if (hold.bucket && shredded_.contains(hold.bucket->name())) {
        return refuse(why, "a hold on what was shredded");
    }
    const auto own = std::count_if(in_force_.begin(), in_force_.end(),
                                   [&](const auto& row) { return row.first.first == hold.agency; });
    if (static_cast<std::size_t>(own) >= kHoldsPerAgency) {
        return refuse(why, "more holds than an agency may have in force");
    }
    return true;
}

bool Retention::hold(const Record& record, const Directory& directory, Place place,
                     std::string& why) {
    Reader in(record.body);
    in.number(1);
    Hold target;
    target.agency = in.name();
    const std::uint64_t number = in.number(8), action = in.number(1), what = in.number(1);
    if (what == 1) {
        target.bucket = Bucket::read(in);
    } else {
        target.from = in.number(8);
        target.to = in.number(8);
    }
    const std::uint64_t released = in.number(8);
    const Bytes reason = in.counted(2);
    const bool targets = target.bucket ? what == 1 : what == 2 && target.from < target.to;
    if (!in.complete() || action < 1 || action > 2 || !targets || !is_text(reason)) {
        return refuse(why, "a damaged hold record");
    }
    if (!directory.by_registrars(record, target.agency, place, why)) return false;
    if (number != last_hold_[target.agency] + 1) return refuse(why, "a hold out of its number");
    if (!may_target(target)) return refuse(why, "a hold on a bucket of others");
    if (action == 2) {
        const auto held = in_force_.find({target.agency, released});
        if (held == in_force_.end() || held->second != target) {
            return refuse(why, "it releases no hold that is in force");
        }
        in_force_.erase(held);
    } else if (released != 0) {
        return refuse(why, "a new hold that releases another");
    } else if (!may_set(target, why)) {
        return false;
    } else {
        in_force_.emplace(std::pair(target.agency, number), target);
    }
    last_hold_[target.agency] = number;
    ++holds_;
    return true;
}

bool Retention::prune(const Record& record, const Directory& directory, Place place,
                      std::string& why) {
    Reader in(record.body);
    in.number(1);
    const std::uint64_t end = in.number(8), before = in.number(8);
    const Hash archive = in.hash();
    const Bytes policy = in.counted(2);
    if (!in.complete() || !is_text(policy)) return refuse(why, "a damaged prune record");
    if (!directory.by_root(record)) return refuse(why, "the centre root did not sign it");
    PrunePlace there{minimum_, place.index, place.time_ms, {}};
    if (end / kPruneUnit < boundaries_.size()) {
        there.youngest = boundaries_.at(end / kPruneUnit).below;
    }
    if (const auto objection = prune_objection(end, before, there); !objection.empty()) {
        return refuse(why, std::string(objection));
    }
    // Entry 0 is never pruned: something is left below every end.
    if (!there.youngest) return refuse(why, "it prunes what was never there");
    for (const auto& [number, held] : in_force_) {
        std::optional<std::uint64_t> opened;
        if (held.bucket) {
            const auto key = keys_.find(held.bucket->name());
            if (key != keys_.end()) opened = key->second;
        }
        if (forbids_prune(held, opened, minimum_, end)) {
            return refuse(why, "it prunes what is on hold");
        }
    }
    minimum_ = end;
    prunings_.push_back({place.index, end, archive, is_shown(end, before)});
    return true;
}

// Times never run backward: the last entry that goes is the youngest. Where it
// is gone already, the whole leaves before and behind it bound its time.
bool Retention::is_shown(std::uint64_t end, std::uint64_t before) const {
    const Boundary& at = boundaries_.at(end / kPruneUnit);
    return at.exact || (at.from && before >= kOneSecond && *at.from <= before - kOneSecond);
}

bool Retention::override_stop(const Record& record, const Directory& directory, Place place,
                              std::string& why) {
    Reader in(record.body);
    in.number(1);
    const std::uint64_t what = in.number(1), size = in.number(8);
    in.hash();  // root: past_roots.h
    in.hash();  // stop
    const std::uint64_t from = in.number(8), to = in.number(8);
    const Bytes reason = in.counted(2);
    if (!in.complete() || what < 1 || what > 2 || !is_text(reason) || from >= to ||
        to - from > kOverrideSpan) {
        return refuse(why, "a damaged override record");
    }
    if (!directory.by_root_and_registrar(record, place)) {
        return refuse(why, "it is not signed by the centre root and a registrar in force");
    }
    if (size > place.index || place.time_ms < from || place.time_ms >= to) {
        return refuse(why, "an override out of its time or size");
    }
    ++overrides_;
    return true;
}

std::optional<std::uint64_t> Retention::shred_entry(std::uint64_t key_entry) const {
    const auto name = names_.find(key_entry);
    if (name == names_.end()) return std::nullopt;
    const auto shred = shredded_.find(name->second);
    if (shred == shredded_.end()) return std::nullopt;
    return shred->second;
}

}  // namespace verify
