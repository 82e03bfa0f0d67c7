#include "broker/core/ingress.h"

#include <doctest/doctest.h>

#include "broker/core/stream_files.h"
#include "crypto/batch.h"
#include "schemas/header_codec.h"
#include "tests/unit/broker/world.h"

namespace chapar::testing {
namespace {

// Two posts of one agency and one envelope from the first to the second.
struct Post {
    World world{StoreKind::Memory, 11};
    SentEnvelope sent;

    Post() : sent(prepare()) {}
    SentEnvelope seal() {
        SendPlan plan;
        plan.from = "npj";
        plan.to = {"KZ-OPS"};
        return world.seal(plan);
    }
    SentEnvelope prepare() {
        world.agency("CARICC");
        world.office("TJ-BLO", "CARICC", "TJ", crypto::office_role::kLiaison);
        world.office("KZ-OPS", "CARICC", "KZ", crypto::office_role::kLiaison);
        world.device("npj", "TJ-BLO");
        world.device("ops", "KZ-OPS");
        world.device("ops2", "KZ-OPS");
        return seal();
    }
    Result<std::vector<broker::Verdict>> check(const schemas::Submit& frame,
                                               const std::string& device = "npj") {
        return broker::Ingress::check(frame, world.session_of(device), world);
    }
    Errc refusal(const schemas::SubmittedEnvelope& envelope) {
        const auto verdicts = check({{}, {envelope}});
        REQUIRE_FALSE(verdicts);
        return verdicts.error().code;
    }
};

TEST_CASE("a whole batch and single items are verified alike, and give the same operation") {
    Post post;
    SentEnvelope second = post.seal();
    const std::vector<EnvelopeHash> hashes{post.sent.hash, second.hash};
    const auto batch = crypto::sign_envelopes(post.world.newest_head(), hashes,
                                              post.world.device_named("npj").key);
    schemas::Submit whole{batch.head.encode(), {post.sent.frame, second.frame}};
    append(whole.batch, batch.signature.view());
    for (auto& envelope : whole.envelopes) envelope.item.clear();
    const auto verdicts = post.check(whole);
    REQUIRE(verdicts);
    schemas::Submit single{{}, whole.envelopes};
    for (std::size_t i = 0; i < 2; ++i) single.envelopes[i].item = batch.item(i).encode();
    const auto singles = post.check(single);
    REQUIRE(singles);
    for (std::size_t i = 0; i < 2; ++i) {
        const auto& a = std::get<broker::Submit>((*verdicts)[i].operation.value().body());
        const auto& b = std::get<broker::Submit>((*singles)[i].operation.value().body());
        CHECK(a.item == b.item);
        CHECK(a.item == batch.item(i).encode());
    }
    // A frame that says it is the whole batch must be.
    whole.envelopes.pop_back();
    CHECK_FALSE(post.check(whole));
}

TEST_CASE("a bad structure, root or signature refuses the frame") {
    Post post;
    const schemas::SubmittedEnvelope good = post.sent.frame;
    REQUIRE(post.check({{}, {good}}));

    auto bad = good;
    bad.item[crypto::BatchHead::kBytes] ^= std::byte{1};
    CHECK(post.refusal(bad) == Errc::BatchSignature);
    bad = good;
    bad.envelope.back() ^= std::byte{1};  // SR
    CHECK(post.refusal(bad) == Errc::BatchPath);
    bad = good;
    bad.stanzas.pop_back();
    CHECK(post.refusal(bad) == Errc::StanzaNotInRoot);
    bad = good;
    std::swap(bad.stanzas[0], bad.stanzas[1]);
    CHECK(post.refusal(bad) == Errc::StanzaNotInRoot);
    bad = good;
    bad.stanzas[0].ct[3] ^= std::byte{1};
    CHECK(post.refusal(bad) == Errc::StanzaNotInRoot);
    bad = good;
    bad.streams[0][3] ^= std::byte{1};
    CHECK(post.refusal(bad) == Errc::StreamRoot);
    bad = good;
    bad.streams.clear();
    CHECK(post.refusal(bad) == Errc::StreamRoot);
    bad = good;
    bad.item.clear();
    CHECK(post.refusal(bad) == Errc::MalformedLayout);
    CHECK_FALSE(post.check({{}, {}}));
}

// Fails if ingress does not check an item's path, or takes index or n from it unchecked.
TEST_CASE("a batch item with a wrong path, index or n is refused") {
    Post post;
    const SentEnvelope second = post.seal();
    const SentEnvelope third = post.seal();
    const std::vector<EnvelopeHash> hashes{post.sent.hash, second.hash, third.hash};
    const auto batch = crypto::sign_envelopes(post.world.newest_head(), hashes,
                                              post.world.device_named("npj").key);
    const auto refusal_with = [&](const crypto::BatchItem& item) {
        auto envelope = post.sent.frame;
        envelope.item = item.encode();
        return post.refusal(envelope);
    };
    const crypto::BatchItem good = batch.item(0);
    auto envelope = post.sent.frame;
    envelope.item = good.encode();
    REQUIRE(post.check({{}, {envelope}}));
    CHECK(refusal_with(batch.item(1)) == Errc::BatchPath);
    auto bad = good;
    bad.index = 1;
    CHECK(refusal_with(bad) == Errc::BatchPath);
    bad = good;
    bad.path[0].bytes[0] ^= std::byte{1};
    CHECK(refusal_with(bad) == Errc::BatchPath);
    bad = good;
    bad.path.pop_back();
    CHECK(refusal_with(bad) == Errc::BatchPath);
    bad = good;
    bad.path.push_back(Hash{});
    CHECK(refusal_with(bad) == Errc::BatchPath);
    // n is signed: with another one either the path has the wrong length or the signature fails.
    bad = good;
    bad.head.count = 2;
    CHECK(refusal_with(bad) == Errc::BatchPath);
    bad.head.count = 4;
    CHECK(refusal_with(bad) == Errc::BatchSignature);
}

// Fails if approvals are not counted, or are verified before they are counted.
TEST_CASE("approvals count against the 32 verifications of a frame") {
    Post post;
    SendPlan plan;
    plan.from = "npj";
    plan.to = {"KZ-OPS"};
    for (int i = 0; i < 8; ++i) {
        const std::string name = "hq" + std::to_string(i);
        post.world.device(name, "KZ-OPS");
        plan.approved_by.push_back(name);
    }
    std::vector<SentEnvelope> sent;
    for (int i = 0; i < 5; ++i) sent.push_back(post.world.seal(plan));
    schemas::Submit frame;
    for (int i = 0; i < 3; ++i) frame.envelopes.push_back(sent[static_cast<std::size_t>(i)].frame);
    // Three batches and 24 approvals.
    CHECK(post.check(frame));
    // 32 leave nothing for their batches; 40 are more than there are at all.
    for (const std::size_t next : {3U, 4U}) {
        frame.envelopes.push_back(sent[next].frame);
        const auto refused = post.check(frame);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Errc::TooLarge);
    }
}

TEST_CASE("a frame whose approvals leave too few verifications for its items is refused") {
    Post post;
    SendPlan plan;
    plan.from = "npj";
    plan.to = {"KZ-OPS"};
    schemas::Submit frame;
    for (int i = 0; i < 31; ++i) frame.envelopes.push_back(post.world.seal(plan).frame);
    CHECK(post.check(frame));
    plan.approved_by = {"ops"};
    frame.envelopes.push_back(post.world.seal(plan).frame);
    const auto refused = post.check(frame);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::TooLarge);
}

