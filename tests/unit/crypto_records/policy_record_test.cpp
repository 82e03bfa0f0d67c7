#include <doctest/doctest.h>

#include "unit/crypto_records/record_fixture.h"

namespace chapar::testing {
namespace {

using namespace crypto;

template <typename Change>
bool refused_after(PolicyRecord policy, Change change) {
    change(policy);
    return !PolicyRecord::decode(policy.encode());
}

}  // namespace

TEST_CASE("a policy is a strict layout") {
    const RecordFixture centre;
    CHECK(layout_is_strict(centre.policy()));
    CHECK(layout_is_strict(PolicyRecord{agency_id("TJ-DCA"), 1, {}, {}}));
}

TEST_CASE("a policy is signed by two registrars of its own agency") {
    const RecordFixture centre;
    const SignedRecord record = centre.by_registrars(RecordType::Policy, centre.policy());
    CHECK(open_policy(record, centre.registrars()).value() == centre.policy());
    CHECK(policy_hash(record.body).bytes == record.hash().bytes);
    CHECK_FALSE(open_policy(centre.by_registrars(RecordType::Policy, centre.policy(), 1),
                            centre.registrars()));
    PolicyRecord other = centre.policy();
    other.agency = agency_id("UZ-NCDC");
    CHECK_FALSE(open_policy(centre.by_registrars(RecordType::Policy, other), centre.registrars()));
}

TEST_CASE("a policy that says something twice or something unknown is refused") {
    const RecordFixture centre;
    const PolicyRecord good = centre.policy();
    CHECK(refused_after(good, [](PolicyRecord& p) { p.version = 0; }));
    CHECK(refused_after(good, [](PolicyRecord& p) { p.rules[1].id = p.rules[0].id; }));
    CHECK(refused_after(good, [](PolicyRecord& p) { p.rules[0].id = "Capital"; }));
    CHECK(refused_after(good, [](PolicyRecord& p) { p.rules[0].id.clear(); }));
    CHECK(refused_after(good, [](PolicyRecord& p) { p.rules[0].id = std::string(65, 'a'); }));
    CHECK(refused_after(good, [](PolicyRecord& p) { p.rules[0].class_max = 4; }));
    CHECK(refused_after(good, [](PolicyRecord& p) { p.rules[0].kinds = {7, 7}; }));
    CHECK(refused_after(good, [](PolicyRecord& p) { p.rules[0].to[1] = p.rules[0].to[0]; }));
    CHECK(refused_after(good, [](PolicyRecord& p) { p.rules[0].to[1].name = "KAZ"; }));
    CHECK(refused_after(good, [](PolicyRecord& p) { p.rules[0].from[0].name = "x"; }));
    CHECK(refused_after(
        good, [](PolicyRecord& p) { p.rules[0].from[0].kind = static_cast<PartyKind>(4); }));
    CHECK(refused_after(
        good, [](PolicyRecord& p) { p.rules[0].direction = static_cast<PolicyDirection>(3); }));
    CHECK(refused_after(good,
                        [](PolicyRecord& p) { p.rules[0].effect = static_cast<PolicyEffect>(0); }));
    CHECK(refused_after(good, [](PolicyRecord& p) {
        for (int i = 0; i < 256; ++i) {
            p.rules.push_back(p.rules[1]);
            p.rules.back().id = "r" + std::to_string(i);
        }
    }));
}

// Fails if decode does not compare the conditions with the effect and with each other.
TEST_CASE("conditions stand in permits only, and approvals name exactly one role") {
    const RecordFixture centre;
    PolicyRecord good = centre.policy();
    good.rules[0].approvals = 2;
    good.rules[0].approver_role = office_role::kProsecutor;
    good.rules[0].size_max = 1048576;
    CHECK(layout_is_strict(good));
    CHECK(refused_after(good, [](PolicyRecord& p) { p.rules[0].approvals = 9; }));
    CHECK(refused_after(good, [](PolicyRecord& p) { p.rules[0].approver_role = 0; }));
    CHECK(refused_after(good, [](PolicyRecord& p) { p.rules[0].approver_role = 12; }));
    CHECK(refused_after(good, [](PolicyRecord& p) { p.rules[0].approver_role = 16; }));
    CHECK(refused_after(good, [](PolicyRecord& p) { p.rules[0].approvals = 0; }));
    CHECK(refused_after(good, [](PolicyRecord& p) { p.rules[1].size_max = 1; }));
    CHECK(refused_after(good, [](PolicyRecord& p) {
        p.rules[1].approvals = 1;
        p.rules[1].approver_role = office_role::kSupervisor;
    }));
}

}  // namespace chapar::testing
