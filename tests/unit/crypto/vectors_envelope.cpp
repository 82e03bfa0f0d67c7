#include <doctest/doctest.h>

#include <algorithm>

#include "crypto/hkdf.h"
#include "crypto/hpke_context.h"
#include "crypto/padding.h"
#include "crypto/sha256.h"
#include "crypto/transcript.h"
#include "crypto/tree.h"
#include "unit/crypto/vectors_envelope_cast.h"

namespace chapar::testing {
namespace {

using namespace crypto;
using namespace std::string_view_literals;

const Cast& cast() {
    static const Cast the_cast(load_vectors(kEnvelopeVectors));
    return the_cast;
}

const boost::json::array& envelopes() { return cast().file().at("envelopes").as_array(); }

Bytes plaintext_of(const boost::json::value& stream) {
    const auto& text = stream.at("plaintext");
    if (text.is_string()) return hex_of(text);
    Bytes bytes(text.at("bytes").to_number<std::size_t>());
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<std::byte>((167 * i + (i >> 8)) & 255);
    }
    REQUIRE(equal(sha256(bytes).view(), hex_at(text, "sha256")));
    return bytes;
}

Bytes ciphertext_of(const boost::json::value& stream) {
    Bytes all;
    for (const auto& chunk : stream.at("chunks").as_array()) append(all, hex_of(chunk));
    return all;
}

// Everything that follows from the message key of one envelope.
struct Derived {
    Hash context, commits;
    Secret32 message_key, prk;
    explicit Derived(const boost::json::value& json)
        : context(context_hash(hex_at(json, "H"))),
          message_key(Secret32::from(hex_at(json, "mk")).value()),
          prk(hkdf_extract(context.view(), {message_key.expose()})) {
        std::vector<Hash> commitments;
        for (const auto& stream : json.at("streams").as_array()) {
            commitments.push_back(fixed_at<Hash>(stream, "c"));
        }
        commits = commits_hash(commitments);
    }
};

void check_keys(const boost::json::value& json) {
    const Derived derived(json);
    const Bytes text = plaintext_of(json.at("streams").as_array().at(0));
    CHECK(derived.context == fixed_at<Hash>(json, "ctx"));
    CHECK(content_hash(text) == fixed_at<Hash>(json, "content"));
    const Secret32 message_key = hmac_sha256(
        hex_at(json, "random32"), {view("mk"), hex_at(json, "device_hedge"), sha256(text).view()});
    CHECK(equal(message_key.expose(), derived.message_key.expose()));
    CHECK(equal(derived.prk.expose(), hex_at(json, "prk")));
    CHECK(derived.commits == fixed_at<Hash>(json, "commits_aad"));
}

void check_stream_values(const Derived& derived, const boost::json::value& json, std::uint16_t j) {
    const StreamKeys keys = derive_stream_keys(derived.prk, j);
    CHECK(equal(keys.secret.expose(), hex_at(json, "s")));
    CHECK(equal(keys.key.expose(), hex_at(json, "k")));
    CHECK(keys.commitment == fixed_at<Hash>(json, "c"));
    const SecretBuffer padded = pad(plaintext_of(json));
    CHECK(padded.size() == json.at("padded_len").to_number<std::size_t>());
    const Bytes sealed = seal_stream(keys.key, padded.expose());
    CHECK(sealed == ciphertext_of(json));
    CHECK(chunk_leaves(sealed) == hashes_of(json.at("leaf_hashes")));
    CHECK(tree_root(chunk_leaves(sealed)) == fixed_at<Hash>(json, "R"));
    CHECK(sealed.size() == json.at("size").to_number<std::size_t>());
}

// The inside of HPKE for one stanza.
void check_hpke_values(const Derived& derived, const boost::json::value& json) {
    const Stanza stanza = stanza_of(json);
    const Bytes label = hex_at(json, "label");
    const Secret32 ephemeral =
        hkdf_expand32(derived.prk.expose(), {view("chapar/1 eph\0"sv), label});
    CHECK(equal(ephemeral.expose(), hex_at(json, "ikm_e")));
    CHECK(equal(derive_key_pair(ephemeral.expose()).secret.expose(), hex_at(json, "sk_e")));
    Bytes info = to_bytes("chapar/1 stanza\0"sv);
    append(info, derived.context.view());
    append(info, label);
    CHECK(info == hex_at(json, "info"));

    const DeviceKeys& device = cast().device(text_at(json, "to"));
    const Result<Secret32> dh = x25519(device.secrets.key, stanza.enc);
    REQUIRE(dh.has_value());
    const Secret32 shared = kem_shared_secret(*dh, stanza.enc, device.public_keys.key);
    CHECK(equal(shared.expose(), hex_at(json, "shared_secret")));
    const Secret32 psk = cast().psk();
    HpkeParameters parameters{.mode = HpkeMode::Base, .info = info};
    if (stanza.label.psk_id.value != 0) {
        parameters = {.mode = HpkeMode::Psk,
                      .info = info,
                      .psk = psk.expose(),
                      .psk_id = ByteView(label).last(8)};
    }
    Result<HpkeContext> context = HpkeContext::create(shared, parameters);
    REQUIRE(context.has_value());
    CHECK(equal(context->key().expose(), hex_at(json, "key")));
    CHECK(equal(context->base_nonce().view(), hex_at(json, "base_nonce")));
    const auto opened = context->open(derived.commits.view(), stanza.ciphertext);
    REQUIRE(opened.has_value());
    const bool audit = stanza.label.type == StanzaType::Audit;
    CHECK(equal(opened->expose(),
                audit ? ByteView(hex_at(json, "inner_enc_ct")) : derived.message_key.expose()));
}

void check_stanza_values(const Derived& derived, const boost::json::value& json) {
    const Stanza stanza = stanza_of(json);
    CHECK(stanza.label.encode() == hex_at(json, "label"));
    const Result<Stanza> decoded = Stanza::decode(stanza.encode());
    REQUIRE(decoded.has_value());
    CHECK(*decoded == stanza);
    const StanzaContext shared{derived.context, derived.commits, derived.prk, derived.message_key};
    std::optional<Secret32> psk;
    if (stanza.label.psk_id.value != 0) psk = cast().psk();
    const DeviceKeys& device = cast().device(text_at(json, "to"));
    const Result<Stanza> sealed = seal_stanza(shared, stanza.label, device.public_keys, psk);
    REQUIRE(sealed.has_value());
    CHECK(*sealed == stanza);
    CHECK(stanza_leaf_hash(digest_of(stanza)) == leaf_hash(fixed_at<Hash>(json, "leaf").view()));
}

std::vector<Recipient> recipients_of(const boost::json::value& json) {
    std::vector<Recipient> recipients;
    for (const auto& each : json.at("stanzas").as_array()) {
        const StanzaLabel label = stanza_of(each).label;
        Recipient recipient{.type = label.type,
                            .certificate = label.certificate,
                            .key_id = label.key_id,
                            .keys = cast().device(text_at(each, "to")).public_keys,
                            .got = label.got,
                            .psk_id = label.psk_id,
                            .psk = std::nullopt};
        if (label.psk_id.value != 0) recipient.psk = cast().psk();
        recipients.push_back(std::move(recipient));
    }
    return recipients;
}

std::vector<Approval> approvals_of(const boost::json::value& json) {
    std::set<OfficeId> audience;
    for (const auto& each : json.at("audience").as_array()) {
        audience.insert(*OfficeId::parse(std::string(each.as_string().c_str())));
    }
    const Hash aud = audience_hash(fixed_at<AudienceBlind>(json, "aud_blind"), audience);
    CHECK(aud == fixed_at<Hash>(json, "aud"));
    std::vector<Approval> approvals;
    if (json.at("approvals").as_array().empty()) return approvals;
    for (const auto& approver : cast().file().at("approvers").as_array()) {
        const SigningKey key =
            SigningKey::from_seed(Secret32::from(hex_at(approver, "seed")).value());
        approvals.push_back(make_approval(cast().seen().home, context_hash(hex_at(json, "H")), aud,
                                          fixed_at<CertificateHash>(approver, "cert"), key));
    }
    return approvals;
}

// The whole envelope through the product's own entry point.
SealedEnvelope sealed_again(const boost::json::value& json) {
    std::vector<Bytes> texts;
    for (const auto& stream : json.at("streams").as_array()) texts.push_back(plaintext_of(stream));
    const std::vector<ByteView> streams(texts.begin(), texts.end());
    const std::vector<Recipient> recipients = recipients_of(json);
    const std::vector<Approval> approvals = approvals_of(json);
    const Bytes header = hex_at(json, "H");
    const Secret32 hedge = Secret32::from(hex_at(json, "device_hedge")).value();
    SealDraws draws{.random32 = Secret32::from(hex_at(json, "random32")).value(), .blinds = {}};
    std::vector<std::size_t> order;
    for (const auto& each : json.at("stanzas").as_array()) {
        draws.blinds.push_back(stanza_of(each).label.blind);
        order.push_back(order.size());
    }
    Result<SealedEnvelope> sealed =
        seal_with_draws({header, streams, recipients, approvals, hedge}, order, draws);
    REQUIRE(sealed.has_value());
    return *std::move(sealed);
}

const boost::json::value& envelope_named(const boost::json::value& name) {
    const auto found = std::ranges::find_if(
        envelopes(), [&](const boost::json::value& each) { return each.at("name") == name; });
    REQUIRE(found != envelopes().end());
    return *found;
}

boost::json::object handed_of(const boost::json::value& stanza) {
    boost::json::object handed;
    for (const char* key : {"label", "enc", "ct", "index", "path"}) handed[key] = stanza.at(key);
    return handed;
}

// What the broker hands to the owner of stanza `own`.
boost::json::value view_of(const boost::json::value& envelope, std::size_t own,
                           const boost::json::value& item) {
    boost::json::object handed{{"E", envelope.at("E")}, {"item", item}};
    boost::json::array audit;
    for (const auto& each : envelope.at("stanzas").as_array()) {
        if (stanza_of(each).label.type == StanzaType::Audit) audit.push_back(handed_of(each));
    }
    const auto& stanza = envelope.at("stanzas").as_array().at(own);
    boost::json::array ciphertexts;
    for (const auto& stream : envelope.at("streams").as_array()) {
        std::string hex;
        for (const auto& chunk : stream.at("chunks").as_array()) hex += chunk.as_string().c_str();
        ciphertexts.push_back(boost::json::string(hex));
    }
    const bool with_psk = stanza_of(stanza).label.psk_id.value != 0;
    handed["stanza"] = handed_of(stanza);
    handed["audit"] = audit;
    handed["ciphertexts"] = ciphertexts;
    handed["psk"] = with_psk ? cast().file().at("psk").at("psk") : boost::json::value("");
    return handed;
}

boost::json::value submission_of(const boost::json::value& envelope,
                                 const boost::json::value& item) {
    boost::json::object handed{
        {"E", envelope.at("E")}, {"item", item}, {"aud_blind", envelope.at("aud_blind")}};
    boost::json::array stanzas;
    boost::json::array auditors;
    for (const auto& each : envelope.at("stanzas").as_array()) {
        stanzas.push_back(handed_of(each));
        if (stanza_of(each).label.type != StanzaType::Audit) continue;
        auditors.push_back(cast().file().at("devices").at("C").at("cert"));
    }
    handed["stanzas"] = stanzas;
    handed["auditors"] = auditors;
    return handed;
}

boost::json::value item_json(const boost::json::value& batch, const boost::json::value& item) {
    return boost::json::object{{"B", batch.at("B")},
                               {"sig", batch.at("sig")},
                               {"index", item.at("index")},
                               {"path", item.at("path")}};
}

void check_members(const boost::json::value& batch, const SignedBatch& again) {
    const auto& items = batch.at("items").as_array();
    for (std::size_t i = 0; i < items.size(); ++i) {
        CHECK(again.item(i).encode() == hex_at(items[i], "bytes"));
        const Result<BatchItem> decoded = BatchItem::decode(hex_at(items[i], "bytes"));
        REQUIRE(decoded.has_value());
        CHECK(*decoded == again.item(i));
        const auto& envelope = envelope_named(batch.at("envelopes").as_array().at(i));
        const boost::json::value item = item_json(batch, items[i]);
        CHECK(cast().admit(submission_of(envelope, item)) == "ok");
        for (std::size_t s = 0; s < envelope.at("stanzas").as_array().size(); ++s) {
            CHECK(cast().receive(view_of(envelope, s, item)) == "ok");
        }
        count_case(kEnvelopeVectors);
    }
}

}  // namespace