// Fails if check_submitted_streams lets any stream be left out.
TEST_CASE("only attachments of an envelope too large for the store may be left out of a frame") {
    Post post;
    SendPlan plan;
    plan.from = "npj";
    plan.to = {"KZ-OPS"};
    plan.attachments = {3000};
    auto small = post.world.seal(plan).frame;
    REQUIRE(post.check({{}, {small}}));
    small.streams[1].clear();
    CHECK(post.refusal(small) == Errc::StreamRoot);
    plan.attachments = {3000, 200000};
    auto large = post.world.seal(plan).frame;
    CHECK(large.streams[1].empty());
    REQUIRE(post.check({{}, {large}}));
    auto without_text = large;
    without_text.streams[0].clear();
    CHECK(post.refusal(without_text) == Errc::StreamRoot);
    auto other = large;
    other.streams[2] = Bytes(100);
    CHECK(post.refusal(other) == Errc::StreamRoot);
    other.streams[2] = Bytes(limits::kInlineStreamBytes);
    CHECK(post.refusal(other) == Errc::TooLarge);
}

TEST_CASE("the files an envelope needs are those it left out, by stream, root and size") {
    Post post;
    SendPlan plan;
    plan.from = "npj";
    plan.to = {"KZ-OPS"};
    plan.attachments = {3000, 200000};
    const SentEnvelope sent = post.world.seal(plan);
    const auto verdicts = post.check({{}, {sent.frame}}).value();
    const auto& submit = std::get<broker::Submit>(verdicts[0].operation.value().body());
    const auto files = broker::files_needed(submit).value();
    const auto statement = crypto::EnvelopeStatement::decode(sent.frame.envelope).value();
    REQUIRE(files.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(files[i].stream == i + 1);
        CHECK(files[i].root == statement.streams[i + 1].root);
        CHECK(files[i].size == statement.streams[i + 1].size);
    }
}

TEST_CASE("a session can submit only what its own device has signed") {
    Post post;
    const auto verdicts = post.check({{}, {post.sent.frame}}, "ops");
    REQUIRE_FALSE(verdicts);
    CHECK(verdicts.error().code == Errc::SenderNotSession);
}

