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

TEST_CASE("a policy is signed by its own agency's roots") {
    const RecordFixture centre;
    const SignedRecord record = centre.by_roots(RecordType::Policy, centre.policy());
    CHECK(open_policy(record, centre.agency()).value() == centre.policy());
    CHECK(policy_hash(record.body).bytes == record.hash().bytes);
    CHECK_FALSE(
        open_policy(centre.by_roots(RecordType::Policy, centre.policy(), 1), centre.agency()));
    PolicyRecord other = centre.policy();
    other.agency = agency_id("UZ-NCDC");
    CHECK_FALSE(open_policy(centre.by_roots(RecordType::Policy, other), centre.agency()));
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

}  // namespace chapar::testing
