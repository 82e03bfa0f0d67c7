#include "client/core/peer_trust.h"
#include "client/core/agency_roots.h"
#include "client/core/directory_store.h"
#include "tests/unit/client/world.h"

namespace chapar::testing {
namespace {

using client::DirectoryView;
using client::Doubt;
using client::Trust;
using client::directory_store::kNow;
using crypto::KeyEvent;
using crypto::RecordType;

// AF looks at a certificate now, after a sync.
Trust seen_by(World& world, Post& who, const Post& whom) {
    world.sync(who);
    return reading(*who.store, [&](const storage::ReadTxn& txn) {
        return client::certificate_trust(DirectoryView(txn), who.roots, whom.certificate, kNow,
                                         world.now);
    });
}

Errc sending_refusal(World& world, Post& who, const OfficeId& to) {
    const auto txn = must(who.store->begin_read());
    return error_of(client::may_send_to(DirectoryView(*txn), who.roots, to, world.now));
}

Result<client::Believable> believe(const Post& who, const CertificateHash& signer,
                                   const client::LedgerPosition& at) {
    const auto txn = must(who.store->begin_read());
    return client::may_believe(DirectoryView(*txn), who.roots, signer, at);
}

// A second AGENCY version of `next`'s roots, signed by the centre and by two roots of `last`.
crypto::SignedRecord take_over(const World& world, const AgencySigners& last, AgencySigners& next) {
    next.record.previous = crypto::record_hash(RecordType::Agency, last.record.encode());
    next.registrars.previous =
        crypto::record_hash(RecordType::Registrars, last.registrars.encode());
    crypto::SignedRecord record = next.agency_record(world.centre_root());
    record.sign(last.roots[0]);
    record.sign(last.roots[1]);
    return record;
}

}  // namespace

TEST_CASE("certificates of an agency that the own registrars confirmed are verified") {
    World world;
    CHECK(seen_by(world, world.af, world.tj) == Trust::Verified);
    CHECK(seen_by(world, world.af, world.af) == Trust::Verified);
    const auto txn = must(world.af.store->begin_read());
    CHECK(client::may_send_to(DirectoryView(*txn), world.af.roots, world.tj.office, world.now)
              .has_value());
}

// Fails if confirmed_peer() takes an agency that PEERS does not name for confirmed.
TEST_CASE("an agency that the own registrars have not confirmed gets no mail") {
    World world;
    world.confirm_peers("AF-CNP", {"TJ-DCA"});
    CHECK(seen_by(world, world.af, world.uz) == Trust::Unconfirmed);
    CHECK(seen_by(world, world.tj, world.uz) == Trust::Verified);
    CHECK(sending_refusal(world, world.af, world.uz.office) == Errc::PeerUnconfirmed);
    CHECK(sending_refusal(world, world.af, office("XX-NONE")) == Errc::OfficeUnknown);
}

// Fails if first_like() compares the agency's name alone.
TEST_CASE("other roots than the confirmed ones are a changed key: stop and call") {
    World world;
    crypto::AgencyRecord& record = world.agencies.at("UZ-NCB").record;
    const crypto::AgencyRecord true_record = record;
    SUBCASE("another threshold") { record.threshold = 3; }
    SUBCASE("another key") {
        record.roots[2] = crypto::SigningKey::generate(world.random).public_key();
    }
    world.confirm_peers("AF-CNP", {"TJ-DCA", "UZ-NCB"});
    record = true_record;
    CHECK(seen_by(world, world.af, world.uz) == Trust::KeyChanged);
    CHECK(sending_refusal(world, world.af, world.uz.office) == Errc::PeerKeyChanged);
}

// Fails if only the newest AGENCY record is compared.
TEST_CASE("roots that the old roots handed on stay verified") {
    World world;
    AgencySigners& last = world.agencies.at("UZ-NCB");
    AgencySigners next("UZ-NCB", last.record.validity, world.random);
    world.log_record(take_over(world, last, next), KeyEvent::Agency);
    world.log_record(next.registrars_record(), KeyEvent::Registrars);
    last = std::move(next);
    const Post fresh = world.make_device("UZ-NCB", "UZ-TMZ-BLO");
    CHECK(seen_by(world, world.af, world.uz) == Trust::Verified);
    CHECK(seen_by(world, world.af, fresh) == Trust::Verified);

    world.confirm_peers("AF-CNP", {"TJ-DCA", "UZ-NCB"});  // names the new roots
    CHECK(seen_by(world, world.af, fresh) == Trust::Verified);
    // The earlier statement still says what the earlier certificates are worth.
    CHECK(seen_by(world, world.af, world.uz) == Trust::Verified);
}

// Fails if trust_of_signed() looks at the version in force instead of the one that appointed the
// registrars who signed, or if devices_to_seal_to() does not ask for each device.
TEST_CASE("a first version that the centre made up is not covered by confirming a later one") {
    World world;
    const crypto::Validity validity = world.agencies.at("AF-CNP").record.validity;
    const auto log_office = [&](const AgencySigners& signers, const Hash& previous) {
        const crypto::OfficeRecord record{signers.id(), office("KZ-KST-BLO"),
                                          {},           crypto::office_role::kLiaison,
                                          validity,     previous};
        const auto signed_record = signers.office(record);
        world.log_record(signed_record, KeyEvent::Office);
        return signed_record.hash();
    };
    AgencySigners sham("KZ-CIB", validity, world.random);
    world.log_record(sham.agency_record(world.centre_root()), KeyEvent::Agency);
    world.log_record(sham.registrars_record(), KeyEvent::Registrars);
    const Hash sham_office = log_office(sham, {});
    AgencySigners real("KZ-CIB", validity, world.random);
    const auto change = take_over(world, sham, real);
    const auto at = world.agencies.emplace("KZ-CIB", std::move(sham)).first;
    Post rogue = world.make_device("KZ-CIB", "KZ-KST-BLO");
    world.log_record(change, KeyEvent::Agency);
    world.log_record(real.registrars_record(), KeyEvent::Registrars);
    log_office(real, sham_office);
    at->second = std::move(real);
    Post honest = world.make_device("KZ-CIB", "KZ-KST-BLO");
    world.confirm_peers("AF-CNP", {"TJ-DCA", "UZ-NCB", "KZ-CIB"});

    CHECK(seen_by(world, world.af, honest) == Trust::Verified);
    CHECK(seen_by(world, world.af, rogue) == Trust::Unconfirmed);

    // Both can be reached, and only one is sealed to.
    world.publish_bundle(rogue, world.now);
    world.publish_bundle(honest, world.now);
    world.sync(world.af);
    const auto txn = must(world.af.store->begin_read());
    const DirectoryView directory(*txn);
    CHECK(must(directory.reachable(honest.office, world.now)).size() == 2);
    const auto chosen =
        must(client::devices_to_seal_to(directory, world.af.roots, honest.office, world.now));
    REQUIRE(chosen.size() == 1);
    CHECK(chosen.front().certificate == honest.certificate);
}

// Fails if confirmed_own() takes the directory's word for the own agency.
TEST_CASE("a device whose agency has other roots than the pinned ones trusts nobody") {
    World world;
    world.af.roots.roots[0] = crypto::SigningKey::generate(world.random).public_key();
    CHECK(seen_by(world, world.af, world.af) == Trust::KeyChanged);
    CHECK(seen_by(world, world.af, world.tj) == Trust::Unconfirmed);
}

TEST_CASE("a certificate outside its times is expired") {
    World world;
    world.now = world.now + kDay * 301;
    CHECK(seen_by(world, world.af, world.tj) == Trust::Expired);
}

// Fails if may_believe() does not ask completeness().
TEST_CASE("a revocation that is hidden from a recipient leaves the signature in doubt") {
    World world;
    const EntryIndex before = world.log_time();
    const EntryIndex revoked = world.revoke(world.tj);  // AF is not shown it
    const client::LedgerPosition at{revoked.next(), revoked, world.now};
    const auto found = must(believe(world.af, world.tj.certificate, at));
    CHECK(found.doubt == Doubt::DirectoryBehind);
    CHECK(found.signer.has_value());
    world.sync(world.af);
    CHECK(error_of(believe(world.af, world.tj.certificate, at)) == Errc::CertificateRevoked);
    // What was accepted before it counts.
    const client::LedgerPosition earlier{revoked, before, world.now};
    CHECK_FALSE(must(believe(world.af, world.tj.certificate, earlier)).provisional());
    // An entry cannot say that the revocation was not there.
    const client::LedgerPosition lie{revoked.next(), before, world.now};
    CHECK(error_of(believe(world.af, world.tj.certificate, lie)) == Errc::LeafInvalid);
}

// Fails if may_believe() refuses for what the missing part of the directory may still bring.
TEST_CASE("a signer who stands in the missing part of the directory is not refused") {
    World world;
    const Post fresh = world.make_device("TJ-DCA", "TJ-NPJ-BLO");
    const EntryIndex newest(world.ledger->size() - 1);
    const client::LedgerPosition at{newest.next(), newest, world.now};
    const auto before = must(believe(world.af, fresh.certificate, at));
    CHECK(before.doubt == Doubt::SignerNotHeld);
    CHECK_FALSE(before.signer.has_value());
    world.sync(world.af);
    CHECK_FALSE(must(believe(world.af, fresh.certificate, at)).provisional());
    CHECK(error_of(believe(world.af, CertificateHash{}, at)) == Errc::CertificateUnknown);
}

// Fails if may_believe() does not ask certificate_trust().
TEST_CASE("a signer of an agency that is not confirmed is in doubt until it is") {
    World world;
    const auto at_end = [&] {
        const EntryIndex newest(world.ledger->size() - 1);
        return client::LedgerPosition{newest.next(), newest, world.now};
    };
    world.confirm_peers("AF-CNP", {"TJ-DCA"});
    world.sync(world.af);
    const auto position = world.log_time();
    world.sync(world.af);
    const client::LedgerPosition at{position.next(), position, world.now};
    CHECK(must(believe(world.af, world.uz.certificate, at)).doubt == Doubt::Unconfirmed);
    crypto::AgencyRecord& record = world.agencies.at("UZ-NCB").record;
    record.threshold = 3;
    world.confirm_peers("AF-CNP", {"TJ-DCA", "UZ-NCB"});
    world.sync(world.af);
    CHECK(must(believe(world.af, world.uz.certificate, at_end())).doubt == Doubt::KeyChanged);
    record.threshold = 2;
    world.confirm_peers("AF-CNP", {"TJ-DCA", "UZ-NCB"});
    world.sync(world.af);
    CHECK_FALSE(must(believe(world.af, world.uz.certificate, at_end())).provisional());
}

TEST_CASE("a suspended signer is refused at its position and believed before it") {
    World world;
    const EntryIndex before = world.log_time();
    const EntryIndex suspended = world.suspend(world.tj);
    world.sync(world.af);
    const auto at = [&](EntryIndex last) {
        return client::LedgerPosition{last.next(), last, world.now};
    };
    CHECK(error_of(believe(world.af, world.tj.certificate, at(suspended))) ==
          Errc::CertificateSuspended);
    CHECK(believe(world.af, world.tj.certificate, {suspended, before, world.now}).has_value());
}

TEST_CASE("the file of the own agency's roots reads back and refuses every other form") {
    World world;
    const Bytes bytes = client::encode_agency_roots(world.af.roots);
    CHECK(must(client::decode_agency_roots(bytes)) == world.af.roots);
    CHECK(client::threshold_text(world.af.roots) == "2 of 3");
    const auto refused = [](const Bytes& bent) {
        return error_of(client::decode_agency_roots(bent));
    };
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        CHECK(refused(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size))) ==
              Errc::MalformedLayout);
    }
    Bytes longer = bytes;
    longer.push_back(std::byte{0});
    CHECK(refused(longer) == Errc::MalformedLayout);
    client::AgencyRoots bent = world.af.roots;
    std::swap(bent.roots[0], bent.roots[1]);
    CHECK(refused(client::encode_agency_roots(bent)) == Errc::MalformedLayout);
    bent = world.af.roots;
    bent.threshold = 4;
    CHECK(refused(client::encode_agency_roots(bent)) == Errc::MalformedLayout);
    bent.threshold = 1;
    bent.roots = {SigningPublicKey{}};
    CHECK(refused(client::encode_agency_roots(bent)) == Errc::KeyInvalid);
}

}  // namespace chapar::testing
