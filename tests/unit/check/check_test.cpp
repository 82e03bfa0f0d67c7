// `chapard check`: damage in any table is found and named, a crash of what looks is a result, and
// what follows from the ledger is made anew, byte for byte.
#include <random>

#include "broker/core/ledger_tables.h"
#include "broker/core/tables.h"
#include "broker/edge/high_water.h"
#include "broker/edge/tick.h"
#include "storage/compare.h"
#include "storage/lmdb/lmdb_store.h"
#include "tests/unit/broker_edge/chapard_process.h"
#include "tests/unit/broker_edge/transfer_client.h"
#include "tests/unit/check/checked.h"

using namespace chapar;
using namespace chapar::broker;
using namespace chapar::testing;

namespace {

// A broker's directory with rows in every table that lasts, and a closed tile; chapard has stopped.
class Scene {
  public:
    Scene() : centre(real_now()) {
        begin_ledger();
        Chapard chapard({"--dir", dir()});
        const std::string endpoint = chapard.ready();
        {
            AdminClient admin(dir() / "admin.sock");
            for (const Bytes& record : centre.records()) admin.publish(record);
        }
        exchange(endpoint);
        chapard.signal(SIGTERM);
        REQUIRE(chapard.exit_code() == 0);
        open();
        for (const storage::Table& table : store_tables()) before[table.name] = digest(table);
        close();
    }

    const std::filesystem::path& dir() const { return centre.directory(); }
    void open() { store_ = storage::LmdbStore::open(dir() / "store", store_tables()).value(); }
    void close() { store_.reset(); }

    Hash digest(const storage::Table& table) {
        const auto txn = store_->begin_read().value();
        return storage::digest(*txn, {&table, 1}).value();
    }
    // One bit of the last row, as it is stored. False: the table is empty.
    bool flip(const storage::Table& table) {
        open();
        const storage::Table raw{table.name, storage::Framing::Raw};
        auto txn = store_->begin_write().value();
        auto rows = txn->cursor(raw);
        REQUIRE(rows->seek_last());
        const bool found = rows->at_record();
        if (found) {
            const Bytes key = to_bytes(rows->key());
            Bytes value = to_bytes(rows->value());
            value.back() ^= std::byte{1};
            REQUIRE(txn->put(raw, key, value));
        }
        rows.reset();
        REQUIRE(std::move(*txn).commit());
        txn.reset();
        close();
        return found;
    }
    void erase(const storage::Table& table, std::string_view key) {
        open();
        auto txn = store_->begin_write().value();
        REQUIRE(txn->erase(table, view(key)));
        REQUIRE(std::move(*txn).commit());
        txn.reset();
        close();
    }
    enum class Which : std::uint8_t { First, Last };
    void erase(const storage::Table& table, Which which = Which::First) {
        open();
        auto txn = store_->begin_write().value();
        auto rows = txn->cursor(table);
        REQUIRE((which == Which::First ? rows->seek_first() : rows->seek_last()));
        REQUIRE(rows->at_record());
        const Bytes key = to_bytes(rows->key());
        REQUIRE(txn->erase(table, key));
        rows.reset();
        REQUIRE(std::move(*txn).commit());
        txn.reset();
        close();
    }

    Checked check(std::vector<std::string> more = {}) const {
        return run_check(dir(), std::move(more));
    }

    Centre centre;
    std::map<std::string_view, Hash> before;

  private:
    // The first 300 entries, so that a tile is closed.
    void begin_ledger() {
        open();
        const NodeKeys node = NodeKeys::read(dir()).value();
        LedgerKeyFile keys =
            LedgerKeyFile::open(dir() / "ledger.keys", dir() / "kek" / "ledger.kek", centre.random)
                .value();
        Tick tick = Tick::open({*store_, keys, node.log, centre.random, Capacity{10}}).value();
        const Stamp stamp{TimeMs(real_now().value - kMinute.value)};
        std::vector<Operation> operations{{stamp, Found{node.manifest_record}}};
        while (operations.size() < 300) operations.push_back({stamp, OpenEpoch{Hash{}, "one"}});
        REQUIRE(tick.run(operations));
        HighWaterFile file(dir() / "high-water", node.manifest.origin);
        REQUIRE(file.claim(HighWaterFile::Found::Nothing, {Hash{}, tick.signed_head().note}));
        close();
    }

