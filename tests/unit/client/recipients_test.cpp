// Whom an envelope is sealed to, and what a hostile sender can make of it.
#include <algorithm>

#include "crypto/bundle.h"
#include "crypto/stanza.h"
#include "tests/unit/client/sender.h"

namespace chapar::testing {
namespace {

crypto::BundlePlan auditor_plan(World& world, const Post& post) {
    crypto::BundlePlan plan;
    plan.certificate = post.certificate;
    plan.sequence = 2;
    plan.previous = *post.made.begin();
    plan.first_epoch = day_of(world.now);
    plan.keys_per_epoch = 2;
    return plan;
}

}  // namespace

// Fails if find_recipients() leaves auditors out, or seals to them as to anyone.
TEST_CASE("an auditor stanza is made for each auditor that the header names, and for none else") {
    World world;
    Sender sender(world);
    world.publish_bundle(world.uz, auditor_plan(world, world.uz));
    world.sync(world.tj);
    client::Draft draft = World::alert({"AF-SKB-BLO"});
    draft.options.auditors = {world.uz.certificate};
    const auto bytes = world.bytes_of(world.tj, sender.send(world.tj, draft));
    REQUIRE(bytes.stanzas.size() == 2);
    const auto audits = std::ranges::count_if(bytes.stanzas, [](const crypto::Stanza& one) {
        return one.label.type == crypto::StanzaType::Audit;
    });
    CHECK(audits == 1);
    for (std::size_t i = 0; i < bytes.stanzas.size(); ++i) {
        const bool audit = bytes.stanzas[i].label.type == crypto::StanzaType::Audit;
        CHECK((bytes.stanzas[i].label.certificate == world.uz.certificate) == audit);
        CHECK((bytes.stanza_agencies[i] == world.uz.agency) == audit);
    }
}

TEST_CASE("an auditor without two keys a day, or unknown, is not sealed to") {
    World world;
    Sender sender(world);
    client::Draft draft = World::alert({"AF-SKB-BLO"});
    draft.options.auditors = {world.uz.certificate};
    CHECK(error_of(sender.try_seal(world.tj, sender.add(world.tj, draft))) == Errc::BundleStale);
    draft.options.auditors.front().bytes[0] ^= std::byte{1};
    CHECK(error_of(sender.try_seal(world.tj, sender.add(world.tj, draft))) ==
          Errc::CertificateUnknown);
}

// Fails if add_office() does not leave out the device that seals.
TEST_CASE("mail to the own office is for its other devices") {
    World world;
    Sender sender(world);
    Post second = world.make_device("TJ-DCA", "TJ-NPJ-BLO");
    world.publish_bundle(second, world.now);
    world.sync(world.tj);
    const auto bytes =
        world.bytes_of(world.tj, sender.send(world.tj, World::alert({"TJ-NPJ-BLO"})));
    REQUIRE(bytes.stanzas.size() == 1);
    CHECK(bytes.stanzas.front().label.certificate == second.certificate);
}

// Fails if add_office() does not ask peer_trust.h.
TEST_CASE(
    "an agency that the own one does not vouch for is not sealed to, not as an auditor either") {
    World world;
    Sender sender(world);
    world.publish_bundle(world.uz, auditor_plan(world, world.uz));
    world.confirm_peers("TJ-DCA", {"AF-CNP"});
    world.sync(world.tj);
    CHECK(error_of(sender.try_seal(world.tj, sender.add(world.tj, World::alert({"UZ-TMZ-BLO"})))) ==
          Errc::PeerUnconfirmed);
    client::Draft draft = World::alert({"AF-SKB-BLO"});
    must(sender.try_seal(world.tj, sender.add(world.tj, draft)));
    draft.options.auditors = {world.uz.certificate};
    CHECK(error_of(sender.try_seal(world.tj, sender.add(world.tj, draft))) ==
          Errc::PeerUnconfirmed);
}

// Fails if inbox ids are kept without their sender.
TEST_CASE("a squatted message id keeps nobody's mail out") {
    World world;
    Sender sender(world);
    client::Draft draft = World::alert({"AF-SKB-BLO"});
    const auto first = sender.send(world.uz, draft);
    draft.options.message = world.item_of(world.uz, first).message;
    sender.deliver(world.uz, first, world.af);
    const auto second = sender.send(world.tj, draft);
    CHECK(world.item_of(world.tj, second).message == *draft.options.message);
    sender.deliver(world.tj, second, world.af);
    CHECK(reading(*world.af.store, [&](const storage::ReadTxn& txn) {
              return client::inbox_find(txn, *draft.options.message);
          }).size() == 2);
}

// Fails if the blind is constant: then a leaf in SR could be looked up in a list of all devices.
TEST_CASE("a hidden recipient cannot be guessed, from one envelope or from two") {
    World world;
    Sender sender(world);
    std::set<crypto::StanzaBlind> blinds;
    std::set<Hash> leaves;
    for (int i = 0; i < 3; ++i) {
        const auto bytes = world.bytes_of(
            world.tj, sender.send(world.tj, World::alert({"AF-SKB-BLO", "UZ-TMZ-BLO"})));
        for (const crypto::Stanza& stanza : bytes.stanzas) {
            blinds.insert(stanza.label.blind);
            leaves.insert(crypto::stanza_leaf_hash(crypto::digest_of(stanza)));
        }
        // What AF is handed names nobody but AF.
        const auto at = sender.log(world.tj, client::OutboxNumber(static_cast<unsigned>(i) + 1));
        const auto handed = world.delivery(world.af, bytes, at);
        const auto hides = [&](ByteView inside) {
            return std::ranges::search(inside, world.uz.certificate.view()).empty() &&
                   std::ranges::search(inside, view("UZ-TMZ-BLO")).empty();
        };
        CHECK(hides(handed.envelope));
        CHECK(hides(handed.proof.body));
    }
    CHECK(blinds.size() == 6);
    CHECK_FALSE(blinds.contains(crypto::StanzaBlind{}));
    CHECK(leaves.size() == 6);
}

}  // namespace chapar::testing
