// Mail that its reader dies of: all other mail gets through, and it is set aside after 20 times.
#include "broker/edge/unanswered.h"

#include <algorithm>

#include "tests/unit/broker_edge/exchange.h"
#include "tests/unit/broker_edge/figures.h"

using namespace chapar;
using namespace chapar::testing;
using broker::Unanswered;

namespace {

constexpr DurationMs kStep = Unanswered::kApart;

DurationMs after(DurationMs time, DurationMs more) { return DurationMs(time.value + more.value); }

broker::MailboxRow row_number(std::uint64_t number, std::uint64_t device = 1) {
    broker::MailboxRow row;
    row.device = CertificateHash{{static_cast<std::byte>(device)}};
    row.urgency = 3;
    row.number = MailboxNumber(number);
    return row;
}

// Hands the row out so often, each time in a new session and far enough apart.
DurationMs hand_out(Unanswered& mail, const broker::MailboxRow& row, unsigned times,
                    DurationMs now = {}) {
    for (unsigned i = 0; i < times; ++i) {
        now = after(now, kStep);
        (void)mail.handed_out(row, 100 + i, now);
    }
    return now;
}

// A reader that dies of one envelope before it has answered any that came with it.
class Crasher {
  public:
    Crasher(Exchange& exchange, EnvelopeHash poison) : exchange_(exchange), poison_(poison) {}

    // One life of it: until it dies, or all there is has been signed for. How many it signed for.
    std::size_t live() {
        exchange_.time.advance(kStep);
        const auto reader = exchange_.session(*exchange_.centre.uzbek);
        reader->send(schemas::Credit{100});
        reader->send(schemas::ReceiptsAsk{EntryIndex(0)});
        std::size_t signed_for = 0;
        while (true) {
            // Mail comes before the answer to a question.
            auto frame = reader->receive();
            REQUIRE(frame);
            auto* deliver = std::get_if<schemas::Deliver>(&*frame);
            if (deliver == nullptr) {
                REQUIRE(std::holds_alternative<schemas::Receipts>(*frame));
                return signed_for;
            }
            REQUIRE(std::holds_alternative<schemas::Receipts>(*reader->receive()));
            if (holds_poison(*deliver)) return ++deaths, signed_for;
            signed_for += answer(*reader, *deliver);
            reader->send(schemas::ReceiptsAsk{EntryIndex(0)});
        }
    }
    std::size_t deaths = 0;

  private:
    [[nodiscard]] bool holds_poison(const schemas::Deliver& deliver) const {
        return std::ranges::any_of(deliver.deliveries, [this](const auto& delivery) {
            return crypto::envelope_hash(delivery.envelope) == poison_;
        });
    }
    std::size_t answer(TestClient& reader, const schemas::Deliver& deliver) {
        for (const auto& delivery : deliver.deliveries) {
            reader.send(exchange_.centre.statement(*exchange_.centre.uzbek,
                                                   crypto::envelope_hash(delivery.envelope),
                                                   delivery.proof.index));
            REQUIRE(reader.expect<schemas::Outcomes>().items.at(0).code.empty());
        }
        return deliver.deliveries.size();
    }

    Exchange& exchange_;
    EnvelopeHash poison_;
};

}  // namespace

// Fails if a bound is one more or one less.
TEST_CASE(
    "a row is handed out in its turn three times, then after all others, and 20 times at most") {
    using Turn = Unanswered::Turn;
    Unanswered mail;
    const auto row = row_number(1);
    DurationMs now;
    for (unsigned times = 1; times <= Unanswered::kSetAside; ++times) {
        CHECK(mail.turn(row, now) == (times <= Unanswered::kSuspect ? Turn::Now : Turn::Last));
        now = after(now, kStep);
        CHECK(mail.handed_out(row, times, now) == (times == Unanswered::kSetAside));
        CHECK(mail.set_aside() == (times == Unanswered::kSetAside ? 1 : 0));
    }
    CHECK(mail.turn(row, now) == Turn::Rests);
    CHECK(mail.turn(row, DurationMs(now.value + Unanswered::kRest.value - 1)) == Turn::Rests);
    now = after(now, Unanswered::kRest);
    CHECK(mail.turn(row, now) == Turn::Last);
    // Once more, and it rests again; nobody is told a second time.
    CHECK_FALSE(mail.handed_out(row, 99, now));
    CHECK(mail.turn(row, now) == Turn::Rests);
    mail.forget(row.device, {row.urgency, row.number});
    CHECK(mail.turn(row, now) == Turn::Now);
    CHECK(mail.set_aside() == 0);
    CHECK(mail.watched() == 0);
}

