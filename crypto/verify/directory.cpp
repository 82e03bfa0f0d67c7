#include "crypto/verify/directory.h"

#include <algorithm>

#include "crypto/verify/directory_layout.h"

namespace verify {
namespace {

constexpr std::uint64_t kLongestRegistrars = 732ULL * 86'400'000;

// KEY events and the record type each carries; 5 (a ledger key was opened) carries none.
constexpr std::uint8_t kKeyOpened = 5;
std::uint8_t type_of_event(std::uint8_t event) {
    constexpr std::array<std::uint8_t, 10> kTypes{0, kAgency,     kOffice, kDevice,  kRevoke,
                                                  0, kRegistrars, kPeers,  kSuspend, kReinstate};
    return event < kTypes.size() ? kTypes.at(event) : std::uint8_t{0};
}

// k of n keys, none twice; empty if the layout does not hold.
std::optional<Quorum> read_quorum(Reader& in) {
    Quorum out;
    out.threshold = static_cast<std::uint8_t>(in.number(1));
    const std::uint64_t count = in.number(1);
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
        if (!out.keys.insert(in.raw(32)).second) return std::nullopt;
    }
    if (!in.ok() || out.threshold == 0 || out.threshold > count || count > 16) return std::nullopt;
    return out;
}

// Every signer is of the quorum, enough of them signed, every signature is good.
bool signed_by(const Record& record, const Quorum& quorum) {
    const auto belongs = [&](const RecordSignature& s) { return quorum.keys.contains(s.key); };
    return record.signatures.size() >= quorum.threshold &&
           std::all_of(record.signatures.begin(), record.signatures.end(), belongs) &&
           all_signatures_good(record);
}

}  // namespace

bool Directory::accept_entry(EntryKind kind, const BodyRecords& body, Place place,
                             std::string& why) {
    const auto found = body.find(kSignedRecord);
    const auto event_record = body.find(kEventRecord);
    if (found == body.end() || event_record == body.end() || event_record->second.size() != 1) {
        return refuse(why, "an entry without its record");
    }
    const std::uint8_t event = event_record->second.front();
    if (kind == EntryKind::Admin) {
        return accept_founding(found->second, place, why);
    }
    if (kind == EntryKind::Key && event == kKeyOpened) return true;
    const auto record = parse_record(found->second);
    if (!record) return refuse(why, "no signed record");
    const std::uint8_t type =
        kind == EntryKind::Ladder ? std::uint8_t{kBundle} : type_of_event(event);
    if (record->type != type) return refuse(why, "a record that does not belong here");
    if (kind == EntryKind::Key) carry(*record, place);
    const bool good = accept(*record, place, why);
    if (good) ++accepted_;
    if (good && record->type == kAgency) carry_roots(*record, place);
    return good;
}

bool Directory::accept_founding(const Bytes& wire, Place place, std::string& why) {
    auto founding = parse_manifest(wire);
    if (!founding) {
        succession_ = parse_succession(wire, why);
        if (!succession_) return false;
        founding = succession_->new_ledger;
    }
    if (!succession_ && founding->ledger_number != 1) {
        return refuse(why, "no succession founds this later ledger");
    }
    const bool same = founding->home == home_ && place.index == 0;
    return same || refuse(why, "it founds another centre");
}

void Directory::carry(const Record& record, Place place) {
    if (!carrying_) return;
    carried_ = carried_after(carried_, place.time_ms, record_hash(record));
    carried_until_ms_ = place.time_ms;
}

// An agency that was enrolled after the succession was signed cannot have signed it.
void Directory::carry_roots(const Record& record, Place place) {
    if (!succession_ || !carrying_ || place.time_ms > succession_->made_ms) return;
    Reader in = body_of(record);
    const std::string name = in.name();
    for (const Bytes& key : agencies_.at(name).roots.back().keys) carried_roots_.emplace(key, name);
}

std::string Directory::agency_of_root(const Bytes& key) const {
    const auto found = carried_roots_.find(key);
    return found == carried_roots_.end() ? std::string() : found->second;
}

bool Directory::accept(const Record& record, Place place, std::string& why) {
    switch (record.type) {
        case kAgency:
            return accept_agency(record, why);
        case kRegistrars:
            return accept_registrars(record, place, why);
        case kOffice:
            return accept_office(record, place, why);
        case kDevice:
            return accept_device(record, place, why);
        case kRevoke:
            return accept_revoke(record, place, why);
        case kPeers:
            return accept_peers(record, place, why);
        case kSuspend:
            return accept_suspend(record, place, why);
        case kReinstate:
            return accept_reinstate(record, place, why);
        case kBundle:
            return accept_bundle(record, why);
        default:
            return refuse(why, "a record that does not belong here");
    }
}

bool Directory::accept_agency(const Record& record, std::string& why) {
    Reader in = body_of(record);
    const std::string name = in.name();
    const auto roots = read_quorum(in);
    const Bytes audit_key = in.raw(32);
    const Validity validity = read_validity(in);
    const Hash previous = in.hash();
    if (!roots || !in.complete() || validity.from >= validity.to ||
        roots->keys.contains(centre_root_)) {
        return refuse(why, "agency " + name + " has no usable roots");
    }
    const auto earlier = agencies_.find(name);
    std::size_t old_roots = 0;
    bool centre = false;
    for (const RecordSignature& s : record.signatures) {
        const bool old =
            earlier != agencies_.end() && earlier->second.roots.back().keys.contains(s.key);
        if (s.key != centre_root_ && !old) return refuse(why, name + " is signed by a stranger");
        centre = centre || s.key == centre_root_;
        old_roots += old ? 1 : 0;
    }
    if (!centre || !all_signatures_good(record)) {
        return refuse(why, "agency " + name + " is not signed by the centre root");
    }
    if (earlier != agencies_.end() && old_roots < earlier->second.roots.back().threshold) {
        return refuse(why, "the roots of " + name + " change without enough of the old ones");
    }
    if (previous != (earlier == agencies_.end() ? Hash{} : earlier->second.record)) {
        return refuse(why, "agency " + name + " does not follow its last version");
    }
    // Else `--agency` could be led to another agency's entries.
    if (audit_keys_.emplace(audit_key, name).first->second != name) {
        return refuse(why, "the audit key of agency " + name + " is or was another agency's");
    }
    Agency& agency = agencies_[name];
    agency.roots.push_back(*roots);
    agency.validity = validity;
    agency.record = record_hash(record);
    return true;
}

