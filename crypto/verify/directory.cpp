#include "crypto/verify/directory.h"

#include <algorithm>

#include "crypto/verify/tree.h"

namespace verify {
namespace {

constexpr std::uint64_t kDay = 86'400'000;
constexpr std::uint64_t kLongestCertificate = 366 * kDay, kLongestRegistrars = 732 * kDay;

// KEY events and the record type each carries; 5 (a ledger key was opened) carries none.
constexpr std::uint8_t kKeyOpened = 5;
std::uint8_t type_of_event(std::uint8_t event) {
    constexpr std::array<std::uint8_t, 10> kTypes{0, kAgency,     kOffice, kDevice,  kRevoke,
                                                  0, kRegistrars, kPeers,  kSuspend, kReinstate};
    return event < kTypes.size() ? kTypes.at(event) : std::uint8_t{0};
}

Reader body_of(const Record& record) {
    Reader in(record.body);
    in.number(1);  // version, known to be 1
    return in;
}

Validity read_validity(Reader& in) {
    const std::uint64_t from = in.number(8);
    return {from, in.number(8)};
}

bool ordered(const Validity& v, std::uint64_t longest) {
    return v.from < v.to && v.to - v.from <= longest;
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

bool refuse(std::string& why, const std::string& sentence) {
    why = sentence;
    return false;
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
        const auto founding = parse_manifest(found->second);
        const bool same = founding && founding->home == home_ && place.index == 0;
        return same || refuse(why, "it founds another centre");
    }
    if (kind == EntryKind::Key && event == kKeyOpened) return true;
    const auto record = parse_record(found->second);
    if (!record) return refuse(why, "no signed record");
    const std::uint8_t type =
        kind == EntryKind::Ladder ? std::uint8_t{kBundle} : type_of_event(event);
    if (record->type != type) return refuse(why, "a record that does not belong here");
    const bool good = accept(*record, place, why);
    if (good) ++accepted_;
    return good;
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
    Agency& agency = agencies_[name];
    audit_keys_[audit_key] = name;
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

bool Directory::accept_device(const Record& record, Place place, std::string& why) {
    Reader in = body_of(record);
    const Bytes request = in.counted(2);
    const Bytes possession = in.raw(64);
    Device device;
    device.validity = read_validity(in);
    in.number(8);  // serial
    const Hash previous = in.hash();
    Reader fields(request);
    const bool version = fields.number(1) == 1;
    device.agency = fields.name();
    device.office = fields.name();
    device.officer = fields.name();
    device.name = fields.name();
    device.sign_key = fields.raw(32);
    const Bytes curve_key = fields.raw(32);
    fields.number(8);  // created
    if (!in.complete() || !fields.complete() || !version ||
        !ordered(device.validity, kLongestCertificate)) {
        return refuse(why, "a damaged device record");
    }
    if (!labelled_signature("request", request, device.sign_key, possession)) {
        return refuse(why, "a device without proof of possession");
    }
    if (!by_registrars(record, device.agency, place, why)) return false;
    const auto office = offices_.find(device.office);
    if (office == offices_.end() || office->second.agency != device.agency) {
        return refuse(why, "a device of an office that is not its agency's");
    }
    const Device* replaced = previous == Hash{} ? nullptr : this->device(previous);
    const bool same_office = replaced != nullptr && replaced->office == device.office &&
                             replaced->agency == device.agency;
    if ((previous != Hash{} && !same_office) || device.validity.to <= place.time_ms) {
        return refuse(why, "a device that replaces none of its office, or is over");
    }
    if (!keys_.insert(device.sign_key).second || !keys_.insert(curve_key).second) {
        return refuse(why, "a device whose key stands in another certificate");
    }
    device.certificate = record_hash(record);
    device.index = place.index;
    devices_[device.certificate] = device;
    return true;
}

Device* Directory::member(const Hash& certificate, const std::string& agency) {
    const auto found = devices_.find(certificate);
    return found == devices_.end() || found->second.agency != agency ? nullptr : &found->second;
}

bool Directory::accept_revoke(const Record& record, Place place, std::string& why) {
    Reader in = body_of(record);
    const std::string agency = in.name();
    Device* device = member(in.hash(), agency);
    in.number(2);  // reason
    const std::uint64_t since = in.number(8);
    if (!in.complete() || device == nullptr || device->revoked) {
        return refuse(why, "it revokes no certificate of its agency");
    }
    if (!by_registrars(record, agency, place, why)) return false;
    device->revoked = place.index;
    device->compromised_since = since;
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

bool Directory::accept_suspend(const Record& record, Place place, std::string& why) {
    Reader in = body_of(record);
    const std::string agency = in.name();
    Device* device = member(in.hash(), agency);
    const Validity times = read_validity(in);
    in.number(8);  // number of the slip
    if (!in.complete() || device == nullptr) return refuse(why, "it suspends no such certificate");
    if (!signed_only_by(record, device->sign_key) && !by_registrars(record, agency, place, why)) {
        return false;
    }
    const bool suspended = !device->suspensions.empty() && !device->suspensions.back().ended;
    if (device->revoked || suspended || !times.holds(place.time_ms) ||
        !taken_.insert(record_hash(record)).second) {
        return refuse(why, "a suspension out of its time, twice, or of what is not in force");
    }
    device->suspensions.push_back({record_hash(record), place.index, std::nullopt});
    return true;
}

bool Directory::accept_reinstate(const Record& record, Place place, std::string& why) {
    Reader in = body_of(record);
    const std::string agency = in.name();
    Device* device = member(in.hash(), agency);
    const Hash suspension = in.hash();
    if (!in.complete() || device == nullptr || device->revoked || device->suspensions.empty() ||
        device->suspensions.back().ended || device->suspensions.back().record != suspension) {
        return refuse(why, "it ends no suspension that is in force");
    }
    if (!by_registrars(record, agency, place, why)) return false;
    device->suspensions.back().ended = place.index;
    return true;
}

bool Directory::accept_bundle(const Record& record, std::string& why) {
    Reader in = body_of(record);
    const auto device = devices_.find(in.hash());
    if (device == devices_.end() || !signed_only_by(record, device->second.sign_key)) {
        return refuse(why, "a prekey bundle is not signed by its device");
    }
    return true;
}

const Device* Directory::device(const Hash& certificate) const {
    const auto found = devices_.find(certificate);
    return found == devices_.end() ? nullptr : &found->second;
}

std::string Directory::objection(const Device& device, Place place) const {
    const auto agency = agencies_.find(device.agency);
    const auto office = offices_.find(device.office);
    if (agency == agencies_.end() || office == offices_.end()) return "no such agency or office";
    if (place.index <= device.index) return "its certificate was logged later";
    if (!device.validity.holds(place.time_ms)) return "its certificate was not in its times";
    if (!office->second.validity.holds(place.time_ms)) return "its office was not in its times";
    if (!agency->second.validity.holds(place.time_ms)) return "its agency was not in its times";
    if (device.revoked && *device.revoked < place.index) {
        return "its certificate was revoked at entry " + std::to_string(*device.revoked);
    }
    for (const Suspension& s : device.suspensions) {
        if (s.at < place.index && (!s.ended || *s.ended > place.index)) {
            return "its certificate was suspended at entry " + std::to_string(s.at);
        }
    }
    return "";
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

std::vector<std::string> Directory::certified(Place place) const {
    std::vector<std::string> out;
    for (const auto& [hash, device] : devices_) {
        if (!objection(device, place).empty()) continue;
        out.push_back(device.agency + "  " + device.office + "  " + device.officer + "  " +
                      device.name + "  " + hex(hash));
    }
    std::sort(out.begin(), out.end());
    return out;
}

std::vector<Quorum> Directory::roots_of(const std::string& agency) const {
    const auto found = agencies_.find(agency);
    return found == agencies_.end() ? std::vector<Quorum>{} : found->second.roots;
}

}  // namespace verify
