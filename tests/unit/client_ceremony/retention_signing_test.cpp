// Who signs what ends or keeps bodies, and what lets a stopped ledger go on.
#include "client/cli/records/record_words.h"
#include "client/cli/records/signing.h"
#include "crypto/override.h"
#include "crypto/retention.h"
#include "tests/unit/client_ceremony/persons.h"

namespace chapar::testing {

using client::sign_all;
using client::state_of;
using crypto::RecordType;
using crypto::SignedRecord;

namespace {

crypto::Bucket bucket() {
    return {agency_id(), agency_id("AF-CNP"), crypto::RetentionClass::Quarter,
            crypto::YearMonth(202611)};
}

SignedRecord override_record() {
    const crypto::OverrideRecord body{crypto::OverrideWhat::HighWater,
                                      TreeSize(40),
                                      some_hash(6),
                                      some_hash(7),
                                      {kNow, kNow + kDay},
                                      "disk exchanged"};
    return {RecordType::Override, body.encode(), {}};
}

}  // namespace

// Fails if quorums_of() has no case for the type.
TEST_CASE("a prune waits for the centre root alone, a shred and a hold for two registrars") {
    Persons persons;
    const auto ground = persons.ground();
    std::vector<SignedRecord> pruned{
        {RecordType::Prune,
         crypto::PruneRecord{EntryIndex(256), kNow, some_hash(5), "one year"}.encode(),
         {}}};
    CHECK(error_of(sign_all(pruned, persons.registrars[0], ground)) == Errc::SignerRefused);
    must(sign_all(pruned, persons.centre, ground));
    CHECK(must(state_of(pruned[0], ground)).missing == 0);

    const crypto::HoldRecord hold{agency_id(), 1, crypto::HoldAction::Set, bucket(), 0, "case 7"};
    for (const SignedRecord& record :
         {SignedRecord{RecordType::Shred, crypto::ShredRecord{bucket(), "article 12"}.encode(), {}},
          SignedRecord{RecordType::Hold, hold.encode(), {}}}) {
        std::vector<SignedRecord> one{record};
        CHECK(error_of(sign_all(one, persons.centre, ground)) == Errc::SignerRefused);
        must(sign_all(one, persons.registrars[0], ground));
        CHECK(must(state_of(one[0], ground)).missing == 1);
        must(sign_all(one, persons.registrars[1], ground));
        CHECK(must(state_of(one[0], ground)).missing == 0);
    }
}

// Fails if two registrars are enough, or a home must know both groups.
TEST_CASE("an override is signed by the centre root and any registrar, in either order") {
    Persons persons;
    const auto whole = persons.ground();
    auto registrars_home = whole;
    registrars_home.centre_root.reset();
    auto root_home = whole;
    root_home.registrars.reset();
    std::vector<SignedRecord> record{override_record()};
    must(sign_all(record, persons.centre, root_home));
    CHECK(must(state_of(record[0], root_home)).missing == 1);
    must(sign_all(record, persons.registrars[1], registrars_home));
    CHECK(must(state_of(record[0], registrars_home)).missing == 0);
    std::vector<SignedRecord> other{override_record()};
    must(sign_all(other, persons.registrars[0], whole));
    must(sign_all(other, persons.registrars[1], whole));
    CHECK(must(state_of(other[0], whole)).missing == 1);
    must(sign_all(other, persons.centre, whole));
    CHECK(must(state_of(other[0], whole)).missing == 0);
}

// Fails if a word that changes the meaning is left out.
TEST_CASE("what is signed is said in plain words, with what cannot be undone") {
    const SignedRecord shred{
        RecordType::Shred, crypto::ShredRecord{bucket(), "article 12"}.encode(), {}};
    const std::string text = client::as_text(must(client::words_for(shred)));
    for (const char* part :
         {"TJ-DCA sent AF-CNP in 2026-11, to be kept up to 92 days", "due from 2027-03-03",
          "logged at 2027-01-08", "sealed to audit keys", "article 12", "cannot be undone"}) {
        CHECK_MESSAGE(text.find(part) != std::string::npos, text);
    }
    const crypto::HoldRecord release{agency_id(),
                                     2,
                                     crypto::HoldAction::Release,
                                     crypto::EntryRange{EntryIndex(7), EntryIndex(10)},
                                     1,
                                     "closed"};
    const std::string ended =
        client::as_text(must(client::words_for({RecordType::Hold, release.encode(), {}})));
    for (const char* part : {"END of hold 1 of TJ-DCA", "entries 7 to 9", "closed"}) {
        CHECK_MESSAGE(ended.find(part) != std::string::npos, ended);
    }
    const std::string go_on = client::as_text(must(client::words_for(override_record())));
    for (const char* part : {"from 40 entries", "high-water", "disk exchanged", "may be used"}) {
        CHECK_MESSAGE(go_on.find(part) != std::string::npos, go_on);
    }
}

}  // namespace chapar::testing
