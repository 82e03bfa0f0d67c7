#include "crypto/verify/record.h"

#include "crypto/verify/tree.h"

namespace verify {

std::string_view record_label(std::uint8_t type) {
    constexpr std::array<std::string_view, 17> kLabels{
        "",       "manifest", "agency",     "office",   "device",    "bundle",
        "revoke", "policy",   "registrars", "peers",    "suspend",   "reinstate",
        "shred",  "hold",     "prune",      "override", "succession"};
    return type < kLabels.size() ? kLabels.at(type) : "";
}

Hash record_hash(const Record& record) {
    return labelled_hash(record_label(record.type), record.body);
}

bool all_signatures_good(const Record& record) {
    for (const RecordSignature& s : record.signatures) {
        if (!labelled_signature(record_label(record.type), record.body, s.key, s.sig)) return false;
    }
    return true;
}

bool signed_only_by(const Record& record, const Bytes& key) {
    return record.signatures.size() == 1 && record.signatures.front().key == key &&
           all_signatures_good(record);
}

std::optional<Record> parse_record(const Bytes& wire) {
    constexpr std::size_t kMostBytes = 16384, kMostSigners = 17;
    if (wire.size() > kMostBytes) return std::nullopt;
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
    if (count > kMostSigners) return std::nullopt;
    const bool known =
        !record_label(out.type).empty() && !out.body.empty() && out.body.front() == 1;
    if (!in.complete() || !known) return std::nullopt;
    return out;
}

std::optional<Manifest> parse_manifest_body(const Bytes& body) {
    Reader in(body);
    if (in.number(1) != 1) return std::nullopt;
    Manifest out;
    out.origin = in.name();
    out.ledger_number = static_cast<std::uint32_t>(in.number(4));
    out.log_key = in.raw(32);
    out.curve_key = in.raw(32);
    out.centre_root = in.raw(32);
    out.auditor_key = in.raw(32);
    const std::uint64_t endpoints = in.number(1);
    for (std::uint64_t i = 0; i < endpoints && in.ok(); ++i) out.endpoints.push_back(in.name());
    if (!in.complete()) return std::nullopt;
    out.home = labelled_hash("manifest", body);
    return out;
}

std::optional<Manifest> parse_manifest(const Bytes& wire) {
    const auto record = parse_record(wire);
    if (!record || record->type != kManifest) return std::nullopt;
    auto out = parse_manifest_body(record->body);
    if (!out || !signed_only_by(*record, out->centre_root)) return std::nullopt;
    return out;
}

}  // namespace verify
