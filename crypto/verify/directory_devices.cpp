// Devices of the directory: their certificates, what withdraws them, and whose signature counts.
#include <algorithm>

#include "crypto/verify/directory_layout.h"
#include "crypto/verify/tree.h"

namespace verify {
namespace {

constexpr std::uint64_t kLongestCertificate = 366ULL * 86'400'000;

}  // namespace

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

}  // namespace verify
