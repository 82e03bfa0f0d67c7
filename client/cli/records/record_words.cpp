#include "client/cli/records/record_words.h"

#include <algorithm>

#include "client/cli/records/policy_words.h"
#include "crypto/override.h"
#include "crypto/retention_rules.h"
#include "crypto/succession.h"
#include "crypto/suspension.h"
#include "schemas/base/hex.h"
#include "schemas/base/time_text.h"

namespace chapar::client {
namespace {

using crypto::RecordType;
using crypto::SignedRecord;

std::string validity_text(const crypto::Validity& validity) {
    return "valid " + time_text(validity.from) + " to " + time_text(validity.to);
}

std::string short_hash(ByteView hash) { return to_hex(hash).substr(0, 16); }

std::string replaces(const Hash& previous) {
    return previous.is_zero() ? "the first of its kind"
                              : "replaces the record " + short_hash(previous.view());
}

RecordWords say(const crypto::AgencyRecord& agency) {
    RecordWords out{"agency", "agency " + agency.agency.text(), {}, {}};
    const AgencyRoots roots = AgencyRoots::of(agency);
    out.lines.push_back("roots: " + roots_text(roots));
    for (const SigningPublicKey& root : roots.roots) out.lines.push_back("root: " + words_of(root));
    out.lines.push_back("audit key: " + words_of(SigningPublicKey{agency.audit_key.bytes}));
    out.lines.push_back(validity_text(agency.validity));
    out.lines.push_back(replaces(agency.previous));
    return out;
}

RecordWords say(const crypto::RegistrarsRecord& record) {
    RecordWords out{"registrars", "registrars of " + record.agency.text(), {}, {}};
    out.lines.push_back(std::to_string(record.threshold) + " of " +
                        std::to_string(record.registrars.size()) + " sign together");
    for (const crypto::Registrar& registrar : record.registrars) {
        out.lines.push_back("registrar " + shown(registrar.name) + ": " + words_of(registrar.key));
    }
    out.lines.push_back(validity_text(record.validity));
    out.lines.push_back(replaces(record.previous));
    return out;
}

RecordWords say(const crypto::OfficeRecord& office) {
    return {"office",
            "office " + office.office.text() + " of " + office.agency.text(),
            {"country: " + office.country.text(), "roles: " + role_names(office.roles),
             validity_text(office.validity), replaces(office.previous)},
            {}};
}

RecordWords say(const crypto::DeviceRecord& device) {
    const crypto::DeviceRequest& request = device.request.request;
    RecordWords out{
        "device", "device " + shown(request.device) + " of " + request.office.text(), {}, {}};
    out.lines.push_back("officer: " + shown(request.officer));
    out.lines.push_back("agency: " + request.agency.text());
    out.lines.push_back("keys made: " + time_text(request.created));
    out.lines.push_back(validity_text(device.validity));
    out.lines.push_back("serial: " + std::to_string(device.serial));
    out.lines.push_back(device.previous.is_zero()
                            ? "replaces no certificate"
                            : "replaces certificate " + short_hash(device.previous.view()));
    return out;
}

RecordWords say(const crypto::RevokeRecord& record) {
    const std::string since =
        record.compromised_since.value == 0
            ? "nothing before the revocation is disputed"
            : "disputed: what it signed since " + time_text(record.compromised_since);
    return {"revoke",
            "revocation of certificate " + short_hash(record.certificate.view()),
            {"agency: " + record.agency.text(),
             "reason: " + std::string(reason_text(record.reason)), since, "cannot be undone"},
            {}};
}

RecordWords say(const crypto::PeersRecord& record) {
    RecordWords out{"peers", "agencies that " + record.agency.text() + " has confirmed", {}, {}};
    out.lines.push_back("version " + std::to_string(record.version));
    for (const AgencyRoots& peer : record.peers) {
        out.lines.push_back(peer.agency.text() + ": " + roots_text(peer));
    }
    if (record.peers.empty()) out.lines.emplace_back("none: nobody else is trusted");
    out.lines.push_back(replaces(record.previous));
    return out;
}

RecordWords say(const crypto::SuspendRecord& record) {
    return {
        "suspend",
        "suspension of certificate " + short_hash(record.certificate.view()),
        {"agency: " + record.agency.text(), "slip number: " + std::to_string(record.slip),
         "may be used " + time_text(record.validity.from) + " to " + time_text(record.validity.to)},
        {}};
}

RecordWords say(const crypto::ReinstateRecord& record) {
    return {
        "reinstate",
        "end of the suspension of certificate " + short_hash(record.certificate.view()),
        {"agency: " + record.agency.text(), "suspension: " + short_hash(record.suspension.view())},
        {}};
}

std::string month_text(crypto::YearMonth month) {
    const std::string digits = std::to_string(month.value);
    return digits.substr(0, 4) + "-" + digits.substr(4);
}

std::string bucket_text(const crypto::Bucket& bucket) {
    const auto longest = crypto::longest_of(bucket.retention);
    return "what " + bucket.sender.text() + " sent " + bucket.recipient.text() + " in " +
           month_text(bucket.month) + ", to be kept " +
           (longest ? "up to " + std::to_string(longest->value / kDay.value) + " days"
                    : "longer than five years; the agency's policies, too");
}

RecordWords say(const crypto::ShredRecord& record) {
    const auto due = crypto::due_at(record.bucket);
    return {"shred",
            "SHREDDING of the ledger's bodies: " + bucket_text(record.bucket),
            {due ? "due from " + time_text(*due) + "; before that somebody may still need them"
                 : std::string("never due by itself: no end of its retention is known"),
             "logged at " + time_text(crypto::shreddable_from(record.bucket)) + " at the earliest",
             "the centre's key is destroyed: nobody at the broker can read them again",
             "the copies sealed to audit keys stay: both agencies' auditors and the centre's still "
             "open them from any copy of the ledger, until those keys are destroyed",
             "leaves, times and proofs stay", "legal basis: " + shown(record.basis),
             "cannot be undone"},
            {}};
}

RecordWords say(const crypto::HoldRecord& record) {
    const bool set = record.action == crypto::HoldAction::Set;
    std::string target;
    if (const auto* bucket = std::get_if<crypto::Bucket>(&record.target)) {
        target = "bodies of " + bucket_text(*bucket);
    } else {
        const auto& range = std::get<crypto::EntryRange>(record.target);
        target = "entries " + std::to_string(range.from.value) + " to " +
                 std::to_string(range.to.value - 1);
    }
    const std::string number = std::to_string(set ? record.number : record.released);
    RecordWords out{
        set ? "hold" : "release",
        (set ? "hold " : "END of hold ") + number + " of " + record.agency.text() + ": " + target,
        {},
        {}};
    out.lines.emplace_back(set ? "may not be shredded or pruned until released"
                               : "may be shredded and pruned again");
    if (!set) out.lines.push_back("number of this record: " + std::to_string(record.number));
    out.lines.push_back("reason: " + shown(record.reason));
    return out;
}

RecordWords say(const crypto::PruneRecord& record) {
    return {"prune",
            "PRUNING of the ledger: messages among entries 0 to " +
                std::to_string(record.end.value - 1),
            {"all older than " + time_text(record.before),
             "they stay only in the archive with SHA-256 " + to_hex(record.archive.view()),
             "their hashes, the tree and all other entries stay",
             "retention policy: " + shown(record.policy), "cannot be undone"},
            {}};
}

std::string_view override_text(crypto::OverrideWhat what) {
    switch (what) {
        case crypto::OverrideWhat::HighWater:
            return "the high-water file is missing or torn";
        case crypto::OverrideWhat::Witnesses:
            return "no quorum of witnesses has answered";
    }
    return "unknown";
}

RecordWords say(const crypto::OverrideRecord& record) {
    return {
        "override",
        "OVERRIDE: the ledger goes on from " + std::to_string(record.size.value) + " entries",
        {"although " + std::string(override_text(record.what)),
         "root " + to_hex(record.root.view()),
         "for one stop of the broker: " + to_hex(record.stop.view()),
         "may be used " + time_text(record.validity.from) + " to " + time_text(record.validity.to),
         "reason: " + shown(record.reason), "stays in the ledger for all to see"},
        {}};
}

RecordWords say(const crypto::Manifest& manifest) {
    RecordWords out{"manifest", "manifest of the ledger " + shown(manifest.origin), {}, {}};
    out.lines.push_back("log key: " + words_of(manifest.log_key));
    out.lines.push_back("CURVE key: " + words_of(SigningPublicKey{manifest.curve_key.bytes}));
    out.lines.push_back("centre root: " + words_of(manifest.centre_root));
    out.lines.push_back("centre auditor: " +
                        words_of(SigningPublicKey{manifest.centre_auditor.bytes}));
    for (const std::string& endpoint : manifest.endpoints) {
        out.lines.push_back("reached at: " + shown(endpoint));
    }
    return out;
}

std::string range_text(std::uint64_t from, std::uint64_t to) {
    if (from == to) return "none";
    return std::to_string(from) + " to " + std::to_string(to - 1);
}

std::size_t signature_lines(std::string_view note) {
    const std::size_t end = note.find("\n\n");
    if (end == std::string_view::npos) return 0;
    return static_cast<std::size_t>(std::ranges::count(note.substr(end + 2), '\n'));
}

// Decoded before: both manifests and the note are readable.
RecordWords say(const crypto::SuccessionRecord& record) {
    RecordWords out{"succession", "", {}, {}};
    const auto before = crypto::Manifest::decode(record.old_manifest);
    const auto after = crypto::Manifest::decode(record.new_manifest);
    const auto log = before ? before->log_verifier() : before.error();
    const auto newest = log ? crypto::open_checkpoint(record.note, *log) : log.error();
    if (!after || !newest) return out;
    out.headline = "SUCCESSION: " + shown(before->origin) + " is CLOSED for ever, " +
                   shown(after->origin) + " follows it";
    out.lines.push_back("lost: entries " + range_text(record.kept.value, newest->size.value));
    out.lines.push_back("newest signed head known: " + std::to_string(newest->size.value) +
                        " entries, root " + short_hash(newest->root.view()));
    const std::size_t signatures = signature_lines(record.note);
    out.lines.push_back(signatures > 1 ? "witnesses that cosigned that head: up to " +
                                             std::to_string(signatures - 1)
                                       : std::string("that head is NOT witnessed"));
    out.lines.push_back("kept: " + std::to_string(record.kept.value) + " entries, root " +
                        short_hash(record.kept_root.view()));
    out.lines.push_back("directory carried over: " + short_hash(record.carried.view()));
    out.lines.push_back("new log key: " + words_of(after->log_key));
    for (const std::string& endpoint : after->endpoints) {
        out.lines.push_back("reached at: " + shown(endpoint));
    }
    out.lines.push_back("made: " + time_text(record.made));
    out.lines.push_back("reason: " + shown(record.reason));
    out.lines.emplace_back("cannot be undone");
    return out;
}

RecordWords say(const crypto::PolicyRecord& policy) {
    RecordWords out{"policy", "policy of " + policy.agency.text(), {}, {}};
    out.lines.push_back("version " + std::to_string(policy.version));
    for (const crypto::PolicyRule& rule : policy.rules) out.lines.push_back(rule_text(rule));
    if (policy.rules.empty()) out.lines.emplace_back("no rules: nothing is permitted");
    out.lines.push_back(replaces(Hash{policy.previous.bytes}));
    return out;
}

template <typename Body>
Result<RecordWords> said(const SignedRecord& record) {
    RecordWords out = say(CHAPAR_TRY(Body::decode(record.body)));
    out.check = words_of(record);
    return out;
}

struct RoleName {
    std::uint16_t bit;
    std::string_view name;
};
constexpr RoleName kRoles[] = {{crypto::office_role::kLiaison, "liaison"},
                               {crypto::office_role::kAuditor, "auditor"},
                               {crypto::office_role::kSupervisor, "supervisor"},
                               {crypto::office_role::kProsecutor, "prosecutor"}};

struct ReasonName {
    crypto::RevokeReason reason;
    std::string_view name;
};
constexpr ReasonName kReasons[] = {{crypto::RevokeReason::Lost, "lost"},
                                   {crypto::RevokeReason::Stolen, "stolen"},
                                   {crypto::RevokeReason::Compromised, "compromised"},
                                   {crypto::RevokeReason::LeftService, "left-service"},
                                   {crypto::RevokeReason::Superseded, "superseded"}};

}  // namespace

Result<RecordWords> words_for(const SignedRecord& record) {
    switch (record.type) {
        case RecordType::Agency:
            return said<crypto::AgencyRecord>(record);
        case RecordType::Office:
            return said<crypto::OfficeRecord>(record);
        case RecordType::Device:
            return said<crypto::DeviceRecord>(record);
        case RecordType::Revoke:
            return said<crypto::RevokeRecord>(record);
        case RecordType::Policy:
            return said<crypto::PolicyRecord>(record);
        case RecordType::Registrars:
            return said<crypto::RegistrarsRecord>(record);
        case RecordType::Peers:
            return said<crypto::PeersRecord>(record);
        case RecordType::Suspend:
            return said<crypto::SuspendRecord>(record);
        case RecordType::Reinstate:
            return said<crypto::ReinstateRecord>(record);
        case RecordType::Shred:
            return said<crypto::ShredRecord>(record);
        case RecordType::Hold:
            return said<crypto::HoldRecord>(record);
        case RecordType::Prune:
            return said<crypto::PruneRecord>(record);
        case RecordType::Override:
            return said<crypto::OverrideRecord>(record);
        case RecordType::Manifest:
            return said<crypto::Manifest>(record);
        case RecordType::Succession:
            return said<crypto::SuccessionRecord>(record);
        case RecordType::Bundle:
            break;
    }
    return Error(Errc::RecordRefused, "nobody signs this by hand");
}

std::string as_text(const RecordWords& words) {
    std::string out = words.headline;
    for (const std::string& line : words.lines) out += "\n    " + line;
    return out + "\n    check words: " + words.check;
}

boost::json::object as_json(const RecordWords& words) {
    boost::json::array lines;
    for (const std::string& line : words.lines) lines.emplace_back(line);
    return {{"type", words.kind},
            {"headline", words.headline},
            {"says", std::move(lines)},
            {"check", words.check}};
}

std::string roots_text(const AgencyRoots& roots) {
    return threshold_text(roots) + ", check words: " + words_of(roots);
}

std::string role_names(std::uint16_t roles) {
    std::string out;
    for (const RoleName& role : kRoles) {
        if ((roles & role.bit) == 0) continue;
        out += (out.empty() ? "" : ", ") + std::string(role.name);
    }
    return out.empty() ? "none" : out;
}

Result<std::uint16_t> role_bit(std::string_view name) {
    const auto* at = std::ranges::find(kRoles, name, &RoleName::name);
    if (at != std::end(kRoles)) return at->bit;
    return Error(Errc::FieldInvalid, "role: liaison, auditor, supervisor or prosecutor");
}

std::string_view reason_text(crypto::RevokeReason reason) {
    const auto* at = std::ranges::find(kReasons, reason, &ReasonName::reason);
    return at == std::end(kReasons) ? "unknown" : at->name;
}

Result<crypto::RevokeReason> reason_named(std::string_view name) {
    const auto* at = std::ranges::find(kReasons, name, &ReasonName::name);
    if (at != std::end(kReasons)) return at->reason;
    return Error(Errc::FieldInvalid,
                 "--reason: lost, stolen, compromised, left-service or superseded");
}

}  // namespace chapar::client
