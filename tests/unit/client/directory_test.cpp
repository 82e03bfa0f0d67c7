#include "tests/unit/client/world.h"

namespace chapar::testing {
namespace {

using client::Completeness;
using client::DirectoryView;
using client::Standing;

// What ingest() says of these entries, without keeping them.
Result<client::IngestReport> try_ingest(World& world, Post& post,
                                        const std::vector<schemas::EntryProof>& entries) {
    const crypto::Checkpoint head = world.accept_head(post);
    auto txn = must(post.store->begin_write());
    return client::ingest(*txn, world.card(), head, entries, EntryIndex(world.ledger->size()),
                          {post.certificate, post.agency, post.office, post.made});
}

}  // namespace

TEST_CASE("the replica answers which devices of an office can be sealed to") {
    World world;
    const auto txn = must(world.tj.store->begin_read());
    const DirectoryView directory(*txn);
    const auto found = must(directory.reachable(world.af.office, world.now));
    REQUIRE(found.size() == 1);
    CHECK(found.front().certificate == world.af.certificate);
    CHECK(must(directory.reachable(world.af.office, world.now + kDay * 29)).size() == 1);
    CHECK(must(directory.reachable(world.af.office, world.now + kDay * 31)).empty());
    CHECK(error_of(directory.reachable(office("XX-NONE"), world.now)) == Errc::OfficeUnknown);
}

TEST_CASE("a directory entry that was left out is noticed by the next one") {
    World world;
    world.revoke(world.af);
    world.log_time();
    auto entries = world.ledger->directory(EntryIndex(world.ledger->size() - 2));
    REQUIRE(entries.size() == 2);
    entries.erase(entries.begin());
    CHECK(error_of(try_ingest(world, world.tj, entries)) == Errc::LeafInvalid);
}

TEST_CASE("a directory entry outside the tree is refused") {
    World world;
    world.log_time();
    auto entries = world.ledger->directory(EntryIndex(world.ledger->size() - 1));
    entries.front().path.front().bytes[0] ^= std::byte{1};
    CHECK(error_of(try_ingest(world, world.tj, entries)) == Errc::ProofInvalid);
    entries = world.ledger->directory(EntryIndex(world.ledger->size() - 1));
    entries.front().body.back() ^= std::byte{1};
    CHECK(error_of(try_ingest(world, world.tj, entries)) == Errc::LeafInvalid);
}

TEST_CASE("a record that its agency did not sign is refused though the ledger holds it") {
    World world;
    crypto::OfficeRecord record{agency("TJ-DCA"), office("TJ-NEW-BLO"), {}, 0, {}, {}};
    record.validity = {world.now, world.now + kDay};
    crypto::SignedRecord forged{crypto::RecordType::Office, record.encode(), {}};
    for (const auto& key : world.agencies.at("AF-CNP").registrar_keys) forged.sign(key);
    const auto index = world.log_record(forged, crypto::KeyEvent::Office);
    CHECK(error_of(try_ingest(world, world.tj, world.ledger->directory(index))) ==
          Errc::CertificateNotSigned);
}

TEST_CASE("a revoked certificate counts before its revocation and not after") {
    World world;
    const TimeMs since = world.now;
    const auto before = EntryIndex(world.ledger->size());
    world.now = world.now + kHour;
    const auto revoked = world.revoke(world.af, since);
    world.sync(world.tj);
    const auto txn = must(world.tj.store->begin_read());
    const DirectoryView directory(*txn);
    const auto standing = [&](EntryIndex at, TimeMs time) {
        return must(directory.standing(world.af.certificate, at, time));
    };
    CHECK(standing(before, TimeMs(since.value - 1)) == Standing::Valid);
    CHECK(standing(before, since) == Standing::Disputed);
    CHECK(standing(revoked.next(), world.now) == Standing::Revoked);
    CHECK(standing(EntryIndex(1), world.now) == Standing::Unknown);
    CHECK(standing(before, world.now + kDay * 400) == Standing::NotInForce);
    CHECK(must(directory.reachable(world.af.office, world.now)).empty());
}

TEST_CASE("completeness follows last_dir") {
    World world;
    const auto newest = world.log_time();
    world.sync(world.tj);
    const auto txn = must(world.tj.store->begin_read());
    const DirectoryView directory(*txn);
    const EntryIndex later(newest.value + 5);
    CHECK(must(directory.completeness(later, newest)) == Completeness::Complete);
    CHECK(must(directory.completeness(later, EntryIndex(newest.value + 2))) ==
          Completeness::Behind);
    CHECK(must(directory.completeness(later, EntryIndex(0))) == Completeness::Contradiction);
}

TEST_CASE("a bundle of this device that it did not make is reported") {
    World world;
    Post thief{world.tj.office, world.tj.agency,
               crypto::SigningKey::from_seed(world.tj.key.seed().duplicate())};
    thief.certificate = world.tj.certificate;
    thief.made.insert(Hash{});  // so that its bundle is the second
    world.publish_bundle(thief, world.now);
    const auto entries = world.ledger->directory(EntryIndex(world.ledger->size() - 1));
    CHECK(must(try_ingest(world, world.tj, entries)).alarms.size() == 1);
    CHECK(must(try_ingest(world, world.af, entries)).alarms.empty());
}

}  // namespace chapar::testing
