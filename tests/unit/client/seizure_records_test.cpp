#include "client/core/seizure_records.h"

#include "client/core/corrected.h"
#include "schemas/kinds/kind_json.h"
#include "tests/unit/client/world.h"

namespace chapar::testing {
namespace {

using client::SeizureRecord;
using client::SeizuresLeftOut;
using client::SeizureWish;

struct Sent {
    MessageId message;
    client::ReceptionReport report;  // at AF
};

// Composed, accepted and received by AF.
Sent send(World& world, Post& sender, const client::Draft& draft) {
    const auto number = world.compose(sender, draft);
    const auto bytes = world.bytes_of(sender, number);
    const auto at = world.accept(sender, bytes);
    world.sync(world.af);
    return {world.item_of(sender, number).message,
            world.receive(world.af, world.delivery(world.af, bytes, at))};
}

client::Draft alert(schemas::Handling handling = schemas::Handling::H1) {
    client::Draft draft = World::alert({"AF-SKB-BLO"});
    draft.options.handling = handling;
    return draft;
}

client::Draft correction(const MessageId& target, std::vector<schemas::FieldChange> changes) {
    client::Draft draft = World::alert({"AF-SKB-BLO"});
    draft.options.supersedes = target;
    draft.payload = schemas::Correction{target, std::move(changes), "weighed again", {}};
    return draft;
}

struct Seen {
    std::vector<SeizureRecord> records;
    SeizuresLeftOut left_out;
};
Seen seen(World& world, Post& post, const SeizureWish& wish = {}) {
    Seen out;
    const auto device = world.device(post);
    const auto txn = must(post.store->begin_read());
    out.left_out =
        must(client::each_seizure(*txn, device, wish, [&](const SeizureRecord& record) -> Status {
            out.records.push_back(record);
            return Done{};
        }));
    return out;
}

client::Corrected done(std::variant<client::Corrected, schemas::KindProblem> outcome) {
    REQUIRE(std::holds_alternative<client::Corrected>(outcome));
    return std::get<client::Corrected>(std::move(outcome));
}
schemas::SeizureAlert changed(const std::vector<schemas::FieldChange>& changes) {
    return std::get<schemas::SeizureAlert>(
        done(client::corrected(World::alert({}).payload, changes)).payload);
}
Errc refusal(const std::string& field, const std::string& after) {
    const std::vector<schemas::FieldChange> changes{{field, "", after}};
    const auto out = client::corrected(World::alert({}).payload, changes);
    const auto* problem = std::get_if<schemas::KindProblem>(&out);
    return problem == nullptr ? Errc::Internal : problem->code;
}

}  // namespace

// Fails if corrections are not applied one after the other.
TEST_CASE("an alert is counted as its sender's latest corrections leave it, at both ends") {
    World world;
    const Sent first = send(world, world.tj, alert());
    const Sent once = send(world, world.tj,
                           correction(first.message, {{"goods[0].quantity.value", "12.450", "11"},
                                                      {"concealment", "", "VEH_TYRE"}}));
    const Sent twice = send(
        world, world.tj, correction(first.message, {{"goods[0].quantity.value", "11", "11.125"}}));
    for (Post* post : {&world.af, &world.tj}) {
        const Seen now = seen(world, *post);
        REQUIRE(now.records.size() == 1);
        const SeizureRecord& record = now.records.front();
        CHECK(record.alert.goods.front().quantity.thousandths == 11'125);
        CHECK(record.alert.concealment == schemas::Concealment::VehicleTyre);
        CHECK(record.corrected_by == std::vector{once.message, twice.message});
        CHECK(record.header.message_id == first.message);
        CHECK(record.office == world.tj.office);
        CHECK(now.left_out == SeizuresLeftOut{});
    }
    CHECK(seen(world, world.af).records.front().trust == "verified");
    CHECK(seen(world, world.tj).records.front().trust == "own");
}

// Fails if the corrections are not kept by office too.
TEST_CASE("what another office says of an alert changes nothing, and what does not fit is told") {
    World world;
    const Sent first = send(world, world.tj, alert());
    send(world, world.uz, correction(first.message, {{"goods[0].quantity.value", "", "1"}}));
    send(world, world.tj, correction(first.message, {{"goods[0].quantity.unit", "", "stone"}}));
    const Seen now = seen(world, world.af);
    REQUIRE(now.records.size() == 1);
    CHECK(now.records.front().alert == std::get<schemas::SeizureAlert>(alert().payload));
    CHECK(now.records.front().corrected_by.empty());
    CHECK(now.left_out.uncorrected == 1);
}

// Fails if an alert leaves under its own marks with the words of a stricter correction.
TEST_CASE("what a correction says leaves as the correction is marked") {
    World world;
    const Sent first = send(world, world.tj, alert());
    client::Draft secret = correction(first.message, {{"goods[0].quantity.value", "", "11"}});
    secret.options.handling = schemas::Handling::H3;
    send(world, world.tj, secret);
    for (Post* post : {&world.af, &world.tj}) {
        const Seen plain = seen(world, *post);
        CHECK(plain.records.empty());
        CHECK(plain.left_out.handling == 1);
        SeizureWish wish;
        wish.up_to = schemas::Handling::H3;
        const Seen all = seen(world, *post, wish);
        REQUIRE(all.records.size() == 1);
        CHECK(all.records.front().header.handling == schemas::Handling::H3);
    }
    const Sent second = send(world, world.tj, alert());
    client::Draft for_some = correction(second.message, {{"goods[0].quantity.value", "", "11"}});
    for_some.options.handling = schemas::Handling::H1;
    for_some.options.releasable_to = {"AF-CNP"};
    send(world, world.tj, for_some);
    CHECK(seen(world, world.af).records.empty());
    CHECK(seen(world, world.af).left_out.handling == 2);
}

TEST_CASE("what was recalled, is not to leave, lies outside the time or says nothing new stays") {
    World world;
    const Sent recalled = send(world, world.tj, alert());
    send(world, world.tj, World::recall({"AF-SKB-BLO"}, recalled.message));
    const Sent kept = send(world, world.tj, alert());
    send(world, world.tj, alert(schemas::Handling::H2));
    client::Draft limited = alert();
    limited.options.releasable_to = {"AF-CNP"};
    send(world, world.tj, limited);
    client::Draft again = alert();
    again.options.derived_from = {kept.message};
    send(world, world.tj, again);

    const Seen now = seen(world, world.af);
    CHECK(now.records.size() == 1);
    CHECK(now.left_out.recalled == 1);
    CHECK(now.left_out.handling == 2);
    CHECK(now.left_out.sent_again == 1);
    SeizureWish wish;
    wish.up_to = schemas::Handling::H2;
    CHECK(seen(world, world.af, wish).records.size() == 3);
    CHECK(seen(world, world.af, wish).left_out.handling == 0);
    wish = {};
    wish.since = std::get<schemas::SeizureAlert>(alert().payload).time;
    wish.until = *wish.since + DurationMs(1);
    CHECK(seen(world, world.af, wish).records.size() == 1);
    wish.since = wish.until;
    wish.until.reset();
    CHECK(seen(world, world.af, wish).records.empty());
    wish = {};
    wish.received = false;
    CHECK(seen(world, world.af, wish).records.empty());
    CHECK(seen(world, world.tj).left_out.recalled == 1);
}

// Fails if doubtful ones are counted without being wished for.
TEST_CASE(
    "what is provisional, or of a key that was called compromised, is left out unless asked") {
    World world;
    send(world, world.tj, alert());
    world.revoke(world.tj, TimeMs(1));
    world.sync(world.af);
    SeizureWish wish;
    CHECK(seen(world, world.af).records.empty());
    CHECK(seen(world, world.af).left_out.doubtful == 1);
    wish.doubtful = true;
    REQUIRE(seen(world, world.af, wish).records.size() == 1);
    CHECK(seen(world, world.af, wish).records.front().trust.ends_with(" disputed"));
}

TEST_CASE("a correction puts texts, numbers and flags where its path says") {
    const auto alert = changed({{"arrests", "", "2"},
                                {"wants_controlled_delivery", "", "true"},
                                {"place.latitude", "", "37.19"},
                                {"place.longitude", "", "68.5"},
                                {"goods[0].purity.percent", "", "48.2"},
                                {"goods[0].purity.method", "", "lab"},
                                {"goods[1].substance.name", "", "opium"},
                                {"goods[1].quantity.value", "", "3"},
                                {"goods[1].quantity.unit", "", "KGM"},
                                {"route[0]", "", "AF-KDZ"}});
    CHECK(alert.arrests == 2);
    CHECK(alert.wants_controlled_delivery);
    CHECK(alert.place.coordinates->latitude_e7 == 371'900'000);
    CHECK(alert.goods.front().purity->per_mille == 482);
    CHECK(alert.goods.back().substance.name == "opium");
    CHECK(alert.route.front().subdivision == "AF-KDZ");
    CHECK_FALSE(changed({{"arrests", "", "2"}, {"arrests", "2", ""}}).arrests);
}

// Fails if what was shown of a newer list is not read again: not one correction of such an alert
// would apply.
TEST_CASE("an alert with codes of newer lists can be corrected, and so can the codes") {
    auto alert = std::get<schemas::SeizureAlert>(World::alert({}).payload);
    alert.detection = static_cast<schemas::Detection>(200);
    alert.place.country = "QZ";
    const auto after = [&](const std::string& field, const std::string& value,
                           schemas::UnlistedCodes unlisted = schemas::UnlistedCodes::AsCarried) {
        const std::vector<schemas::FieldChange> changes{{field, "", value}};
        return client::corrected(alert, changes, unlisted);
    };
    using enum schemas::UnlistedCodes;
    const auto counted = std::get<schemas::SeizureAlert>(done(after("arrests", "2")).payload);
    CHECK(counted.detection == alert.detection);
    CHECK(counted.place.country == "QZ");
    CHECK(std::get<schemas::SeizureAlert>(done(after("detection", "#202")).payload).detection ==
          static_cast<schemas::Detection>(201));
    // What the message had is nobody's slip; what a change says may be one.
    (void)done(after("arrests", "2", Refused));
    (void)done(after("place.country", "QX"));
    const auto outcome = after("place.country", "QX", Refused);
    const auto* slip = std::get_if<schemas::KindProblem>(&outcome);
    REQUIRE(slip != nullptr);
    CHECK(error_of(*slip).context.starts_with("place.country: found 'QX'; allowed: a code of "));
}

// Fails if the fields are not those before the change, or a short form is not gone into.
TEST_CASE("a correction says what stood there before each of its changes") {
    const std::vector<schemas::FieldChange> changes{{"goods[0].quantity.value", "999", "11"},
                                                    {"goods[0].quantity.value", "", "11.5"},
                                                    {"place.country", "", "AF"},
                                                    {"arrests", "", "2"},
                                                    {"arrests", "", ""}};
    const auto fields = done(client::corrected(World::alert({}).payload, changes)).fields;
    const std::vector<client::ChangedField> wanted{{"goods[0].quantity.value", "12.450", "11"},
                                                   {"goods[0].quantity.value", "11", "11.5"},
                                                   {"place.country", "TJ", "AF"},
                                                   {"arrests", "", "2"},
                                                   {"arrests", "2", ""}};
    CHECK(fields == wanted);
    CHECK(client::value_at_path(World::alert({}).payload, "goods[0].quantity.unit") == "KGM");
    CHECK(client::value_at_path(World::alert({}).payload, "goods[9].quantity").empty());
    CHECK(client::value_at_path(World::alert({}).payload, "goods[").empty());
}

// Hostile paths. Fails if a place beyond the next of a list is made.
TEST_CASE("a correction that leads nowhere changes nothing") {
    for (const std::string field :
         {"", ".", "[", "[0]", "goods[", "goods[0", "goods[-1].substance.name", "goods[0]..purity",
          "goods[7].substance.name", "goods[99999999999999999999]", "goods.substance", "nothing",
          "agency.name", "goods[0].quantity.value.more", "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a"}) {
        CAPTURE(field);
        CHECK(refusal(field, "x") != Errc::Internal);
    }
    CHECK(refusal("agency", "") == Errc::FieldMissing);
    CHECK(refusal("goods[0].quantity.value", "{\"a\":1}") == Errc::FieldInvalid);
    CHECK(refusal("arrests", "two") == Errc::FieldInvalid);
}

}  // namespace chapar::testing