TEST_CASE("padded lengths, transcript hash and psk step are the known ones") {
    const auto& file = cast().file();
    for (const auto& pair : file.at("padme").as_array()) {
        const auto length = pair.as_array().at(0).to_number<std::uint64_t>();
        CHECK(padded_size(length - 1) == pair.as_array().at(1).to_number<std::uint64_t>());
        count_case(kEnvelopeVectors);
    }
    CHECK(transcript_hash(Label::Audience, {view("a"), view("bc")}) ==
          fixed_at<Hash>(file, "TH(audience,a,bc)"));
    count_case(kEnvelopeVectors);
    const auto& psk = file.at("psk");
    const Secret32 next = next_psk(Secret32::from(hex_at(psk, "courier_psk")).value(),
                                   PskId(psk.at("psk_id").to_number<std::uint64_t>()));
    CHECK(equal(next.expose(), hex_at(psk, "psk")));
    count_case(kEnvelopeVectors);
}

TEST_CASE("every intermediate value of the known envelopes is reproduced") {
    for (const auto& json : envelopes()) {
        const std::string name = text_at(json, "name");
        CAPTURE(name);
        check_keys(json);
        const Derived derived(json);
        std::uint16_t j = 0;
        for (const auto& stream : json.at("streams").as_array()) {
            check_stream_values(derived, stream, j++);
        }
        std::vector<Hash> leaves;
        for (const auto& stanza : json.at("stanzas").as_array()) {
            check_stanza_values(derived, stanza);
            check_hpke_values(derived, stanza);
            leaves.push_back(stanza_leaf_hash(digest_of(stanza_of(stanza))));
            count_case(kEnvelopeVectors);
        }
        const Tree tree(leaves);
        CHECK(tree.root() == fixed_at<Hash>(json, "SR"));
        for (std::size_t i = 0; i < leaves.size(); ++i) {
            const auto& stanza = json.at("stanzas").as_array().at(i);
            CHECK(tree.inclusion_path(i) == hashes_of(stanza.at("path")));
        }
    }
}

