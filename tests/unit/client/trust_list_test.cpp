#include "client/core/trust_list.h"
#include "tests/unit/client/world.h"

namespace chapar::testing {
namespace {

using client::DeviceState;
using client::Trust;
using client::TrustRow;
using client::TrustSubject;

std::vector<TrustRow> rows_of(World& world, Post& post) {
    world.sync(post);
    return reading(*post.store, [&](const storage::ReadTxn& txn) {
        return client::trust_rows(client::DirectoryView(txn), post.roots, world.now);
    });
}

const TrustRow& row_of(const std::vector<TrustRow>& rows, TrustSubject subject,
                       std::string_view agency_name) {
    for (const TrustRow& row : rows) {
        if (row.subject == subject && row.agency.text() == agency_name) return row;
    }
    FAIL("no such row");
    return rows.front();
}

const TrustRow& row_of(const std::vector<TrustRow>& rows, const Post& post) {
    for (const TrustRow& row : rows) {
        if (row.certificate == post.certificate) return row;
    }
    FAIL("no such row");
    return rows.front();
}

}  // namespace

TEST_CASE("the list shows each agency with its registrars, offices and devices") {
    World world;
    const auto rows = rows_of(world, world.af);
    REQUIRE(rows.size() == 12);
    CHECK(rows[0].subject == TrustSubject::Agency);
    CHECK(rows[0].name == "AF-CNP");
    CHECK(rows[0].threshold == "2 of 3");
    CHECK(rows[1].subject == TrustSubject::Registrars);
    CHECK(rows[1].name == "registrar-1, registrar-2");
    CHECK(rows[1].threshold == "2 of 2");
    CHECK(rows[2].office == world.af.office);
    CHECK(rows[3].certificate == world.af.certificate);
    CHECK(rows[3].name == "desk (officer)");
    for (const TrustRow& row : rows) {
        CHECK(row.trust == Trust::Verified);
        CHECK(row.sentence.empty());
        CHECK(row.days_left >= 299);
    }
}

TEST_CASE("the list says what is wrong in one sentence") {
    World world;
    world.confirm_peers("AF-CNP", {"TJ-DCA"});
    Post next = world.make_device("TJ-DCA", "TJ-NPJ-BLO", world.tj.certificate);
    world.publish_bundle(next, world.now);
    const Post lost = world.make_device("TJ-DCA", "TJ-NPJ-BLO");
    world.revoke(lost);
    const Post held = world.make_device("TJ-DCA", "TJ-NPJ-BLO");
    world.suspend(held);
    const auto rows = rows_of(world, world.af);
    const auto& uz = row_of(rows, TrustSubject::Agency, "UZ-NCB");
    CHECK(uz.trust == Trust::Unconfirmed);
    CHECK(uz.sentence.find("has not confirmed") != std::string::npos);
    CHECK(row_of(rows, world.uz).trust == Trust::Unconfirmed);
    CHECK(row_of(rows, world.tj).state == DeviceState::Superseded);
    CHECK(row_of(rows, next).state == DeviceState::InForce);
    CHECK(row_of(rows, lost).state == DeviceState::Revoked);
    CHECK(row_of(rows, held).state == DeviceState::Suspended);
    CHECK_FALSE(row_of(rows, held).sentence.empty());
}

TEST_CASE("a changed key is shouted, and the end is announced 30, 7 and 1 days before") {
    World world;
    crypto::AgencyRecord& record = world.agencies.at("UZ-NCB").record;
    record.threshold = 1;
    world.confirm_peers("AF-CNP", {"TJ-DCA", "UZ-NCB"});
    auto rows = rows_of(world, world.af);
    CHECK(row_of(rows, world.uz).sentence.starts_with("STOP AND CALL"));

    world.now = world.now + kDay * 275;
    rows = rows_of(world, world.af);
    CHECK(row_of(rows, world.af).warning == 30);
    CHECK(row_of(rows, world.af).sentence.find("25 days") != std::string::npos);
    world.now = world.now + kDay * 26;
    rows = rows_of(world, world.af);
    CHECK(row_of(rows, world.af).trust == Trust::Expired);
    CHECK(row_of(rows, world.af).days_left == 0);
    CHECK(client::due_warning(31) == 0);
    CHECK(client::due_warning(30) == 30);
    CHECK(client::due_warning(7) == 7);
    CHECK(client::due_warning(0) == 1);
}

}  // namespace chapar::testing
