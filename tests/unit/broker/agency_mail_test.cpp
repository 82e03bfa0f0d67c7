// How much mail may wait for one agency: rows and bytes, one below, at and one above each bound;
// whose mail it is; and that all of it is given back.
#include <doctest/doctest.h>

#include "broker/core/agency_mail.h"
#include "broker/core/envelope_row.h"
#include "tests/unit/broker/world.h"

namespace chapar::testing {
namespace {

using crypto::DeliveryEvent;

constexpr std::uint64_t kPlenty = 1'000'000'000;

// Four agencies; the last has an office of two devices.
struct Agencies {
    World world{StoreKind::Memory, 61};

    explicit Agencies(const std::vector<std::string>& names = {"AA", "BB", "CC", "DD"}) {
        for (const std::string& name : names) {
            world.agency(name);
            world.office(office_of(name), name, "KZ", crypto::office_role::kLiaison);
            world.device(name + "-1", office_of(name));
            using enum crypto::PolicyDirection;
            for (const auto direction : {Export, Import}) {
                world.rule(name, {direction == Export ? "out" : "in",
                                  direction,
                                  crypto::PolicyEffect::Permit,
                                  {},
                                  3,
                                  {},
                                  {}});
            }
        }
        world.device(names.back() + "-2", office_of(names.back()));
        world.capacity = {1000, kPlenty, kPlenty};
    }
    // As long as a name may be where the agency's is.
    static std::string office_of(const std::string& agency) {
        return agency.substr(0, 28) + "-ONE";
    }
    broker::Outcome send(const std::string& from, const std::string& to,
                         schemas::Kind kind = schemas::Kind::SeizureAlert) {
        SendPlan plan;
        plan.from = from + "-1";
        plan.to = {office_of(to)};
        plan.kind = kind;
        if (kind != schemas::Kind::SeizureAlert) {
            plan.supersedes = world.fresh_message_id();
            plan.urgency = schemas::Urgency::Flash;
        }
        sent = world.seal(plan);
        auto outcome = world.submit(sent);
        check_invariants(world);
        return outcome;
    }
    // How often this agency may send one more to that one.
    std::size_t room(const std::string& from, const std::string& to,
                     schemas::Kind kind = schemas::Kind::SeizureAlert) {
        std::size_t count = 0;
        while (!send(from, to, kind).code) ++count;
        return count;
    }
    [[nodiscard]] broker::WaitingMail waiting(const char* agency) {
        return broker::mail_waiting_for(*world.read(), AgencyId::parse(agency).value()).value();
    }
    // Bytes of one envelope: all are made alike.
    [[nodiscard]] std::uint64_t size_of_one() {
        return broker::read_envelope(*world.read(), sent.hash).value()->addressing->conditions.size;
    }
    SentEnvelope sent;
};

// Fails if rows are not asked, if one too many is taken, or if a refusal leaves an entry.
TEST_CASE("rows that wait for an agency: as many as its bound from all, and not one more") {
    for (const std::uint64_t bound : {7U, 8U, 9U}) {
        Agencies few;
        few.world.capacity.agency_rows = bound;
        // From one agency half of it, from each other one a quarter; its own is one of them.
        std::uint64_t taken = few.room("BB", "AA");
        CHECK(taken == bound / 2);
        taken += few.room("CC", "AA") + few.room("DD", "AA") + few.room("AA", "AA");
        CHECK(taken == (bound == 9 ? 9 : bound == 8 ? 8 : 6));
        const std::uint64_t entries = few.world.frontier.size().value;
        const auto refused = few.send("DD", "AA");
        CHECK((refused.code == Errc::AgencyMailFull || refused.code == Errc::AgencyShare));
        if (bound == 8) CHECK(refused.code == Errc::AgencyMailFull);
        CHECK(refused.count == 0);
        CHECK(few.world.frontier.size().value == entries);
        // Others' mail goes on: nothing of this is theirs.
        CHECK_FALSE(few.send("AA", "BB").code);
    }
}

// Fails if two devices of an office are one row, or one envelope to them is weighed twice.
TEST_CASE("each device's row counts, and the bytes of an envelope once for the agency") {
    Agencies few;
    few.world.capacity.agency_rows = 4;
    CHECK_FALSE(few.send("AA", "DD").code);
    CHECK(few.waiting("DD") == broker::WaitingMail{2, few.size_of_one()});
    CHECK(few.send("AA", "DD").code == Errc::AgencyShare);
    few.world.capacity.agency_rows = 3;
    CHECK(few.send("AA", "DD").code == Errc::AgencyMailFull);
    CHECK_FALSE(few.send("AA", "BB").code);
}

// Fails if bytes are not asked, or asked of each device.
TEST_CASE("bytes that wait for an agency: up to its bound, and not one more") {
    Agencies few;
    CHECK_FALSE(few.send("BB", "AA").code);
    const std::uint64_t one = few.size_of_one();
    REQUIRE(one > 4);
    for (const std::uint64_t below : {0U, 1U}) {
        // One envelope waits. At its size the second one fits into the whole, not into a share.
        few.world.capacity.agency_bytes = one * 2 - below;
        const Errc expected = below == 0 ? Errc::AgencyShare : Errc::AgencyMailFull;
        CHECK(few.send("BB", "AA").code == expected);
        // Into half of the bound.
        few.world.capacity.agency_bytes = one * 4 - below;
        CHECK(few.send("BB", "AA").code.has_value() == (below == 1));
    }
    // Two wait: another agency's, into its quarter of the bound.
    few.world.capacity.agency_bytes = one * 4 - 1;
    CHECK(few.send("CC", "AA").code == Errc::AgencyShare);
    few.world.capacity.agency_bytes = one * 4;
    CHECK_FALSE(few.send("CC", "AA").code);
    CHECK_FALSE(few.send("DD", "AA").code);
    CHECK(few.waiting("AA") == broker::WaitingMail{4, 4 * one});
    CHECK(few.send("AA", "AA").code == Errc::AgencyMailFull);
    few.world.capacity.agency_bytes = one * 5 - 1;
    CHECK(few.send("AA", "AA").code == Errc::AgencyMailFull);
    few.world.capacity.agency_bytes = one * 5;
    CHECK_FALSE(few.send("AA", "AA").code);
}

// Fails if delivery, revocation or expiry leaves anything counted, or counts it off twice.
TEST_CASE("what is delivered, withheld or expired makes room again") {
    Agencies few;
    few.world.capacity.agency_rows = 4;
    REQUIRE_FALSE(few.send("AA", "DD").code);
    const SentEnvelope first = few.sent;
    const EntryIndex accepted = few.world.outcomes.back().first;
    REQUIRE(few.send("AA", "DD").code == Errc::AgencyShare);
    const std::uint64_t one =
        broker::read_envelope(*few.world.read(), first.hash).value()->addressing->conditions.size;
    CHECK_FALSE(few.world.confirm("DD-1", first.hash, accepted, DeliveryEvent::Delivered).code);
    check_invariants(few.world);
    // The bytes wait until the other device has it, too.
    CHECK(few.waiting("DD") == broker::WaitingMail{1, one});
    CHECK_FALSE(few.world.confirm("DD-2", first.hash, accepted, DeliveryEvent::Delivered).code);
    CHECK(few.waiting("DD") == broker::WaitingMail{});

    REQUIRE_FALSE(few.send("AA", "DD").code);
    REQUIRE_FALSE(few.world.revoke("DD-2").code);
    CHECK_FALSE(
        few.world.run(broker::Withhold{few.sent.hash, few.world.device_named("DD-2").hash}).code);
    check_invariants(few.world);
    CHECK(few.waiting("DD") == broker::WaitingMail{1, one});
    few.world.now = few.world.now + kDay * 2;
    CHECK_FALSE(few.world.run(broker::Advance{}).code);
    check_invariants(few.world);
    CHECK(few.waiting("DD") == broker::WaitingMail{});

    few.world.capacity.agency_rows = 2;
    REQUIRE_FALSE(few.send("AA", "BB").code);
    REQUIRE(few.send("AA", "BB").code == Errc::AgencyShare);
    few.world.now = few.world.now + kDay * 2;
    CHECK_FALSE(few.world.run(broker::Advance{}).code);
    CHECK_FALSE(few.send("AA", "BB").code);
}

// Fails if an agency that nobody reads from fills what belongs to all.
TEST_CASE(
    "one agency's mail leaves room for all others', and below half of the bound nobody asks") {
    Agencies few;
    few.world.capacity.agency_rows = 100;
    CHECK(few.room("BB", "AA") == 50);
    CHECK(few.send("BB", "AA").code == Errc::AgencyShare);
    CHECK(few.room("CC", "AA") == 25);
    CHECK(few.send("CC", "AA").code == Errc::AgencyShare);
    CHECK(few.room("DD", "AA") == 25);
    CHECK(few.send("DD", "AA").code == Errc::AgencyMailFull);
}

// Fails if what takes back is counted with the mail that keeps it out, or is not counted at all.
TEST_CASE("a full mailbox keeps no recall out, and recalls have a bound and shares of their own") {
    using schemas::Kind;
    Agencies few;
    few.world.capacity.agency_rows = 4;
    few.world.capacity.mailbox_rows = 3;
    few.world.capacity.taking_back_rows = 8;
    REQUIRE(few.room("BB", "AA") == 2);
    REQUIRE(few.room("CC", "AA") == 1);
    REQUIRE(few.send("DD", "AA").code == Errc::QuotaExceeded);
    few.world.capacity.agency_rows = 3;
    few.world.capacity.mailbox_rows = 1000;
    REQUIRE(few.send("DD", "AA").code == Errc::AgencyMailFull);
    few.world.capacity.mailbox_rows = 3;

    CHECK(few.room("BB", "AA", Kind::Recall) == 4);
    CHECK(few.send("BB", "AA", Kind::Recall).code == Errc::AgencyShare);
    CHECK(few.room("CC", "AA", Kind::LookoutCancel) == 2);
    CHECK(few.room("DD", "AA", Kind::Recall) == 2);
    CHECK(few.send("AA", "AA", Kind::Recall).code == Errc::AgencyMailFull);
    CHECK(few.waiting("AA").rows == 3);
    const AgencyId agency = AgencyId::parse("AA").value();
    const auto reserve = [&] {
        return broker::mail_waiting_for(*few.world.read(), agency, broker::MailAccount::TakingBack)
            .value();
    };
    CHECK(reserve().rows == 8);
    CHECK(broker::fullest_agency(*few.world.read()).value().all.rows == 11);

    // Its bytes are bounded, too; and what is answered makes room again, there and not elsewhere.
    few.world.now = few.world.now + kDay * 2;
    CHECK_FALSE(few.world.run(broker::Advance{}).code);
    check_invariants(few.world);
    CHECK(reserve() == broker::WaitingMail{});
    CHECK_FALSE(few.send("BB", "AA", Kind::Recall).code);
    CHECK(few.waiting("AA") == broker::WaitingMail{});
    few.world.capacity.taking_back_bytes = few.size_of_one();
    CHECK(few.send("BB", "AA", Kind::Recall).code == Errc::AgencyMailFull);
    CHECK_FALSE(few.send("BB", "AA").code);
}

// Fails if two names and a mark make a longer key than a store takes: a recall would end the
// broker.
TEST_CASE("agencies with the longest names have both accounts") {
    using schemas::Kind;
    const std::string from(32, 'A');
    const std::string to(32, 'B');
    Agencies longest({from, to});
    CHECK_FALSE(longest.send(from, to).code);
    CHECK_FALSE(longest.send(from, to, Kind::Recall).code);
    CHECK_FALSE(longest.send(from, to, Kind::LookoutCancel).code);
    const broker::FullestAgency fullest = broker::fullest_agency(*longest.world.read()).value();
    CHECK(fullest.agency == AgencyId::parse(to).value());
    CHECK(fullest.most.rows == 2);
    CHECK(fullest.all.rows == 6);
    longest.world.now = longest.world.now + kDay * 2;
    CHECK_FALSE(longest.world.run(broker::Advance{}).code);
    check_invariants(longest.world);
    CHECK(broker::fullest_agency(*longest.world.read()).value().all.rows == 0);
}

}  // namespace
}  // namespace chapar::testing