    void exchange(const std::string& endpoint) {
        TestClient sender(endpoint, centre.manifest().curve_key, centre.tajik->curve);
        (void)sender.greet(centre, *centre.tajik);
        TestClient reader(endpoint, centre.manifest().curve_key, centre.uzbek->curve);
        (void)reader.greet(centre, *centre.uzbek);
        const auto with_file = centre.seal_with({BodySample::random_bytes(200'000, 5)});
        upload(sender, BodySample(with_file.files.at(0)));
        sender.send(schemas::Submit{{}, {with_file.envelope}});
        REQUIRE(sender.expect<schemas::Outcomes>().items.at(0).code == "");
        for (int i = 0; i < 3; ++i) {
            sender.send(schemas::Submit{{}, {centre.seal(centre.nothing_seen())}});
            REQUIRE(sender.expect<schemas::Outcomes>().items.at(0).code == "");
        }
        reader.send(schemas::Credit{2});
        std::vector<schemas::Delivery> got;
        while (got.size() < 2) {
            for (auto& one : reader.expect<schemas::Deliver>().deliveries) got.push_back(one);
        }
        for (const auto& one : got) {
            reader.send(centre.statement(*centre.uzbek, crypto::envelope_hash(one.envelope),
                                         one.proof.index));
            REQUIRE(reader.expect<schemas::Outcomes>().items.at(0).code == "");
        }
    }

    std::unique_ptr<storage::LmdbStore> store_;
};

bool is_kept(std::string_view table) {
    for (const char* name : {"leaf", "body", "cp", "payload", "files", "fileuse", "lost"}) {
        if (table == name) return true;
    }
    return false;
}

}  // namespace

// Fails if: the check takes the lock, or a part finds fault with what a running broker changes
// meanwhile.
TEST_CASE("a store that is right is found right, at rest and while chapard runs") {
    Scene scene;
    const auto at_rest = scene.check();
    CHECK(at_rest.code == 0);
    CHECK(at_rest.report.at("right").as_bool());
    CHECK_FALSE(at_rest.report.at("running").as_bool());
    CHECK(at_rest.report.at("complete").as_bool());
    CHECK(at_rest.wrong("links") == 0);
    Chapard chapard({"--dir", scene.dir()});
    (void)chapard.ready();
    const auto beside = scene.check();
    CHECK(beside.code == 0);
    CHECK(beside.report.at("running").as_bool());
    // Fails if what was not looked at counts as right.
    CHECK_FALSE(beside.report.at("complete").as_bool());
    CHECK(beside.passed_over("bodies"));
    CHECK(beside.passed_over("replay"));
    CHECK_FALSE(beside.passed_over("links"));
    CHECK(scene.check({"--rebuild"}).code == 7);
}

// Fails if: a part does not read every row, or what is carried over by a rebuild is left out.
TEST_CASE("a bit flipped in any table is found, and what follows from the ledger is made anew") {
    Scene scene;
    std::size_t tables = 0;
    for (const storage::Table& table : store_tables()) {
        CAPTURE(table.name);
        const std::string part(table.name == "body"   ? "bodies"
                               : table.name == "leaf" ? "ledger"
                               : table.name == "tile" ? "ledger"
                                                      : table.name);
        if (!scene.flip(table)) continue;
        ++tables;
        const auto found = scene.check();
        CHECK(found.code == 5);
        CHECK(found.wrong(part) > 0);
        if (is_kept(table.name)) {
            // Nothing tells a leaf that is wrong from a head or tile that is.
            CHECK(found.report.at("rebuildable").as_bool() == (table.name == "leaf"));
            // The same bit again.
            scene.flip(table);
            CHECK(scene.check().code == 0);
            continue;
        }
        CHECK(found.report.at("rebuildable").as_bool());
        CHECK(scene.check({"--rebuild"}).code == 0);
        scene.open();
        for (const storage::Table& each : store_tables()) {
            CAPTURE(each.name);
            CHECK(scene.digest(each) == scene.before[each.name]);
        }
        scene.close();
    }
    CHECK(tables >= 24);
    Chapard chapard({"--dir", scene.dir()});
    (void)chapard.ready();
}

// Fails if: check_links() is left out, or asks only for rows that are there.
TEST_CASE("a row that is missing shows in the rows that name it, and comes back") {
    Scene scene;
    for (const storage::Table& table :
         {kMailboxTable, kStanzaTable, kEnvelopeTable, kOperationTable, kDeadlineTable,
          kMailCountTable, kAgencyMailTable}) {
        CAPTURE(table.name);
        // The last envelopes still wait; that a row of one is missing must show.
        const bool waits = table.name == kStanzaTable.name || table.name == kDeadlineTable.name;
        scene.erase(table, waits ? Scene::Which::Last : Scene::Which::First);
        const auto found = scene.check();
        CHECK(found.code == 5);
        CHECK(found.wrong("links") > 0);
        CHECK(found.wrong("replay") == 1);
        CHECK(scene.check({"--rebuild"}).code == 0);
        scene.open();
        CHECK(scene.digest(table) == scene.before[table.name]);
        scene.close();
    }
}

// Fails if: chapard starts on rows that it would count wrong, or does not say what to do.
TEST_CASE("a store with an older chapard's tables is refused with the command that mends it") {
    Scene scene;
    scene.erase(kCoreTable, "tables");
    scene.erase(kAgencyMailTable);
    const std::string dir = scene.dir().string();
    const std::string command = "chapard check --dir " + dir + " --rebuild";
    {
        Chapard chapard({"--dir", dir});
        // A build with sanitizers warns first that it has no sandbox.
        const std::string said = chapard.error_line_with("\"problem\"");
        CHECK(said.find("\"version.unknown\"") != std::string::npos);
        CHECK(said.find(command) != std::string::npos);
        CHECK(chapard.exit_code() == 1);
    }
    ProgramChild repair({CHAPAR_CHAPARD, {"repair", "--dir", dir, "--from", dir}});
    CHECK(repair.error_line().find(command) != std::string::npos);
    CHECK(repair.exit_code() == 1);
    CHECK(scene.check().report.at("rebuildable").as_bool());
    CHECK(scene.check({"--rebuild"}).code == 0);
    scene.open();
    for (const storage::Table& each : store_tables()) {
        CAPTURE(each.name);
        CHECK(scene.digest(each) == scene.before[each.name]);
    }
    scene.close();
    Chapard chapard({"--dir", dir});
    (void)chapard.ready();
}

// Fails if: a body that nobody can open passes as one that was looked at.
TEST_CASE("a secret that ledger.keys has lost is found missing") {
    Scene scene;
    const auto file = scene.dir() / "ledger.keys";
    std::string lines;
    {
        std::ifstream in(file, std::ios::binary);
        lines.assign(std::istreambuf_iterator<char>(in), {});
    }
    const std::size_t last = lines.rfind('\n', lines.size() - 2);
    REQUIRE(last != std::string::npos);
    std::ofstream(file, std::ios::binary | std::ios::trunc) << lines.substr(0, last + 1);
    const auto found = scene.check();
    CHECK(found.code == 5);
    CHECK(found.wrong("bodies") > 0);
}

// Fails if: the part "replay" is left out.
TEST_CASE("a row that is missing and that no other names shows in the replay") {
    Scene scene;
    for (const storage::Table& table :
         {kNoticeTable, kRecordTable, kKeyUsedTable, kPolicyTable, kBucketTable, kTileTable}) {
        CAPTURE(table.name);
        scene.erase(table);
        CHECK(scene.check().code == 5);
        CHECK(scene.check({"--rebuild"}).code == 0);
        scene.open();
        CHECK(scene.digest(table) == scene.before[table.name]);
        scene.close();
    }
}

// Fails if: a damaged payload is carried over, or what it belonged to is not marked.
TEST_CASE("a payload that is damaged is left out by a rebuild, and its envelope counted lost") {
    Scene scene;
    REQUIRE(scene.flip(kPayloadTable));
    const auto rebuilt = scene.check({"--rebuild"});
    CHECK(rebuilt.code == 0);
    const auto& report = rebuilt.report.at("rebuilt").as_object();
    CHECK(report.at("lost").to_number<int>() == 1);
    CHECK(report.at("left_out").to_number<int>() == 1);
    scene.open();
    CHECK(scene.digest(kLostTable) != scene.before["lost"]);
    scene.close();
}

// Fails if: the leaves that come out are not compared with those recorded.
TEST_CASE("a rebuild of a ledger whose leaves or bodies are wrong changes nothing") {
    Scene scene;
    for (const storage::Table& table : {kLeafTable, kBodyTable}) {
        CAPTURE(table.name);
        REQUIRE(scene.flip(table));
        CHECK(scene.check({"--rebuild"}).code != 0);
        REQUIRE(scene.flip(table));
        CHECK(scene.check().code == 0);
    }
}

// Fails if: only names and sizes of files are looked at.
TEST_CASE("an attachment whose file is gone or changed is named") {
    Scene scene;
    std::filesystem::path file;
    for (const auto& entry : std::filesystem::directory_iterator(scene.dir() / "bodies")) {
        if (entry.is_regular_file() && entry.path().extension().empty()) file = entry.path();
    }
    REQUIRE_FALSE(file.empty());
    {
        std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
        stream.seekp(70'000);
        stream.put('x');
    }
    CHECK(scene.check().wrong("attachments") == 1);
    std::filesystem::remove(file);
    CHECK(scene.check().wrong("attachments") == 1);
}

// LMDB asserts, faults or walks astray on such files; the check must come to its end each time.
TEST_CASE("whole pages of garbage never end the check itself") {
    Scene scene;
    const auto file = scene.dir() / "store" / "data.mdb";
    const auto good = scene.dir() / "good.mdb";
    std::filesystem::copy_file(file, good);
    const auto pages = std::filesystem::file_size(file) / 4096;
    std::mt19937_64 random(11);
    int wrong = 0;
    for (int round = 0; round < 12; ++round) {
        {
            std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
            for (int i = 0; i < 6; ++i) {
                stream.seekp(static_cast<std::streamoff>((2 + random() % (pages - 2)) * 4096));
                std::string page(4096, '\0');
                for (char& c : page) c = static_cast<char>(random());
                stream.write(page.data(), 4096);
            }
        }
        const auto found = scene.check();
        CHECK((found.code == 5 || found.code == 0));
        if (found.code == 5) ++wrong;
        std::filesystem::copy_file(good, file, std::filesystem::copy_options::overwrite_existing);
    }
    CHECK(wrong > 6);
    CHECK(scene.check().code == 0);
}
