#include "tests/unit/client/world.h"

#include <algorithm>

#include "crypto/batch.h"
#include "crypto/bundle.h"
#include "crypto/envelope.h"
#include "crypto/sha256.h"
#include "crypto/transcript.h"
#include "tests/support/memory_slot_file.h"

namespace chapar::testing {

AgencyId agency(std::string_view name) { return must(AgencyId::parse(name)); }
OfficeId office(std::string_view name) { return must(OfficeId::parse(name)); }

EntryIndex FakeLedger::append(crypto::LeafKind kind, crypto::EntryBody body) {
    const EntryIndex index(leaves_.size());
    Hash salt;
    if (crypto::is_sealed(kind)) salt = crypto::sha256(view("salt" + std::to_string(index.value)));
    Bytes bytes = must(body.encode());
    crypto::Leaf leaf;
    leaf.kind = kind;
    leaf.epoch = epoch;
    leaf.index = index;
    leaf.time = crypto::leaf_time(body.time);
    leaf.last_dir = last_dir_;
    leaf.body_commit = crypto::body_commit(crypto::BodySalt{salt.bytes}, bytes);
    leaf.tags.resize(crypto::views_of(kind));
    leaves_.push_back(leaf.encode());
    body_bytes_.push_back(std::move(bytes));
    salts_.push_back(salt);
    bodies_.push_back(std::move(body));
    kinds_.push_back(kind);
    if (crypto::is_directory(kind)) last_dir_ = index;
    return index;
}

std::string FakeLedger::note_at(std::uint64_t size) const {
    return crypto::sign_checkpoint(
        {signer_.verifier().name(), TreeSize(size), crypto::tree_root(hashes(size))}, signer_);
}

crypto::Checkpoint FakeLedger::head() const {
    return must(crypto::open_checkpoint(note(), signer_.verifier()));
}

std::vector<Hash> FakeLedger::consistency(std::uint64_t old_size) const {
    return consistency(old_size, size());
}

std::vector<Hash> FakeLedger::consistency(std::uint64_t old_size, std::uint64_t new_size) const {
    return crypto::consistency_path(hashes(new_size), old_size);
}

std::vector<Hash> FakeLedger::hashes(std::uint64_t size) const {
    std::vector<Hash> out;
    for (std::size_t i = 0; i < size; ++i) out.push_back(crypto::leaf_hash(leaves_[i]));
    return out;
}

schemas::Head FakeLedger::frame_head(std::uint64_t old_size) const {
    return {note(), consistency(old_size)};
}

schemas::EntryProof FakeLedger::proof(EntryIndex index) const { return proof_at(index, size()); }

schemas::EntryProof FakeLedger::proof_at(EntryIndex index, std::uint64_t size) const {
    return {index, leaves_.at(index.value), crypto::Tree(hashes(size)).inclusion_path(index.value),
            body_bytes_.at(index.value), salts_.at(index.value)};
}

std::vector<schemas::EntryProof> FakeLedger::directory(EntryIndex from) const {
    std::vector<schemas::EntryProof> entries;
    for (std::uint64_t i = from.value; i < size(); ++i) {
        if (kinds_[i] != crypto::LeafKind::Message) entries.push_back(proof(EntryIndex(i)));
    }
    return entries;
}

namespace {

client::OwnDevice own_device(const Post& post) {
    return {post.certificate, post.agency, post.office, post.made, post.memory};
}

crypto::EntryBody record_body(const crypto::SignedRecord& record, std::uint8_t event, TimeMs time) {
    crypto::EntryBody body;
    body.event = event;
    body.time = time;
    body.record = record.encode();
    return body;
}

}  // namespace

World::World(const std::string& origin)
    : tj{office("TJ-NPJ-BLO"), agency("TJ-DCA"), crypto::SigningKey::generate(random)},
      af{office("AF-SKB-BLO"), agency("AF-CNP"), crypto::SigningKey::generate(random)},
      uz{office("UZ-TMZ-BLO"), agency("UZ-NCB"), crypto::SigningKey::generate(random)},
      centre_root_(crypto::SigningKey::generate(random)) {
    auto log_key = crypto::SigningKey::generate(random);
    crypto::Manifest manifest;
    manifest.origin = origin;
    manifest.ledger = LedgerNumber(1);
    manifest.log_key = log_key.public_key();
    manifest.curve_key = CurveKey{crypto::generate_key_pair(random).public_key.bytes};
    manifest.centre_root = centre_root_.public_key();
    manifest.centre_auditor = crypto::generate_key_pair(random).public_key;
    manifest.endpoints = {"tcp://127.0.0.1:7400"};
    log_ = std::make_unique<crypto::NoteSigner>(
        must(crypto::NoteSigner::create(manifest.origin, std::move(log_key))));
    card_ = std::make_unique<client::TrustCard>(must(client::TrustCard::create(
        crypto::sign_manifest(manifest, centre_root_), manifest.endpoints.front())));
    ledger = std::make_unique<FakeLedger>(*log_);
    ledger->append(
        crypto::LeafKind::Admin,
        record_body(card_->record(), crypto::event_number(crypto::AdminEvent::Founded), now));
    tj = make_post("TJ-DCA", "TJ-NPJ-BLO");
    af = make_post("AF-CNP", "AF-SKB-BLO");
    uz = make_post("UZ-NCB", "UZ-TMZ-BLO");
    confirm_peers("TJ-DCA", {"AF-CNP", "UZ-NCB"});
    confirm_peers("AF-CNP", {"TJ-DCA", "UZ-NCB"});
    confirm_peers("UZ-NCB", {"TJ-DCA", "AF-CNP"});
    for (Post* post : {&tj, &af, &uz}) publish_bundle(*post, now);
    for (Post* post : {&tj, &af, &uz}) sync(*post);
}

Post World::make_post(const std::string& agency_name, const std::string& office_name) {
    const crypto::Validity validity{TimeMs(now.value - 1000), now + kDay * 300};
    const auto [at, inserted] =
        agencies.try_emplace(agency_name, AgencySigners(agency_name, validity, random));
    const AgencySigners& signers = at->second;
    log_record(signers.agency_record(centre_root_), crypto::KeyEvent::Agency);
    log_record(signers.registrars_record(), crypto::KeyEvent::Registrars);
    crypto::OfficeRecord office_record{signers.id(), office(office_name), {}, 0, {}, {}};
    office_record.roles = crypto::office_role::kLiaison;
    office_record.validity = validity;
    log_record(signers.office(office_record), crypto::KeyEvent::Office);
    return make_device(agency_name, office_name);
}

Post World::make_device(const std::string& agency_name, const std::string& office_name,
                        const CertificateHash& previous) {
    Post post{office(office_name), agency(agency_name), crypto::SigningKey::generate(random)};
    post.curve = crypto::generate_key_pair(random);
    post.vault = std::make_unique<crypto::Vault>(crypto::Secret32::random(random),
                                                 std::make_unique<MemorySlotFile>());
    post.hedge = crypto::Secret32::random(random);
    crypto::DeviceRequest request{
        post.agency, post.office,           "officer",
        "desk",      post.key.public_key(), CurveKey{post.curve.public_key.bytes},
        now};
    post.record = enrol(crypto::SignedRequest::make(request, post.key), previous);
    post.certificate = crypto::certificate_hash(post.record.body);
    post.roots = crypto::PeerRoots::of(agencies.at(agency_name).record);
    post.store = std::make_unique<storage::MemoryStore>(client::tables::kAll);
    return post;
}

crypto::SignedRecord World::enrol(const crypto::SignedRequest& request,
                                  const CertificateHash& previous) {
    const crypto::Validity validity{TimeMs(now.value - 1000), now + kDay * 300};
    const crypto::DeviceRecord device{request, validity, 1, Hash{previous.bytes}};
    crypto::SignedRecord record = agencies.at(request.request.agency.text()).device(device);
    log_record(record, crypto::KeyEvent::Device);
    return record;
}

EntryIndex World::log_record(const crypto::SignedRecord& record, crypto::KeyEvent event) {
    return ledger->append(crypto::LeafKind::Key,
                          record_body(record, crypto::event_number(event), now));
}

EntryIndex World::log_bundle(const crypto::SignedRecord& record) {
    return ledger->append(crypto::LeafKind::Ladder, record_body(record, crypto::kNoEvent, now));
}

void World::publish_bundle(Post& post, TimeMs from) {
    crypto::BundlePlan plan;
    plan.certificate = post.certificate;
    plan.sequence = static_cast<std::uint32_t>(post.made.size()) + 1;
    plan.first_epoch = day_of(from);
    publish_bundle(post, plan);
}

EntryIndex World::publish_bundle(Post& post, const crypto::BundlePlan& plan) {
    crypto::NewBundle made = crypto::make_bundle(plan, random);
    crypto::SignedRecord record{crypto::RecordType::Bundle, made.bundle.encode(), {}};
    record.sign(post.key);
    for (crypto::EpochSecret& secret : made.secrets) {
        post.epochs.emplace(secret.id(), std::move(secret));
    }
    post.made.insert(record.hash());
    post.memory = client::BundleMemory::Whole;
    return log_bundle(record);
}

EntryIndex World::revoke(const Post& post, TimeMs compromised_since) {
    return log_record(agencies.at(post.agency.text())
                          .revoke(post.certificate, crypto::RevokeReason::Lost, compromised_since),
                      crypto::KeyEvent::Revoke);
}

EntryIndex World::confirm_peers(const std::string& agency_name,
                                const std::vector<std::string>& others) {
    std::vector<const crypto::AgencyRecord*> records;
    for (const std::string& other : others) records.push_back(&agencies.at(other).record);
    auto& [version, previous] = peers_[agency_name];
    const auto record = agencies.at(agency_name).peers(records, ++version, previous);
    previous = record.hash();
    return log_record(record, crypto::KeyEvent::Peers);
}

EntryIndex World::suspend(const Post& post, std::uint64_t slip) {
    const crypto::Validity when{TimeMs(now.value - 1000), now + kDay};
    return log_record(agencies.at(post.agency.text()).suspend(post.certificate, when, slip),
                      crypto::KeyEvent::Suspend);
}

EntryIndex World::reinstate(const Post& post, const Hash& suspension) {
    return log_record(agencies.at(post.agency.text()).reinstate(post.certificate, suspension),
                      crypto::KeyEvent::Reinstate);
}

EntryIndex World::log_time() {
    crypto::EntryBody body;
    body.time = now;
    return ledger->append(crypto::LeafKind::Time, body);
}

crypto::Checkpoint World::accept_head(Post& post) {
    return in_txn(*post.store, [&](storage::Txn& txn) -> Result<crypto::Checkpoint> {
        const auto held = CHAPAR_TRY(client::newest_head(txn, card_->log()));
        const std::uint64_t old_size = held ? held->checkpoint.size.value : 0;
        return client::accept_head(txn, card_->log(), ledger->note(),
                                   ledger->consistency(old_size));
    });
}

client::IngestReport World::sync(Post& post) {
    const crypto::Checkpoint head = accept_head(post);
    return in_txn(*post.store, [&](storage::Txn& txn) -> Result<client::IngestReport> {
        const EntryIndex from = CHAPAR_TRY(client::DirectoryView(txn).next());
        auto report = CHAPAR_TRY(client::ingest(txn, *card_, head, ledger->directory(from),
                                                EntryIndex(ledger->size()), own_device(post)));
        CHAPAR_TRY(client::mark_synced(txn, now));
        return report;
    });
}

Result<client::IngestReport> World::try_ingest(Post& post,
                                               const std::vector<schemas::EntryProof>& entries) {
    const crypto::Checkpoint head = accept_head(post);
    auto txn = must(post.store->begin_write());
    return client::ingest(*txn, *card_, head, entries, EntryIndex(ledger->size()),
                          own_device(post));
}

Result<client::IngestReport> World::try_sync(Post& post) {
    const EntryIndex from = reading(
        *post.store, [](const storage::ReadTxn& txn) { return client::DirectoryView(txn).next(); });
    return try_ingest(post, ledger->directory(from));
}

crypto::EntryBody World::envelope_body(const Post& sender, const client::OutboxBytes& bytes) const {
    crypto::EntryBody body;
    body.time = now;
    body.sender_agency = sender.agency;
    body.envelope = bytes.statement;
    body.item = bytes.item.encode();
    body.blind = bytes.blind;
    body.envelope_hash = crypto::envelope_hash(bytes.statement);
    return body;
}

std::vector<EntryIndex> World::accept(const Post& sender, const client::OutboxBytes& bytes) {
    std::vector<AgencyId> order;
    for (const AgencyId& one : bytes.stanza_agencies) {
        if (std::ranges::find(order, one) == order.end()) order.push_back(one);
    }
    std::vector<EntryIndex> entries;
    for (const AgencyId& one : order) {
        crypto::EntryBody body = envelope_body(sender, bytes);
        body.event = crypto::event_number(crypto::MessageEvent::Accepted);
        body.recipient_agency = one;
        body.stanzas.emplace();
        for (std::size_t i = 0; i < bytes.stanzas.size(); ++i) {
            const auto digest = crypto::digest_of(bytes.stanzas[i]);
            if (bytes.stanza_agencies[i] == one) {
                body.stanzas->push_back({digest.label, digest.seal_hash});
            } else {
                const Bytes label = digest.label.encode();
                body.stanzas->push_back(
                    {std::nullopt, crypto::transcript_hash(crypto::Label::Stanza,
                                                           {label, digest.seal_hash.view()})});
            }
        }
        body.decision = crypto::BodyDecision{};
        entries.push_back(ledger->append(crypto::LeafKind::Message, std::move(body)));
    }
    return entries;
}

EntryIndex World::reject(const Post& sender, const client::OutboxBytes& bytes,
                         const std::string& code) {
    crypto::EntryBody body = envelope_body(sender, bytes);
    body.event = crypto::event_number(crypto::MessageEvent::Rejected);
    body.recipient_agency = sender.agency;
    body.stanzas.emplace();
    for (const crypto::Stanza& stanza : bytes.stanzas) {
        const auto digest = crypto::digest_of(stanza);
        body.stanzas->push_back({digest.label, digest.seal_hash});
    }
    body.decision = crypto::BodyDecision{crypto::PolicyEffect::Deny, code, {}};
    return ledger->append(crypto::LeafKind::Message, std::move(body));
}

std::vector<schemas::EntryProof> World::proofs(const std::vector<EntryIndex>& at) const {
    std::vector<schemas::EntryProof> out;
    for (const EntryIndex index : at) out.push_back(ledger->proof(index));
    return out;
}

schemas::Delivery World::delivery(const Post& recipient, const client::OutboxBytes& bytes,
                                  const std::vector<EntryIndex>& at) const {
    std::vector<Hash> leaves;
    std::size_t own = 0;
    for (std::size_t i = 0; i < bytes.stanzas.size(); ++i) {
        leaves.push_back(crypto::stanza_leaf_hash(crypto::digest_of(bytes.stanzas[i])));
        if (bytes.stanzas[i].label.certificate == recipient.certificate) own = i;
    }
    schemas::Delivery out;
    out.envelope = bytes.statement;
    out.item = bytes.item.encode();
    out.streams = bytes.streams;
    const crypto::Stanza& stanza = bytes.stanzas.at(own);
    out.stanza = {stanza.label.encode(), stanza.enc, stanza.ciphertext,
                  static_cast<std::uint16_t>(own), crypto::Tree(leaves).inclusion_path(own)};
    for (const EntryIndex index : at) {
        if (ledger->body(index).recipient_agency == recipient.agency) {
            out.proof = ledger->proof(index);
        }
    }
    return out;
}

EntryIndex World::log_statement(const Post& signer, const crypto::DeliveryStatement& statement,
                                const crypto::BatchItem& item, EntryIndex at) {
    crypto::EntryBody body;
    body.event = static_cast<std::uint8_t>(static_cast<int>(statement.event) + 1);
    body.time = now;
    body.sender_agency = ledger->body(at).sender_agency;
    body.recipient_agency = signer.agency;
    body.item = item.encode();
    body.accepted = at;
    body.statement = statement.encode();
    body.envelope_hash = statement.envelope;
    return ledger->append(crypto::LeafKind::Message, std::move(body));
}

client::OutboxNumber World::compose(Post& sender, const client::Draft& draft) {
    const auto device_of = device(sender);
    return in_txn(*sender.store, [&](storage::Txn& txn) -> Result<client::OutboxNumber> {
        const auto numbers =
            CHAPAR_TRY(client::add_drafts(txn, device_of, {&draft, 1}, now, random));
        CHAPAR_TRY(client::seal_drafts(txn, device_of, numbers, now, random));
        return numbers.front();
    });
}

client::OutboxBytes World::bytes_of(Post& sender, client::OutboxNumber number) {
    return reading(*sender.store,
                   [&](const storage::ReadTxn& txn) { return client::outbox_bytes(txn, number); });
}

client::OutboxItem World::item_of(Post& sender, client::OutboxNumber number) {
    return reading(*sender.store,
                   [&](const storage::ReadTxn& txn) { return client::outbox_item(txn, number); });
}

client::ReceptionReport World::receive(Post& recipient, const schemas::Delivery& delivery) {
    const crypto::Checkpoint head = accept_head(recipient);
    const std::string note = ledger->note();
    const auto device_of = device(recipient);
    return in_txn(*recipient.store, [&](storage::Txn& txn) {
        return client::receive(txn, device_of, {delivery, head, recipient.epochs, now, note},
                               random);
    });
}

client::Draft World::alert(std::vector<std::string> to) {
    client::Draft draft;
    for (const std::string& name : to) draft.options.to.push_back(office(name));
    schemas::SeizureAlert alert;
    alert.place.country = "TJ";
    alert.time = TimeMs(kStart.value - 3'600'000);
    schemas::Goods goods;
    goods.substance.name = "heroin";
    goods.quantity.thousandths = 12'450;
    alert.goods.push_back(goods);
    alert.conveyance.mode = schemas::TransportMode::Road;
    alert.agency = "TJ-DCA";
    draft.payload = alert;
    return draft;
}

client::Draft World::recall(std::vector<std::string> to, const MessageId& target) {
    client::Draft draft;
    for (const std::string& name : to) draft.options.to.push_back(office(name));
    schemas::Recall recall;
    recall.target = target;
    recall.reason = "sent to the wrong office";
    draft.payload = recall;
    return draft;
}

}  // namespace chapar::testing
