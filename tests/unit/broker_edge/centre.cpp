#include "tests/unit/broker_edge/centre.h"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "crypto/checkpoint.h"
#include "crypto/envelope.h"
#include "crypto/seal.h"
#include "crypto/secret_hex.h"
#include "crypto/x25519.h"
#include "schemas/header_codec.h"

namespace chapar::testing {
namespace {

void write_text(const std::filesystem::path& path, std::string_view text) {
    std::ofstream(path, std::ios::binary) << text;
    CHAPAR_ASSERT(chmod(path.c_str(), 0600) == 0);
}

std::string hex_line(const crypto::Secret32& secret) {
    std::array<std::byte, 64> text{};
    crypto::secret_to_hex(secret, text);
    return to_string(text) + "\n";
}

}  // namespace

Centre::Centre(TimeMs now, const std::string& settings)
    : now_(now), root_(crypto::SigningKey::generate(random)) {
    const auto log_seed = crypto::Secret32::random(random);
    auto log_key = crypto::SigningKey::from_seed(log_seed.duplicate());
    const auto curve = crypto::Secret32::random(random);
    manifest_ = {
        "chapar.test/ledger/1",  LedgerNumber(1),
        log_key.public_key(),    CurveKey{crypto::x25519_public_key(curve).bytes},
        root_.public_key(),      crypto::x25519_public_key(crypto::Secret32::random(random)),
        {"tcp://127.0.0.1:7415"}};
    log_ = crypto::NoteSigner::create(manifest_.origin, std::move(log_key)).value();
    write_directory(log_seed, curve, settings);
    make_agency("TJ-DCA");
    make_agency("UZ-NDC");
    tajik = make_device(agencies_[0], "TJ-NPJ-BLO", "TJ");
    uzbek = make_device(agencies_[1], "UZ-TMZ-BLO", "UZ");
    stranger = make_device(agencies_[1], "UZ-TAS-BLO", "UZ");
    make_policy(agencies_[0]);
    make_policy(agencies_[1]);
}

void Centre::write_directory(const crypto::Secret32& log_seed, const crypto::Secret32& curve,
                             const std::string& settings) {
    const auto record = crypto::sign_manifest(manifest_, root_);
    home_ = crypto::home_of(record.body);
    std::filesystem::create_directory(directory() / "keys");
    write_text(directory() / "manifest", to_string(record.encode()));
    write_text(directory() / "keys" / "log.key", hex_line(log_seed));
    write_text(directory() / "keys" / "curve.key", hex_line(curve));
    write_text(directory() / "chapard.toml", "listen = \"tcp://127.0.0.1:0\"\n" + settings);
}

void Centre::make_agency(const char* name) {
    agencies_.emplace_back(name, crypto::Validity{now_, now_ + kDay * 3650}, random);
    keep(agencies_.back().agency_record(root_));
    keep(agencies_.back().registrars_record());
}

const AgencySigners& Centre::agency_of(const EdgeDevice& device) const {
    const auto found = std::ranges::find(agencies_, device.agency, &AgencySigners::id);
    CHAPAR_ASSERT(found != agencies_.end());
    return *found;
}

EdgeDevice Centre::make_device(const AgencySigners& agency, const char* name, const char* country) {
    const OfficeId office = OfficeId::parse(name).value();
    const crypto::OfficeRecord record{agency.id(),
                                      office,
                                      crypto::CountryCode::parse(country).value(),
                                      crypto::office_role::kLiaison,
                                      {now_, now_ + kDay * 3000},
                                      Hash{}};
    keep(agency.office(record));
    auto key = crypto::SigningKey::generate(random);
    auto curve = crypto::Secret32::random(random);
    const CurveKey curve_key{crypto::x25519_public_key(curve).bytes};
    const crypto::DeviceRequest request{agency.id(),      office,    "officer", "device",
                                        key.public_key(), curve_key, now_};
    const crypto::DeviceRecord device{
        crypto::SignedRequest::make(request, key), {now_, now_ + kDay * 300}, ++serial_, Hash{}};
    const CertificateHash hash = crypto::certificate_hash(device.encode());
    keep(agency.device(device));
    auto made = crypto::make_bundle({hash, 1, Hash{}, day_of(now_), 30, 7, 1}, random);
    crypto::SignedRecord bundle{crypto::RecordType::Bundle, made.bundle.encode(), {}};
    bundle.sign(key);
    keep(bundle);
    return {agency.id(), office, std::move(key),        std::move(curve),
            curve_key,   hash,   std::move(made.bundle)};
}

EdgeDevice Centre::enrol(std::size_t agency, const std::string& office) {
    return make_device(agencies_.at(agency), office.c_str(), agency == 0 ? "TJ" : "UZ");
}

void Centre::make_policy(const AgencySigners& agency) {
    const auto rule = [](const char* id, crypto::PolicyDirection direction) {
        crypto::PolicyRule out;
        out.id = id;
        out.direction = direction;
        out.effect = crypto::PolicyEffect::Permit;
        out.class_max = 3;
        return out;
    };
    const crypto::PolicyRecord policy{agency.id(),
                                      1,
                                      PolicyHash{},
                                      {rule("send.any", crypto::PolicyDirection::Export),
                                       rule("take.any", crypto::PolicyDirection::Import)}};
    keep(agency.policy(policy));
}

crypto::SeenHead Centre::nothing_seen() const {
    return {home_, LedgerNumber(1), TreeSize(0), Hash{}};
}

schemas::SubmittedEnvelope Centre::seal(const crypto::SeenHead& seen) {
    return seal_with({}, schemas::Urgency::Routine, kDay, seen).envelope;
}

Centre::Sealed Centre::seal_with(const std::vector<Bytes>& attachments, schemas::Urgency urgency,
                                 DurationMs life, const std::optional<crypto::SeenHead>& seen) {
    Bytes stream0(200);
    random.fill(stream0);
    schemas::Header header;
    header.home = home_;
    header.sender = tajik->hash;
    header.message_id = crypto::random_value<MessageId>(random);
    header.case_id = crypto::random_value<CaseId>(random);
    header.created = now_;
    header.urgency = urgency;
    header.expires_at = now_ + life;
    header.retain_until = now_ + life * 2;
    header.content = crypto::content_hash(stream0);
    const Bytes h = schemas::encode_header(header);

    const EpochDay today = day_of(now_);
    std::vector<crypto::Recipient> to;
    to.push_back({crypto::StanzaType::Device,
                  uzbek->hash,
                  crypto::key_id_of(uzbek->bundle.sequence, today),
                  {*uzbek->bundle.key(today), std::nullopt},
                  0,
                  crypto::PskId{},
                  std::nullopt});
    std::vector<ByteView> streams{stream0};
    streams.insert(streams.end(), attachments.begin(), attachments.end());
    const auto hedge = crypto::Secret32::random(random);
    auto sealed = crypto::seal({h, streams, to, {}, hedge}, random).value();
    const std::vector<EnvelopeHash> hashes{sealed.hash};
    const auto batch = crypto::sign_envelopes(seen.value_or(nothing_seen()), hashes, tajik->key);
    Sealed out{{std::move(sealed.statement),
                batch.item(0).encode(),
                crypto::random_value<AudienceBlind>(random),
                {},
                std::move(sealed.streams)},
               {}};
    for (crypto::Stanza& stanza : sealed.stanzas) {
        out.envelope.stanzas.push_back(
            {stanza.label.encode(), stanza.enc, std::move(stanza.ciphertext)});
    }
    std::size_t bytes = 0;
    for (const Bytes& stream : out.envelope.streams) bytes += stream.size();
    if (bytes <= limits::kInlineStreamBytes) return out;
    for (std::size_t j = 1; j < out.envelope.streams.size(); ++j) {
        out.files.push_back(std::exchange(out.envelope.streams[j], {}));
    }
    return out;
}

schemas::Statements Centre::statement(const EdgeDevice& device, const EnvelopeHash& envelope,
                                      EntryIndex accepted) {
    const crypto::DeliveryStatement statement{
        crypto::DeliveryEvent::Delivered, envelope, device.hash, accepted, now_, 0};
    const std::vector<crypto::DeliveryStatement> statements{statement};
    const auto batch = crypto::sign_statements(nothing_seen(), statements, device.key);
    return {{}, {{statement.encode(), batch.item(0).encode()}}};
}

Bytes Centre::revocation(const EdgeDevice& device) {
    return agency_of(device).revoke(device.hash, crypto::RevokeReason::Stolen).encode();
}

crypto::SignedRecord Centre::suspension(const EdgeDevice& device) {
    return agency_of(device).suspend(device.hash, {now_, now_ + kDay});
}

Bytes Centre::reinstatement(const EdgeDevice& device, const crypto::SignedRecord& suspension) {
    return agency_of(device).reinstate(device.hash, suspension.hash()).encode();
}

Bytes Centre::override_record(crypto::OverrideWhat what, const Stop& stop) const {
    const crypto::OverrideRecord body{what,      stop.size,           stop.root,
                                      stop.stop, {now_, now_ + kDay}, "the volume is gone"};
    crypto::SignedRecord record{crypto::RecordType::Override, body.encode(), {}};
    record.sign(root_);
    record.sign(agencies_[0].registrar_keys[0]);
    return record.encode();
}

std::string Centre::note(TreeSize size, const Hash& root) const {
    return crypto::sign_checkpoint({manifest_.origin, size, root}, *log_);
}

}  // namespace chapar::testing
