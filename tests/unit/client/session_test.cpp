#include <deque>

#include "client/edge/session.h"
#include "crypto/batch.h"
#include "crypto/envelope.h"
#include "schemas/frames_codec.h"
#include "tests/unit/client/temporary_home.h"
#include "tests/unit/client/world.h"

namespace chapar::testing {
namespace {

class FakeClock final : public client::Clock {
  public:
    explicit FakeClock(World& world) : world_(world) {}
    [[nodiscard]] TimeMs now() const override { return world_.now; }

  private:
    World& world_;
};

// An honest broker at the other end of a transport, with the ways in which a line can fail.
class FakeBroker final : public client::Transport {
  public:
    FakeBroker(World& world, const Post& device) : world_(world), device_(device) {}

    Status send(ByteView frame) override {
        sent.push_back(must(schemas::decode_frame(frame)));
        std::visit([this](const auto& one) { handle(one); }, sent.back());
        return Done{};
    }
    Result<std::optional<Bytes>> receive(DurationMs patience) override {
        if (answers_.empty()) {
            world_.now = world_.now + patience;  // waited in vain
            return std::optional<Bytes>();
        }
        std::optional<Bytes> first(std::move(answers_.front()));
        answers_.pop_front();
        return first;
    }
    void deliver(const schemas::Delivery& delivery) {
        answer(schemas::Deliver{head(), {delivery}});
    }

    std::vector<schemas::Frame> sent;
    bool lose_outcomes = false;  // the line breaks after SUBMIT has arrived
    bool forge_receipts = false;
    bool in_pieces = false;  // the proofs of an outcome in two frames

  private:
    void answer(const schemas::Frame& frame) { answers_.push_back(schemas::encode_frame(frame)); }
    schemas::Head head() {
        schemas::Head out = world_.ledger->frame_head(last_size_);
        last_size_ = world_.ledger->size();
        return out;
    }
    AgencyId agency_of(const CertificateHash& certificate) const {
        for (const Post* post : {&world_.tj, &world_.af, &world_.uz}) {
            if (post->certificate == certificate) return post->agency;
        }
        return device_.agency;
    }

    void handle(const schemas::Connect&) {
        answer(schemas::Challenge{schemas::ChallengeBytes{}, world_.now});
    }
    void handle(const schemas::Hello& hello) {
        if (!hello.note.empty()) {
            last_size_ = must(crypto::open_checkpoint(hello.note, world_.card().log())).size.value;
        }
        answer(schemas::Welcome{world_.now, head()});
    }
    void handle(const schemas::DirectoryAsk& ask) {
        schemas::Directory out;
        out.entries = world_.ledger->directory(ask.from);
        out.next = EntryIndex(world_.ledger->size());
        out.done = true;
        out.head = head();
        answer(out);
    }
    void handle(const schemas::Publish& publish) {
        const auto record = must(crypto::SignedRecord::decode(publish.record));
        const EntryIndex at = world_.log_bundle(record);
        answer(schemas::Outcomes{
            head(), world_.now, {{record.hash(), "", "", "", {}, {world_.ledger->proof(at)}}}});
    }
    void handle(const schemas::Submit& submit) {
        schemas::Outcomes outcomes;
        for (std::size_t i = 0; i < submit.envelopes.size(); ++i) {
            const EnvelopeHash hash = crypto::envelope_hash(submit.envelopes[i].envelope);
            if (!accepted_.contains(hash)) {
                accepted_[hash] = world_.accept(device_, read(submit, i));
            }
        }
        const auto forged = world_.log_time();
        for (const auto& envelope : submit.envelopes) {
            const EnvelopeHash hash = crypto::envelope_hash(envelope.envelope);
            auto proofs = world_.proofs(accepted_[hash]);
            if (forge_receipts) proofs = {world_.ledger->proof(forged)};
            outcomes.items.push_back({Hash{hash.bytes}, "", "", "", {}, std::move(proofs)});
        }
        if (lose_outcomes) return;
        outcomes.head = head();
        if (in_pieces) {
            schemas::Outcomes first = outcomes;
            first.items.front().proofs.resize(1);
            answer(first);
            outcomes.head.consistency.clear();  // the same head again
            auto& proofs = outcomes.items.front().proofs;
            proofs.erase(proofs.begin());
        }
        answer(outcomes);
    }
    // A whole batch comes with one head: the items follow from it.
    client::OutboxBytes read(const schemas::Submit& submit, std::size_t place) {
        const auto& envelope = submit.envelopes[place];
        client::OutboxBytes out;
        out.statement = envelope.envelope;
        out.blind = envelope.blind;
        out.streams = envelope.streams;
        if (submit.batch.empty()) {
            out.item = must(crypto::BatchItem::decode(envelope.item));
        } else {
            const ByteView batch = submit.batch;
            const auto batch_head =
                must(crypto::BatchHead::decode(batch.first(crypto::BatchHead::kBytes)));
            std::vector<EnvelopeHash> hashes;
            for (const auto& one : submit.envelopes) {
                hashes.push_back(crypto::envelope_hash(one.envelope));
            }
            const auto signature =
                Signature::from(batch.subspan(crypto::BatchHead::kBytes)).value();
            out.item = crypto::batch_of(batch_head, signature, hashes).item(place);
        }
        for (const auto& stanza : envelope.stanzas) {
            out.stanzas.push_back(
                {must(crypto::StanzaLabel::decode(stanza.label)), stanza.enc, stanza.ct});
            out.stanza_agencies.push_back(agency_of(out.stanzas.back().label.certificate));
        }
        return out;
    }
    void handle(const schemas::Statements& statements) {
        schemas::Outcomes outcomes;
        std::vector<std::pair<Hash, EntryIndex>> logged;
        for (const auto& one : statements.statements) {
            const auto statement = must(crypto::DeliveryStatement::decode(one.statement));
            const crypto::BatchItem item =
                one.item.empty() ? crypto::BatchItem{} : must(crypto::BatchItem::decode(one.item));
            logged.emplace_back(crypto::statement_hash(statement),
                                world_.log_statement(device_, statement, item, statement.accepted));
        }
        for (const auto& [about, at] : logged) {
            outcomes.items.push_back({about, "", "", "", {}, {world_.ledger->proof(at)}});
        }
        outcomes.head = head();
        answer(outcomes);
    }
    void handle(const schemas::ReceiptsAsk&) {
        schemas::Receipts out;
        out.next = EntryIndex(world_.ledger->size());
        out.done = true;
        out.proofs = events;
        out.head = head();
        answer(out);
    }
    template <typename Other>
    void handle(const Other&) {}

