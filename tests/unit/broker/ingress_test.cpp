#include "broker/core/ingress.h"

#include <doctest/doctest.h>

#include "crypto/batch.h"
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

TEST_CASE("a device may publish its own bundle and nothing else") {
    Post post;
    const auto& npj = post.world.device_named("npj");
    crypto::SignedRecord record{crypto::RecordType::Bundle, npj.bundle.encode(), {}};
    record.sign(npj.key);
    CHECK(broker::Ingress::check_record(record.encode(), npj.hash));
    CHECK_FALSE(
        broker::Ingress::check_record(record.encode(), post.world.device_named("ops").hash));
    crypto::SignedRecord office{
        crypto::RecordType::Agency, post.world.agency_named("CARICC").record().encode(), {}};
    office.sign(npj.key);
    CHECK_FALSE(broker::Ingress::check_record(office.encode(), npj.hash));
    CHECK(broker::Ingress::check_record(office.encode(), std::nullopt));
}

}  // namespace
}  // namespace chapar::testing
