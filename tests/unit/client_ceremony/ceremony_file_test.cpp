#include "client/edge/ceremony_file.h"

#include "tests/unit/client_ceremony/persons.h"

namespace chapar::testing {

using client::CeremonyFile;
using client::DeviceAsk;
using client::KeyCard;
using client::KeyRole;
using client::RequestPurpose;
using client::words_of;

TEST_CASE(
    "a ceremony file comes back as it was written, and any bent byte of its frame is refused") {
    Persons persons;
    CeremonyFile file = persons.agency;
    file.context = persons.appointment.records;
    file.request = persons.ask(RequestPurpose::Renew, some_hash(7));
    file.key = persons.registrar_cards()[0];
    const Bytes bytes = file.encode();
    CHECK(must(CeremonyFile::decode(bytes)) == file);
    // Fails if finish() is not asked, or a count or a magic is not compared.
    for (std::size_t cut = 0; cut < bytes.size(); cut += 7) {
        CHECK_FALSE(CeremonyFile::decode(ByteView(bytes).first(cut)).has_value());
    }
    Bytes longer = bytes;
    longer.push_back(std::byte{0});
    CHECK(error_of(CeremonyFile::decode(longer)) == Errc::MalformedLayout);
    for (const std::size_t at : {std::size_t{0}, std::size_t{18}, std::size_t{19}}) {
        Bytes bent = bytes;
        bent[at] ^= std::byte{0x40};
        CHECK_FALSE(CeremonyFile::decode(bent).has_value());
    }
}

// Fails if what a home adds for the next reader is not counted.
TEST_CASE("a ceremony file of more parts or bytes than can be read is not written") {
    Persons persons;
    CeremonyFile file = persons.agency;
    file.records.assign(CeremonyFile::kMaxParts - 1, persons.agency.records[0]);
    file.context.clear();
    CHECK(file.fits());
    file.key = persons.registrar_cards()[0];
    CHECK(error_of(file.fits()) == Errc::TooLarge);
    file.key.reset();
    file.records[0].body.resize(CeremonyFile::kMaxBytes);
    CHECK(error_of(file.fits()) == Errc::TooLarge);
}

TEST_CASE("a part that may stand once does not stand twice, and parts stand in their order") {
    Persons persons;
    CeremonyFile file;
    file.roots = persons.agency.roots;
    const Bytes one = file.encode();
    const ByteView part = ByteView(one).subspan(19);
    Bytes two(one.begin(), one.end());
    two[18] = std::byte{2};
    append(two, part);
    // Fails if take_once() overwrites.
    CHECK(error_of(CeremonyFile::decode(two)) == Errc::MalformedLayout);

    CeremonyFile both = file;
    both.records = persons.agency.records;
    const Bytes ordered = both.encode();
    Bytes swapped(ordered.begin(), ordered.begin() + 19);
    append(swapped, part);
    append(swapped, ByteView(ordered).subspan(19, ordered.size() - 19 - part.size()));
    // Fails if kinds need not ascend: one content would have two files.
    CHECK(error_of(CeremonyFile::decode(swapped)) == Errc::MalformedLayout);
}

TEST_CASE("a request whose keys its owner does not hold is refused") {
    Persons persons;
    DeviceAsk ask = persons.ask();
    CHECK(must(DeviceAsk::decode(ask.encode())) == ask);
    ask.request.request.officer = "somebody else";
    // Fails if decode() does not check the proof of possession.
    CHECK(error_of(DeviceAsk::decode(ask.encode())) == Errc::SignatureInvalid);
}

TEST_CASE("a new request names no certificate, a renewal and a recovery name one") {
    Persons persons;
    CHECK(error_of(DeviceAsk::decode(persons.ask(RequestPurpose::New, some_hash(1)).encode())) ==
          Errc::MalformedLayout);
    CHECK(error_of(DeviceAsk::decode(persons.ask(RequestPurpose::Renew).encode())) ==
          Errc::MalformedLayout);
    CHECK(error_of(DeviceAsk::decode(persons.ask(RequestPurpose::Recover).encode())) ==
          Errc::MalformedLayout);
    CHECK(DeviceAsk::decode(persons.ask(RequestPurpose::Recover, some_hash(1)).encode()));
}

TEST_CASE("a key file holds a name and a key that its owner proved to hold") {
    Persons persons;
    const KeyCard card = persons.registrar_cards()[0];
    CHECK(must(KeyCard::decode(card.encode())) == card);
    KeyCard renamed = card;
    renamed.name = "crow";
    // Fails if the proof does not cover the name and the role.
    CHECK(error_of(KeyCard::decode(renamed.encode())) == Errc::SignatureInvalid);
    KeyCard promoted = card;
    promoted.role = KeyRole::Root;
    CHECK(error_of(KeyCard::decode(promoted.encode())) == Errc::SignatureInvalid);
    KeyCard swapped = card;
    swapped.key = persons.registrars[1].public_key();
    CHECK(error_of(KeyCard::decode(swapped.encode())) == Errc::SignatureInvalid);
    const KeyCard nameless = KeyCard::make(KeyRole::Root, "", persons.roots[0]);
    CHECK(error_of(KeyCard::decode(nameless.encode())) == Errc::MalformedLayout);
    const KeyCard steering = KeyCard::make(KeyRole::Root, "a\x1b[2J", persons.roots[0]);
    CHECK(error_of(KeyCard::decode(steering.encode())) == Errc::MalformedLayout);
}

TEST_CASE("device and both registrars read the same words, whoever has signed so far") {
    Persons persons;
    const DeviceAsk ask = persons.ask(RequestPurpose::Renew, some_hash(9));
    auto records = must(client::grant_request(ask, {}, {}, kNow));
    CHECK(words_of(records[0]) == words_of(ask));
    records[0].sign(persons.registrars[0]);
    CHECK(words_of(records[0]) == words_of(ask));
    // Fails if the predecessor or a key is left out of the words.
    CHECK(words_of(persons.ask(RequestPurpose::Renew, some_hash(9))) != words_of(ask));
    DeviceAsk other = ask;
    other.previous = some_hash(8);
    CHECK(words_of(other) != words_of(ask));
}

TEST_CASE("words of roots change with the threshold and with every root") {
    Persons persons;
    const client::AgencyRoots roots = *persons.agency.roots;
    client::AgencyRoots one = roots;
    one.threshold = 1;
    CHECK(words_of(one) != words_of(roots));
    client::AgencyRoots fewer = roots;
    fewer.roots.pop_back();
    CHECK(words_of(fewer) != words_of(roots));
    CHECK(words_of(persons.roots[0].public_key()) != words_of(persons.roots[1].public_key()));
}

}  // namespace chapar::testing
