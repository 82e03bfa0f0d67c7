// Which corrections stand for a message, as its two ends have them.
#include "client/core/corrections.h"

#include "client/cases/correction_draft.h"
#include "tests/unit/client/world.h"

namespace chapar::testing {
namespace {

using client::Corrections;
using client::MessageWay;

struct Sent {
    MessageId message;
    client::OutboxNumber number;
    client::ReceptionReport report;  // at AF
};

// Composed, accepted and received by AF.
Sent send(World& world, Post& sender, const client::Draft& draft) {
    const auto number = world.compose(sender, draft);
    const auto bytes = world.bytes_of(sender, number);
    const auto at = world.accept(sender, bytes);
    world.sync(world.af);
    return {world.item_of(sender, number).message, number,
            world.receive(world.af, world.delivery(world.af, bytes, at))};
}

client::Draft alert() { return World::alert({"AF-SKB-BLO"}); }

client::Draft correction(const MessageId& target, const std::string& quantity) {
    client::Draft draft = alert();
    draft.options.supersedes = target;
    draft.payload =
        schemas::Correction{target, {{"goods[0].quantity.value", "", quantity}}, "weighed", {}};
    return draft;
}

// "received 2: 12.450 > 11", one for each that counts; "!" where it does not fit.
std::string told(World& world, Post& post, const MessageId& message, const OfficeId& office) {
    const auto device = world.device(post);
    const auto txn = must(post.store->begin_read());
    const Corrections all = must(Corrections::read(*txn, device));
    std::string out;
    for (const auto& one : with_corrections(alert().payload, all.of(message, office)).applied) {
        out += std::string(out.empty() ? "" : "; ") + std::string(text_of(one.correction->way)) +
               " " + std::to_string(one.correction->number) + ": ";
        for (const auto& field : one.fields) out += field.before + " > " + field.after;
        if (one.problem) out += "!";
    }
    return out;
}

std::optional<client::CorrectionTarget> target(World& world, Post& post, const MessageId& message,
                                               const OfficeId& by,
                                               std::optional<EntryIndex> before = std::nullopt) {
    return reading(*post.store, [&](const storage::ReadTxn& txn) {
        return client::correction_target(txn, world.device(post), message, by, before);
    });
}

std::uint64_t quantity(const client::CorrectionTarget& target) {
    return std::get<schemas::SeizureAlert>(target.payload).goods.front().quantity.thousandths;
}

}  // namespace

// Fails if the office, or one of the states, is not looked at.
TEST_CASE("only the office that sent a message corrects it, with what it did not take back") {
    World world;
    const Sent first = send(world, world.tj, alert());
    send(world, world.tj, correction(first.message, "11"));
    send(world, world.uz, correction(first.message, "1"));
    const Sent taken_back = send(world, world.tj, correction(first.message, "3"));
    send(world, world.tj, World::recall({"AF-SKB-BLO"}, taken_back.message));
    send(world, world.tj, correction(first.message, "a stone"));
    send(world, world.tj, correction(first.message, "11.125"));
    CHECK(told(world, world.af, first.message, world.tj.office) ==
          "received 2: 12.450 > 11; received 6: !; received 7: 11.000 > 11.125");
    CHECK(told(world, world.tj, first.message, world.tj.office) ==
          "sent 2: 12.450 > 11; sent 5: !; sent 6: 11.000 > 11.125");
    world.revoke(world.tj, TimeMs(1));
    world.sync(world.af);
    CHECK(told(world, world.af, first.message, world.tj.office).empty());
}

// Fails if the corrections that came later count, or those before do not.
TEST_CASE("a correction finds its target as it stood then, and says whose it is") {
    World world;
    const Sent first = send(world, world.tj, alert());
    const Sent once = send(world, world.tj, correction(first.message, "11"));
    const Sent twice = send(world, world.tj, correction(first.message, "11.125"));
    const auto entry_of = [&](const Sent& sent) {
        return reading(*world.af.store,
                       [&](const storage::ReadTxn& txn) {
                           return client::inbox_item(txn, *sent.report.number);
                       })
            .accepted;
    };
    const auto at = [&](std::optional<EntryIndex> before) {
        return quantity(*target(world, world.af, first.message, world.tj.office, before));
    };
    CHECK(at(entry_of(once)) == 12'450);
    CHECK(at(entry_of(twice)) == 11'000);
    CHECK(at(std::nullopt) == 11'125);
    const auto own = target(world, world.tj, first.message, world.tj.office);
    REQUIRE(own.has_value());
    CHECK(own->way == MessageWay::Sent);
    CHECK(own->number == first.number.value);
    CHECK(quantity(*own) == 11'125);
    // Another's message stays as it is, whoever asks.
    const auto strange = target(world, world.af, first.message, world.uz.office);
    REQUIRE(strange.has_value());
    CHECK(strange->office == world.tj.office);
    CHECK(quantity(*strange) == 12'450);
    CHECK_FALSE(target(world, world.uz, first.message, world.uz.office).has_value());
}

// Fails if what was given is written over, or a mark of the target is left out.
TEST_CASE("a correction takes from its target what it does not say itself") {
    World world;
    client::Draft secret = alert();
    secret.options.handling = schemas::Handling::H3;
    secret.options.classification = schemas::Classification::Confidential;
    secret.options.releasable_to = {"AF-CNP"};
    secret.options.originator = world.tj.office;
    secret.options.personal_data = true;
    const Sent sent = send(world, world.tj, secret);
    const auto of = target(world, world.tj, sent.message, world.tj.office);
    const auto completed = [&](boost::json::object message) {
        client::complete_correction(message, {of->header, {office("AF-SKB-BLO")}, of->payload});
        return message;
    };
    const std::vector<std::string> set{"goods[0].quantity.value=11", "arrests="};
    const auto plain = completed({{"changes", must(client::changes_of(set))}});
    CHECK(boost::json::serialize(plain.at("changes")) ==
          R"([{"field":"goods[0].quantity.value","after":"11","before":"12.450"},)"
          R"({"field":"arrests"}])");
    CHECK(plain.at("to") == boost::json::array{"AF-SKB-BLO"});
    CHECK(plain.at("classification") == "CONFIDENTIAL");
    CHECK(plain.at("handling") == "H3");
    CHECK(plain.at("releasable_to") == boost::json::array{"AF-CNP"});
    CHECK(plain.at("originator") == "TJ-NPJ-BLO");
    CHECK(plain.at("personal_data") == true);
    CHECK(plain.at("target") == plain.at("supersedes"));
    CHECK(plain.contains("case"));
    const auto given = completed({{"to", {"UZ-NSS-HQ"}}, {"handling", "H2"}, {"case", "00"}});
    CHECK(given.at("to") == boost::json::array{"UZ-NSS-HQ"});
    CHECK(given.at("handling") == "H2");
    CHECK(given.at("case") == "00");
    for (const std::string wrong : {"", "arrests", "=2"}) {
        CHECK_FALSE(client::changes_of({&wrong, 1}).has_value());
    }
}

}  // namespace chapar::testing
