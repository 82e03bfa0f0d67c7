#include "crypto/verify/retention.h"

#include "crypto/verify/tree.h"

namespace verify {
namespace {

constexpr std::uint64_t kDay = 86'400'000;
constexpr std::uint64_t kShredAfter = 38 * kDay, kPruneAfter = 365 * kDay, kOverrideSpan = 7 * kDay;
constexpr std::uint64_t kSecond = 1000, kTile = 256;
constexpr std::size_t kLongestText = 512;

// Days since 1970-01-01 of a civil date (proleptic Gregorian).
std::int64_t days_of(std::int64_t year, unsigned month, unsigned day) {
    year -= month <= 2 ? 1 : 0;
    const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    const auto of_era = static_cast<unsigned>(year - era * 400);
    const unsigned of_year = (153 * (month + (month > 2 ? -3U : 9U)) + 2) / 5 + day - 1;
    return era * 146'097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719'468;
}

std::uint64_t end_of_month(std::uint32_t yyyymm) {
    const std::uint32_t month = yyyymm % 100, year = yyyymm / 100;
    const std::int64_t days = month == 12 ? days_of(year + 1, 1, 1) : days_of(year, month + 1, 1);
    return static_cast<std::uint64_t>(days) * kDay;
}

// TH("ledger-key", scope of the bucket of this month).
Hash bucket_name(const std::string& sender, const std::string& recipient, std::uint32_t month) {
    Bytes scope{1, static_cast<std::uint8_t>(KeyPurpose::Bucket)};
    for (const std::string& agency : {sender, recipient}) {
        scope.push_back(static_cast<std::uint8_t>(agency.size()));
        scope.insert(scope.end(), agency.begin(), agency.end());
    }
    for (int shift = 24; shift >= 0; shift -= 8) {
        scope.push_back(static_cast<std::uint8_t>(month >> shift));
    }
    return labelled_hash("ledger-key", scope);
}

bool refuse(std::string& why, const std::string& sentence) {
    why = sentence;
    return false;
}

bool is_text(const Bytes& text) { return !text.empty() && text.size() <= kLongestText; }

}  // namespace

std::uint32_t month_of(std::uint64_t time_ms) {
    const auto days = static_cast<std::int64_t>(time_ms / kDay);
    // Civil date from days, the inverse of days_of.
    const std::int64_t z = days + 719'468;
    const std::int64_t era = z / 146'097;
    const auto doe = static_cast<unsigned>(z - era * 146'097);
    const unsigned yoe = (doe - doe / 1460 + doe / 36'524 - doe / 146'096) / 365;
    const unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    const unsigned mp = (5 * doy + 2) / 153;
    const unsigned month = mp < 10 ? mp + 3 : mp - 9;
    const auto year = static_cast<std::uint32_t>(yoe + era * 400 + (month <= 2 ? 1 : 0));
    return year * 100 + month;
}

std::optional<KeyScope> read_key_scope(Reader& in) {
    KeyScope out;
    const std::uint64_t version = in.number(1), purpose = in.number(1);
    out.first = in.name();
    out.second = in.name();
    out.month = static_cast<std::uint32_t>(in.number(4));
    if (!in.ok() || version != 1 || purpose < 1 || purpose > 3) return std::nullopt;
    out.purpose = static_cast<KeyPurpose>(purpose);
    out.bytes = {1, static_cast<std::uint8_t>(purpose)};
    for (const std::string& agency : {out.first, out.second}) {
        out.bytes.push_back(static_cast<std::uint8_t>(agency.size()));
        out.bytes.insert(out.bytes.end(), agency.begin(), agency.end());
    }
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
    if (leaf_time_ms) newest_leaf_ = leaf_time_ms;
    if (boundaries_.empty()) {
        boundaries_.emplace_back();  // that of entry 0, which nothing is below
        unseen_ = 1;
    }
    if ((index + 1) % kTile == 0) {
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
    if (!keys_.emplace(scope->name, Opened{index, scope->month}).second) {
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

bool Retention::shred(const Record& record, const Directory& directory, Place place,
                      std::string& why) {
    Reader in(record.body);
    in.number(1);
    const std::string sender = in.name(), recipient = in.name();
    const auto month = static_cast<std::uint32_t>(in.number(4));
    const Bytes basis = in.counted(2);
    if (!in.complete() || !is_text(basis) || month % 100 < 1 || month % 100 > 12) {
        return refuse(why, "a damaged shred record");
    }
    if (!directory.by_registrars(record, sender, place, why)) return false;
    const Hash name = bucket_name(sender, recipient, month);
    const auto opened = keys_.find(name);
    if (opened == keys_.end() || shredded_.contains(name)) {
        return refuse(why, "it shreds no bucket that is open");
    }
    if (place.time_ms < end_of_month(month) + kShredAfter)
        return refuse(why, "it shreds too early");
    for (const auto& [number, held] : in_force_) {
        const bool held_range = held.range && held.to > opened->second.index;
        if (held_range || (!held.range && held.bucket == name)) {
            return refuse(why, "it shreds what is on hold");
        }
    }
    shredded_.emplace(name, place.index);
    return true;
}

bool Retention::hold(const Record& record, const Directory& directory, Place place,
                     std::string& why) {
    Reader in(record.body);
    in.number(1);
    const std::string agency = in.name();
    const std::uint64_t number = in.number(8), action = in.number(1), what = in.number(1);
    Hold target{what == 2, {}, 0, 0, 0};
    if (target.range) {
        target.from = in.number(8);
        target.to = in.number(8);
    } else {
        const std::string sender = in.name(), recipient = in.name();
        target.month = static_cast<std::uint32_t>(in.number(4));
        target.bucket = bucket_name(sender, recipient, target.month);
    }
    const std::uint64_t released = in.number(8);
    const Bytes reason = in.counted(2);
    if (!in.complete() || action < 1 || action > 2 || what < 1 || what > 2 || !is_text(reason) ||
        (target.range && target.from >= target.to)) {
        return refuse(why, "a damaged hold record");
    }
    if (!directory.by_registrars(record, agency, place, why)) return false;
    if (number != last_hold_[agency] + 1) return refuse(why, "a hold out of its number");
    if (action == 2) {
        const auto held = in_force_.find({agency, released});
        if (held == in_force_.end() || held->second != target) {
            return refuse(why, "it releases no hold that is in force");
        }
        in_force_.erase(held);
    } else if (released != 0) {
        return refuse(why, "a new hold that releases another");
    } else {
        in_force_.emplace(std::pair(agency, number), target);
    }
    last_hold_[agency] = number;
    ++holds_;
    return true;
}

bool Retention::prune(const Record& record, const Directory& directory, Place place,
                      std::string& why) {
    Reader in(record.body);
    in.number(1);
    const std::uint64_t end = in.number(8), before = in.number(8);
    in.hash();  // of the archive that holds them
    const Bytes policy = in.counted(2);
    if (!in.complete() || !is_text(policy)) return refuse(why, "a damaged prune record");
    if (!directory.by_root(record)) return refuse(why, "the centre root did not sign it");
    // Subtracted, for a sum could wrap.
    if (end % kTile != 0 || end <= minimum_ || end > place.index || place.time_ms < kPruneAfter ||
        before > place.time_ms - kPruneAfter) {
        return refuse(why, "it prunes what may not be pruned yet");
    }
    bool shown = false;
    if (!is_old(end, before, shown)) {
        return refuse(why, "it prunes entries younger than it says they are");
    }
    for (const auto& [number, held] : in_force_) {
        const auto opened = keys_.find(held.bucket);
        const bool bucket = !held.range && opened != keys_.end() && opened->second.index < end;
        if (bucket || (held.range && held.from < end && held.to > minimum_)) {
            return refuse(why, "it prunes what is on hold");
        }
    }
    minimum_ = end;
    prunings_.push_back({place.index, end, shown});
    return true;
}

// Times never run backward: the last entry that goes is the youngest. Where it
// is gone already, the whole leaves before and behind it bound its time.
bool Retention::is_old(std::uint64_t end, std::uint64_t before, bool& shown) const {
    if (end / kTile >= boundaries_.size()) return false;
    const Boundary& at = boundaries_.at(end / kTile);
    const auto older = [&](std::uint64_t leaf_time) {
        return before >= kSecond && leaf_time <= before - kSecond;
    };
    if (!at.below || !older(*at.below)) return false;
    shown = at.exact || (at.from && older(*at.from));
    return true;
}

bool Retention::override_stop(const Record& record, const Directory& directory, Place place,
                              std::string& why) {
    Reader in(record.body);
    in.number(1);
    const std::uint64_t what = in.number(1), size = in.number(8);
    const std::uint64_t from = in.number(8), to = in.number(8);
    const Bytes reason = in.counted(2);
    if (!in.complete() || what < 1 || what > 3 || !is_text(reason) || from >= to ||
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