// Fails if any byte that is sealed, hashed or signed changes: labels, nonces, lengths, order.
TEST_CASE("sealing with the same draws gives the known envelopes byte for byte") {
    for (const auto& json : envelopes()) {
        const std::string name = text_at(json, "name");
        CAPTURE(name);
        const SealedEnvelope sealed = sealed_again(json);
        CHECK(sealed.statement == hex_at(json, "E"));
        CHECK(sealed.hash == fixed_at<EnvelopeHash>(json, "eh"));
        CHECK(sealed.context == fixed_at<Hash>(json, "ctx"));
        for (std::size_t i = 0; i < sealed.stanzas.size(); ++i) {
            CHECK(sealed.stanzas[i] == stanza_of(json.at("stanzas").as_array().at(i)));
        }
        for (std::size_t j = 0; j < sealed.streams.size(); ++j) {
            CHECK(sealed.streams[j] == ciphertext_of(json.at("streams").as_array().at(j)));
        }
        const Result<EnvelopeStatement> decoded = EnvelopeStatement::decode(sealed.statement);
        REQUIRE(decoded.has_value());
        CHECK(decoded->encode() == sealed.statement);
        const std::vector<ByteView> streams(sealed.streams.begin(), sealed.streams.end());
        CHECK(check_streams(*decoded, streams).has_value());
        count_case(kEnvelopeVectors);
    }
}

