// Who may end an accepted envelope, and which heads authors had seen. Each case fails if the demand
// that it names is taken out of crypto/verify/agency_end.cpp, or agency_judge.cpp for acceptances.
#include "tests/unit/verify/agency_mail.h"

namespace chapar::testing::books {
namespace {

using crypto::DeliveryEvent;

constexpr std::uint64_t kExpires = Mail::kExpires;

// Without an end to the one share of an envelope.
std::string unended() {
    Mail mail;
    mail.submitted({&mail.reader});
    return mail.at_the_end("agency.outcome");
}

TEST_CASE("an envelope that its recipient's device confirmed came to an end") {
    for (const auto event :
         {DeliveryEvent::Delivered, DeliveryEvent::Unopenable, DeliveryEvent::RecallDone}) {
        Mail mail;
        mail.submitted({&mail.reader});
        mail.confirmed(event, mail.reader, {.index = 21});
        mail.view->finish(kLate, mail.retention);
        for (const verify::Verdict& verdict : mail.view->verdicts()) {
            CHECK_MESSAGE(verdict.ok, verdict.rule << ": " << verdict.sentence);
        }
    }
    CHECK_FALSE(unended().empty());
}

TEST_CASE("opened or acknowledged without delivered is no end") {
    for (const auto event : {DeliveryEvent::Opened, DeliveryEvent::Acknowledged}) {
        Mail mail;
        mail.submitted({&mail.reader});
        mail.confirmed(event, mail.reader, {.index = 21});
        CHECK_FALSE(mail.at_the_end("agency.outcome").empty());
        CHECK(mail.failure("agency.signatures").empty());
    }
}

TEST_CASE("nobody confirms an envelope but devices that it was for") {
    const auto by = [](Officer Mail::*who) {
        Mail mail;
        mail.submitted({&mail.reader});
        mail.confirmed(DeliveryEvent::Delivered, mail.*who, {.index = 21});
        CHECK(mail.at_the_end("agency.outcome").empty() == (who == &Mail::reader));
        return mail.failure("agency.signatures");
    };
    CHECK(by(&Mail::reader).empty());
    CHECK_FALSE(by(&Mail::stranger).empty());  // of a third agency
    CHECK_FALSE(by(&Mail::author).empty());    // of the sender's
    CHECK_FALSE(by(&Mail::second).empty());    // of the recipient's, without a share
}

TEST_CASE("each device that an envelope was for has its own end") {
    Mail mail;
    mail.submitted({&mail.reader, &mail.second});
    mail.confirmed(DeliveryEvent::Delivered, mail.reader, {.index = 21});
    CHECK_FALSE(mail.at_the_end("agency.outcome").empty());
    Mail both;
    both.submitted({&both.reader, &both.second});
    both.confirmed(DeliveryEvent::Delivered, both.reader, {.index = 21});
    both.ended_by_broker(7, {&both.second}, {.index = 22});
    CHECK(both.at_the_end("agency.outcome").empty());
}

// What a broker writes that is there and has nothing else to do.
void hear_daily(Mail& mail, std::uint64_t from, std::uint64_t to) {
    for (std::uint64_t time = from; time <= to; time += kOneDay) {
        verify::Leaf leaf;
        leaf.kind = verify::EntryKind::Time;
        leaf.time_ms = time;
        mail.view->take(leaf, {}, {Mail::kAccepted, time}, *mail.directory);
    }
}

TEST_CASE("an envelope that ends late does so because the broker was away, or for no good reason") {
    const auto ended = [](std::uint64_t heard_until) {
        Mail mail;
        mail.submitted({&mail.reader});
        hear_daily(mail, kExpires, heard_until);
        mail.ended_by_broker(8, {&mail.reader}, {.index = 21, .time = kExpires + 10 * kOneDay});
        return mail.at_the_end("agency.outcome");
    };
    CHECK(ended(kExpires).empty());
    CHECK(ended(kExpires + 6 * kOneDay).empty());
    CHECK_FALSE(ended(kExpires + 7 * kOneDay).empty());
}

TEST_CASE("an envelope expires at its time, not before, and for devices that it was for") {
    const auto expired = [](std::uint64_t time, Officer Mail::*device) {
        Mail mail;
        mail.submitted({&mail.reader});
        mail.ended_by_broker(8, {&(mail.*device)}, {.index = 21, .time = time});
        return mail.at_the_end("agency.outcome");
    };
    CHECK(expired(kExpires, &Mail::reader).empty());
    CHECK_FALSE(expired(kExpires - 1000, &Mail::reader).empty());
    CHECK_FALSE(expired(kExpires, &Mail::second).empty());
}

TEST_CASE("an envelope is filed under its author's agency, its shares under the recipient's") {
    const auto accepted = [](Officer Mail::*by, Officer Mail::*to) {
        Mail mail;
        mail.submitted({&(mail.*to)}, {}, &(mail.*by));
        return mail.failure("agency.signatures");
    };
    CHECK(accepted(&Mail::author, &Mail::reader).empty());
    CHECK_FALSE(accepted(&Mail::stranger, &Mail::reader).empty());
    CHECK_FALSE(accepted(&Mail::author, &Mail::stranger).empty());
}

TEST_CASE("what follows an acceptance is between the same agencies") {
    Mail mail;
    mail.submitted({&mail.reader});
    mail.ended_by_broker(7, {&mail.reader}, {.index = 21, .recipient = "KZ-AFM"});
    CHECK_FALSE(mail.failure("agency.complete").empty());
}

crypto::SeenHead seen(std::uint64_t size, std::uint8_t root, std::uint32_t ledger = 0) {
    crypto::SeenHead out;
    out.ledger = LedgerNumber(ledger);
    out.size = TreeSize(size);
    out.root.bytes.fill(std::byte{root});
    return out;
}

// The rules over what was seen, after an acceptance that saw `first` and a confirmation that saw
// `then`; the tree had the root 7777.. at each size.
std::string after_heads(const crypto::SeenHead& first, const crypto::SeenHead& then) {
    Mail mail;
    mail.submitted({&mail.reader}, {.seen = first});
    mail.confirmed(DeliveryEvent::Delivered, mail.reader, {.index = 21, .seen = then});
    verify::Hash root{};
    root.fill(7);
    verify::NamedHeads& named = mail.view->named_heads();
    for (const auto& [size, head] : named.by_size()) named.compare(size, root);
    return mail.failure("agency.heads") + mail.failure("agency.signatures");
}

TEST_CASE("an entry whose author had seen another history is found") {
    CHECK(after_heads(seen(5, 7), seen(20, 7)).empty());
    CHECK(after_heads(seen(0, 0), seen(21, 7)).empty());
    CHECK_FALSE(after_heads(seen(5, 8), seen(20, 7)).empty());
    CHECK_FALSE(after_heads(seen(5, 7), seen(20, 8)).empty());
    CHECK_FALSE(after_heads(seen(5, 7), seen(5, 8)).empty());      // two at one size
    CHECK_FALSE(after_heads(seen(0, 8), seen(20, 7)).empty());     // of no entries
    CHECK_FALSE(after_heads(seen(21, 7), seen(20, 7)).empty());    // the future
    CHECK_FALSE(after_heads(seen(5, 7, 2), seen(20, 7)).empty());  // another ledger
}

TEST_CASE("a head that cannot be compared is no head of this tree") {
    verify::NamedHeads named("heads");
    verify::Hash root{};
    root.fill(7);
    named.name(5, root, 20);
    named.compare(5, std::nullopt);
    CHECK_FALSE(named.verdict().ok);
}

// Who was refused may have sent anything: an honest broker enters it.
TEST_CASE("what a refused envelope names condemns nobody") {
    Mail mail;
    mail.submitted({&mail.reader}, {.recipient = "TJ-DCA", .seen = seen(999, 8, 3)}, nullptr, 9);
    CHECK(mail.failure("agency.heads").empty());
    CHECK(mail.failure("agency.signatures").empty());
}

}  // namespace
}  // namespace chapar::testing::books
