#include "client/edge/transfer_pace.h"
#include "crypto/sha256.h"
#include "tests/unit/client/fake_broker.h"

namespace chapar::testing {
namespace {

using client::Reception;
using client::TransferPhase;
using client::TransferStep;

constexpr std::size_t kTextBytes = 2'000'000;  // 31 chunks when it is padded

// An alert with an attachment that does not fit beside its text.
client::Draft with_attachment(std::vector<std::string> to, std::size_t bytes = kTextBytes) {
    client::Draft draft = World::alert(std::move(to));
    Bytes text(bytes);
    FakeRandom(3).fill(text);
    std::ranges::copy(view("%PDF-1.7"), text.begin());
    client::DraftAttachment attachment{
        text, {text.size(), "application/pdf", "plan.pdf"}, crypto::sha256(text)};
    draft.attachments.push_back(std::move(attachment));
    return draft;
}
client::Draft flash() {
    client::Draft draft = World::alert({"AF-SKB-BLO"});
    draft.options.urgency = schemas::Urgency::Flash;
    return draft;
}

template <typename Frame>
std::vector<std::size_t> places_of(const FakeBroker& broker) {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < broker.sent.size(); ++i) {
        if (std::holds_alternative<Frame>(broker.sent[i])) places.push_back(i);
    }
    return places;
}

// A desk in session with its broker, synced and with keys for today.
struct Connected {
    Desk desk;
    FakeBroker broker{desk.world, desk.post};
    client::TransferWatch watch;
    std::optional<client::Session> session;

    Connected() { connect(); }
    void connect() {
        broker.mend();
        session.emplace(desk.session(broker, {[this](const TransferStep& step) {
                                                  if (watch.step) watch.step(step);
                                              },
                                              [this](const client::ReceptionReport& report) {
                                                  if (watch.arrived) watch.arrived(report);
                                              }}));
        must(session->open());
        must(session->sync_directory());
        must(session->renew_bundle());
    }
    schemas::Delivery mail_from(Post& sender, const client::Draft& draft) {
        World& world = desk.world;
        world.sync(sender);
        const auto device = world.device(sender);
        const auto number =
            in_txn(*sender.store, [&](storage::Txn& txn) -> Result<client::OutboxNumber> {
                const auto numbers = CHAPAR_TRY(
                    client::add_drafts(txn, device, {&draft, 1}, world.now, world.random));
                client::SealPorts ports;
                ports.blobs = &elsewhere();
                CHAPAR_TRY(
                    client::seal_drafts(txn, device, numbers, world.now, world.random, ports));
                return numbers.front();
            });
        const auto bytes = world.bytes_of(sender, number);
        for (const auto& file : world.item_of(sender, number).files) {
            broker.take(file.root, *must(elsewhere().open(file.root)), file.size);
        }
        return world.delivery(desk.post, bytes, world.accept(sender, bytes));
    }
    // Mail with an attachment, received: what is to be fetched.
    client::StreamWish received(const client::Draft& draft) {
        broker.deliver(mail_from(desk.world.af, draft));
        const auto reports = must(session->take_deliveries(kSecond));
        REQUIRE(reports.size() == 1);
        got = reports.front().number.value();
        return wish();
    }
    client::StreamWish wish() {
        const auto device = desk.home.device();
        return reading(desk.store, [&](const storage::ReadTxn& txn) -> Result<client::StreamWish> {
            const auto item = CHAPAR_TRY(client::inbox_item(txn, got));
            const auto text = CHAPAR_TRY(client::inbox_text(txn, device, got));
            return client::StreamWish{item.hash, 1, text.attachments.at(0).commitment};
        });
    }
    client::FileBlobStore& elsewhere() {
        if (!elsewhere_) {
            elsewhere_ = must(client::FileBlobStore::open(senders_.path() / "blobs"));
        }
        return *elsewhere_;
    }

    client::InboxNumber got;

  private:
    TemporaryDirectory senders_;
    std::unique_ptr<client::FileBlobStore> elsewhere_;
};

}  // namespace

TEST_CASE("a large stream goes before the envelope that names it, four frames at a time at most") {
    Connected c;
    const auto number = c.desk.write(with_attachment({"AF-SKB-BLO"}));
    CHECK(must(c.session->submit()).logged == std::vector{number});
    REQUIRE(c.broker.bodies.size() == 1);
    CHECK(c.broker.bodies.begin()->second.complete());
    CHECK(places_of<schemas::Chunk>(c.broker).back() <
          places_of<schemas::Submit>(c.broker).front());
    CHECK(c.broker.largest_backlog <= client::kFramesUnanswered);
    CHECK(c.desk.item(number).files.front().uploaded);
}