TEST_CASE("an envelope for another centre is refused alone, the others of its frame are not") {
    Post post;
    broker::SessionFacts elsewhere = post.world.session_of("npj");
    elsewhere.home.bytes[0] ^= std::byte{1};
    const auto verdicts =
        broker::Ingress::check(schemas::Submit{{}, {post.sent.frame}}, elsewhere, post.world);
    REQUIRE(verdicts);
    REQUIRE_FALSE(verdicts->front().operation);
    CHECK(verdicts->front().operation.error().code == Errc::WrongHome);
}

// Fails if check_structure() does not compare the header's auditors with the AUDIT stanzas.
TEST_CASE("an envelope that names an auditor and has no copy for him is refused") {
    Post post;
    auto frame = post.sent.frame;
    auto statement = crypto::EnvelopeStatement::decode(frame.envelope).value();
    auto header = schemas::decode_header(statement.header).value();
    header.auditors = {post.world.device_named("ops2").hash};
    statement.header = schemas::encode_header(header);
    frame.envelope = statement.encode();
    const std::vector<EnvelopeHash> hashes{crypto::envelope_hash(frame.envelope)};
    frame.item =
        crypto::sign_envelopes(post.world.newest_head(), hashes, post.world.device_named("npj").key)
            .item(0)
            .encode();
    CHECK(post.refusal(frame) == Errc::StanzaAuditors);
}

// Fails if the home of the batch is not compared.
TEST_CASE("a statement that was signed for another centre is refused") {
    Post post;
    const auto& ops = post.world.device_named("ops");
    const crypto::DeliveryStatement statement{crypto::DeliveryEvent::Delivered,
                                              post.sent.hash,
                                              ops.hash,
                                              EntryIndex(1),
                                              post.world.now,
                                              0};
    const std::vector<crypto::DeliveryStatement> statements{statement};
    crypto::SeenHead seen = post.world.newest_head();
    seen.home.bytes[0] ^= std::byte{1};
    const auto batch = crypto::sign_statements(seen, statements, ops.key);
    const auto verdicts = broker::Ingress::check(
        schemas::Statements{{}, {{statement.encode(), batch.item(0).encode()}}},
        post.world.session_of("ops"), post.world);
    REQUIRE(verdicts);
    REQUIRE_FALSE(verdicts->front().operation);
    CHECK(verdicts->front().operation.error().code == Errc::WrongHome);
}

// Fails if the signature, or the session's device, is not compared.
TEST_CASE("a statement must be signed by the session's device") {
    Post post;
    const auto& ops = post.world.device_named("ops");
    const crypto::DeliveryStatement statement{crypto::DeliveryEvent::Delivered,
                                              post.sent.hash,
                                              ops.hash,
                                              EntryIndex(1),
                                              post.world.now,
                                              0};
    const std::vector<crypto::DeliveryStatement> statements{statement};
    const auto check = [&](const crypto::SigningKey& key, const std::string& session) {
        const auto batch = crypto::sign_statements(post.world.newest_head(), statements, key);
        return broker::Ingress::check(
            schemas::Statements{{}, {{statement.encode(), batch.item(0).encode()}}},
            post.world.session_of(session), post.world);
    };
    CHECK(check(ops.key, "ops"));
    const auto other_key = check(post.world.device_named("npj").key, "ops");
    REQUIRE_FALSE(other_key);
    CHECK(other_key.error().code == Errc::BatchSignature);
    const auto other_session = check(ops.key, "ops2");
    REQUIRE_FALSE(other_session);
    CHECK(other_session.error().code == Errc::SenderNotSession);
}

// Fails if check_record lets a session bring every type, or any bundle.
TEST_CASE("a session may bring its own bundle and what registrars or roots signed, but no agency") {
    Post post;
    const auto& npj = post.world.device_named("npj");
    const CertificateHash ops = post.world.device_named("ops").hash;
    crypto::SignedRecord record{crypto::RecordType::Bundle, npj.bundle.encode(), {}};
    record.sign(npj.key);
    CHECK(broker::Ingress::check_record(record.encode(), npj.hash));
    CHECK_FALSE(broker::Ingress::check_record(record.encode(), ops));
    const AgencySigners& signers = post.world.agency_named("CARICC").signers;
    const auto slip = post.world.slip("ops");
    for (const auto& each : {slip, signers.revoke(ops), signers.reinstate(ops, slip.hash()),
                             signers.registrars_record(), signers.peers({})}) {
        CHECK(broker::Ingress::check_record(each.encode(), npj.hash));
    }
    const auto agency = signers.agency_record(post.world.centre_root());
    CHECK_FALSE(broker::Ingress::check_record(agency.encode(), npj.hash));
    CHECK(broker::Ingress::check_record(agency.encode(), std::nullopt));
    // Ingress lets it pass; the fold asks who signed.
    auto half = signers.revoke(ops);
    half.signatures.pop_back();
    CHECK(post.world.put(half).code == Errc::CertificateNotSigned);
}

}  // namespace
}  // namespace chapar::testing
