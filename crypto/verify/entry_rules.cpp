#include "crypto/verify/entry_rules.h"

#include <algorithm>

namespace verify {
namespace {

constexpr std::uint8_t kClockHeld = 2;
constexpr std::uint8_t kOpenedEvent = 5, kOverrideEvent = 2, kSteppedEvent = 1;

std::string at(std::uint64_t index) { return "entry " + std::to_string(index); }

bool needs_record(EntryKind kind) {
    return kind == EntryKind::Key || kind == EntryKind::Ladder || kind == EntryKind::Admin ||
           kind == EntryKind::Shred || kind == EntryKind::Hold || kind == EntryKind::Prune;
}

// Before a later ledger's broker has started for the first time.
bool can_be_carried(EntryKind kind) {
    return kind == EntryKind::Admin || kind == EntryKind::Epoch || kind == EntryKind::Key ||
           kind == EntryKind::Policy || kind == EntryKind::Ladder;
}

}  // namespace

void EntryRules::begin(const std::optional<Manifest>& manifest, std::uint64_t start) {
    start_ = start;
    believe_next_ = start > 0;
    if (manifest) directory_.emplace(*manifest);
}

void EntryRules::take(std::uint64_t index, const std::optional<Leaf>& leaf, bool tombstone,
                      const Bytes& body) {
    retention_.pass(index, leaf ? std::optional(leaf->time_ms) : std::nullopt);
    if (tombstone) {
        ++tombstones_;
        tombstone_end_ = index + 1;
        if (!body.empty()) kept_.fail(at(index) + " was pruned, but its body is there");
        return;
    }
    if (!leaf) return kind_.fail(at(index) + " is no leaf");
    check_leaf(*leaf, index);
    check_body(*leaf, body);
}

void EntryRules::check_leaf(const Leaf& leaf, std::uint64_t index) {
    if (believe_next_) {
        believe_next_ = false;
        time_ = leaf.time_ms;
        last_directory_ = leaf.last_directory;
        epoch_ = leaf.epoch - (leaf.kind == EntryKind::Epoch ? 1 : 0);
    }
    if (leaf.index != index) index_.fail(at(index) + " says it is " + at(leaf.index));
    if (leaf.time_ms < time_ || leaf.time_ms % 1000 != 0) {
        order_.fail(at(index) + " is older than the one before it, or not rounded to seconds");
    }
    time_ = std::max(time_, leaf.time_ms);
    exact_time_ = time_;
    const bool known = leaf.kind >= EntryKind::Msg && leaf.kind <= EntryKind::Ladder;
    if (!known || leaf.clock > 2 || leaf.views != (leaf.sealed() ? 2 : 0)) {
        kind_.fail(at(index) + " has an unknown kind, clock flag or number of views");
    }
    if (index == 0 && leaf.kind != EntryKind::Admin)
        kind_.fail("entry 0 does not found the ledger");
    if (leaf.last_directory != last_directory_) {
        chain_.fail(at(index) + " hides or invents a directory entry");
    }
    if (leaf.directory()) last_directory_ = index;
    if (leaf.kind == EntryKind::Epoch) ++epoch_;
    if (leaf.epoch != epoch_) epochs_.fail(at(index) + " has another epoch");
    if (!directory_) return;
    if (carried_whole()) {
        directory_->end_carried();
        check_own_time(leaf);
    } else if (directory_->succession() && !can_be_carried(leaf.kind)) {
        succession_.fail(at(index) + " stands among what was carried over, and cannot be");
    }
}

// Only what is carried over is judged at times before the succession.
void EntryRules::check_own_time(const Leaf& leaf) {
    const auto& follows = directory_->succession();
    if (!follows || leaf.clock != kClockHeld || leaf.time_ms >= follows->made_ms / 1000 * 1000) {
        return;
    }
    succession_.fail(at(leaf.index) + " bears a time before this ledger was begun");
}

void EntryRules::check_body(const Leaf& leaf, const Bytes& body) {
    if (leaf.sealed()) {
        ++sealed_;
        return;
    }
    ++clear_;
    if (clear_body_commit(body) != leaf.body_commit) {
        commit_.fail("the body of " + at(leaf.index) + " is not the one committed to");
    }
    const auto records = parse_body(body);
    if (!records || !records->contains(kEventRecord) || !records->contains(kTimeRecord) ||
        records->at(kEventRecord).size() != 1) {
        return commit_.fail("the body of " + at(leaf.index) + " is no list of records");
    }
    Reader time(records->at(kTimeRecord));
    exact_time_ = time.number(8);
    if (exact_time_ / 1000 * 1000 != leaf.time_ms || !time.complete()) {
        order_.fail("the body of " + at(leaf.index) + " names another time");
    }
    check_event(leaf, *records);
    check_record(leaf, *records);
}

// A step of the clock says how far; nothing else carries one.
void EntryRules::check_event(const Leaf& leaf, const BodyRecords& records) {
    const std::uint8_t event = records.at(kEventRecord).front();
    const auto step = records.find(kStepRecord);
    const bool stepped = leaf.kind == EntryKind::Time && event == kSteppedEvent;
    bool good = stepped == (step != records.end());
    if (stepped && good) {
        Reader in(step->second);
        const std::uint64_t direction = in.number(1);
        in.number(8);
        good = in.complete() && (direction == 1 || direction == 2);
        ++steps_;
    }
    const bool eventless = leaf.kind != EntryKind::Key && leaf.kind != EntryKind::Admin &&
                           leaf.kind != EntryKind::Time;
    const bool beyond = leaf.kind == EntryKind::Time && event > kSteppedEvent;
    if (!good || beyond || (eventless && event != 0))
        kind_.fail(at(leaf.index) + " has an unknown event");
}

void EntryRules::check_record(const Leaf& leaf, const BodyRecords& records) {
    const auto found = records.find(kSignedRecord);
    if (found == records.end()) {
        if (needs_record(leaf.kind)) signed_.fail(at(leaf.index) + " lacks its record");
        return;
    }
    const Place place{leaf.index, exact_time_};
    const std::uint8_t event = records.at(kEventRecord).front();
    const bool key = leaf.kind == EntryKind::Key && event == kOpenedEvent;
    const bool override_entry = leaf.kind == EntryKind::Admin && event == kOverrideEvent;
    const bool kept = leaf.kind == EntryKind::Shred || leaf.kind == EntryKind::Hold ||
                      leaf.kind == EntryKind::Prune || override_entry;
    std::string why = "the centre is not known";
    if (key) {
        if (!retention_.open_key(found->second, leaf.index, why)) {
            signed_.fail(at(leaf.index) + ": " + why);
        }
        return;
    }
    if (!records_judged()) return;
    if (kept) {
        const auto record = parse_record(found->second);
        why = "no signed record";
        if (!record || !directory_ ||
            !retention_.accept(leaf.kind, *record, *directory_, place, why)) {
            kept_.fail(at(leaf.index) + ": " + why);
        } else if (override_entry) {
            name_overridden(*record, leaf.index);
        }
    } else if (!directory_ || !directory_->accept_entry(leaf.kind, records, place, why)) {
        signed_.fail(at(leaf.index) + ": " + why);
    }
}

// The ledger as the persons saw it who let it go on.
void EntryRules::name_overridden(const Record& record, std::uint64_t index) {
    Reader in(record.body);
    in.raw(2);  // version, what is overridden
    const std::uint64_t size = in.number(8);
    overridden_.name(size, in.hash(), index);
}

void EntryRules::finish() {
    if (records_judged() && tombstone_end_ > retention_.pruned_below()) {
        kept_.fail(at(tombstone_end_ - 1) + " was taken out without a PRUNE entry that allows it");
    }
    finish_succession();
}

void EntryRules::finish_succession() {
    const auto follows = succession();
    if (!follows) return;
    std::string why;
    const auto agency_of = [&](const Bytes& key) { return directory_->agency_of_root(key); };
    if (!signed_by_two_agencies(*follows, agency_of, why)) succession_.fail(why);
    if (directory_->carried_until_ms() > follows->made_ms) {
        succession_.fail("a record carried over is newer than the succession");
    }
    if (carried_whole() && directory_->carried() != follows->carried) {
        succession_.fail("the records carried over are not those that were signed for");
    }
}

std::optional<SuccessionOf> EntryRules::succession() const {
    return directory_ && records_judged() ? directory_->succession() : std::nullopt;
}

std::vector<Verdict> EntryRules::verdicts() const {
    const std::size_t records = directory_ ? directory_->records() : 0;
    std::vector<Verdict> out{
        index_.verdict("every entry stands at its index"),
        order_.verdict("time never goes backward; " + std::to_string(steps_) +
                       " steps of the clock are logged"),
        chain_.verdict("no directory entry is hidden"),
        kind_.verdict("every entry is of a known kind"),
        epochs_.verdict(std::to_string(epoch_) + " starts of the broker, in order"),
        commit_.verdict(std::to_string(clear_) + " clear bodies fit; " + std::to_string(sealed_) +
                        " are sealed")};
    if (!records_judged()) return out;
    out.push_back(
        signed_.verdict(std::to_string(records) + " directory records signed by who must"));
    out.push_back(kept_.verdict(
        std::to_string(retention_.shreds()) + " buckets shredded, " + std::to_string(tombstones_) +
        " entries pruned, " + std::to_string(retention_.holds()) + " holds, " +
        std::to_string(retention_.overrides()) + " overrides: signed, and allowed"));
    if (const auto follows = succession()) {
        out.push_back(succession_.verdict(
            "the centre root and roots of two agencies signed that "
            "this ledger follows " +
            follows->old_ledger.origin + (carried_whole() ? ", and what it took over" : "")));
    }
    return out;
}

}  // namespace verify