TEST_CASE("the known batches are reproduced, admitted and received by every recipient") {
    const SigningKey sender = cast().signer("sender");
    CHECK(equal(sender.public_key().view(), hex_at(cast().file().at("sender"), "pk")));
    for (const auto& batch : cast().file().at("batches").as_array()) {
        std::vector<EnvelopeHash> hashes;
        for (const auto& each : batch.at("eh").as_array()) {
            hashes.push_back(EnvelopeHash::from(hex_of(each)).value());
        }
        const SignedBatch again = sign_envelopes(cast().seen(), hashes, sender);
        CHECK(again.head.root == fixed_at<Hash>(batch, "root"));
        CHECK(again.head.encode() == hex_at(batch, "B"));
        CHECK(again.signature == fixed_at<Signature>(batch, "sig"));
        CHECK(check_batch(again.head, again.signature, hashes, sender.verifying_key()));
        check_members(batch, again);
        count_case(kEnvelopeVectors);
    }
}

TEST_CASE("the known delivery statements are reproduced and verify") {
    const auto& json = cast().file().at("statements");
    const SigningKey signer = cast().signer("A1_signer");
    std::vector<DeliveryStatement> statements;
    for (const auto& each : json.at("D").as_array()) {
        const Result<DeliveryStatement> statement = DeliveryStatement::decode(hex_of(each));
        REQUIRE(statement.has_value());
        CHECK(statement->encode() == hex_of(each));
        statements.push_back(*statement);
    }
    const SignedBatch batch = sign_statements(cast().seen(), statements, signer);
    CHECK(batch.head.encode() == hex_at(json, "B"));
    CHECK(batch.signature == fixed_at<Signature>(json, "sig"));
    CHECK(check_batch(batch.head, batch.signature, statements, signer.verifying_key()));
    for (std::size_t i = 0; i < statements.size(); ++i) {
        CHECK(statement_hash(statements[i]) == hashes_of(json.at("leaves")).at(i));
        CHECK(batch.item(i).path == hashes_of(json.at("paths").as_array().at(i)));
        CHECK(check_item(statements[i], batch.item(i), signer.verifying_key()));
        count_case(kEnvelopeVectors);
    }
}

}  // namespace chapar::testing
