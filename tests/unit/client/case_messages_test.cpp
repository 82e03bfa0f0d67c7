// What a device holds of a case, and drafts that programs build by their type.
#include "client/core/case_messages.h"

#include "client/core/kind_options.h"
#include "schemas/kinds/typed_payload.h"
#include "tests/unit/client/world.h"

namespace chapar::testing {
namespace {

namespace wire = schemas::wire;

// A lookout for a person, built as a program would.
schemas::Payload lookout(TimeMs until) {
    return must(schemas::build<wire::LookoutInform>([until](wire::LookoutInform::Builder out) {
        auto target = out.initTarget();
        target.setKind(1);  // PERSON
        auto name = target.initPerson().initNames(1)[0];
        name.setText("Example");
        name.setScript(3);
        out.setAction(1);  // REPORT
        out.setGround("Left without its papers.");
        auto valid = out.initValid();
        valid.setFrom(kStart.value);
        valid.setUntil(until.value);
        auto contact = out.initContact();
        contact.setName("Duty");
        contact.setPhone("+992 37 000 00 00");
    }));
}

schemas::Payload delivery_report() {
    return must(schemas::build<wire::CdReport>([](wire::CdReport::Builder out) {
        out.setLeg(1);
        out.initPlace().setCountry("TJ");
        out.setTime(kStart.value);
        out.setStatus(1);  // ON_PLAN
    }));
}

client::Draft in_case(client::Draft draft, const CaseId& case_id) {
    draft.options.case_id = case_id;
    return draft;
}

std::vector<client::CaseMessage> of_case(World& world, Post& post, const CaseId& case_id,
                                         std::optional<EntryIndex> before = std::nullopt) {
    return reading(*post.store, [&](const storage::ReadTxn& txn) {
        return client::messages_of_case(txn, world.device(post), case_id, before);
    });
}

const CaseId kCase = CaseId::from(Bytes(CaseId::kSize, std::byte{7})).value();
const CaseId kOther = CaseId::from(Bytes(CaseId::kSize, std::byte{8})).value();

}  // namespace

// Fails if settling a draft does not ask the payload, or draft_of() the kind.
TEST_CASE("a payload that was built by its type gets the header that its kind and it ask for") {
    World world;
    client::Draft draft = client::draft_of(lookout(kStart + kDay * 14));
    draft.options.to = {office("AF-SKB-BLO")};
    const auto number = world.compose(world.tj, draft);
    const auto stored = reading(*world.tj.store, [&](const storage::ReadTxn& txn) {
        return client::stored_draft(txn, world.device(world.tj), number);
    });
    CHECK(stored.header.kind == schemas::Kind::LookoutInform);
    CHECK(stored.header.personal_data);
    CHECK(stored.header.expires_at == kStart + kDay * 14);
    CHECK(stored.header.urgency == schemas::Urgency::Priority);
    CHECK(stored.content.payload == draft.payload);

    const client::Draft report = client::draft_of(delivery_report());
    CHECK(report.options.purpose == schemas::Purpose::Operation);
    CHECK(report.options.classification == schemas::Classification::Confidential);
}

// Fails if another case's messages are given, refused ones, or those that came later.
TEST_CASE("a case is what was sent and received in it, in the order of the ledger") {
    World world;
    const auto alert = [&](Post& from, const char* to, const CaseId& case_id) {
        return world.compose(from, in_case(World::alert({to}), case_id));
    };
    const auto sent = alert(world.tj, "AF-SKB-BLO", kCase);
    const auto bytes = world.bytes_of(world.tj, sent);
    const auto at = world.accept(world.tj, bytes);
    (void)alert(world.tj, "AF-SKB-BLO", kOther);
    REQUIRE(of_case(world, world.tj, kCase).size() == 1);
    CHECK(of_case(world, world.tj, kOther).size() == 1);
    CHECK_FALSE(of_case(world, world.tj, kCase).front().entry.has_value());

    world.accept_head(world.af);
    world.sync(world.af);
    (void)alert(world.af, "TJ-NPJ-BLO", kCase);
    const auto report = world.receive(world.af, world.delivery(world.af, bytes, at));
    REQUIRE(report.reception == client::Reception::Stored);
    const auto held = of_case(world, world.af, kCase);
    REQUIRE(held.size() == 2);
    CHECK(held.front().entry == at.front());
    CHECK(held.front().message == world.item_of(world.tj, sent).message);
    CHECK_FALSE(held.back().entry.has_value());
    CHECK(of_case(world, world.af, kCase, at.front()).empty());
    const EntryIndex later(at.front().value + 1);
    CHECK(of_case(world, world.af, kCase, later).size() == 1);
}

}  // namespace chapar::testing