// Fails if upload() begins with chunk 0 whatever UPLOADED says: more chunks than there are go out.
TEST_CASE("an upload whose line was cut goes on with the chunks that are missing") {
    Connected c;
    const auto number = c.desk.write(with_attachment({"AF-SKB-BLO"}));
    c.broker.frames_to_cut = 5;
    CHECK(error_of(c.session->submit()) == Errc::Unreachable);
    CHECK(c.desk.item(number).stage == schemas::Stage::OnThisComputer);
    const auto there = c.broker.bodies.begin()->second.chunks.size();
    CHECK(there > 0);
    c.connect();
    CHECK(must(c.session->submit()).logged == std::vector{number});
    CHECK(c.broker.chunks_moved == c.broker.bodies.begin()->second.opened.leaves.size());
}

TEST_CASE("a stream that the broker has lost since is uploaded again") {
    Connected c;
    const auto number = c.desk.write(with_attachment({"AF-SKB-BLO"}));
    c.broker.lose_outcomes = true;
    CHECK(error_of(c.session->submit()) == Errc::Unreachable);
    CHECK(c.desk.item(number).files.front().uploaded);
    c.broker.lose_outcomes = false;
    c.broker.bodies.clear();
    c.connect();
    CHECK(must(c.session->submit()).logged == std::vector{number});
}

TEST_CASE("an envelope whose stream is not here any more is refused and holds up nothing") {
    Connected c;
    const auto large = c.desk.write(with_attachment({"AF-SKB-BLO"}));
    const auto small = c.desk.write(World::alert({"AF-SKB-BLO"}));
    must(c.desk.blobs->remove(c.desk.item(large).files.front().root));
    const auto report = must(c.session->submit());
    CHECK(report.logged == std::vector{small});
    CHECK(report.refused == std::vector{large});
    CHECK(c.desk.item(large).problem.code == "not.found");
}

// Fails if let_pass() does not look at the outbox: the FLASH goes after the last chunk.
TEST_CASE("a FLASH that becomes ready during an upload goes between two chunks") {
    Connected c;
    c.desk.write(with_attachment({"AF-SKB-BLO"}));
    std::optional<client::OutboxNumber> urgent;
    c.watch.step = [&](const TransferStep& step) {
        if (!urgent && step.phase == TransferPhase::Moving) urgent = c.desk.write(flash());
    };
    const auto report = must(c.session->submit());
    REQUIRE(report.logged.size() == 2);
    CHECK(report.logged.front() == urgent);
    CHECK(places_of<schemas::Submit>(c.broker).front() <
          places_of<schemas::Chunk>(c.broker).back());
}

TEST_CASE("what is less urgent waits for the end of an upload") {
    Connected c;
    c.desk.write(with_attachment({"AF-SKB-BLO"}));
    bool written = false;
    c.watch.step = [&](const TransferStep& step) {
        if (!written && step.phase == TransferPhase::Moving) {
            c.desk.write(World::alert({"AF-SKB-BLO"}));
            written = true;
        }
    };
    CHECK(must(c.session->submit()).logged.size() == 1);
    CHECK(must(c.session->submit()).logged.size() == 1);
}

// Fails if DELIVER frames wait for the end of a transfer.
TEST_CASE("a delivery that comes during a transfer is received and confirmed between two chunks") {
    Connected c;
    c.desk.write(with_attachment({"AF-SKB-BLO"}));
    must(c.session->take_deliveries(DurationMs(0)));  // grants credit
    bool delivered = false;
    std::size_t arrived = 0;
    c.watch.step = [&](const TransferStep& step) {
        if (delivered || step.phase != TransferPhase::Moving) return;
        c.broker.deliver(c.mail_from(c.desk.world.af, World::alert({"TJ-NPJ-BLO"})));
        delivered = true;
    };
    c.watch.arrived = [&](const client::ReceptionReport&) { ++arrived; };
    must(c.session->submit());
    CHECK(arrived == 1);
    CHECK(places_of<schemas::Statements>(c.broker).front() <
          places_of<schemas::Chunk>(c.broker).back());
    const auto reports = must(c.session->take_deliveries(kSecond));
    REQUIRE(reports.size() == 1);
    CHECK(must(c.session->take_deliveries(kSecond)).empty());
}

// Fails if DELIVERED waits for the stream, or if an empty stream is taken for a damaged one.
TEST_CASE("an envelope is delivered and readable before its attachment is here") {
    Connected c;
    c.received(with_attachment({"TJ-NPJ-BLO"}));
    const auto device = c.desk.home.device();
    const auto text = reading(c.desk.store, [&](const storage::ReadTxn& txn) {
        return client::inbox_text(txn, device, c.got);
    });
    REQUIRE(text.attachments.size() == 1);
    CHECK(!text.attachments.front().text);
    CHECK(text.attachments.front().listed.length == kTextBytes);
    CHECK(places_of<schemas::Statements>(c.broker).size() == 1);
    const auto secrets = reading(c.desk.store, [&](const storage::ReadTxn& txn) {
        return client::stream_secrets(txn, device, c.got);
    });
    CHECK(secrets.size() == 2);
}

