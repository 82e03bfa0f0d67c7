#include "tests/unit/broker/world.h"

#include <unistd.h>

#include <algorithm>
#include <set>

#include "broker/core/ledger_open.h"
#include "broker/core/stream_files.h"
#include "broker/core/tables.h"
#include "crypto/batch.h"
#include "crypto/envelope.h"
#include "crypto/transcript.h"
#include "crypto/x25519.h"
#include "schemas/header_codec.h"
#include "storage/lmdb/lmdb_store.h"
#include "storage/memory_store.h"

namespace chapar::testing {
namespace {

AgencyId agency_id(const std::string& name) { return AgencyId::parse(name).value(); }
OfficeId office_id(const std::string& name) { return OfficeId::parse(name).value(); }

void must(const broker::Outcome& outcome) {
    if (!outcome.code) return;
    std::fprintf(stderr, "setup refused: %s %s\n", text_of(*outcome.code).code.data(),
                 outcome.context.c_str());
    CHAPAR_ASSERT(!outcome.code);
}

}  // namespace

TestStore::TestStore(StoreKind kind) : kind_(kind) {
    const auto tables = broker::store_tables();
    if (kind_ == StoreKind::Memory) {
        store_ = std::make_unique<storage::MemoryStore>(tables);
        return;
    }
    std::string pattern = (std::filesystem::temp_directory_path() / "chapar-XXXXXX").string();
    CHAPAR_ASSERT(mkdtemp(pattern.data()) != nullptr);
    directory_ = pattern;
    store_ = storage::LmdbStore::open(directory_ / "store", tables).value();
}

TestStore::~TestStore() {
    store_.reset();
    if (!directory_.empty()) std::filesystem::remove_all(directory_);
}

void TestStore::reopen() {
    if (kind_ == StoreKind::Memory) {
        const auto& old = static_cast<const storage::MemoryStore&>(*store_);
        auto fresh = storage::MemoryStore::reopen(old).value();
        store_ = std::move(fresh);
        return;
    }
    store_.reset();
    store_ = storage::LmdbStore::open(directory_ / "store", broker::store_tables()).value();
}

World::World(StoreKind kind, std::uint64_t seed)
    : random(seed),
      auditor(crypto::Secret32::random(random)),
      store_(kind),
      root_(crypto::SigningKey::generate(random)),
      hedge_(crypto::Secret32::random(random)) {
    found();
}

void World::found() {
    log_.emplace(crypto::SigningKey::generate(random));
    manifest_ = {"chapar.test/ledger/1",
                 LedgerNumber(1),
                 log_->public_key(),
                 CurveKey{crypto::x25519_public_key(crypto::Secret32::random(random)).bytes},
                 root_.public_key(),
                 crypto::x25519_public_key(auditor),
                 {"tcp://127.0.0.1:7400"}};
    const auto record = crypto::sign_manifest(manifest_, root_);
    home_ = crypto::home_of(record.body);
    must(run(broker::Found{record.encode()}));
    must(run(broker::OpenEpoch{crypto::random_value<Hash>(random), "test"}));
}

broker::Outcome World::put(const crypto::SignedRecord& record) {
    return run(broker::PutRecord{record.encode()});
}

void World::agency(const std::string& name) {
    AgencySigners signers(name, {now, now + kDay * 3650}, random);
    must(put(signers.agency_record(root_)));
    must(put(signers.registrars_record()));
    crypto::PolicyRecord policy{agency_id(name), 0, PolicyHash{}, {}};
    agencies_.emplace(name, TestAgency{std::move(signers), std::move(policy), PolicyHash{}});
}

void World::office(const std::string& name, const std::string& agency, const std::string& country,
                   std::uint16_t roles) {
    const crypto::OfficeRecord record{agency_id(agency),
                                      office_id(name),
                                      crypto::CountryCode::parse(country).value(),
                                      roles,
                                      {now, now + kDay * 3000},
                                      Hash{}};
    agency_of_office_[name] = agency;
    roles_[name] = roles;
    must(put(agencies_.at(agency).signers.office(record)));
}

void World::device(const std::string& name, const std::string& office, DurationMs life,
                   const std::string& officer) {
    const std::string& agency = agency_of_office_.at(office);
    auto key = crypto::SigningKey::generate(random);
    const crypto::DeviceRequest request{
        agency_id(agency),
        office_id(office),
        officer.empty() ? "officer of " + name : officer,
        name,
        key.public_key(),
        CurveKey{crypto::x25519_public_key(crypto::Secret32::random(random)).bytes},
        now};
    const crypto::DeviceRecord record{
        crypto::SignedRequest::make(request, key), {now, now + life}, devices_.size() + 1, Hash{}};
    must(put(agencies_.at(agency).signers.device(record)));
    const CertificateHash hash = crypto::certificate_hash(record.encode());
    certificates_.emplace(hash, broker::certificate_facts(record).value());
    devices_.emplace(name, TestDevice{office, request.officer, std::move(key), hash, {}, Hash{}});
    bundle(name);
}

void World::bundle(const std::string& name, std::uint16_t days) {
    TestDevice& device = devices_.at(name);
    const bool audits = (roles_.at(device.office) & crypto::office_role::kAuditor) != 0;
    auto made = crypto::make_bundle(
        {device.hash, device.bundle.keys.empty() ? 1 : device.bundle.sequence + 1,
         device.bundle_hash, day_of(now), days, 7, static_cast<std::uint8_t>(audits ? 2 : 1)},
        random);
    crypto::SignedRecord record{crypto::RecordType::Bundle, made.bundle.encode(), {}};
    device.bundle_hash = record.hash();
    record.sign(device.key);
    must(put(record));
    device.bundle = made.bundle;
    bundles_[name].push_back(std::move(made.bundle));
}

void World::publish_policy(const std::string& name, crypto::PolicyRecord next) {
    TestAgency& agency = agencies_.at(name);
    next.version = agency.policy.version + 1;
    next.previous = agency.policy_hash;
    must(put(agency.signers.policy(next)));
    agency.policy_hash = crypto::policy_hash(next.encode());
    agency.policy = std::move(next);
}

void World::rule(const std::string& agency, const crypto::PolicyRule& rule) {
    crypto::PolicyRecord next = agencies_.at(agency).policy;
    next.rules.push_back(rule);
    publish_policy(agency, std::move(next));
}

void World::drop_rule(const std::string& agency, const std::string& rule) {
    crypto::PolicyRecord next = agencies_.at(agency).policy;
    std::erase_if(next.rules, [&](const crypto::PolicyRule& r) { return r.id == rule; });
    publish_policy(agency, std::move(next));
}

TestAgency& World::agency_of(const std::string& device) {
    return agencies_.at(agency_of_office_.at(devices_.at(device).office));
}

broker::Outcome World::revoke(const std::string& name) {
    return put(
        agency_of(name).signers.revoke(devices_.at(name).hash, crypto::RevokeReason::Stolen));
}

crypto::SignedRecord World::slip(const std::string& name) {
    return agency_of(name).signers.suspend(devices_.at(name).hash, {now, now + kHour}, ++slips_);
}

broker::Outcome World::suspend_by(const std::string& name, crypto::SignedRecord record) {
    auto outcome = put(record);
    suspensions_.insert_or_assign(name, std::move(record));
    return outcome;
}

broker::Outcome World::suspend(const std::string& name) { return suspend_by(name, slip(name)); }

broker::Outcome World::suspend_itself(const std::string& name) {
    crypto::SignedRecord record = slip(name);
    record.signatures.clear();
    record.sign(devices_.at(name).key);
    return suspend_by(name, std::move(record));
}

broker::Outcome World::reinstate(const std::string& name) {
    return put(
        agency_of(name).signers.reinstate(devices_.at(name).hash, suspensions_.at(name).hash()));
}

crypto::Recipient World::recipient(const std::string& name, crypto::StanzaType type,
                                   const SendPlan& plan) {
    const auto& all = bundles_.at(name);
    const auto& bundle = all.at(all.size() - 1 - plan.bundle_back);
    const auto day = static_cast<std::uint32_t>(day_of(now).value + plan.key_days);
    // A day that no bundle covers still needs some key to seal to.
    const EpochDay known = bundle.covers(EpochDay(day)) ? EpochDay(day) : bundle.first_epoch;
    // Slot 0 is the inner key of an auditor, slot 1 the outer one.
    const bool audit = type == crypto::StanzaType::Audit;
    crypto::EpochPublicKeys sealing{*bundle.key(known, audit ? 1 : 0), std::nullopt};
    if (audit) sealing.inner = bundle.key(known, 0);
    return {type,
            devices_.at(name).hash,
            crypto::key_id_of(bundle.sequence, EpochDay(day)),
            sealing,
            0,
            crypto::PskId{},
            std::nullopt};
}

std::vector<crypto::Recipient> World::recipients(const SendPlan& plan) {
    std::vector<crypto::Recipient> out;
    for (const std::string& office : plan.to) {
        for (const auto& [name, device] : devices_) {
            if (device.office == office) {
                out.push_back(recipient(name, crypto::StanzaType::Device, plan));
            }
        }
    }
    for (const std::string& name : plan.audit) {
        out.push_back(recipient(name, crypto::StanzaType::Audit, plan));
    }
    if (plan.stranger) {
        crypto::Recipient stranger = recipient(plan.from, crypto::StanzaType::Device, plan);
        stranger.certificate = *plan.stranger;
        out.push_back(std::move(stranger));
    }
    return out;
}

MessageId World::fresh_message_id() { return crypto::random_value<MessageId>(random); }

SentEnvelope World::seal(const SendPlan& plan) {
    const TestDevice& sender = devices_.at(plan.from);
    const Bytes stream0 = [&] {
        Bytes bytes(200);
        random.fill(bytes);
        return bytes;
    }();
    schemas::Header header;
    header.kind = plan.kind;
    header.home = home_;
    header.sender = sender.hash;
    header.message_id = plan.message_id.value_or(fresh_message_id());
    header.case_id = crypto::random_value<CaseId>(random);
    header.created = plan.created.value == 0 ? now : plan.created;
    header.classification = plan.classification;
    header.urgency = plan.urgency;
    header.expires_at = header.created + plan.life;
    header.retain_until = plan.keep ? header.created + *plan.keep : header.expires_at + kDay;
    header.in_reply_to = plan.in_reply_to;
    header.supersedes = plan.supersedes;
    for (const std::string& name : plan.audit) header.auditors.push_back(devices_.at(name).hash);
    header.content = crypto::content_hash(stream0);
    const Bytes h = schemas::encode_header(header);

    std::vector<Bytes> attachments;
    for (const std::size_t size : plan.attachments) {
        attachments.emplace_back(size);
        random.fill(attachments.back());
    }
    std::vector<ByteView> streams{stream0};
    streams.insert(streams.end(), attachments.begin(), attachments.end());
    const auto to = recipients(plan);
    const auto blind = crypto::random_value<AudienceBlind>(random);
    const auto approved = approvals(plan, h, blind);
    auto sealed = crypto::seal({h, streams, to, approved, hedge_}, random).value();
    const std::vector<EnvelopeHash> hashes{sealed.hash};
    const auto batch =
        crypto::sign_envelopes(plan.seen.value_or(newest_head()), hashes, sender.key);
    schemas::SubmittedEnvelope frame{
        std::move(sealed.statement), batch.item(0).encode(), blind, {}, std::move(sealed.streams)};
    for (crypto::Stanza& stanza : sealed.stanzas) {
        frame.stanzas.push_back({stanza.label.encode(), stanza.enc, std::move(stanza.ciphertext)});
    }
    SentEnvelope out{std::move(frame), {}, sealed.hash, header.message_id, plan.from};
    if (broker::may_have_files(crypto::EnvelopeStatement::decode(out.frame.envelope).value())) {
        for (std::size_t j = 1; j < out.frame.streams.size(); ++j) {
            out.frame.streams[j].clear();
            out.files.push_back(sealed.commitments[j].root);
        }
    }
    return out;
}

// Each signs for the offices that the plan addresses, unless the plan says that it was for others,
// or over another text.
std::vector<crypto::Approval> World::approvals(const SendPlan& plan, ByteView header,
                                               const AudienceBlind& blind) {
    const auto& named = plan.approved_for.empty() ? plan.to : plan.approved_for;
    std::set<OfficeId> offices;
    for (const std::string& office : named) offices.insert(office_id(office));
    Hash context = crypto::context_hash(header);
    if (plan.approved_other_text) context.bytes[0] ^= std::byte{1};
    std::vector<crypto::Approval> out;
    for (const std::string& name : plan.approved_by) {
        const TestDevice& device = devices_.at(name);
        out.push_back(crypto::make_approval(home_, context, crypto::audience_hash(blind, offices),
                                            device.hash, device.key));
    }
    std::ranges::sort(out, {}, &crypto::Approval::approver);
    return out;
}

broker::Outcome World::submit(const SentEnvelope& envelope) {
    auto verdicts = broker::Ingress::check(schemas::Submit{{}, {envelope.frame}},
                                           session_of(envelope.from), *this);
    broker::Outcome refused;
    refused.about = Hash{envelope.hash.bytes};
    if (!verdicts) {
        refused.code = verdicts.error().code;
        refused.context = "ingress: " + verdicts.error().context;
        return refused;
    }
    auto& operation = verdicts->front().operation;
    if (!operation) {
        refused.code = operation.error().code;
        refused.context = "ingress: " + operation.error().context;
        return refused;
    }
    return run(std::move(*operation).stamped({now}).body);
}

broker::Outcome World::confirm(const std::string& name, const EnvelopeHash& envelope,
                               EntryIndex accepted, crypto::DeliveryEvent event,
                               std::uint16_t reason) {
    const TestDevice& device = devices_.at(name);
    const crypto::DeliveryStatement statement{event, envelope, device.hash, accepted, now, reason};
    const std::vector<crypto::DeliveryStatement> statements{statement};
    const auto batch = crypto::sign_statements(newest_head(), statements, device.key);
    const schemas::Statements frame{{}, {{statement.encode(), batch.item(0).encode()}}};
    auto verdicts = broker::Ingress::check(frame, session_of(name), *this).value();
    return run(std::move(verdicts.front().operation).value().stamped({now}).body);
}

void World::open_keys(const broker::Operation& operation) {
    const auto needs = broker::KeyNeeds(*read()).of(operation).value();
    for (const broker::KeyNeed& need : needs) {
        auto secret = crypto::Secret32::random(random);
        const auto record =
            crypto::seal_ledger_key(need.scope, secret, need.copies, random).value();
        keys.add(need.scope, std::move(secret));
        must(fold_one({operation.stamp, broker::OpenKey{record.encode()}}));
    }
}

broker::Outcome World::run(broker::OperationBody body) {
    const broker::Operation operation{{now, broker::Clock::Disciplined}, std::move(body)};
    open_keys(operation);
    return fold_one(operation);
}

broker::Outcome World::fold_one(const broker::Operation& operation) {
    auto txn = store_.get().begin_write().value();
    broker::Frontier next = frontier;
    auto folded = broker::fold(*txn, next, {&operation, 1}, keys, random, capacity);
    if (!folded) std::fprintf(stderr, "fold: %s\n", folded.error().context.c_str());
    auto outcome = std::move(folded).value().front();
    const Status committed = std::move(*txn).commit();
    CHAPAR_ASSERT(committed.has_value());
    frontier = std::move(next);
    operations.push_back(operation);
    outcomes.push_back(outcome);
    return outcome;
}

void World::restart() {
    store_.reopen();
    const broker::Frontier rebuilt = broker::open_ledger(*read()).value();
    CHAPAR_ASSERT(rebuilt == frontier);
    frontier = rebuilt;
    must(run(broker::OpenEpoch{crypto::random_value<Hash>(random), "test"}));
}

const broker::CertificateFacts* World::find(const CertificateHash& hash) const {
    const auto found = certificates_.find(hash);
    return found == certificates_.end() ? nullptr : &found->second;
}

const TestDevice& World::device_named(const std::string& name) const { return devices_.at(name); }

const TestAgency& World::agency_named(const std::string& name) const { return agencies_.at(name); }

broker::SessionFacts World::session_of(const std::string& device) const {
    return {devices_.at(device).hash, home_, LedgerNumber(1)};
}

std::vector<std::string> World::device_names() const {
    std::vector<std::string> names;
    for (const auto& [name, device] : devices_) names.push_back(name);
    return names;
}

crypto::SeenHead World::newest_head() const {
    return {home_, LedgerNumber(1), frontier.size(), frontier.root()};
}

std::unique_ptr<storage::ReadTxn> World::read() { return store_.get().begin_read().value(); }

}  // namespace chapar::testing
