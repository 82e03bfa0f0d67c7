#include <doctest/doctest.h>

#include <set>

#include "crypto/hkdf.h"
#include "crypto/padding.h"
#include "unit/crypto/office.h"

namespace chapar::testing {

using namespace crypto;

TEST_CASE("every recipient opens what was sealed") {
    TestOffice office;
    const auto envelope = office.seal(office.everyone(), office.approvals());
    REQUIRE(envelope.has_value());
    for (const char* name : {"A", "B", "auditor"}) {
        CAPTURE(name);
        const auto opened = office.open(name, *envelope);
        REQUIRE(opened.has_value());
        REQUIRE(opened->stream_count() == 2);
        const auto text = opened->open_stream(0, envelope->streams[0]);
        REQUIRE(text.has_value());
        CHECK(equal(text->expose(), office.stream0));
        const auto attachment = opened->open_stream(1, envelope->streams[1]);
        REQUIRE(attachment.has_value());
        CHECK(equal(attachment->expose(), office.attachment));
        CHECK(opened->open_stream(0, envelope->streams[1]).error().code == Errc::StreamRoot);
    }
}

// Fails if the sealer flags a chunk as the last because it is full, or pads per piece.
TEST_CASE("an attachment sealed piece by piece opens as the same text, whatever the pieces") {
    constexpr std::size_t kChunk = limits::kChunkBytes;
    for (const std::size_t length : {std::size_t{0}, std::size_t{1}, std::size_t{255}, kChunk - 1,
                                     kChunk, kChunk + 1, 3 * kChunk - 1, 3 * kChunk + 77}) {
        for (const std::size_t piece : {std::size_t{999}, kChunk, 2 * kChunk + 5}) {
            CAPTURE(length);
            CAPTURE(piece);
            TestOffice office;
            office.attachment.resize(length);
            for (std::size_t i = 0; i < length; ++i) office.attachment[i] = std::byte(i % 251);
            auto sealer =
                *Sealer::begin(office.header, office.stream0, office.hedge, office.random);
            Bytes ciphertext;
            REQUIRE(sealer.begin_stream([&](ByteView chunk) -> Status {
                CHECK(chunk.size() <= kSealedChunkBytes);
                append(ciphertext, chunk);
                return Done{};
            }));
            for (std::size_t at = 0; at < length; at += piece) {
                REQUIRE(sealer.append(
                    ByteView(office.attachment).subspan(at, std::min(piece, length - at))));
            }
            const auto commitment = sealer.end_stream();
            REQUIRE(commitment.has_value());
            CHECK(check_stream(*commitment, ciphertext).has_value());
            CHECK(ciphertext.size() == sealed_stream_bytes(length));
            const auto envelope = std::move(sealer).finish(office.everyone(), {}, office.random);
            REQUIRE(envelope.has_value());
            CHECK(envelope->streams[1].empty());
            const auto opened = office.open("A", *envelope);
            REQUIRE(opened.has_value());
            CHECK(equal(opened->open_stream(1, ciphertext)->expose(), office.attachment));
            CHECK(equal(envelope->stream_secrets[1].expose(), opened->stream_secret(1).expose()));
        }
    }
}

// Fails if the result lists the secrets in another order than the streams.
TEST_CASE("the sender holds the secret of every stream, in the order of the streams") {
    TestOffice office;
    const auto envelope = office.seal(office.everyone());
    REQUIRE(envelope->stream_secrets.size() == 2);
    for (std::size_t j = 0; j < 2; ++j) {
        const StreamKeys keys = stream_keys_of(envelope->stream_secrets[j].duplicate());
        CHECK(keys.commitment == envelope->commitments[j].commitment);
        CHECK(open_stream(keys.key, envelope->streams[j]).has_value());
    }
}

// Fails if append() does not count, or end_stream() swallows what the sink said.
TEST_CASE("an attachment above 100 MiB, a 33rd stream and a full disk end the sealing") {
    TestOffice office;
    auto sealer = *Sealer::begin(office.header, office.stream0, office.hedge, office.random);
    const ChunkSink nowhere = [](ByteView) -> Status { return Done{}; };
    const ChunkSink full = [](ByteView) -> Status { return Errc::StoreFull; };
    for (std::size_t j = 1; j < limits::kStreams; ++j) {
        REQUIRE(sealer.begin_stream(nowhere));
        REQUIRE(sealer.end_stream());
    }
    CHECK(sealer.begin_stream(nowhere).error().code == Errc::TooLarge);

    auto large = *Sealer::begin(office.header, office.stream0, office.hedge, office.random);
    REQUIRE(large.begin_stream(nowhere));
    const Bytes mebibyte(1024 * 1024);
    for (int i = 0; i < 100; ++i) REQUIRE(large.append(mebibyte));
    CHECK(large.append(ByteView(mebibyte).first(1)).error().code == Errc::TooLarge);

    auto stuck = *Sealer::begin(office.header, office.stream0, office.hedge, office.random);
    REQUIRE(stuck.begin_stream(full));
    CHECK(stuck.append(mebibyte).error().code == Errc::StoreFull);
    auto later = *Sealer::begin(office.header, office.stream0, office.hedge, office.random);
    REQUIRE(later.begin_stream(full));
    REQUIRE(later.append(ByteView(mebibyte).first(10)));
    CHECK(later.end_stream().error().code == Errc::StoreFull);
}

TEST_CASE("one disclosed stream secret opens its stream for anyone and no other") {
    TestOffice office;
    const auto envelope = office.seal(office.everyone());
    const auto opened = office.open("A", *envelope);
    REQUIRE(opened.has_value());
    const StreamKeys keys = stream_keys_of(opened->stream_secret(1).duplicate());
    const auto& streams = opened->envelope().received().statement().streams;
    CHECK(keys.commitment == streams[1].commitment);
    CHECK(open_stream(keys.key, envelope->streams[1]).has_value());
    CHECK_FALSE(open_stream(keys.key, envelope->streams[0]).has_value());
}

TEST_CASE("the same text sealed twice shares nothing, even with a generator that repeats") {
    TestOffice office;
    const auto first = office.seal(office.everyone());
    const auto second = office.seal(office.everyone());
    CHECK(first->hash != second->hash);
    CHECK(first->streams[0] != second->streams[0]);

    // Equal draws: text and device hedge still give another key.
    TestOffice repeated(5);
    TestOffice other_text(5);
    other_text.stream0 = to_bytes("another text");
    CHECK(repeated.seal(repeated.everyone())->streams[1] !=
          other_text.seal(other_text.everyone())->streams[1]);
    TestOffice other_device(5);
    other_device.hedge = Secret32();
    TestOffice same(5);
    CHECK(same.seal(same.everyone())->streams[1] !=
          other_device.seal(other_device.everyone())->streams[1]);
}

TEST_CASE("the order of the stanzas is drawn anew for each envelope") {
    TestOffice office;
    std::set<std::vector<CertificateHash>> orders;
    for (int i = 0; i < 60; ++i) {
        std::vector<CertificateHash> order;
        const auto envelope = office.seal(office.everyone());
        for (const Stanza& stanza : envelope->stanzas) order.push_back(stanza.label.certificate);
        orders.insert(order);
    }
    CHECK(orders.size() == 6);
}

TEST_CASE("an envelope beyond the limits is not sealed") {
    TestOffice office;
    CHECK(office.seal({}).error().code == Errc::TooLarge);
    std::vector<Recipient> many;
    for (int i = 0; i < 257; ++i) {
        office.devices.insert_or_assign("A", office.make_device());
        many.push_back(office.recipient("A", StanzaType::Device));
    }
    CHECK(office.seal(many).error().code == Errc::TooLarge);
    many.pop_back();
    CHECK(office.seal(many).has_value());
    office.header = Bytes(4097);
    CHECK(office.seal(office.everyone()).error().code == Errc::TooLarge);
    office.header = {};
    CHECK(office.seal(office.everyone()).error().code == Errc::TooLarge);
}

TEST_CASE("recipients that contradict themselves are not sealed to") {
    TestOffice office;
    std::vector<Recipient> twice = office.everyone();
    twice.push_back(office.recipient("A", StanzaType::Visible));
    CHECK(office.seal(twice).error().code == Errc::StanzaDuplicate);

    std::vector<Recipient> no_inner = office.everyone();
    no_inner[2].keys.inner = std::nullopt;
    CHECK(office.seal(no_inner).error().code == Errc::FieldInvalid);

    std::vector<Recipient> no_psk = office.everyone();
    no_psk[0].psk_id = PskId(7);
    CHECK(office.seal(no_psk).error().code == Errc::FieldInvalid);

    std::vector<Recipient> psk_to_auditor = office.everyone();
    psk_to_auditor[2].psk_id = PskId(7);
    psk_to_auditor[2].psk = Secret32();
    CHECK(office.seal(psk_to_auditor).error().code == Errc::FieldInvalid);

    std::vector<Recipient> low_order = office.everyone();
    low_order[0].keys.key = PublicKey{};
    CHECK(office.seal(low_order).error().code == Errc::KeyInvalid);
}

TEST_CASE("a device opens with the epoch its stanza names and with no other") {
    TestOffice office;
    const auto envelope = office.seal(office.everyone());
    const auto verified = [&] {
        return VerifiedEnvelope::verify(*office.received_by("A", *envelope), office.signers());
    };
    OpeningKeys wrong_epoch = office.keys_of("A");
    wrong_epoch.key_id = KeyId(wrong_epoch.key_id.value + 1);
    CHECK(OpenedMessage::open(*verified(), wrong_epoch, office.auditor_keys()).error().code ==
          Errc::HpkeOpen);
    CHECK(
        OpenedMessage::open(*verified(), office.keys_of("B"), office.auditor_keys()).error().code ==
        Errc::HpkeOpen);
    OpeningKeys stolen_name = office.keys_of("B");
    stolen_name.certificate = office.devices.at("A").certificate;
    CHECK(OpenedMessage::open(*verified(), stolen_name, office.auditor_keys()).error().code ==
          Errc::HpkeOpen);
    OpeningKeys with_psk = office.keys_of("A");
    with_psk.psk = Secret32();
    CHECK(OpenedMessage::open(*verified(), with_psk, office.auditor_keys()).error().code ==
          Errc::HpkeOpen);
}

TEST_CASE("an envelope whose auditor is unknown is not opened") {
    TestOffice office;
    const auto envelope = office.seal(office.everyone());
    auto verified = VerifiedEnvelope::verify(*office.received_by("A", *envelope), office.signers());
    const auto opened = OpenedMessage::open(*std::move(verified), office.keys_of("A"), {});
    CHECK(opened.error().code == Errc::AuditStanza);
}

TEST_CASE("an auditor refuses its own stanza if it is sealed with a psk") {
    TestOffice office;
    const Hash context = context_hash(office.header);
    const Secret32 message_key = Secret32::random(office.random);
    const Secret32 prk = hkdf_extract(context.view(), {message_key.expose()});
    const StreamKeys keys = derive_stream_keys(prk, 0);
    const Bytes ciphertext = seal_stream(keys.key, pad(office.stream0).expose());
    const std::vector<Hash> commitments{keys.commitment};
    const Hash commits = commits_hash(commitments);

    const Recipient auditor = office.recipient("auditor", StanzaType::Audit);
    const StanzaLabel label{.type = StanzaType::Audit,
                            .blind = {},
                            .certificate = auditor.certificate,
                            .key_id = auditor.key_id,
                            .got = 0,
                            .psk_id = PskId(7)};
    const std::optional<Secret32> psk = Secret32::random(office.random);
    const auto stanza = seal_stanza({context, commits, prk, message_key}, label, auditor.keys, psk);
    REQUIRE(stanza.has_value());
    const EnvelopeStatement statement{
        .header = office.header,
        .streams = {{keys.commitment, tree_root(chunk_leaves(ciphertext)), ciphertext.size()}},
        .approvals = {},
        .stanza_count = 1,
        .stanza_root = stanza_leaf_hash(digest_of(*stanza))};
    const SealedEnvelope envelope{.statement = statement.encode(),
                                  .hash = envelope_hash(statement.encode()),
                                  .context = context,
                                  .stanzas = {*stanza},
                                  .streams = {ciphertext},
                                  .commitments = statement.streams,
                                  .stream_secrets = {}};
    auto received = ReceivedEnvelope::parse(envelope.statement, office.sign(envelope),
                                            {.stanza = *stanza, .index = 0, .path = {}}, {});
    auto verified = VerifiedEnvelope::verify(*std::move(received), office.signers());
    OpeningKeys own = office.keys_of("auditor");
    own.psk = psk->duplicate();
    const auto opened = OpenedMessage::open(*std::move(verified), own, office.auditor_keys());
    REQUIRE_FALSE(opened.has_value());
    CHECK(opened.error().code == Errc::AuditStanza);
}

namespace {

// The envelope with other stanzas, signed anew by its own, hostile sender.
SealedEnvelope with_stanzas(const SealedEnvelope& from, std::vector<Stanza> stanzas) {
    EnvelopeStatement statement = *EnvelopeStatement::decode(from.statement);
    std::vector<Hash> leaves;
    for (const Stanza& one : stanzas) leaves.push_back(stanza_leaf_hash(digest_of(one)));
    statement.stanza_root = tree_root(leaves);
    statement.stanza_count = static_cast<std::uint16_t>(stanzas.size());
    SealedEnvelope out;
    out.statement = statement.encode();
    out.hash = envelope_hash(out.statement);
    out.context = from.context;
    out.stanzas = std::move(stanzas);
    out.streams = from.streams;
    return out;
}

std::size_t place_of(const TestOffice& office, const SealedEnvelope& envelope, const char* name) {
    std::size_t at = 0;
    while (envelope.stanzas[at].label.certificate != office.devices.at(name).certificate) ++at;
    return at;
}

}  // namespace

// Fails if the label is not in the stanza's HPKE info.
TEST_CASE("a stanza under another label is refused by its recipient, whatever was changed") {
    TestOffice office;
    const auto envelope = office.seal(office.everyone());
    const std::size_t at = place_of(office, *envelope, "A");
    const auto refused = [&](const auto& change) {
        std::vector<Stanza> stanzas = envelope->stanzas;
        change(stanzas[at]);
        const auto opened = office.open("A", with_stanzas(*envelope, std::move(stanzas)));
        REQUIRE_FALSE(opened.has_value());
        return opened.error().code;
    };
    CHECK(office.open("A", with_stanzas(*envelope, envelope->stanzas)).has_value());
    CHECK(refused([](Stanza& one) { one.label.type = StanzaType::Visible; }) == Errc::HpkeOpen);
    CHECK(refused([](Stanza& one) { one.label.blind.bytes[0] ^= std::byte{1}; }) == Errc::HpkeOpen);
    CHECK(refused([](Stanza& one) { ++one.label.got; }) == Errc::HpkeOpen);
    CHECK(refused([](Stanza& one) { one.label.key_id = KeyId(one.label.key_id.value ^ 1); }) ==
          Errc::HpkeOpen);
    CHECK(refused([](Stanza& one) { one.label.psk_id = PskId(7); }) == Errc::HpkeOpen);
}

// Fails if open() does not recompute its own stanza from label and message key.
TEST_CASE("a stanza that holds the key but was sealed with another ephemeral key is refused") {
    TestOffice office;
    const auto envelope = office.seal(office.everyone());
    const std::size_t at = place_of(office, *envelope, "A");
    const EnvelopeStatement statement = *EnvelopeStatement::decode(envelope->statement);
    std::vector<Hash> commitments;
    for (const StreamCommitment& one : statement.streams) commitments.push_back(one.commitment);
    const Hash commits = commits_hash(commitments);
    const auto key = open_stanza(envelope->context, commits, envelope->stanzas[at],
                                 office.keys_of("A").secrets, std::nullopt);
    REQUIRE(key.has_value());
    // Right key, right label; only the randomness is the sender's own choice.
    const Secret32 other = Secret32::random(office.random);
    const auto sham =
        seal_stanza({envelope->context, commits, other, *key}, envelope->stanzas[at].label,
                    office.recipient("A", StanzaType::Device).keys, std::nullopt);
    std::vector<Stanza> stanzas = envelope->stanzas;
    stanzas[at] = *sham;
    const auto opened = office.open("A", with_stanzas(*envelope, std::move(stanzas)));
    REQUIRE_FALSE(opened.has_value());
    CHECK(opened.error().code == Errc::OwnStanza);
}

// Fails if open() does not recompute AUDIT stanzas: the auditor alone would find out, years later.
TEST_CASE("a sham copy to an auditor is refused by every recipient") {
    TestOffice office;
    const auto envelope = office.seal(office.everyone());
    const auto other = office.seal(office.everyone());
    const std::size_t at = place_of(office, *envelope, "auditor");
    std::vector<Stanza> stanzas = envelope->stanzas;
    stanzas[at].ciphertext = other->stanzas[place_of(office, *other, "auditor")].ciphertext;
    const auto sham = with_stanzas(*envelope, std::move(stanzas));
    for (const char* name : {"A", "B"}) {
        const auto opened = office.open(name, sham);
        REQUIRE_FALSE(opened.has_value());
        CHECK(opened.error().code == Errc::AuditStanza);
    }
}

TEST_CASE("verification names another home, sender or approver") {
    TestOffice office;
    const auto envelope = office.seal(office.everyone(), office.approvals());
    const auto verify = [&](const Signers& signers) {
        return VerifiedEnvelope::verify(*office.received_by("A", *envelope), signers);
    };
    Signers signers = office.signers();
    CHECK(verify(signers).has_value());
    signers.home = Home{};
    CHECK(verify(signers).error().code == Errc::WrongHome);
    signers = office.signers();
    signers.sender = office.approver.verifying_key();
    CHECK(verify(signers).error().code == Errc::BatchSignature);
    signers = office.signers();
    signers.approvers.clear();
    CHECK(verify(signers).error().code == Errc::ApprovalSignature);
}

TEST_CASE("a stanza of a wrong length is not an envelope") {
    TestOffice office;
    const auto envelope = office.seal(office.everyone());
    HandedStanza own = TestOffice::handed(*envelope)[0];
    own.stanza.ciphertext.pop_back();
    const auto received =
        ReceivedEnvelope::parse(envelope->statement, office.sign(*envelope), own, {});
    CHECK(received.error().code == Errc::MalformedLayout);
}

}  // namespace chapar::testing
