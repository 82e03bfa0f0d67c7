#include "crypto/bundle.h"
#include "crypto/envelope.h"
#include "schemas/header_codec.h"
#include "tests/unit/client/sender.h"

namespace chapar::testing {
namespace {

using client::ResealCause;
using client::ResealVerdict;
using schemas::Stage;

constexpr std::uint16_t kKeyGone = client::statement_reason::kKeyGone;

schemas::Header header_of(World& world, Post& post, client::OutboxNumber number) {
    const auto statement =
        must(crypto::EnvelopeStatement::decode(world.bytes_of(post, number).statement));
    return must(schemas::decode_header(statement.header));
}

client::Draft alert_of(schemas::Classification classification) {
    client::Draft draft = World::alert({"AF-SKB-BLO"});
    draft.options.classification = classification;
    return draft;
}

}  // namespace

// Fails if has_joined() is left out, or if `only` is not kept: AF's first device would get it
// twice.
TEST_CASE("a device added while mail waits gets it as a new envelope, alone and once") {
    World world;
    Sender sender(world);
    const auto first = sender.logged(world.tj);
    CHECK(sender.needs(world.tj).empty());

    Post second = world.make_device("AF-CNP", "AF-SKB-BLO");
    world.publish_bundle(second, world.now);
    world.sync(world.tj);
    const auto needs = sender.needs(world.tj);
    REQUIRE(needs.size() == 1);
    CHECK(needs.front().cause == ResealCause::DeviceJoined);
    CHECK(needs.front().verdict == ResealVerdict::Automatic);
    CHECK(needs.front().devices == std::vector{second.certificate});

    const auto again = sender.reseal(world.tj);
    REQUIRE(again.size() == 1);
    must(sender.try_seal(world.tj, again.front()));
    const auto stanzas = world.bytes_of(world.tj, again.front()).stanzas;
    REQUIRE(stanzas.size() == 1);
    CHECK(stanzas.front().label.certificate == second.certificate);
    const schemas::Header one = header_of(world, world.tj, first);
    const schemas::Header two = header_of(world, world.tj, again.front());
    CHECK(two.derived_from == std::vector{one.message_id});
    CHECK(two.message_id != one.message_id);
    CHECK(two.content != one.content);
    CHECK(two.expires_at == one.expires_at);
    CHECK(sender.needs(world.tj).empty());
    sender.deliver(world.tj, again.front(), second);
    CHECK(sender.needs(world.tj).empty());
}

// Fails if has_joined() does not look at the office's stage.
TEST_CASE("a device that joins an office which has the envelope gets nothing by itself") {
    World world;
    Sender sender(world);
    const auto number = sender.logged(world.tj);
    sender.hear(world.tj, number, world.af, crypto::DeliveryEvent::Delivered);
    Post second = world.make_device("AF-CNP", "AF-SKB-BLO");
    world.publish_bundle(second, world.now);
    world.sync(world.tj);
    CHECK(sender.needs(world.tj).empty());
}

// Fails if expired envelopes are not skipped.
TEST_CASE("nothing is sealed again after it expired") {
    World world;
    Sender sender(world);
    sender.logged(world.tj);
    Post second = world.make_device("AF-CNP", "AF-SKB-BLO");
    world.publish_bundle(second, world.now);
    world.sync(world.tj);
    CHECK(sender.needs(world.tj).size() == 1);
    world.now = world.now + kDay * 8;
    CHECK(sender.needs(world.tj).empty());
}

// Fails if find_reseals() does not ask is_recalled(), or if that looks at one of the two only.
TEST_CASE("what was recalled goes to nobody any more, neither itself nor a copy that waits") {
    World world;
    Sender sender(world);
    const auto number = sender.logged(world.tj);
    const auto refused = sender.send(world.tj, World::alert({"AF-SKB-BLO"}));
    sender.refuse(world.tj, refused, Errc::BundleStale);
    Post second = world.make_device("AF-CNP", "AF-SKB-BLO");
    world.publish_bundle(second, world.now);
    world.sync(world.tj);
    REQUIRE(sender.needs(world.tj).size() == 2);
    const auto copies = sender.reseal(world.tj);
    REQUIRE(copies.size() == 2);

    for (const auto sent : {number, refused}) {
        sender.add(world.tj, World::recall({"AF-SKB-BLO"}, world.item_of(world.tj, sent).message));
    }
    sender.hear(world.tj, number, world.af, crypto::DeliveryEvent::Unopenable, kKeyGone);
    CHECK(sender.needs(world.tj).empty());
    CHECK(sender.reseal(world.tj, ResealVerdict::NeedsConfirmation).empty());
    for (const auto copy : copies) {
        CHECK(error_of(sender.try_seal(world.tj, copy)) == Errc::Conflict);
    }
}

// Fails if is_recalled() does not look whether the recall is still in the outbox.
TEST_CASE("a recall that was dropped before it went stops nothing") {
    World world;
    Sender sender(world);
    const auto number = sender.logged(world.tj);
    const auto recall = sender.add(
        world.tj, World::recall({"AF-SKB-BLO"}, world.item_of(world.tj, number).message));
    sender.hear(world.tj, number, world.af, crypto::DeliveryEvent::Unopenable, kKeyGone);
    CHECK(sender.needs(world.tj).empty());
    in_txn(*world.tj.store, [&](storage::Txn& txn) {
        return client::outbox_drop(txn, recall, world.device(world.tj).vault);
    });
    CHECK(sender.needs(world.tj).size() == 1);
}

// Fails if apply_recall() compares the message id only, or remembers only what it did not find.
TEST_CASE("a recall empties the target and every copy of it, also one that comes later") {
    World world;
    Sender sender(world);
    const auto alert_at = [&](std::vector<MessageId> origins) {
        client::Draft draft = World::alert({"AF-SKB-BLO"});
        draft.options.derived_from = std::move(origins);
        return sender.send(world.tj, draft);
    };
    const auto state = [&](client::InboxNumber at) {
        return reading(*world.af.store,
                       [&](const storage::ReadTxn& txn) { return client::inbox_item(txn, at); })
            .state;
    };
    const auto target = alert_at({});
    const MessageId id = world.item_of(world.tj, target).message;
    const auto at_af = sender.deliver(world.tj, target, world.af);
    const auto copy = sender.deliver(world.tj, alert_at({id}), world.af);
    const auto other = sender.deliver(world.tj, alert_at({}), world.af);
    client::Draft of_another = World::alert({"AF-SKB-BLO"});
    of_another.options.derived_from = {id};
    const auto foreign = sender.deliver(world.uz, sender.send(world.uz, of_another), world.af);

    const auto recall = sender.send(world.tj, World::recall({"AF-SKB-BLO"}, id));
    const auto recall_at = sender.deliver(world.tj, recall, world.af);
    CHECK(state(at_af) == client::InboxState::Recalled);
    CHECK(state(copy) == client::InboxState::Recalled);
    CHECK(state(other) == client::InboxState::Received);
    CHECK(state(foreign) == client::InboxState::Received);
    CHECK(state(recall_at) == client::InboxState::Received);
    const auto late = sender.deliver(world.tj, alert_at({id}), world.af);
    CHECK(state(late) == client::InboxState::Recalled);
}

// Fails if kKeyGoneADay is not counted, or counted per envelope.
TEST_CASE("a lost key is answered three times a device and day, the fourth asks a person") {
    World world;
    Sender sender(world);
    std::vector<client::OutboxNumber> sent;
    for (int i = 0; i < 5; ++i) sent.push_back(sender.logged(world.tj));
    for (int i = 0; i < 4; ++i) {
        sender.hear(world.tj, sent[static_cast<std::size_t>(i)], world.af,
                    crypto::DeliveryEvent::Unopenable, kKeyGone);
    }
    CHECK(sender.reseal(world.tj).size() == 3);
    auto needs = sender.needs(world.tj);
    REQUIRE(needs.size() == 1);
    CHECK(needs.front().cause == ResealCause::KeyGone);
    CHECK(needs.front().verdict == ResealVerdict::NeedsConfirmation);
    CHECK(needs.front().number == sent[3]);
    CHECK(sender.reseal(world.tj).empty());
    CHECK(sender.reseal(world.tj, ResealVerdict::NeedsConfirmation).size() == 1);

    world.now = world.now + kDay;
    sender.hear(world.tj, sent[4], world.af, crypto::DeliveryEvent::Unopenable, kKeyGone);
    CHECK(sender.reseal(world.tj).size() == 1);
}

// Fails if the classification, or the age, is not looked at.
TEST_CASE("a lost key is not answered by itself above RESTRICTED, nor after seven days") {
    World world;
    Sender sender(world);
    const auto verdict = [&] {
        const auto needs = sender.needs(world.tj);
        REQUIRE(needs.size() == 1);
        return needs.front().verdict;
    };
    client::Draft draft = alert_of(schemas::Classification::Confidential);
    draft.options.expires = world.now + kDay * 20;
    sender.hear(world.tj, sender.logged(world.tj, draft), world.af,
                crypto::DeliveryEvent::Unopenable, kKeyGone);
    CHECK(verdict() == ResealVerdict::NeedsConfirmation);

    World later;
    Sender old(later);
    draft.options.classification = schemas::Classification::Restricted;
    old.hear(later.tj, old.logged(later.tj, draft), later.af, crypto::DeliveryEvent::Unopenable,
             kKeyGone);
    later.now = later.now + kDay * 7;
    REQUIRE(old.needs(later.tj).size() == 1);
    CHECK(old.needs(later.tj).front().verdict == ResealVerdict::Automatic);
    later.now = later.now + DurationMs(1);
    CHECK(old.needs(later.tj).front().verdict == ResealVerdict::NeedsConfirmation);
}

// Fails if move_office() takes every UNOPENABLE for a lost key.
TEST_CASE("what a device cannot open for another reason is not sealed again") {
    World world;
    Sender sender(world);
    sender.hear(world.tj, sender.logged(world.tj), world.af, crypto::DeliveryEvent::Unopenable,
                client::statement_reason::kSealBroken);
    CHECK(sender.needs(world.tj).empty());
}

// Fails if the first keeps its message id, or if generations are not bounded.
TEST_CASE("an envelope refused for a stale bundle goes again under a new message id, three times") {
    World world;
    Sender sender(world);
    auto number = sender.send(world.tj, World::alert({"AF-SKB-BLO"}));
    for (int generation = 0; generation < 3; ++generation) {
        sender.refuse_by_entry(world.tj, number, Errc::BundleStale);
        CHECK(world.item_of(world.tj, number).stage == Stage::Refused);
        const auto again = sender.reseal(world.tj);
        REQUIRE(again.size() == 1);
        CHECK(world.item_of(world.tj, number).reseal.instead == again.front());
        must(sender.try_seal(world.tj, again.front()));
        const auto header = header_of(world, world.tj, again.front());
        CHECK(header.message_id != world.item_of(world.tj, number).message);
        number = again.front();
    }
    sender.refuse_by_entry(world.tj, number, Errc::BundleStale);
    CHECK(sender.reseal(world.tj).empty());
    CHECK(sender.needs(world.tj).front().verdict == ResealVerdict::NeedsConfirmation);
}

// Fails if look_at_refused() does not ask for the entry, or renew() looks at the stage only: the
// recipient of both would not see that they are one.
TEST_CASE("a refusal without an entry makes one more envelope, which names the first") {
    World world;
    Sender sender(world);
    const auto first = sender.send(world.tj, World::alert({"AF-SKB-BLO"}));
    sender.refuse(world.tj, first, Errc::CertificateRevoked);
    const auto again = sender.reseal(world.tj);
    REQUIRE(again.size() == 1);
    must(sender.try_seal(world.tj, again.front()));
    CHECK(header_of(world, world.tj, again.front()).derived_from ==
          std::vector{world.item_of(world.tj, first).message});
    sender.refuse(world.tj, again.front(), Errc::CertificateRevoked);
    CHECK(sender.reseal(world.tj).empty());
    CHECK(sender.needs(world.tj).front().verdict == ResealVerdict::NeedsConfirmation);
}

// Fails if can_go_again() takes any refusal.
TEST_CASE("what a policy refused is not sealed again") {
    World world;
    Sender sender(world);
    const auto number = sender.send(world.tj, World::alert({"AF-SKB-BLO"}));
    sender.refuse(world.tj, number, Errc::PolicyRefused);
    CHECK(sender.needs(world.tj).empty());
}

// Fails if look_at_refused() does not ask for its own standing.
TEST_CASE("a revoked device does not seal its mail again") {
    World world;
    Sender sender(world);
    const auto number = sender.send(world.tj, World::alert({"AF-SKB-BLO"}));
    sender.refuse(world.tj, number, Errc::CertificateRevoked);
    CHECK(sender.needs(world.tj).size() == 1);
    world.revoke(world.tj);
    world.sync(world.tj);
    CHECK(sender.needs(world.tj).empty());
}

// Fails if unseal_outdated() looks at neither bundle nor standing, or touches what was handed over.
TEST_CASE("what waited beyond the keep days becomes a draft again, unless it was handed over") {
    World world;
    Sender sender(world);
    client::Draft draft = World::alert({"AF-SKB-BLO"});
    draft.options.expires = world.now + kDay * 25;
    const auto waiting = sender.send(world.tj, draft);
    const auto handed = sender.send(world.tj, draft);
    in_txn(*world.tj.store,
           [&](storage::Txn& txn) { return client::outbox_attempted(txn, handed); });
    const auto unseal = [&] {
        return in_txn(*world.tj.store,
                      [&](storage::Txn& txn) { return client::unseal_outdated(txn, world.now); });
    };
    world.now = world.now + kDay * 6;
    CHECK(unseal().empty());
    world.now = world.now + kDay * 3;
    CHECK(unseal() == std::vector{waiting});
    CHECK(world.item_of(world.tj, waiting).stage == Stage::Drafted);
    CHECK(world.item_of(world.tj, handed).stage == Stage::OnThisComputer);
    const MessageId before = world.item_of(world.tj, waiting).message;
    must(sender.try_seal(world.tj, waiting));
    CHECK(header_of(world, world.tj, waiting).message_id == before);
}

TEST_CASE("what is sealed to a device revoked since becomes a draft again") {
    World world;
    Sender sender(world);
    const auto number = sender.send(world.tj, World::alert({"AF-SKB-BLO"}));
    world.revoke(world.af);
    world.sync(world.tj);
    CHECK(in_txn(*world.tj.store, [&](storage::Txn& txn) {
              return client::unseal_outdated(txn, world.now);
          }) == std::vector{number});
    CHECK(error_of(sender.try_seal(world.tj, number)) == Errc::BundleStale);
}

// Fails if needs_itself() looks at the offices' stages only, or if a need whose attachments are
// gone counts as one that goes by itself.
TEST_CASE("attachments stay for a device that lost its key, though another has the envelope") {
    World world;
    Sender sender(world);
    Post second = world.make_device("AF-CNP", "AF-SKB-BLO");
    world.publish_bundle(second, world.now);
    world.sync(world.tj);
    client::Draft draft = World::alert({"AF-SKB-BLO"});
    draft.attachments.push_back(sender.pdf("a.pdf", 200'000));
    const auto settle = [&] {
        return in_txn(*world.tj.store, [&](storage::Txn& txn) {
            return client::outbox_settled_blobs(txn, world.now);
        });
    };
    const auto number = sender.logged(world.tj, draft);
    sender.hear(world.tj, number, second, crypto::DeliveryEvent::Unopenable, kKeyGone);
    sender.hear(world.tj, number, world.af, crypto::DeliveryEvent::Delivered);
    CHECK(settle().empty());
    const auto again = sender.reseal(world.tj);
    REQUIRE(again.size() == 1);
    CHECK(settle().empty());
    must(sender.try_seal(world.tj, again.front()));
    CHECK(settle().size() == 1);

    // The key goes after the attachments went: a person hears of it, no draft is made in vain.
    const auto late = sender.logged(world.tj, draft);
    sender.hear(world.tj, late, world.af, crypto::DeliveryEvent::Delivered);
    CHECK(settle().size() == 1);
    sender.hear(world.tj, late, second, crypto::DeliveryEvent::Unopenable, kKeyGone);
    CHECK(sender.reseal(world.tj).empty());
    REQUIRE(sender.needs(world.tj).size() == 1);
    CHECK(sender.needs(world.tj).front().verdict == ResealVerdict::NeedsConfirmation);
    auto txn = must(world.tj.store->begin_write());
    CHECK(
        error_of(client::add_reseals(*txn, world.device(world.tj), ResealVerdict::NeedsConfirmation,
                                     late, world.now, world.random)) == Errc::NotFound);
}

// Fails if renew() keeps the person's path as the source.
TEST_CASE("attachments of what is sealed again come from its own ciphertext, large and small") {
    for (const std::size_t size : {std::size_t{1000}, std::size_t{300'000}}) {
        World world;
        Sender sender(world);
        client::Draft draft = World::alert({"AF-SKB-BLO"});
        draft.attachments.push_back(sender.pdf("a.pdf", size));
        sender.logged(world.tj, draft);
        sender.files.files.clear();
        Post second = world.make_device("AF-CNP", "AF-SKB-BLO");
        world.publish_bundle(second, world.now);
        world.sync(world.tj);
        const auto again = sender.reseal(world.tj);
        REQUIRE(again.size() == 1);
        must(sender.try_seal(world.tj, again.front()));
        CHECK(sender.draft_of(world.tj, again.front()).attachments.front().digest ==
              draft.attachments.front().digest);
        const auto at = sender.log(world.tj, again.front());
        world.sync(second);
        const auto report = world.receive(
            second, world.delivery(second, world.bytes_of(world.tj, again.front()), at));
        CHECK(report.reception == client::Reception::Stored);
    }
}

// Fails if verdict_of() does not look at approvals, or add_reseal() forgets to ask again.
TEST_CASE("what others approved goes again only by a person's word and with new approvals") {
    World world;
    Sender sender(world);
    const auto target = sender.add(world.tj, World::alert({"UZ-TMZ-BLO"}));
    const auto request = in_txn(*world.tj.store, [&](storage::Txn& txn) {
        return client::request_approvals(txn, world.device(world.tj), target,
                                         std::vector{world.af.office}, 1, "", world.now);
    });
    const auto at_af = sender.deliver(world.tj, sender.send(world.tj, request), world.af);
    const auto answer =
        reading(*world.af.store, [&](const storage::ReadTxn& txn) -> Result<client::Draft> {
            const auto item = CHAPAR_TRY(client::inbox_item(txn, at_af));
            const auto text = CHAPAR_TRY(client::inbox_text(txn, world.device(world.af), at_af));
            const auto drafted =
                CHAPAR_TRY(client::read_drafted(item, text, *text.attachments.front().text));
            return client::approve(world.device(world.af), item, drafted);
        });
    sender.deliver(world.af, sender.send(world.af, answer), world.tj);
    in_txn(*world.tj.store, [&](storage::Txn& txn) {
        return client::collect_approvals(txn, world.device(world.tj), world.now);
    });
    must(sender.try_seal(world.tj, target));
    sender.refuse(world.tj, target, Errc::BundleStale);

    CHECK(sender.reseal(world.tj).empty());
    const auto added = sender.reseal(world.tj, ResealVerdict::NeedsConfirmation);
    REQUIRE(added.size() == 2);
    CHECK(world.item_of(world.tj, added[0]).stage == Stage::AwaitingApprovals);
    CHECK(world.item_of(world.tj, added[0]).approvals.given.empty());
    CHECK(world.item_of(world.tj, added[1]).kind == schemas::Kind::ApprovalRequest);
}

}  // namespace chapar::testing
