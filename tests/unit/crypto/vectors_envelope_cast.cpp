#include "unit/crypto/vectors_envelope_cast.h"

#include <stdexcept>

namespace chapar::testing {

using namespace crypto;

namespace {

DeviceKeys device_of(const boost::json::value& json) {
    DeviceKeys device{.office = *OfficeId::parse(text_at(json, "office")),
                      .certificate = fixed_at<CertificateHash>(json, "cert"),
                      .key_id = KeyId(json.at("key_id").to_number<std::uint64_t>()),
                      .secrets = {.key = Secret32::from(hex_at(json, "sk")).value(), .inner = {}},
                      .public_keys = {.key = fixed_at<PublicKey>(json, "pk"), .inner = {}}};
    if (json.as_object().contains("sk_a")) {
        device.secrets.inner = Secret32::from(hex_at(json, "sk_a")).value();
        device.public_keys.inner = fixed_at<PublicKey>(json, "pk_a");
    }
    return device;
}

// The name of the check, as the vectors write it.
std::string verdict(const Status& status) {
    if (status) return "ok";
    if (status.error().code == Errc::MalformedLayout) return "parse";
    return std::string(text_of(status.error().code).code);
}

HandedStanza handed_of(const boost::json::value& json) {
    return {.stanza = stanza_of(json),
            .index = json.at("index").to_number<std::uint16_t>(),
            .path = hashes_of(json.at("path"))};
}

}  // namespace

Stanza stanza_of(const boost::json::value& json) {
    return {.label = *StanzaLabel::decode(hex_at(json, "label")),
            .enc = fixed_at<PublicKey>(json, "enc"),
            .ciphertext = hex_at(json, "ct")};
}

std::vector<Hash> hashes_of(const boost::json::value& array) {
    std::vector<Hash> hashes;
    for (const auto& each : array.as_array()) hashes.push_back(Hash::from(hex_of(each)).value());
    return hashes;
}

BatchItem item_of(const boost::json::value& json) {
    return {.head = *BatchHead::decode(hex_at(json, "B")),
            .signature = fixed_at<Signature>(json, "sig"),
            .index = json.at("index").to_number<std::uint16_t>(),
            .path = hashes_of(json.at("path"))};
}

Cast::Cast(const boost::json::value& file) : file_(file) {
    for (const auto& [name, json] : file.at("devices").as_object()) {
        DeviceKeys device = device_of(json);
        offices_.emplace(device.certificate, device.office);
        if (device.public_keys.inner) {
            auditors_.emplace(std::pair(device.certificate, device.key_id), device.public_keys);
        }
        devices_.emplace(std::string(name.data(), name.size()), std::move(device));
    }
    devices_.emplace("A1_yesterday", device_of(file.at("A1_yesterday")));
    for (const auto& json : file.at("approvers").as_array()) {
        approvers_.emplace(fixed_at<CertificateHash>(json, "cert"),
                           *VerifyingKey::create(fixed_at<SigningPublicKey>(json, "pk")));
    }
}

const DeviceKeys& Cast::device(const std::string& name) const { return devices_.at(name); }

const DeviceKeys& Cast::named_by(const StanzaLabel& label) const {
    for (const auto& [name, device] : devices_) {
        if (device.certificate == label.certificate && device.key_id == label.key_id) return device;
    }
    throw std::runtime_error("a label names an unknown epoch");
}

SigningKey Cast::signer(std::string_view name) const {
    const auto& json = file_.at(boost::json::string_view(name.data(), name.size()));
    return SigningKey::from_seed(Secret32::from(hex_at(json, "seed")).value());
}

Secret32 Cast::psk() const { return Secret32::from(hex_at(file_.at("psk"), "psk")).value(); }

SeenHead Cast::seen() const {
    return {.home = fixed_at<Home>(file_, "home"),
            .ledger = LedgerNumber(file_.at("ledger_no").to_number<std::uint32_t>()),
            .size = TreeSize(file_.at("head_size").to_number<std::uint64_t>()),
            .root = fixed_at<Hash>(file_, "head_root")};
}

Bytes Cast::ciphertext_of(const boost::json::value& text) const {
    if (text.is_string()) return hex_of(text);
    for (const auto& envelope : file_.at("envelopes").as_array()) {
        if (envelope.at("name") != text.at("envelope")) continue;
        const auto& stream =
            envelope.at("streams").as_array().at(text.at("stream").to_number<std::size_t>());
        Bytes all;
        for (const auto& chunk : stream.at("chunks").as_array()) append(all, hex_of(chunk));
        all.resize(text.at("first_bytes").to_number<std::size_t>());
        return all;
    }
    throw std::runtime_error("no such envelope");
}

OpeningKeys Cast::opening_keys(const StanzaLabel& label, const boost::json::value& psk) const {
    const DeviceKeys& device = named_by(label);
    OpeningKeys keys{.certificate = device.certificate,
                     .key_id = device.key_id,
                     .secrets = {.key = device.secrets.key.duplicate(), .inner = {}},
                     .psk = Secret32::from(hex_of(psk))};
    if (device.secrets.inner) keys.secrets.inner = device.secrets.inner->duplicate();
    return keys;
}

Status Cast::try_receive(const boost::json::value& handed) const {
    std::vector<HandedStanza> audit;
    for (const auto& each : handed.at("audit").as_array()) audit.push_back(handed_of(each));
    ReceivedEnvelope received =
        CHAPAR_TRY(ReceivedEnvelope::parse(hex_at(handed, "E"), item_of(handed.at("item")),
                                           handed_of(handed.at("stanza")), std::move(audit)));
    const Signers signers{
        .home = seen().home, .sender = signer("sender").verifying_key(), .approvers = approvers_};
    VerifiedEnvelope verified = CHAPAR_TRY(VerifiedEnvelope::verify(std::move(received), signers));
    const OpeningKeys keys = opening_keys(verified.received().own_label(), handed.at("psk"));
    const OpenedMessage opened =
        CHAPAR_TRY(OpenedMessage::open(std::move(verified), keys, auditors_));
    const auto& ciphertexts = handed.at("ciphertexts").as_array();
    for (std::size_t j = 0; j < opened.stream_count(); ++j) {
        const SecretBuffer text =
            CHAPAR_TRY(opened.open_stream(j, ciphertext_of(ciphertexts.at(j))));
        if (text.size() == 0) throw std::runtime_error("an empty text");
    }
    return Done{};
}

Status Cast::try_admit(const boost::json::value& handed) const {
    const Bytes statement = hex_at(handed, "E");
    std::vector<StanzaDigest> digests;
    for (const auto& each : handed.at("stanzas").as_array()) {
        digests.push_back(digest_of(stanza_of(each)));
    }
    std::vector<CertificateHash> auditors;
    for (const auto& each : handed.at("auditors").as_array()) {
        auditors.push_back(CertificateHash::from(hex_of(each)).value());
    }
    const BatchItem item = item_of(handed.at("item"));
    const auto blind = fixed_at<AudienceBlind>(handed, "aud_blind");
    const VerifyingKey sender = signer("sender").verifying_key();
    CHAPAR_TRY(
        crypto::admit({statement, item, digests, blind}, {sender, approvers_, offices_, auditors}));
    return Done{};
}

Status Cast::try_statement(const boost::json::value& handed) const {
    const DeliveryStatement statement = CHAPAR_TRY(DeliveryStatement::decode(hex_at(handed, "D")));
    return check_item(statement, item_of(handed.at("item")), signer("A1_signer").verifying_key());
}

std::string Cast::receive(const boost::json::value& handed) const {
    return verdict(try_receive(handed));
}

std::string Cast::admit(const boost::json::value& handed) const {
    return verdict(try_admit(handed));
}

std::string Cast::judge_statement(const boost::json::value& handed) const {
    return verdict(try_statement(handed));
}

}  // namespace chapar::testing
