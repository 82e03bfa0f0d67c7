#include "tests/unit/client/world.h"

namespace chapar::testing {
namespace {

using client::Completeness;
using client::DirectoryView;
using client::Standing;
using crypto::KeyEvent;
using crypto::RecordType;

crypto::OfficeRecord new_office(const World& world, std::string_view agency_name) {
    crypto::OfficeRecord record{agency(agency_name), office("XX-NEW-BLO"), {}, 0, {}, {}};
    record.validity = {world.now, world.now + kDay};
    return record;
}

// What a sync of TJ says of this record, logged by a broker that checks nothing.
Errc refusal_of(World& world, const crypto::SignedRecord& record, KeyEvent event) {
    world.log_record(record, event);
    return error_of(world.try_sync(world.tj));
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
    CHECK(error_of(world.try_ingest(world.tj, entries)) == Errc::LeafInvalid);
}

TEST_CASE("a directory entry outside the tree is refused") {
    World world;
    world.log_time();
    auto entries = world.ledger->directory(EntryIndex(world.ledger->size() - 1));
    entries.front().path.front().bytes[0] ^= std::byte{1};
    CHECK(error_of(world.try_ingest(world.tj, entries)) == Errc::ProofInvalid);
    entries = world.ledger->directory(EntryIndex(world.ledger->size() - 1));
    entries.front().body.back() ^= std::byte{1};
    CHECK(error_of(world.try_ingest(world.tj, entries)) == Errc::LeafInvalid);
}

// Fails if take_office() does not look for the registrars of the agency that the record names.
TEST_CASE("a record that its agency did not sign is refused though the ledger holds it") {
    World world;
    const auto record = new_office(world, "TJ-DCA");
    SUBCASE("another agency's registrars") {
        const auto forged = world.agencies.at("AF-CNP").by_registrars(RecordType::Office, record);
        CHECK(refusal_of(world, forged, KeyEvent::Office) == Errc::CertificateNotSigned);
    }
    SUBCASE("the agency's own roots, which appoint registrars and sign nothing else") {
        const auto forged = world.agencies.at("TJ-DCA").by_roots(RecordType::Office, record);
        CHECK(refusal_of(world, forged, KeyEvent::Office) == Errc::CertificateNotSigned);
    }
    SUBCASE("one registrar alone") {
        const auto forged =
            world.agencies.at("TJ-DCA").by_registrars(RecordType::Office, record, 1);
        CHECK(refusal_of(world, forged, KeyEvent::Office) == Errc::CertificateNotSigned);
    }
    SUBCASE("two registrars") {
        world.log_record(world.agencies.at("TJ-DCA").office(record), KeyEvent::Office);
        CHECK(world.try_sync(world.tj).has_value());
    }
}

// Fails if take_agency() passes no earlier version to open_agency().
TEST_CASE("the centre alone cannot change the roots of an agency") {
    World world;
    AgencySigners& tj = world.agencies.at("TJ-DCA");
    AgencySigners fresh("TJ-DCA", tj.record.validity, world.random);
    fresh.record.previous = crypto::record_hash(RecordType::Agency, tj.record.encode());
    auto record = fresh.agency_record(world.centre_root());
    SUBCASE("signed by the centre") {
        CHECK(refusal_of(world, record, KeyEvent::Agency) == Errc::CertificateNotSigned);
    }
    SUBCASE("by the centre and one of two old roots") {
        record.sign(tj.roots.front());
        CHECK(refusal_of(world, record, KeyEvent::Agency) == Errc::CertificateNotSigned);
    }
    SUBCASE("by the centre and two old roots") {
        record.sign(tj.roots[0]);
        record.sign(tj.roots[1]);
        world.log_record(record, KeyEvent::Agency);
        CHECK(world.try_sync(world.tj).has_value());
    }
}

// Fails if take_registrars() opens the record with the registrars' own keys, or does not compare
// `previous`.
TEST_CASE("registrars are appointed by the roots, and each record follows the one before") {
    World world;
    AgencySigners& tj = world.agencies.at("TJ-DCA");
    crypto::RegistrarsRecord next = tj.registrars;
    next.registrars[1] = {crypto::SigningKey::generate(world.random).public_key(), "newcomer"};
    CHECK(refusal_of(world, tj.by_roots(RecordType::Registrars, next), KeyEvent::Registrars) ==
          Errc::RecordSequence);
    World other;
    AgencySigners& af = other.agencies.at("AF-CNP");
    next = af.registrars;
    next.previous = crypto::record_hash(RecordType::Registrars, af.registrars.encode());
    CHECK(refusal_of(other, af.by_registrars(RecordType::Registrars, next), KeyEvent::Registrars) ==
          Errc::CertificateNotSigned);
}

// Fails if signing_registrars() takes any version but the newest.
TEST_CASE("what replaced registrars sign is not signed") {
    World world;
    AgencySigners& tj = world.agencies.at("TJ-DCA");
    const auto old_record = tj.office(new_office(world, "TJ-DCA"));
    tj.registrars.previous = crypto::record_hash(RecordType::Registrars, tj.registrars.encode());
    tj.registrar_keys[0] = crypto::SigningKey::generate(world.random);
    tj.registrars.registrars[0] = {tj.registrar_keys[0].public_key(), "newcomer"};
    world.log_record(tj.registrars_record(), KeyEvent::Registrars);
    world.sync(world.tj);
    CHECK(refusal_of(world, old_record, KeyEvent::Office) == Errc::CertificateNotSigned);
}

// Fails if signing_registrars() does not ask for their times.
TEST_CASE("registrars whose time is over certify nobody") {
    World world;
    AgencySigners& tj = world.agencies.at("TJ-DCA");
    tj.registrars.previous = crypto::record_hash(RecordType::Registrars, tj.registrars.encode());
    tj.registrars.validity.to = world.now + kDay;
    world.log_record(tj.registrars_record(), KeyEvent::Registrars);
    world.sync(world.tj);
    world.now = world.now + kDay * 2;
    CHECK(refusal_of(world, tj.office(new_office(world, "TJ-DCA")), KeyEvent::Office) ==
          Errc::CertificateExpired);
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

// Fails if standing() does not ask suspended_at(), or if that ignores the reinstatement.
TEST_CASE("a signature between suspension and reinstatement does not count") {
    World world;
    const EntryIndex before(world.ledger->size());
    world.log_time();
    const auto suspended = world.suspend(world.af);
    world.sync(world.tj);
    const auto view = [&](auto ask) {
        return reading(*world.tj.store,
                       [&](const storage::ReadTxn& txn) { return ask(DirectoryView(txn)); });
    };
    const auto standing = [&](EntryIndex at) {
        return view([&](const DirectoryView& directory) {
            return directory.standing(world.af.certificate, at, world.now);
        });
    };
    const auto reachable = [&] {
        return view([&](const DirectoryView& directory) {
            return directory.reachable(world.af.office, world.now);
        });
    };
    CHECK(standing(before) == Standing::Valid);
    CHECK(standing(suspended) == Standing::Valid);
    CHECK(standing(suspended.next()) == Standing::Suspended);
    CHECK(reachable().empty());

    const auto record = view([&](const DirectoryView& directory) {
        return directory.suspensions(world.af.certificate);
    });
    const auto reinstated = world.reinstate(world.af, record.front().record);
    world.sync(world.tj);
    CHECK(standing(reinstated) == Standing::Suspended);
    CHECK(standing(reinstated.next()) == Standing::Valid);
    CHECK(reachable().size() == 1);
}

// Fails if take_suspension() or take_reinstatement() leaves out the check that is named.
TEST_CASE("a suspension needs registrars or the device itself, its times and its certificate") {
    World world;
    const AgencySigners& af = world.agencies.at("AF-CNP");
    const crypto::Validity today{TimeMs(world.now.value - 1), world.now + kDay};
    const crypto::SuspendRecord said{world.af.agency, world.af.certificate, today, 1};
    const auto signed_by = [](const crypto::SuspendRecord& body, const crypto::SigningKey& key) {
        crypto::SignedRecord record{RecordType::Suspend, body.encode(), {}};
        record.sign(key);
        return record;
    };
    SUBCASE("by another device") {
        CHECK(refusal_of(world, signed_by(said, world.uz.key), KeyEvent::Suspend) ==
              Errc::CertificateNotSigned);
    }
    SUBCASE("by one registrar") {
        CHECK(refusal_of(world, signed_by(said, af.registrar_keys[0]), KeyEvent::Suspend) ==
              Errc::CertificateNotSigned);
    }
    SUBCASE("of another agency's device") {
        crypto::SuspendRecord foreign = said;
        foreign.agency = world.tj.agency;
        const auto record = world.agencies.at("TJ-DCA").by_registrars(RecordType::Suspend, foreign);
        CHECK(refusal_of(world, record, KeyEvent::Suspend) == Errc::RecordRefused);
    }
    SUBCASE("outside the times of the slip") {
        crypto::SuspendRecord late = said;
        late.validity = {TimeMs(today.from.value - kDay.value), today.from};
        CHECK(refusal_of(world, signed_by(late, world.af.key), KeyEvent::Suspend) ==
              Errc::SlipTimes);
    }
    SUBCASE("by the device alone, and not ended by the wrong reinstatement") {
        world.log_record(signed_by(said, world.af.key), KeyEvent::Suspend);
        world.sync(world.tj);
        CHECK(refusal_of(world, af.reinstate(world.af.certificate, Hash{}), KeyEvent::Reinstate) ==
              Errc::RecordRefused);
    }
}

// Fails if reachable() does not ask successor(), or if that does not wait for the first bundle.
TEST_CASE("a replaced device is sealed to until its successor has published a bundle") {
    World world;
    Post next = world.make_device("AF-CNP", "AF-SKB-BLO", world.af.certificate);
    const auto reachable = [&] {
        world.sync(world.tj);
        return reading(*world.tj.store, [&](const storage::ReadTxn& txn) {
            return DirectoryView(txn).reachable(world.af.office, world.now);
        });
    };
    CHECK(reachable().front().certificate == world.af.certificate);
    world.publish_bundle(next, world.now);
    const auto after = reachable();
    REQUIRE(after.size() == 1);
    CHECK(after.front().certificate == next.certificate);
    const EntryIndex now(world.ledger->size());
    const auto txn = must(world.tj.store->begin_read());
    CHECK(must(DirectoryView(*txn).standing(world.af.certificate, now, world.now)) ==
          Standing::Valid);
}

// Fails if take_device() does not compare the offices.
TEST_CASE("a certificate cannot replace one of another office or agency") {
    World world;
    SUBCASE("of another office") {
        crypto::OfficeRecord record = new_office(world, "AF-CNP");
        world.log_record(world.agencies.at("AF-CNP").office(record), KeyEvent::Office);
        world.make_device("AF-CNP", "XX-NEW-BLO", world.af.certificate);
        CHECK(error_of(world.try_sync(world.tj)) == Errc::RecordSequence);
    }
    SUBCASE("of another agency") {
        world.make_device("AF-CNP", "AF-SKB-BLO", world.uz.certificate);
        CHECK(error_of(world.try_sync(world.tj)) == Errc::RecordRefused);
    }
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

}  // namespace chapar::testing
