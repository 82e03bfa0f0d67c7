// `chapard check --rebuild --accept`: where bodies were erased, a store that says otherwise than
// its ledger is not made anew before somebody says so.
#include <filesystem>

#include "broker/core/envelope_row.h"
#include "broker/core/tables.h"
#include "crypto/envelope.h"
#include "crypto/retention.h"
#include "storage/compare.h"
#include "storage/lmdb/lmdb_store.h"
#include "tests/unit/broker_edge/exchange.h"
#include "tests/unit/check/checked.h"

using namespace chapar;
using namespace chapar::broker;
using namespace chapar::testing;
namespace fs = std::filesystem;

namespace {

// A directory whose ledger has had a message delivered, and its bucket shredded 100 days later.
class Shredded {
  public:
    Shredded() : start_(real_now().value - (kDay * 101).value), centre_(start_), time_(start_) {
        const auto envelope = exchange();
        time_.advance(kDay * 100);
        shred(envelope);
        open();
        for (const storage::Table& table : store_tables()) before_[table.name] = digest(table);
        close();
    }
    [[nodiscard]] const fs::path& directory() const { return centre_.directory(); }
    [[nodiscard]] Checked check(std::vector<std::string> more = {}) const {
        return run_check(directory(), std::move(more));
    }
    // Tables of the store as it is that are not what they were.
    std::vector<std::string> changed() {
        std::vector<std::string> out;
        open();
        for (const storage::Table& table : store_tables()) {
            if (digest(table) != before_[table.name]) out.emplace_back(table.name);
        }
        close();
        return out;
    }
    void erase(const storage::Table& table, std::string_view key) {
        open();
        auto txn = store_->begin_write().value();
        REQUIRE(txn->erase(table, view(key)));
        REQUIRE(std::move(*txn).commit());
        txn.reset();
        close();
    }
    void erase_first(const storage::Table& table) {
        open();
        auto txn = store_->begin_write().value();
        auto rows = txn->cursor(table);
        REQUIRE(rows->seek_first());
        const Bytes key = to_bytes(rows->key());
        REQUIRE(txn->erase(table, key));
        rows.reset();
        REQUIRE(std::move(*txn).commit());
        txn.reset();
        close();
    }

  private:
    void open() {
        store_ = storage::LmdbStore::open(directory() / "store", store_tables()).value();
    }
    void close() { store_.reset(); }
    Hash digest(const storage::Table& table) {
        return storage::digest(*store_->begin_read().value(), {&table, 1}).value();
    }

    EnvelopeHash exchange() {
        open();
        RunningBroker broker(centre_, *store_, time_);
        {
            AdminClient admin(directory() / "admin.sock");
            for (const Bytes& record : centre_.records()) admin.publish(record);
        }
        const auto session = [&](const EdgeDevice& device) {
            auto client = std::make_unique<TestClient>(broker.endpoint(),
                                                       centre_.manifest().curve_key, device.curve);
            (void)client->greet(centre_, device);
            return client;
        };
        const auto sender = session(*centre_.tajik);
        const auto reader = session(*centre_.uzbek);
        const auto envelope = centre_.seal(centre_.nothing_seen());
        sender->send(schemas::Submit{{}, {envelope}});
        REQUIRE(sender->expect<schemas::Outcomes>().items.at(0).code.empty());
        const auto hash = crypto::envelope_hash(envelope.envelope);
        reader->send(schemas::Credit{1});
        const auto deliver = reader->expect<schemas::Deliver>();
        reader->send(centre_.statement(*centre_.uzbek, hash, deliver.deliveries.at(0).proof.index));
        REQUIRE(reader->expect<schemas::Outcomes>().items.at(0).code.empty());
        REQUIRE(broker.stop());
        return hash;
    }

    void shred(const EnvelopeHash& envelope) {
        const auto row = read_envelope(*store_->begin_read().value(), envelope).value();
        REQUIRE(row);
        const crypto::ShredRecord record{{centre_.tajik->agency, centre_.uzbek->agency,
                                          row->addressing->retention, crypto::month_of(start_)},
                                         "article 12"};
        RunningBroker broker(centre_, *store_, time_);
        AdminClient(directory() / "admin.sock")
            .publish(centre_.by_registrars(*centre_.tajik, crypto::RecordType::Shred, record));
        REQUIRE(broker.stop());
        close();
    }

    TimeMs start_;
    Centre centre_;
    FakeTime time_;
    std::map<std::string_view, Hash> before_;
    std::unique_ptr<storage::LmdbStore> store_;
};

}  // namespace

// Fails if a store that contradicts its ledger is replaced unasked, if --accept changes nothing, or
// if the store that was replaced is not kept.
TEST_CASE("rows that contradict the ledger stay until the ledger's word is accepted for them") {
    Shredded scene;
    CHECK(scene.check().code == 0);
    CHECK(scene.changed().empty());
    for (const storage::Table& table : {kDeviceTable, kOfficeTable}) scene.erase_first(table);
    const std::vector<std::string> wrong{"office", "device"};
    CHECK(scene.changed() == wrong);
    const auto replaced = scene.directory() / "store.damaged-1";

    const auto refused = scene.check({"--rebuild"});
    CHECK(refused.code == 5);
    const auto& unasked = refused.report.at("rebuilt").as_object();
    CHECK(unasked.at("differs").to_number<int>() == 2);
    CHECK(unasked.at("damaged_store").as_string().empty());
    CHECK(scene.changed() == wrong);
    CHECK_FALSE(fs::exists(replaced));
    // It is a word about a rebuild, and nothing by itself.
    CHECK(scene.check({"--accept"}).code == 2);
    CHECK(scene.changed() == wrong);

    const auto accepted = scene.check({"--rebuild", "--accept"});
    CHECK(accepted.code == 0);
    CHECK(accepted.report.at("right").as_bool());
    CHECK(accepted.report.at("rebuilt").as_object().at("differs").to_number<int>() == 2);
    // Numbers of a mailbox whose envelopes were erased begin anew: nothing waits under an old one.
    CHECK(scene.changed() == std::vector<std::string>{"mailcount"});
    CHECK(fs::exists(replaced / "data.mdb"));
    CHECK(scene.check().code == 0);
}

// Fails if the form of the tables, which the program wrote and no ledger, counts as a row of it.
TEST_CASE(
    "an older chapard's tables are made anew without a further word, also after a shredding") {
    Shredded scene;
    scene.erase(kCoreTable, "tables");
    const auto rebuilt = scene.check({"--rebuild"});
    CHECK(rebuilt.code == 0);
    CHECK(rebuilt.report.at("rebuilt").as_object().at("differs").to_number<int>() == 0);
    CHECK(scene.changed() == std::vector<std::string>{"mailcount"});
}