TEST_CASE("an attachment is fetched once, and opens with the secret that the inbox kept") {
    Connected c;
    const auto wish = c.received(with_attachment({"TJ-NPJ-BLO"}));
    must(c.session->fetch(wish));
    const auto moved = c.broker.chunks_moved;
    must(c.session->fetch(wish));
    CHECK(c.broker.chunks_moved == moved);

    const auto device = c.desk.home.device();
    const auto secrets = reading(c.desk.store, [&](const storage::ReadTxn& txn) {
        return client::stream_secrets(txn, device, c.got);
    });
    const auto text = reading(c.desk.store, [&](const storage::ReadTxn& txn) {
        return client::inbox_text(txn, device, c.got);
    });
    const auto& attachment = text.attachments.front();
    const auto blob = must(c.desk.blobs->open(wish.commitment.root));
    std::size_t opened = 0;
    must(client::open_attachment(
        {secrets.at(1), wish.commitment, attachment.listed.length, attachment.digest},
        [&](std::uint64_t i) { return blob->chunk(i); },
        [&](ByteView more) -> Status {
            opened += more.size();
            return Done{};
        }));
    CHECK(opened == kTextBytes);
}

TEST_CASE("a download whose line was cut goes on in another session and another process") {
    Connected c;
    const auto wish = c.received(with_attachment({"TJ-NPJ-BLO"}));
    c.broker.frames_to_cut = 4;
    CHECK(error_of(c.session->fetch(wish)) == Errc::Unreachable);
    const auto before = c.broker.chunks_moved;
    CHECK(before > 0);
    CHECK(error_of(c.desk.blobs->open(wish.commitment.root)) == Errc::NotFound);
    c.desk.reopen_blobs();
    const auto resumed =
        must(client::PartialBlob::resume(c.desk.folder.paths().blobs(), wish.commitment));
    REQUIRE(resumed);
    const auto missing = resumed->download().missing();
    CHECK(missing < resumed->download().chunks());
    c.connect();
    must(c.session->fetch(c.wish()));
    CHECK(c.broker.chunks_moved == before + missing);
}

// Fails if chunks are not checked on arrival.
TEST_CASE("a chunk or leaf list that the broker changed is refused, the session lives on") {
    Connected c;
    const auto wish = c.received(with_attachment({"TJ-NPJ-BLO"}));
    FakeBroker::Body& body = c.broker.bodies.begin()->second;
    const Bytes whole = body.chunks[7];
    body.chunks[7][100] ^= std::byte{1};
    CHECK(error_of(c.session->fetch(wish)) == Errc::StreamRoot);
    CHECK(error_of(c.desk.blobs->open(wish.commitment.root)) == Errc::NotFound);
    body.chunks[7] = whole;
    body.chunks[7].pop_back();
    CHECK(error_of(c.session->fetch(wish)) == Errc::StreamRoot);
    body.chunks[7] = whole;
    must(c.session->fetch(wish));

    Connected other;
    const auto second = other.received(with_attachment({"TJ-NPJ-BLO"}));
    other.broker.bodies.begin()->second.opened.leaves.front().bytes[0] ^= std::byte{1};
    CHECK(error_of(other.session->fetch(second)) == Errc::StreamRoot);
}

TEST_CASE("an attachment that the broker does not have is said so, the session lives on") {
    Connected c;
    const auto wish = c.received(with_attachment({"TJ-NPJ-BLO"}));
    c.broker.bodies.clear();
    CHECK(error_of(c.session->fetch(wish)) == Errc::StreamMissing);
    CHECK(must(c.session->sync_directory()).alarms.empty());
}

// Fails if fetch() does not ask for room: a sender fills the disk that the store lies on.
TEST_CASE("an attachment that would leave the disk without its reserve is not asked for") {
    Connected c;
    const auto wish = c.received(with_attachment({"TJ-NPJ-BLO"}));
    client::SessionOptions options;
    options.disk_reserve = std::filesystem::space(c.desk.blobs->folder()).capacity;
    Desk& desk = c.desk;
    c.broker.mend();
    client::Session session(
        {desk.store, desk.home, c.broker, desk.clock, desk.world.random, *desk.blobs}, options);
    must(session.open());
    CHECK(error_of(session.fetch(wish)) == Errc::StoreFull);
    CHECK(places_of<schemas::Fetch>(c.broker).empty());
    CHECK(must(session.sync_directory()).alarms.empty());
}

TEST_CASE("a FLASH that becomes ready during a download goes between two chunks") {
    Connected c;
    const auto wish = c.received(with_attachment({"TJ-NPJ-BLO"}));
    std::optional<client::OutboxNumber> urgent;
    c.watch.step = [&](const TransferStep& step) {
        if (!urgent && step.phase == TransferPhase::Moving) urgent = c.desk.write(flash());
    };
    must(c.session->fetch(wish));
    CHECK(places_of<schemas::Submit>(c.broker).front() <
          places_of<schemas::Fetch>(c.broker).back());
    CHECK(must(c.session->submit()).logged == std::vector{urgent.value()});
}

}  // namespace chapar::testing