bool Directory::accept_registrars(const Record& record, Place place, std::string& why) {
    Reader in = body_of(record);
    const std::string name = in.name();
    Quorum people;
    people.threshold = static_cast<std::uint8_t>(in.number(1));
    const std::uint64_t count = in.number(1);
    std::set<std::string> names;
    bool once = true;
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
        once = people.keys.insert(in.raw(32)).second && once;
        const std::string person = in.name();
        once = !person.empty() && person.size() <= 64 && names.insert(person).second && once;
    }
    const Validity validity = read_validity(in);
    const Hash previous = in.hash();
    if (!in.complete() || !once || count < 2 || count > 16 || people.threshold < 2 ||
        people.threshold > count || !ordered(validity, kLongestRegistrars)) {
        return refuse(why, "registrars of " + name + " do not stand as they must");
    }
    const auto agency = agencies_.find(name);
    if (agency == agencies_.end() || !agency->second.validity.holds(place.time_ms) ||
        !validity.holds(place.time_ms) || !signed_by(record, agency->second.roots.back())) {
        return refuse(why, "registrars of " + name + " are not signed by enough of its roots");
    }
    if (previous != agency->second.registrars_record) {
        return refuse(why, "registrars of " + name + " do not follow the last ones");
    }
    agency->second.registrars = people;
    agency->second.registrars_validity = validity;
    agency->second.registrars_record = record_hash(record);
    return true;
}

bool Directory::by_registrars(const Record& record, const std::string& agency, Place place,
                              std::string& why) const {
    const auto found = agencies_.find(agency);
    if (found == agencies_.end() || found->second.registrars.keys.empty() ||
        !signed_by(record, found->second.registrars)) {
        return refuse(why, "a " + std::string(record_label(record.type)) + " record of " + agency +
                               " is not signed by enough of its registrars");
    }
    const bool in_force = found->second.validity.holds(place.time_ms) &&
                          found->second.registrars_validity.holds(place.time_ms);
    return in_force || refuse(why, "the agency or its registrars were not in force: " + agency);
}

bool Directory::accept_office(const Record& record, Place place, std::string& why) {
    Reader in = body_of(record);
    const std::string agency = in.name(), name = in.name();
    in.raw(2);     // country
    in.number(2);  // roles
    const Validity validity = read_validity(in);
    const Hash previous = in.hash();
    if (!in.complete()) return refuse(why, "a damaged office record");
    if (!by_registrars(record, agency, place, why)) return false;
    const auto last = offices_.find(name);
    if (last != offices_.end() && last->second.agency != agency) {
        return refuse(why, "office " + name + " belongs to another agency");
    }
    if (previous != (last == offices_.end() ? Hash{} : last->second.record)) {
        return refuse(why, "office " + name + " does not follow its last version");
    }
    offices_[name] = {agency, validity, record_hash(record)};
    return true;
}

bool Directory::accept_peers(const Record& record, Place place, std::string& why) {
    Reader in = body_of(record);
    const std::string agency = in.name();
    const auto version = static_cast<std::uint32_t>(in.number(4));
    const Hash previous = in.hash();
    const std::uint64_t count = in.number(2);
    std::string last;
    bool good = count <= 64;
    for (std::uint64_t i = 0; i < count && in.ok() && good; ++i) {
        const std::string peer = in.name();
        good = peer > last && peer != agency && read_quorum(in).has_value();
        last = peer;
    }
    if (!good || !in.complete()) return refuse(why, "a damaged list of peers");
    if (!by_registrars(record, agency, place, why)) return false;
    Agency& own = agencies_[agency];
    if (version != own.peers_version + 1 || previous != own.peers_record) {
        return refuse(why, "the peers of " + agency + " do not follow the last list");
    }
    own.peers_version = version;
    own.peers_record = record_hash(record);
    return true;
}

bool Directory::by_root_and_registrar(const Record& record, Place place) const {
    bool root = false;
    for (const RecordSignature& s : record.signatures) {
        const bool centre = s.key == centre_root_;
        root = root || centre;
        const auto held = [&](const auto& named) {
            const Agency& agency = named.second;
            return agency.registrars.keys.contains(s.key) && agency.validity.holds(place.time_ms) &&
                   agency.registrars_validity.holds(place.time_ms);
        };
        if (!centre && std::none_of(agencies_.begin(), agencies_.end(), held)) return false;
    }
    return root && record.signatures.size() >= 2 && all_signatures_good(record);
}

std::string Directory::agency_of_audit_key(const Bytes& key) const {
    const auto found = audit_keys_.find(key);
    return found == audit_keys_.end() ? "" : found->second;
}

std::vector<Quorum> Directory::roots_of(const std::string& agency) const {
    const auto found = agencies_.find(agency);
    return found == agencies_.end() ? std::vector<Quorum>{} : found->second.roots;
}

}  // namespace verify