// Fails if a link that breaks every second is taken for a reader that dies.
TEST_CASE("hand-outs less than ten seconds apart count as one") {
    Unanswered mail;
    const auto row = row_number(1);
    for (unsigned i = 0; i < 1000; ++i) (void)mail.handed_out(row, i, DurationMs(i * 9));
    CHECK(mail.turn(row, {}) == Unanswered::Turn::Now);
    CHECK(mail.set_aside() == 0);
}

TEST_CASE("of rows that go out last, the one that was handed out least often is the next") {
    Unanswered mail;
    DurationMs now = hand_out(mail, row_number(1), 6);
    now = hand_out(mail, row_number(2), 3, now);
    now = hand_out(mail, row_number(3), 4, now);
    now = hand_out(mail, row_number(4), 2, now);  // not one of them
    const auto device = row_number(1).device;
    const auto next = [&](std::uint64_t session) {
        return mail.next_last(device, session, now, 1).at(0).number;
    };
    CHECK(next(1) == MailboxNumber(2));
    now = hand_out(mail, row_number(2), 3, now);
    CHECK(next(1) == MailboxNumber(3));
    CHECK(mail.is_next_last(row_number(3), 1, now));
    // Fails if a session is given a row twice.
    (void)mail.handed_out(row_number(3), 1, now);
    CHECK(next(1) == MailboxNumber(1));
    CHECK_FALSE(mail.is_next_last(row_number(3), 1, now));
    CHECK_FALSE(mail.is_next_last(row_number(4), 1, now));
    // Several at once, in the same order.
    CHECK(mail.next_last(device, 1, now, 9) ==
          std::vector<broker::MailboxPosition>{{3, MailboxNumber(1)}, {3, MailboxNumber(2)}});
    CHECK(mail.next_last(row_number(1, 2).device, 1, now, 9).empty());
}

// Fails if only a new session is offered what has rested, or an open one all the time.
TEST_CASE("a session that was given a row that is set aside gets it again when it has rested") {
    Unanswered mail;
    const auto row = row_number(1);
    DurationMs now = hand_out(mail, row, Unanswered::kSetAside - 1);
    now = after(now, kStep);
    CHECK(mail.handed_out(row, 7, now));
    CHECK(mail.next_last(row.device, 7, now, 1).empty());
    now = after(now, Unanswered::kRest);
    CHECK(mail.next_last(row.device, 7, now, 1).size() == 1);
    CHECK_FALSE(mail.handed_out(row, 7, now));
    CHECK(mail.next_last(row.device, 7, now, 1).empty());
}

// Fails if counts outlive their rows.
TEST_CASE("rows that have left their mailbox are forgotten, and what is watched is bounded") {
    Unanswered mail;
    for (std::uint64_t n = 1; n <= Unanswered::kWatched + 1; ++n) {
        (void)mail.handed_out(row_number(n, n % 200), 1, {});
    }
    CHECK(mail.watched() == Unanswered::kWatched);
    CHECK(mail.devices().size() == 200);
    for (const CertificateHash& device : mail.devices()) {
        CHECK(mail.is_crowded(device));
        REQUIRE(mail.forget_gone(device, [](const broker::MailboxPosition& row) -> Result<bool> {
            return row.number == MailboxNumber(7);
        }));
        CHECK_FALSE(mail.is_crowded(device));
    }
    CHECK(mail.watched() == 1);
    CHECK(mail.devices().size() == 1);
}