    World& world_;
    const Post& device_;
    std::uint64_t last_size_ = 0;
    std::deque<Bytes> answers_;
    std::map<EnvelopeHash, std::vector<EntryIndex>> accepted_;

  public:
    std::vector<schemas::EntryProof> events;
};

// A device with a home on disk, enrolled in the world's directory.
struct Desk {
    World world;
    TemporaryHome folder;
    FakeClock clock{world};
    client::DeviceHome home;
    storage::MemoryStore store{client::tables::kAll};
    Post post;  // what the broker knows of it

    Desk()
        : home(make()),
          post{office("TJ-NPJ-BLO"), agency("TJ-DCA"), crypto::SigningKey::generate(world.random)} {
        post.certificate = home.certificate_hash();
    }
    client::DeviceHome make() {
        const auto pass = passphrase();
        const auto request = must(client::create_device_home(
            folder.paths(), world.card(), {agency("TJ-DCA"), office("TJ-NPJ-BLO"), "o", "d"},
            {pass, {}}, world.now, world.random));
        must(client::install_certificate(folder.paths(), world.enrol(request)));
        return must(client::DeviceHome::open(folder.paths(), pass));
    }
    [[nodiscard]] client::Session session(FakeBroker& broker) {
        return client::Session({store, home, broker, clock, world.random});
    }
    client::OutboxNumber write(const client::Draft& draft) {
        const auto device = home.device();
        return in_txn(store, [&](storage::Txn& txn) -> Result<client::OutboxNumber> {
            const auto numbers =
                CHAPAR_TRY(client::add_drafts(txn, device, {&draft, 1}, world.now, world.random));
            CHAPAR_TRY(client::seal_drafts(txn, device, numbers, world.now, world.random));
            return numbers.front();
        });
    }
    client::OutboxItem item(client::OutboxNumber number) {
        return reading(
            store, [&](const storage::ReadTxn& txn) { return client::outbox_item(txn, number); });
    }
};

}  // namespace

TEST_CASE("a session syncs, publishes its bundle once and sends what waits") {
    Desk desk;
    FakeBroker broker(desk.world, desk.post);
    auto session = desk.session(broker);
    must(session.open());
    CHECK(must(session.sync_directory()).alarms.empty());
    CHECK(must(session.renew_bundle()) == client::BundleOutcome::Published);
    CHECK(must(session.sync_directory()).alarms.empty());
    CHECK(must(session.renew_bundle()) == client::BundleOutcome::Fresh);
    const auto number = desk.write(World::alert({"AF-SKB-BLO", "UZ-TMZ-BLO"}));
    const auto report = must(session.submit());
    CHECK(report.logged == std::vector{number});
    CHECK(report.alarms.empty());
    CHECK(desk.item(number).stage == schemas::Stage::Logged);
}

TEST_CASE("after a lost answer the same bytes go again and the first outcome counts") {
    Desk desk;
    FakeBroker broker(desk.world, desk.post);
    broker.lose_outcomes = true;
    auto session = desk.session(broker);
    must(session.open());
    must(session.sync_directory());
    const auto number = desk.write(World::alert({"AF-SKB-BLO"}));
    CHECK(error_of(session.submit()) == Errc::Unreachable);
    CHECK(desk.item(number).stage == schemas::Stage::OnThisComputer);
    const auto first = std::get<schemas::Submit>(broker.sent.back());
    broker.lose_outcomes = false;
    auto again = desk.session(broker);
    must(again.open());
    CHECK(must(again.submit()).logged.size() == 1);
    CHECK(std::get<schemas::Submit>(broker.sent.back()) == first);
    CHECK(desk.item(number).attempts == 2);
}

TEST_CASE("an outcome whose proofs come in two frames is one receipt") {
    Desk desk;
    FakeBroker broker(desk.world, desk.post);
    broker.in_pieces = true;
    auto session = desk.session(broker);
    must(session.open());
    must(session.sync_directory());
    const auto number = desk.write(World::alert({"AF-SKB-BLO", "UZ-TMZ-BLO"}));
    CHECK(must(session.submit()).logged == std::vector{number});
}

TEST_CASE("a receipt that does not prove this envelope leaves it on this computer") {
    Desk desk;
    FakeBroker broker(desk.world, desk.post);
    broker.forge_receipts = true;
    auto session = desk.session(broker);
    must(session.open());
    must(session.sync_directory());
    const auto number = desk.write(World::alert({"AF-SKB-BLO"}));
    const auto report = must(session.submit());
    CHECK(report.logged.empty());
    CHECK(report.alarms.size() == 1);
    CHECK(desk.item(number).stage == schemas::Stage::OnThisComputer);
}

TEST_CASE("a delivery newer than the directory is synced first, then settled and confirmed") {
    Desk desk;
    FakeBroker broker(desk.world, desk.post);
    auto session = desk.session(broker);
    must(session.open());
    must(session.sync_directory());
    must(session.renew_bundle());
    desk.world.sync(desk.world.af);
    desk.world.log_time();  // the session has not seen this
    const auto number = desk.world.compose(desk.world.af, World::alert({"TJ-NPJ-BLO"}));
    const auto bytes = desk.world.bytes_of(desk.world.af, number);
    const auto at = desk.world.accept(desk.world.af, bytes);
    broker.deliver(desk.world.delivery(desk.post, bytes, at));
    const auto reports = must(session.take_deliveries(kSecond));
    REQUIRE(reports.size() == 1);
    CHECK(reports.front().reception == client::Reception::Settled);
    CHECK(reading(desk.store, [](const storage::ReadTxn& txn) {
              return client::pending_statements(txn);
          }).empty());
    CHECK(must(session.take_deliveries(kSecond)).empty());
}

TEST_CASE("a broker that shows another history ends the session and leaves evidence") {
    Desk desk;
    FakeBroker broker(desk.world, desk.post);
    auto session = desk.session(broker);
    must(session.open());
    World other;  // the same keys, another ledger: what a forked broker would show
    other.log_time();
    for (int i = 0; i < 8; ++i) other.log_time();
    FakeBroker forked(other, desk.post);
    auto second = desk.session(forked);
    CHECK(error_of(second.open()) == Errc::HeadMismatch);
    CHECK(reading(desk.store, [](const storage::ReadTxn& txn) {
              return client::evidence(txn);
          }).size() == 2);
}

TEST_CASE("a silent broker is unreachable") {
    struct Silent final : client::Transport {
        explicit Silent(World& in) : world(in) {}
        Status send(ByteView) override { return Done{}; }
        Result<std::optional<Bytes>> receive(DurationMs patience) override {
            world.now = world.now + patience;
            return std::optional<Bytes>();
        }
        World& world;
    };
    Desk desk;
    Silent silent(desk.world);
    client::Session session({desk.store, desk.home, silent, desk.clock, desk.world.random});
    CHECK(error_of(session.open()) == Errc::Unreachable);
}

}  // namespace chapar::testing
