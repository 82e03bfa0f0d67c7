#include "crypto/verify/record.h"

#include "crypto/verify/tree.h"

namespace verify {
namespace {

constexpr std::uint8_t kManifest = 1, kAgency = 2, kOffice = 3, kDevice = 4, kBundle = 5,
                       kRevoke = 6, kPolicy = 7;

std::string_view label(std::uint8_t type) {
    switch (type) {
        case kManifest:
            return "manifest";
        case kAgency:
            return "agency";
        case kOffice:
            return "office";
        case kDevice:
            return "device";
        case kBundle:
            return "bundle";
        case kRevoke:
            return "revoke";
        case kPolicy:
            return "policy";
        default:
            return "";
    }
}

bool all_good(const Record& record) {
    for (const RecordSignature& s : record.signatures) {
        if (!labelled_signature(label(record.type), record.body, s.key, s.sig)) return false;
    }
    return true;
}

bool signed_only_by(const Record& record, const Bytes& key) {
    return record.signatures.size() == 1 && record.signatures.front().key == key &&
           all_good(record);
}

}  // namespace

std::optional<Record> parse_record(const Bytes& wire) {
    Reader in(wire);
    Record out;
    out.type = static_cast<std::uint8_t>(in.number(1));
    out.body = in.counted(4);
    const std::uint64_t count = in.number(1);
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
        RecordSignature s{in.raw(32), in.raw(64)};
        if (i > 0 && out.signatures.back().key >= s.key) return std::nullopt;
        out.signatures.push_back(std::move(s));
    }
    const bool known = !label(out.type).empty() && !out.body.empty() && out.body.front() == 1;
    if (!in.complete() || !known) return std::nullopt;
    return out;
}

std::optional<Manifest> parse_manifest(const Bytes& wire) {
    const auto record = parse_record(wire);
    if (!record || record->type != kManifest) return std::nullopt;
    Reader in(record->body);
    in.number(1);
    Manifest out;
    out.origin = in.name();
    out.ledger_number = static_cast<std::uint32_t>(in.number(4));
    out.log_key = in.raw(32);
    out.curve_key = in.raw(32);
    out.centre_root = in.raw(32);
    out.auditor_key = in.raw(32);
    const std::uint64_t endpoints = in.number(1);
    for (std::uint64_t i = 0; i < endpoints && in.ok(); ++i) out.endpoints.push_back(in.name());
    if (!in.complete() || !signed_only_by(*record, out.centre_root)) return std::nullopt;
    out.home = labelled_hash("manifest", record->body);
    return out;
}

bool Directory::accept(const Record& record, std::string& why) {
    bool good = false;
    if (record.type == kAgency) {
        good = accept_agency(record, why);
    } else if (record.type == kBundle) {
        good = accept_bundle(record, why);
    } else if (record.type == kOffice || record.type == kDevice || record.type == kRevoke) {
        good = accept_member(record, why);
    } else {
        why = "a record that does not belong here";
    }
    if (good) ++accepted_;
    return good;
}

bool Directory::accept_agency(const Record& record, std::string& why) {
    if (!signed_only_by(record, centre_root_)) {
        why = "an agency is not signed by the centre root";
        return false;
    }
    Reader in(record.body);
    in.number(1);
    const std::string name = in.name();
    Agency agency;
    agency.threshold = static_cast<std::uint8_t>(in.number(1));
    const std::uint64_t roots = in.number(1);
    for (std::uint64_t i = 0; i < roots && in.ok(); ++i) agency.roots.insert(in.raw(32));
    if (!in.ok() || agency.threshold == 0 || agency.threshold > agency.roots.size()) {
        why = "agency " + name + " has no usable root";
        return false;
    }
    agencies_[name] = agency;
    return true;
}

bool Directory::signed_by_agency(const Record& record, const std::string& agency,
                                 std::string& why) const {
    const auto found = agencies_.find(agency);
    std::size_t good = 0;
    for (const RecordSignature& s : record.signatures) {
        if (found != agencies_.end() && found->second.roots.contains(s.key)) ++good;
    }
    if (found == agencies_.end() || good != record.signatures.size() ||
        good < found->second.threshold || !all_good(record)) {
        why = "a record of " + agency + " is not signed by enough of its roots";
        return false;
    }
    return true;
}

bool Directory::accept_member(const Record& record, std::string& why) {
    if (record.type == kDevice) return remember_device(record, why);
    Reader in(record.body);
    in.number(1);
    return signed_by_agency(record, in.name(), why);
}

bool Directory::remember_device(const Record& record, std::string& why) {
    Reader in(record.body);
    in.number(1);
    const Bytes request = in.counted(2);
    const Bytes possession = in.raw(64);
    Reader fields(request);
    fields.number(1);
    const std::string agency = fields.name();
    for (int i = 0; i < 3; ++i) fields.name();  // office, officer, device name
    const Bytes sign_key = fields.raw(32);
    if (!in.ok() || !fields.ok() || !labelled_signature("request", request, sign_key, possession)) {
        why = "a device without proof of possession";
        return false;
    }
    if (!signed_by_agency(record, agency, why)) return false;
    device_keys_[labelled_hash("device", record.body)] = sign_key;
    return true;
}

bool Directory::accept_bundle(const Record& record, std::string& why) {
    Reader in(record.body);
    in.number(1);
    const auto device = device_keys_.find(in.hash());
    if (device == device_keys_.end() || !signed_only_by(record, device->second)) {
        why = "a prekey bundle is not signed by its device";
        return false;
    }
    return true;
}

}  // namespace verify
