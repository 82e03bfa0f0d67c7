#include <doctest/doctest.h>

#include "unit/crypto/office.h"

namespace chapar::testing {

using namespace crypto;

namespace {

EnvelopeStatement statement_with(std::size_t streams, std::size_t approvals, std::uint16_t count) {
    EnvelopeStatement statement{.header = to_bytes("header"),
                                .streams = std::vector<StreamCommitment>(streams),
                                .approvals = {},
                                .stanza_count = count,
                                .stanza_root = {}};
    for (std::size_t i = 0; i < approvals; ++i) {
        Approval approval;
        approval.approver.bytes[0] = static_cast<std::byte>(i);
        statement.approvals.push_back(approval);
    }
    return statement;
}

bool decodes(const EnvelopeStatement& statement) {
    return EnvelopeStatement::decode(statement.encode()).has_value();
}

struct Admitted {
    TestOffice office;
    SealedEnvelope envelope;
    BatchItem item;
    std::vector<StanzaDigest> digests;
    std::map<CertificateHash, VerifyingKey> approvers;
    std::map<CertificateHash, OfficeId> offices;
    std::vector<CertificateHash> auditors;

    Admitted() : envelope(*office.seal(office.everyone(), office.approvals())) {
        item = office.sign(envelope);
        for (const Stanza& stanza : envelope.stanzas) digests.push_back(digest_of(stanza));
        approvers = office.signers().approvers;
        offices.emplace(office.devices.at("A").certificate, TestOffice::office("TJ-BLO"));
        offices.emplace(office.devices.at("B").certificate, TestOffice::office("AF-BLO"));
        auditors.push_back(office.devices.at("auditor").certificate);
    }
    [[nodiscard]] std::optional<Errc> refused() const {
        const auto result = admit({envelope.statement, item, digests, office.blind},
                                  {office.sender.verifying_key(), approvers, offices, auditors});
        return result ? std::nullopt : std::optional(result.error().code);
    }
};

}  // namespace

TEST_CASE("the limits of an envelope statement hold at both ends") {
    CHECK(decodes(statement_with(1, 0, 1)));
    CHECK(decodes(statement_with(32, 8, 256)));
    CHECK_FALSE(decodes(statement_with(0, 0, 1)));
    CHECK_FALSE(decodes(statement_with(33, 0, 1)));
    CHECK_FALSE(decodes(statement_with(1, 9, 1)));
    CHECK_FALSE(decodes(statement_with(1, 0, 0)));
    CHECK_FALSE(decodes(statement_with(1, 0, 257)));
    EnvelopeStatement statement = statement_with(1, 0, 1);
    statement.header = {};
    CHECK_FALSE(decodes(statement));
    statement.header = Bytes(4096);
    CHECK(decodes(statement));
    statement.header = Bytes(4097);
    CHECK_FALSE(decodes(statement));
}

TEST_CASE("approvals stand in order, once each, and for one audience") {
    EnvelopeStatement statement = statement_with(1, 3, 1);
    CHECK(decodes(statement));
    std::swap(statement.approvals[0], statement.approvals[1]);
    CHECK_FALSE(decodes(statement));
    statement.approvals[0] = statement.approvals[1];
    CHECK_FALSE(decodes(statement));
    statement = statement_with(1, 2, 1);
    statement.approvals[1].audience.bytes[0] = std::byte{1};
    CHECK_FALSE(decodes(statement));
}

TEST_CASE("no cut or lengthened layout decodes") {
    const Admitted a;
    const auto strict = [](ByteView whole, auto decode) {
        CHECK(decode(whole).has_value());
        for (std::size_t size = 0; size < whole.size(); ++size) {
            CHECK_FALSE(decode(whole.first(size)).has_value());
        }
        Bytes longer = to_bytes(whole);
        longer.push_back(std::byte{0});
        CHECK_FALSE(decode(longer).has_value());
    };
    strict(a.envelope.statement, EnvelopeStatement::decode);
    strict(a.item.encode(), BatchItem::decode);
    strict(a.item.head.encode(), BatchHead::decode);
    strict(a.digests[0].encode(), StanzaDigest::decode);
    strict(a.digests[0].label.encode(), StanzaLabel::decode);
    strict(a.envelope.stanzas[0].encode(), Stanza::decode);
    strict(DeliveryStatement{}.encode(), DeliveryStatement::decode);
}

TEST_CASE("whatever decodes encodes to the same bytes") {
    const Admitted a;
    FakeRandom random(11);
    int decoded = 0;
    for (int i = 0; i < 4000; ++i) {
        Bytes bytes = a.envelope.statement;
        bytes[random_below(random, static_cast<std::uint32_t>(bytes.size()))] ^=
            static_cast<std::byte>(1 + random_below(random, 255));
        const auto statement = EnvelopeStatement::decode(bytes);
        if (!statement) continue;
        ++decoded;
        CHECK(statement->encode() == bytes);
    }
    CHECK(decoded > 0);
}

TEST_CASE("unknown stanza types and delivery events are refused") {
    Bytes label = StanzaLabel{}.encode();
    for (int type = 0; type < 256; ++type) {
        label[0] = static_cast<std::byte>(type);
        CHECK(StanzaLabel::decode(label).has_value() == (type >= 1 && type <= 3));
    }
    Bytes statement = DeliveryStatement{}.encode();
    for (int event = 0; event < 256; ++event) {
        statement[0] = static_cast<std::byte>(event);
        CHECK(DeliveryStatement::decode(statement).has_value() == (event >= 1 && event <= 5));
    }
}

TEST_CASE("the broker admits an envelope from its digests alone") {
    const Admitted a;
    CHECK_FALSE(a.refused().has_value());
}

// Fails if check_stanzas() does not compute SR again, or does not compare the number.
TEST_CASE("the broker refuses stanzas that are missing, changed or in another order") {
    Admitted a;
    std::swap(a.digests[0], a.digests[1]);
    CHECK(a.refused() == Errc::StanzaNotInRoot);
    std::swap(a.digests[0], a.digests[1]);
    a.digests[0].seal_hash.bytes[0] ^= std::byte{1};
    CHECK(a.refused() == Errc::StanzaNotInRoot);
    a.digests[0].seal_hash.bytes[0] ^= std::byte{1};
    a.digests[1].label.got += 1;
    CHECK(a.refused() == Errc::StanzaNotInRoot);
    a.digests[1].label.got -= 1;
    CHECK_FALSE(a.refused().has_value());
    // A sender may state another number over the same root: the paths of some would not hold.
    auto lie = *EnvelopeStatement::decode(a.envelope.statement);
    lie.stanza_count += 1;
    CHECK(check_stanzas(lie, a.digests).error().code == Errc::StanzaNotInRoot);
    a.digests.pop_back();
    CHECK(check_stanzas(*EnvelopeStatement::decode(a.envelope.statement), a.digests).error().code ==
          Errc::StanzaNotInRoot);
}

// Fails if admit() does not check the batch item.
TEST_CASE("the broker refuses an envelope that its sender did not sign") {
    Admitted a;
    a.item.signature.bytes[0] ^= std::byte{1};
    CHECK(a.refused() == Errc::BatchSignature);
    Admitted moved;
    moved.item.head.root.bytes[0] ^= std::byte{1};
    CHECK(moved.refused() == Errc::BatchPath);
}

TEST_CASE("the broker refuses an approval of another audience") {
    Admitted a;
    a.offices.insert_or_assign(a.office.devices.at("B").certificate, TestOffice::office("KZ-BLO"));
    CHECK(a.refused() == Errc::ApprovalAudience);
    Admitted blind;
    blind.office.blind.bytes[0] ^= std::byte{1};
    CHECK(blind.refused() == Errc::ApprovalAudience);
    Admitted unknown;
    unknown.offices.erase(unknown.office.devices.at("B").certificate);
    CHECK(unknown.refused() == Errc::CertificateUnknown);
    Admitted approver;
    approver.approvers.clear();
    CHECK(approver.refused() == Errc::ApprovalSignature);
}

TEST_CASE("the broker refuses auditors that the header does not name") {
    Admitted a;
    a.auditors.clear();
    CHECK(a.refused() == Errc::StanzaAuditors);
    Admitted more;
    more.auditors.push_back(more.office.devices.at("A").certificate);
    CHECK(more.refused() == Errc::StanzaAuditors);
    Admitted twice;
    twice.auditors.push_back(twice.auditors.front());
    CHECK(twice.refused() == Errc::StanzaAuditors);
}

TEST_CASE("the broker refuses an auditor's stanza that is sealed with a psk") {
    Admitted a;
    CHECK(check_auditors(a.digests, a.auditors));
    for (StanzaDigest& digest : a.digests) {
        if (digest.label.type == StanzaType::Audit) digest.label.psk_id = PskId(7);
    }
    CHECK(check_auditors(a.digests, a.auditors).error().code == Errc::StanzaAuditors);
}

TEST_CASE("the broker checks ciphertexts against what was signed") {
    Admitted a;
    const auto statement = EnvelopeStatement::decode(a.envelope.statement);
    std::vector<ByteView> streams(a.envelope.streams.begin(), a.envelope.streams.end());
    CHECK(check_streams(*statement, streams));
    std::swap(streams[0], streams[1]);
    CHECK_FALSE(check_streams(*statement, streams));
    streams.pop_back();
    CHECK_FALSE(check_streams(*statement, streams));
}

}  // namespace chapar::testing
