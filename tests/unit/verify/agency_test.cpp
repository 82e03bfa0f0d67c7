// An agency's view of its entries: what counts as shredded, and what a gap excuses. Keys, seals and
// records are the product's.
#include "tests/unit/verify/agency_books.h"

namespace chapar::testing::books {
namespace {

TEST_CASE("a body of a bucket of its month and agencies that was shredded later is shredded") {
    Books books;
    books.read_keys();
    books.unreadable(20, 11);
    CHECK(books.after_shreds("agency.bodies").empty());
    CHECK(books.failure("agency.keys").empty());
}

// Each fails without its line in AgencyView::may_be_shredded or finish.
TEST_CASE("a body is not shredded because it names some bucket that was") {
    const auto forged = [](std::uint64_t index, std::uint64_t key_entry, std::uint64_t keys_below) {
        Books books;
        books.read_keys(keys_below);
        books.unreadable(index, key_entry);
        return books.after_shreds("agency.bodies");
    };
    CHECK_FALSE(forged(20, 12, 20).empty());   // of other agencies
    CHECK_FALSE(forged(20, 13, 20).empty());   // of another month
    CHECK_FALSE(forged(20, 14, 20).empty());   // the other direction: the tag is the sender's
    CHECK_FALSE(forged(20, 10, 20).empty());   // a tag key
    CHECK_FALSE(forged(20, 3, 20).empty());    // no KEY entry that opened a key
    CHECK_FALSE(forged(11, 11, 11).empty());   // its own index: opened later
    CHECK_FALSE(forged(901, 11, 20).empty());  // behind the SHRED entry
    CHECK(forged(899, 11, 20).empty());
}

TEST_CASE("a SHRED entry that too few registrars signed excuses nothing") {
    Books books;
    books.read_keys();
    books.unreadable(20, 11);
    CHECK_FALSE(books.shred(books.tj, "TJ-DCA", "AF-CNP", kNovember, 1));
    books.view->finish(kLate, books.retention);
    CHECK_FALSE(books.failure("agency.bodies").empty());
}

// With the audit key a shredded bucket still opens: its KEY entry keeps the sealed copies.
TEST_CASE("a bucket of the agency whose KEY entry has no copy for its audit key is missed") {
    for (const std::uint64_t closed : {11, 13, 14, 12}) {
        Books books;
        books.keys = {};
        books.keys.audit_secret = plain(books.tj.audit.secret.expose());
        for (const std::uint64_t index : {11, 12, 13, 14}) {
            if (index != closed) books.opened.erase(index);
        }
        books.read_keys();
        books.shred_all();
        books.view->finish(kLate, books.retention);
        CHECK(books.failure("agency.keys").empty() == (closed == 12));  // 12 is of others
    }
}

// Fails if only tag keys that exist and do not open are missed.
TEST_CASE("a month in which a bucket of the agency was opened, but no tag key of it, is missed") {
    for (const std::uint64_t left_out : {9, 10, 15}) {
        Books books;
        books.opened.erase(left_out);
        books.read_keys();
        books.shred_all();
        books.view->finish(kLate, books.retention);
        CHECK_FALSE(books.failure("agency.keys").empty());
    }
}

TEST_CASE("an acceptance that was pruned is excused, and the sentence claims no more than that") {
    Books books;
    books.read_keys();
    for (const std::uint64_t index : {20, 21, 25}) books.view->take_tombstone(index);
    books.forwarded(30, 21);
    books.view->finish(kLate, books.retention);
    CHECK(books.failure("agency.complete").empty());
    for (const verify::Verdict& verdict : books.view->verdicts()) {
        CHECK(verdict.sentence.find("none of its own") == std::string::npos);
    }
    books.forwarded(31, 22);
    CHECK_FALSE(books.failure("agency.complete").empty());
}

TEST_CASE("a missing acceptance is excused only if that very entry was shredded") {
    const auto with = [](std::uint64_t accepted, const char* recipient = "AF-CNP") {
        Books books;
        books.read_keys();
        books.unreadable(20, 11);
        books.forwarded(30, accepted, recipient);
        const std::string failure = books.after_shreds("agency.complete");
        // What says that it was sent to others than its bucket is for lies in the wrong one.
        CHECK(books.failure("agency.bodies").empty() == (recipient == std::string_view("AF-CNP")));
        return failure;
    };
    CHECK(with(20).empty());
    CHECK_FALSE(with(21).empty());
    CHECK_FALSE(with(20, "KZ-AFM").empty());  // the shredded one was between other agencies
}

// Fails if excused() asks for the agencies alone.
TEST_CASE("what was shredded in the bucket of another retention class excuses nothing") {
    Books shorter;
    const auto bucket = bucket_of("TJ-DCA", "AF-CNP", kNovember, crypto::RetentionClass::Quarter);
    shorter.open(17, bucket, Listing::Absent);
    shorter.read_keys();
    shorter.unreadable(20, 17);
    shorter.forwarded(30, 20);  // of an acceptance that was to be kept longer
    CHECK_FALSE(shorter.after_shreds("agency.complete").empty());
}

}  // namespace
}  // namespace chapar::testing::books
