// What a member that means harm may try with records, questions and envelopes that are all its own.
#include <doctest/doctest.h>

#include "broker/core/explain.h"
#include "broker/core/ledger_read.h"
#include "crypto/entry_body.h"
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
    }
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
