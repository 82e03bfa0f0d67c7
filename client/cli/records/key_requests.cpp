#include "client/cli/records/key_requests.h"

#include <algorithm>

#include "schemas/base/limits.h"

namespace chapar::client {
namespace {

using crypto::RecordType;
using crypto::SignedRecord;

constexpr DurationMs kOfficeLife = kDay * 3650;
constexpr DurationMs kAgencyLife = kDay * 3650;

crypto::Validity validity_from(TimeMs now, DurationMs life) {
    const TimeMs from(now.value > kDay.value ? now.value - kDay.value : 0);
    return {from, from + life};
}

SignedRecord unsigned_record(RecordType type, Bytes body) { return {type, std::move(body), {}}; }

// A body that no reader would take is refused here, and not after two people have signed it.
template <typename Body>
Result<SignedRecord> checked(RecordType type, const Body& body) {
    SignedRecord record = unsigned_record(type, body.encode());
    if (const auto readable = Body::decode(record.body); !readable) {
        return Error(Errc::FieldInvalid, readable.error().context);
    }
    if (record.encode().size() + limits::kRecordSigners * 96 > limits::kRecordBytes) {
        return Error(Errc::TooLarge, "record");
    }
    return record;
}

// The newest kept record of this agency for which `wanted` holds; "newest" is the last kept.
template <typename Body, typename Wanted>
std::optional<std::pair<Hash, Body>> newest(KeptRecords kept, RecordType type, Wanted wanted) {
    std::optional<std::pair<Hash, Body>> out;
    for (const SignedRecord& record : kept) {
        if (record.type != type) continue;
        auto body = Body::decode(record.body);
        if (body && wanted(*body)) out.emplace(record.hash(), *std::move(body));
    }
    return out;
}

// What a numbered record follows: the newest kept, or the one before `version`.
template <typename Body>
Result<std::optional<std::pair<Hash, Body>>> before(KeptRecords kept, RecordType type,
                                                    const AgencyId& agency,
                                                    std::optional<std::uint32_t> version) {
    std::uint32_t last = 0;
    for (const SignedRecord& record : kept) {
        if (record.type != type) continue;
        const auto body = Body::decode(record.body);
        if (body && body->agency == agency) last = std::max(last, body->version);
    }
    const std::uint32_t wanted = version ? *version - 1 : last;
    if (version == 0U || wanted > last) {
        return Error(Errc::RecordSequence,
                     "version " + std::to_string(wanted) + " was never signed in this home");
    }
    return newest<Body>(kept, type, [&](const Body& body) {
        return body.agency == agency && body.version == wanted;
    });
}

Result<SignedRecord> grant_office(const crypto::DeviceRequest& request, const Grant& grant,
                                  KeptRecords kept, TimeMs now) {
    const auto last = newest<crypto::OfficeRecord>(
        kept, RecordType::Office,
        [&](const crypto::OfficeRecord& office) { return office.office == request.office; });
    const crypto::OfficeRecord office{request.agency,
                                      request.office,
                                      CHAPAR_TRY(crypto::CountryCode::parse(grant.new_office)),
                                      grant.roles,
                                      validity_from(now, kOfficeLife),
                                      last ? last->first : Hash{}};
    return checked(RecordType::Office, office);
}

std::uint64_t devices_of(const OfficeId& office, KeptRecords kept) {
    return static_cast<std::uint64_t>(std::ranges::count_if(kept, [&](const SignedRecord& record) {
        if (record.type != RecordType::Device) return false;
        const auto device = crypto::DeviceRecord::decode(record.body);
        return device && device->request.request.office == office;
    }));
}

// A request cannot take another office's certificate out of service.
Status previous_of_same_office(const DeviceAsk& ask, KeptRecords kept) {
    for (const SignedRecord& record : kept) {
        if (record.type != RecordType::Device || record.hash() != ask.previous) continue;
        const auto old = CHAPAR_TRY(crypto::DeviceRecord::decode(record.body));
        if (old.request.request.office == ask.request.request.office) continue;
        return Error(Errc::FieldInvalid,
                     "the request names a certificate of " + old.request.request.office.text());
    }
    return Done{};
}

Status need_role(const std::vector<KeyCard>& cards, KeyRole role) {
    for (const KeyCard& card : cards) {
        if (card.role == role) continue;
        return Error(Errc::FieldInvalid, card.name + " is a key for " +
                                             std::string(role_text(card.role)) + ", not " +
                                             std::string(role_text(role)));
    }
    return Done{};
}

}  // namespace

Result<std::vector<SignedRecord>> grant_request(const DeviceAsk& ask, const Grant& grant,
                                                KeptRecords kept, TimeMs now) {
    const crypto::DeviceRequest& request = ask.request.request;
    CHAPAR_TRY(previous_of_same_office(ask, kept));
    std::vector<SignedRecord> out;
    if (!grant.new_office.empty()) {
        out.push_back(CHAPAR_TRY(grant_office(request, grant, kept, now)));
    }
    if (grant.days < 2 || kDay * grant.days > limits::kCertificateValidity) {
        return Error(Errc::FieldInvalid, "--days: 2 to 366");
    }
    const crypto::DeviceRecord device{ask.request, validity_from(now, kDay * grant.days),
                                      devices_of(request.office, kept) + 1, ask.previous};
    out.push_back(CHAPAR_TRY(checked(RecordType::Device, device)));
    if (ask.purpose == RequestPurpose::Recover) {
        const crypto::RevokeRecord revocation{request.agency, CertificateHash{ask.previous.bytes},
                                              grant.reason, grant.since};
        out.push_back(CHAPAR_TRY(checked(RecordType::Revoke, revocation)));
    }
    return out;
}

Result<CeremonyFile> draft_agency(const AgencyPlan& plan, TimeMs now) {
    CHAPAR_TRY(need_role(plan.roots, KeyRole::Root));
    CHAPAR_TRY(need_role({plan.audit}, KeyRole::Audit));
    crypto::AgencyRecord agency{plan.agency,
                                plan.threshold,
                                {},
                                PublicKey{plan.audit.key.bytes},
                                validity_from(now, kAgencyLife),
                                plan.replaces ? plan.replaces->hash() : Hash{}};
    for (const KeyCard& card : plan.roots) agency.roots.push_back(card.key);
    std::ranges::sort(agency.roots);
    CeremonyFile out;
    out.records.push_back(CHAPAR_TRY(checked(RecordType::Agency, agency)));
    if (plan.replaces) out.context.push_back(*plan.replaces);
    out.roots = AgencyRoots::of(agency);
    return out;
}

Result<CeremonyFile> draft_registrars(const RegistrarsPlan& plan, TimeMs now) {
    CHAPAR_TRY(need_role(plan.registrars, KeyRole::Registrar));
    crypto::RegistrarsRecord record{plan.roots.agency,
                                    plan.threshold,
                                    {},
                                    validity_from(now, limits::kRegistrarsValidity),
                                    plan.replaces ? plan.replaces->hash() : Hash{}};
    for (const KeyCard& card : plan.registrars) record.registrars.push_back({card.key, card.name});
    CeremonyFile out;
    out.records.push_back(CHAPAR_TRY(checked(RecordType::Registrars, record)));
    out.roots = plan.roots;
    return out;
}

Result<SignedRecord> draft_policy(const AgencyId& agency, std::vector<crypto::PolicyRule> rules,
                                  std::optional<std::uint32_t> version, KeptRecords kept) {
    const auto last =
        CHAPAR_TRY(before<crypto::PolicyRecord>(kept, RecordType::Policy, agency, version));
    const crypto::PolicyRecord next{agency, last ? last->second.version + 1 : 1,
                                    last ? PolicyHash{last->first.bytes} : PolicyHash{},
                                    std::move(rules)};
    return checked(RecordType::Policy, next);
}

Result<crypto::PeersRecord> newest_peers(const AgencyId& agency, KeptRecords kept) {
    const auto last =
        CHAPAR_TRY(before<crypto::PeersRecord>(kept, RecordType::Peers, agency, std::nullopt));
    return last ? last->second : crypto::PeersRecord{agency, 0, {}, {}};
}

Result<SignedRecord> draft_peers(const AgencyId& agency, const PeersChange& change,
                                 std::optional<std::uint32_t> version, KeptRecords kept) {
    const auto last =
        CHAPAR_TRY(before<crypto::PeersRecord>(kept, RecordType::Peers, agency, version));
    crypto::PeersRecord next{agency, 1, {}, {}};
    if (last) next = {agency, last->second.version + 1, last->first, last->second.peers};
    for (const AgencyId& removed : change.remove) {
        const auto gone = std::erase_if(
            next.peers, [&](const AgencyRoots& peer) { return peer.agency == removed; });
        if (gone == 0) return Error(Errc::FieldInvalid, removed.text() + " is not in the list");
    }
    for (const AgencyRoots& added : change.add) {
        std::erase_if(next.peers,
                      [&](const AgencyRoots& peer) { return peer.agency == added.agency; });
        next.peers.push_back(added);
    }
    std::ranges::sort(next.peers, {}, &AgencyRoots::agency);
    return checked(RecordType::Peers, next);
}

SignedRecord draft_suspension(const AgencyId& agency, const CertificateHash& certificate,
                              std::uint64_t days, std::uint64_t slip, TimeMs now) {
    const crypto::Validity usable{validity_from(now, kDay).from, now + kDay * days};
    const crypto::SuspendRecord suspension{agency, certificate, usable, slip};
    return unsigned_record(RecordType::Suspend, suspension.encode());
}

}  // namespace chapar::client
