// What a member that means harm may try with records, questions and envelopes that are all its own.
#include <doctest/doctest.h>

#include <algorithm>

#include "broker/core/directory.h"
#include "broker/core/explain.h"
#include "broker/core/ledger_read.h"
#include "broker/core/tables.h"
#include "crypto/entry_body.h"
#include "schemas/header_codec.h"
#include "tests/unit/broker/world.h"

namespace chapar::testing {
namespace {

constexpr std::uint16_t kLiaison = crypto::office_role::kLiaison;

// A sender at TJ-BLO, and one receiving office each of two agencies that may not know of each
// other.
struct Members {
    World world{StoreKind::Memory, 21};

    Members() {
        for (const char* agency : {"TJ-DCA", "AF-CNP", "UZ-NDC"}) world.agency(agency);
        world.office("TJ-BLO", "TJ-DCA", "TJ", kLiaison);
        world.office("AF-BLO", "AF-CNP", "AF", kLiaison);
        world.office("UZ-BLO", "UZ-NDC", "UZ", kLiaison);
        world.device("tj", "TJ-BLO");
        world.device("af", "AF-BLO");
        world.device("uz", "UZ-BLO");
    }
    static crypto::PolicyRule rule(std::string id, crypto::PolicyDirection direction,
                                   const std::string& to = {}) {
        crypto::PolicyRule out{
            std::move(id), direction, crypto::PolicyEffect::Permit, {}, 3, {}, {}};
        if (!to.empty()) out.to.push_back({crypto::PartyKind::Office, to});
        return out;
    }
    crypto::EntryBody body_at(std::uint64_t index) {
        const auto txn = world.read();
        const auto opened = broker::open_entry(*txn, world.keys, EntryIndex(index)).value();
        return crypto::EntryBody::decode(crypto::LeafKind::Message, opened.body).value();
    }
    // Everybody may write to everybody.
    void permit_all() {
        for (const char* agency : {"TJ-DCA", "AF-CNP", "UZ-NDC"}) {
            policy(agency, {rule("out", crypto::PolicyDirection::Export),
                            rule("in", crypto::PolicyDirection::Import)});
        }
    }
    // The first policy of an agency, all rules at once.
    void policy(const std::string& agency, std::vector<crypto::PolicyRule> rules) {
        const crypto::PolicyRecord record{AgencyId::parse(agency).value(), 1, PolicyHash{},
                                          std::move(rules)};
        REQUIRE_FALSE(world.put(world.agency_named(agency).signers.policy(record)).code);
    }
};

using enum crypto::PolicyDirection;

}  // namespace

TEST_CASE("an entry that would be too large is refused, and the fold goes on") {
    Members members;
    World& world = members.world;
    std::vector<crypto::PolicyRule> out;
    std::vector<crypto::PolicyRule> in;
    const std::string police = "AF-COUNTER-NARCOTICS-POLICE-KBL1";
    world.agency(police);
    SendPlan plan;
    plan.from = "tj";
    for (int i = 0; i < 240; ++i) {
        const std::string name = "O" + std::to_string(100 + i);
        world.office(name, police, "AF", kLiaison);
        world.device("d" + name, name);
        out.push_back(Members::rule(name.substr(1) + std::string(35, 'x'), Export, name));
        in.push_back(Members::rule(name.substr(1) + std::string(35, 'y'), Import, name));
        plan.to.push_back(name);
    }
    members.policy("TJ-DCA", std::move(out));
    members.policy(police, std::move(in));
    const auto refused = world.submit(world.seal(plan));
    CHECK(refused.code == Errc::TooLarge);
    CHECK(refused.count == 0);
    plan.to.resize(1);
    CHECK_FALSE(world.submit(world.seal(plan)).code);
    check_invariants(world);
}

// Fails if lines_for(), or stanzas_for(), shows the whole to everyone.
TEST_CASE("an agency's entry of an envelope names no rule that concerns another recipient") {
    Members members;
    World& world = members.world;
    world.rule("TJ-DCA", Members::rule("to.af", Export, "AF-BLO"));
    world.rule("TJ-DCA", Members::rule("to.uz", Export, "UZ-BLO"));
    world.rule("AF-CNP", Members::rule("af.takes", Import));
    world.rule("UZ-NDC", Members::rule("uz.takes", Import));
    SendPlan plan;
    plan.from = "tj";
    plan.to = {"AF-BLO", "UZ-BLO"};
    const auto accepted = world.submit(world.seal(plan));
    REQUIRE(accepted.count == 2);
    CHECK(accepted.lines.size() == 4);  // the sender's view of its own envelope is whole
    for (std::uint64_t i = 0; i < 2; ++i) {
        const auto body = members.body_at(accepted.first.value + i);
        const bool af = body.recipient_agency->text() == "AF-CNP";
        REQUIRE(body.decision->lines.size() == 2);
        CHECK(body.decision->lines[0].rule == (af ? "to.af" : "to.uz"));
        CHECK(body.decision->lines[1].rule == (af ? "af.takes" : "uz.takes"));
        CHECK(body.decision->lines[1].agency == *body.recipient_agency);
        // Its own stanza in full, the other as a bare value.
        REQUIRE(body.stanzas->size() == 2);
        for (const auto& stanza : *body.stanzas) {
            if (!stanza.label) continue;
            CHECK(stanza.label->certificate == world.device_named(af ? "af" : "uz").hash);
        }
        CHECK(std::ranges::count_if(
                  *body.stanzas, [](const auto& stanza) { return stanza.label.has_value(); }) == 1);
    }
}

// Fails if find_about() does not compare the entry, or decide() the time.
TEST_CASE("a statement about the entry of another agency, or from the future, is refused") {
    Members members;
    World& world = members.world;
    members.permit_all();
    SendPlan plan;
    plan.from = "tj";
    plan.to = {"AF-BLO", "UZ-BLO"};
    const SentEnvelope sent = world.seal(plan);
    const auto accepted = world.submit(sent);
    REQUIRE(accepted.count == 2);
    const bool af_first =
        members.body_at(accepted.first.value).recipient_agency->text() == "AF-CNP";
    const EntryIndex own(accepted.first.value + (af_first ? 0 : 1));
    const EntryIndex other(accepted.first.value + (af_first ? 1 : 0));
    const auto confirm = [&](EntryIndex about, TimeMs time) {
        const TestDevice& device = world.device_named("af");
        const crypto::DeliveryStatement statement{
            crypto::DeliveryEvent::Delivered, sent.hash, device.hash, about, time, 0};
        const std::vector<crypto::DeliveryStatement> statements{statement};
        const auto batch = crypto::sign_statements(world.newest_head(), statements, device.key);
        return world.run(broker::Confirm{statement.encode(), batch.item(0).encode()}).code;
    };
    CHECK(confirm(other, world.now) == Errc::NotFound);
    CHECK(confirm(own, world.now + limits::kClockAhead + DurationMs(1)) == Errc::ClockAhead);
    CHECK_FALSE(confirm(own, world.now + limits::kClockAhead));
}

// Fails if check_times() is a millisecond off.
TEST_CASE("an envelope lives 30 days at most, and is at most five minutes ahead") {
    Members members;
    World& world = members.world;
    members.permit_all();
    const auto send = [&](DurationMs life, DurationMs ahead) {
        SendPlan plan;
        plan.from = "tj";
        plan.to = {"AF-BLO"};
        plan.created = world.now + ahead;
        plan.life = life;
        return world.submit(world.seal(plan)).code;
    };
    CHECK_FALSE(send(DurationMs(limits::kEnvelopeLife.value - 1), {}));
    CHECK_FALSE(send(limits::kEnvelopeLife, {}));
    CHECK(send(DurationMs(limits::kEnvelopeLife.value + 1), {}) == Errc::HeaderRule);
    CHECK_FALSE(send(kDay, DurationMs(limits::kClockAhead.value - 1)));
    CHECK_FALSE(send(kDay, limits::kClockAhead));
    CHECK(send(kDay, DurationMs(limits::kClockAhead.value + 1)) == Errc::ClockAhead);
}

// Ingress refuses it at the door; the fold must not rely on that. Fails if check_times() does not
// compare the home.
TEST_CASE("an envelope whose header names another centre is refused by the fold itself") {
    Members members;
    World& world = members.world;
    members.permit_all();
    SendPlan plan;
    plan.from = "tj";
    plan.to = {"AF-BLO"};
    auto verdicts =
        broker::Ingress::check({{}, {world.seal(plan).frame}}, world.session_of("tj"), world)
            .value();
    auto body = std::move(verdicts.front().operation).value().stamped({world.now}).body;
    auto& submit = std::get<broker::Submit>(body);
    auto statement = crypto::EnvelopeStatement::decode(submit.envelope).value();
    auto header = schemas::decode_header(statement.header).value();
    header.home.bytes[0] ^= std::byte{1};
    statement.header = schemas::encode_header(header);
    submit.envelope = statement.encode();
    CHECK(world.run(std::move(body)).code == Errc::WrongHome);
}

// Fails if in_force() does not ask for the times of the office, or of the agency.
TEST_CASE("a device speaks neither longer than its office nor longer than its agency") {
    for (const bool of_office : {true, false}) {
        Members members;
        World& world = members.world;
        const auto& agency = world.agency_named("TJ-DCA").signers;
        const crypto::Validity day{world.now, world.now + kDay};
        const auto entry = broker::read_office(*world.read(), OfficeId::parse("TJ-BLO").value());
        crypto::OfficeRecord office = entry->value().record;
        office.validity = day;
        office.previous = entry->value().hash;
        crypto::AgencyRecord shorter = agency.record;
        shorter.validity = day;
        shorter.previous = agency.agency_record(world.centre_root()).hash();
        auto renewed = agency.by_roots(crypto::RecordType::Agency, shorter);
        renewed.sign(world.centre_root());
        REQUIRE_FALSE(world.put(of_office ? agency.office(office) : renewed).code);
        const CertificateHash tj = world.device_named("tj").hash;
        CHECK(broker::in_force(*world.read(), tj, world.now).has_value());
        const auto late = broker::in_force(*world.read(), tj, world.now + kDay);
        REQUIRE_FALSE(late);
        CHECK(late.error().code == Errc::CertificateExpired);
        CHECK(late.error().context == (of_office ? "office" : "agency"));
    }
}

// Fails if a directory that has lost a row, which no checksum sees, ends the broker at each
// greeting.
TEST_CASE("a device whose office or agency is lost in a damaged store is told as damage") {
    for (const auto& [table, name] :
         {std::pair(broker::kOfficeTable, "TJ-BLO"), std::pair(broker::kAgencyTable, "TJ-DCA")}) {
        Members members;
        auto txn = members.world.store().begin_write().value();
        REQUIRE(txn->erase(table, view(name)).has_value());
        REQUIRE(std::move(*txn).commit().has_value());
        const auto found = broker::in_force(
            *members.world.read(), members.world.device_named("tj").hash, members.world.now);
        REQUIRE_FALSE(found);
        CHECK(found.error().code == Errc::StoreDamaged);
    }
}

// Fails if check_key_id() does not ask for the number of keys: an auditor's copy would be sealed
// once, for one custodian.
TEST_CASE("an auditor's copy needs a bundle of two keys a day") {
    Members members;
    World& world = members.world;
    const TestDevice& tj = world.device_named("tj");
    const KeyId key = crypto::key_id_of(tj.bundle.sequence, day_of(world.now));
    CHECK(broker::check_key_id(*world.read(), tj.hash, key, 1, world.now).has_value());
    CHECK(broker::check_key_id(*world.read(), tj.hash, key, 2, world.now).error().code ==
          Errc::BundleStale);
}

TEST_CASE("a question about the policies of others alone is refused") {
    Members members;
    const auto ask = [&](const char* from, std::vector<std::string> to, const char* asker) {
        broker::Question question{OfficeId::parse(from).value(), {}, 1, 1};
        for (const std::string& one : to) question.to.push_back(OfficeId::parse(one).value());
        return broker::explain(*members.world.read(), question, AgencyId::parse(asker).value());
    };
    CHECK(ask("TJ-BLO", {"AF-BLO", "UZ-BLO"}, "TJ-DCA"));
    CHECK(ask("TJ-BLO", {"AF-BLO"}, "AF-CNP"));
    const auto pair = ask("AF-BLO", {"UZ-BLO"}, "TJ-DCA");
    REQUIRE_FALSE(pair);
    CHECK(pair.error().code == Errc::NotPermitted);
    // Its own office beside the one it is curious about does not help.
    CHECK_FALSE(ask("AF-BLO", {"TJ-BLO", "UZ-BLO"}, "TJ-DCA"));
}

}  // namespace chapar::testing