// Fails if what came with it is lost with it, if it is offered for ever, or if it is gone.
TEST_CASE(
    "an envelope that its reader dies of is set aside after 20 times, and all else gets through") {
    Exchange exchange;
    const auto sender = exchange.session(*exchange.centre.tajik);
    EnvelopeHash poison;
    for (int i = 0; i < 5; ++i) {
        const auto envelope = exchange.centre.seal(exchange.centre.nothing_seen());
        if (i == 1) poison = crypto::envelope_hash(envelope.envelope);
        (void)exchange.submit(*sender, envelope);
    }
    Crasher crasher(exchange, poison);
    std::size_t signed_for = 0;
    for (int life = 0; life < 30; ++life) signed_for += crasher.live();
    CHECK(signed_for == 4);
    CHECK(crasher.deaths == Unanswered::kSetAside);
    const auto directory = exchange.centre.directory();
    CHECK(figure(directory, "set_aside") == "1");
    CHECK(figure(directory, "waiting") == "1");
    // New mail comes as ever.
    (void)exchange.submit(*sender, exchange.centre.seal(exchange.centre.nothing_seen()));
    CHECK(crasher.live() == 1);
    // An hour later it is offered once.
    exchange.time.advance(Unanswered::kRest);
    for (int life = 0; life < 3; ++life) CHECK(crasher.live() == 0);
    CHECK(crasher.deaths == Unanswered::kSetAside + 1);
    // A reader that was mended signs for it.
    exchange.time.advance(Unanswered::kRest);
    CHECK(Crasher(exchange, EnvelopeHash{}).live() == 1);
    CHECK(figure(directory, "waiting") == "0");
    (void)Crasher(exchange, EnvelopeHash{}).live();
    CHECK(figure(directory, "set_aside") == "0");
}

// Fails if a row that nobody may answer yet keeps the others back for as long as the session lasts.
TEST_CASE("a reader that goes on speaking is given the next row that goes out alone") {
    Exchange exchange;
    const auto sender = exchange.session(*exchange.centre.tajik);
    for (int i = 0; i < 2; ++i) {
        (void)exchange.submit(*sender, exchange.centre.seal(exchange.centre.nothing_seen()));
    }
    const auto begin = [&] {
        exchange.time.advance(kStep);
        auto reader = exchange.session(*exchange.centre.uzbek);
        reader->send(schemas::Credit{100});
        return reader;
    };
    for (unsigned life = 0; life < Unanswered::kSuspect; ++life) {
        CHECK(begin()->expect<schemas::Deliver>().deliveries.size() == 2);
    }
    const auto reader = begin();
    const auto first = reader->expect<schemas::Deliver>();
    REQUIRE(first.deliveries.size() == 1);
    exchange.time.advance(kStep);
    reader->send(schemas::ReceiptsAsk{EntryIndex(0)});
    (void)reader->expect<schemas::Receipts>();
    exchange.time.advance(kMinute);
    const auto second = reader->expect<schemas::Deliver>();
    REQUIRE(second.deliveries.size() == 1);
    CHECK(crypto::envelope_hash(second.deliveries.at(0).envelope) !=
          crypto::envelope_hash(first.deliveries.at(0).envelope));
}

// Fails if nothing but new mail makes the broker look at a session again.
TEST_CASE("what was set aside is offered each hour to a session that stays open and says nothing") {
    Exchange exchange;
    const auto sender = exchange.session(*exchange.centre.tajik);
    const auto envelope = exchange.centre.seal(exchange.centre.nothing_seen());
    const EnvelopeHash poison = crypto::envelope_hash(envelope.envelope);
    (void)exchange.submit(*sender, envelope);
    Crasher crasher(exchange, poison);
    for (unsigned life = 0; life < Unanswered::kSetAside; ++life) (void)crasher.live();
    REQUIRE(crasher.deaths == Unanswered::kSetAside);

    const auto reader = exchange.session(*exchange.centre.uzbek);
    reader->send(schemas::Credit{100});
    reader->send(schemas::ReceiptsAsk{EntryIndex(0)});
    (void)reader->expect<schemas::Receipts>();  // and no mail before it
    for (int hour = 0; hour < 2; ++hour) {
        exchange.time.advance(Unanswered::kRest);
        const auto deliver = reader->expect<schemas::Deliver>();
        REQUIRE(deliver.deliveries.size() == 1);
        CHECK(crypto::envelope_hash(deliver.deliveries.at(0).envelope) == poison);
    }
}
