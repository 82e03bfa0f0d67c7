#include <doctest/doctest.h>

#include <fstream>
#include <functional>

#include "broker/carry_over.h"
#include "broker/ceremony_parts.h"
#include "broker/core/carried.h"
#include "broker/core/core_state.h"
#include "broker/core/directory.h"
#include "broker/core/ledger_open.h"
#include "broker/core/ledger_read.h"
#include "broker/core/tables.h"
#include "broker/edge/tick.h"
#include "broker/program.h"
#include "broker/succession_files.h"
#include "broker/succession_main.h"
#include "crypto/entry_body.h"
#include "crypto/private_file.h"
#include "crypto/succession.h"
#include "storage/memory_store.h"
#include "tests/support/results.h"
#include "tests/unit/broker_edge/centre.h"
#include "tests/unit/broker_edge/chapard_process.h"

namespace chapar::testing {
namespace {

namespace fs = std::filesystem;
using broker::BrokerDirectory;
using broker::Operation;

int run(int (*program)(int, char**), std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"chapard", "command"});
    std::vector<char*> argv;
    for (std::string& word : arguments) argv.push_back(word.data());
    return program(static_cast<int>(argv.size()), argv.data());
}

Bytes content_of(const fs::path& path) {
    return must(broker::read_file(path, broker::Exposure::Public));
}

// A founded centre whose store has lost what stood behind its directory: a note names five more
// entries. The new directory is beside it.
struct LostLedger {
    TimeMs began{real_now().value - kHour.value};
    Centre centre{began};
    TemporaryDirectory folder;
    crypto::SystemRandom random;
    fs::path next = folder.path() / "next";
    std::string draft = (folder.path() / "draft").string();
    std::string note = (folder.path() / "note").string();
    std::uint64_t size = 0;

    LostLedger() {
        BrokerDirectory opened = must(BrokerDirectory::open(centre.directory(), random));
        broker::Tick tick = must(broker::Tick::open(
            {*opened.store, opened.ledger_keys, opened.node.log, random, broker::Capacity{}}));
        const auto put = [&](broker::OperationBody body) {
            began = TimeMs(began.value + 1);
            const Operation operation{{began, broker::Clock::Disciplined}, std::move(body)};
            const auto outcome = must(tick.run({&operation, 1})).front();
            CAPTURE(outcome.context);
            REQUIRE_FALSE(outcome.code);
        };
        put(broker::Found{opened.node.manifest_record});
        put(broker::OpenEpoch{Hash{}, "chapard"});
        for (const Bytes& record : centre.records()) put(broker::PutRecord{record});
        size = tick.frontier().size().value;
        write_note(size + 5);
    }

    void write_note(std::uint64_t named, const std::string& where = {}) {
        std::ofstream(where.empty() ? note : where) << centre.note(TreeSize(named), Hash{});
    }
    int make_draft(std::vector<std::string> more = {}) {
        std::vector<std::string> arguments{"--dir",    centre.directory().string(),
                                           "--new",    next.string(),
                                           "--note",   note,
                                           "--out",    draft,
                                           "--reason", "the disk was lost"};
        for (std::size_t i = 0; i < 2; ++i) {
            arguments.insert(arguments.end(), {"--agency", agency(i)});
        }
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run(broker::succession_main, arguments);
    }
    std::string agency(std::size_t index) {
        return (index == 0 ? centre.tajik : centre.uzbek)->agency.text();
    }
    using Sign = std::function<void(crypto::SignedRecord&)>;
    std::string sign(const Sign& by, const char* name = "signed") {
        auto parts = must(broker::CeremonyParts::decode(content_of(draft)));
        centre.sign_by_centre(parts.records.at(0));
        by(parts.records.at(1));
        const std::string path = (folder.path() / name).string();
        const Bytes bytes = parts.encode();
        std::ofstream(path).write(reinterpret_cast<const char*>(bytes.data()),
                                  static_cast<std::streamsize>(bytes.size()));
        return path;
    }
    void sign_by_all(crypto::SignedRecord& record) const {
        centre.sign_by_centre(record);
        centre.sign_by_root(record, 0, 0);
        centre.sign_by_root(record, 1, 0);
    }
    std::string sign_well() {
        return sign([&](crypto::SignedRecord& record) { sign_by_all(record); });
    }
    // Signed by all, about something else than what was drafted.
    std::string sign_changed(const std::function<void(crypto::SuccessionRecord&)>& change) {
        return sign(
            [&](crypto::SignedRecord& record) {
                auto body = crypto::SuccessionRecord::decode(record.body).value();
                change(body);
                record.body = body.encode();
                sign_by_all(record);
            },
            "changed");
    }
    crypto::SignedRecord signed_succession(const std::string& file) {
        return must(broker::CeremonyParts::decode(content_of(file))).records.at(1);
    }
    fs::path log_key() { return centre.directory() / "keys" / "log.key"; }
    int succeed(const std::string& file, std::vector<std::string> more = {}) {
        std::vector<std::string> arguments{
            "--dir", centre.directory().string(), "--new", next.string(), "--signed", file};
        more.insert(more.begin(), {"--note", note});
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run(broker::succeed_main, arguments);
    }
    [[nodiscard]] bool is_closed() const {
        return fs::exists(broker::closed_mark(centre.directory())) ||
               !fs::exists(centre.directory() / "keys" / "log.key");
    }
};

}  // namespace

// Fails if any of the signatures, the note or the old store is not asked for.
TEST_CASE("A succession that is not signed by all, or not about this store, closes nothing") {
    LostLedger lost;
    REQUIRE(lost.make_draft() == 0);
    const auto invalid = static_cast<int>(text_of(Errc::SuccessionInvalid).exit);
    const auto refuses = [&](const LostLedger::Sign& by) {
        CHECK(lost.succeed(lost.sign(by, "bad")) == invalid);
        CHECK_FALSE(lost.is_closed());
    };
    const Centre& centre = lost.centre;
    refuses([&](auto& r) { centre.sign_by_root(r, 0, 0), centre.sign_by_root(r, 1, 0); });
    refuses([&](auto& r) { centre.sign_by_centre(r), centre.sign_by_root(r, 0, 0); });
    refuses([&](auto& r) {
        centre.sign_by_centre(r), centre.sign_by_root(r, 0, 0), centre.sign_by_root(r, 0, 1);
    });
    refuses([](auto&) {});
    refuses([&](auto& r) {
        auto record = crypto::SuccessionRecord::decode(r.body).value();
        record.kept = EntryIndex(record.kept.value - 1);
        r.body = record.encode();
        centre.sign_by_centre(r), centre.sign_by_root(r, 0, 0), centre.sign_by_root(r, 1, 0);
    });

    // Fails if `made` is not held against the ledger and the clock.
    const auto changed = [&](const std::function<void(crypto::SuccessionRecord&)>& change) {
        CHECK(lost.succeed(lost.sign_changed(change)) == invalid);
        CHECK_FALSE(lost.is_closed());
    };
    changed([&](auto& r) { r.made = TimeMs(lost.began.value - 1); });
    changed([&](auto& r) { r.made = TimeMs(r.made.value + 2 * kHour.value); });
    // Fails if the directory is not rehearsed before the old ledger is closed.
    changed([](auto& r) { r.carried.bytes[0] ^= std::byte{1}; });

    // A larger note turns up after it was drafted.
    const std::string larger = (lost.folder.path() / "larger").string();
    lost.write_note(lost.size + 9, larger);
    CHECK(lost.succeed(lost.sign_well(), {"--note", larger}) == invalid);
    CHECK_FALSE(lost.is_closed());
}

// Fails if sizes alone are compared: which of two histories was lost is nobody's to choose.
TEST_CASE("Notes that contradict each other, or the record's, are a fork and close nothing") {
    const auto fork = static_cast<int>(text_of(Errc::ForkDetected).exit);
    LostLedger lost;
    Hash other;
    other.bytes[0] = std::byte{1};
    const std::string beside = (lost.folder.path() / "beside").string();
    std::ofstream(beside) << lost.centre.note(TreeSize(lost.size + 5), other);
    CHECK(lost.make_draft({"--note", beside}) == fork);
    CHECK_FALSE(fs::exists(lost.next));
    REQUIRE(lost.make_draft() == 0);
    CHECK(lost.succeed(lost.sign_well(), {"--note", beside}) == fork);
    CHECK(lost.succeed(lost.sign_changed([&](auto& r) {
        r.note = lost.centre.note(TreeSize(lost.size + 5), other);
    })) == fork);
    CHECK_FALSE(lost.is_closed());
}

// Each fails if check_carried() is not asked where an epoch is opened, or leaves it out.
TEST_CASE(
    "chapard does not start on another directory than was signed for, or with a clock before it") {
    LostLedger lost;
    REQUIRE(lost.make_draft() == 0);
    const auto start_with = [&](const std::string& file, TimeMs when = real_now()) {
        BrokerDirectory opened = must(BrokerDirectory::open(lost.centre.directory(), lost.random));
        const std::vector<broker::KnownNote> notes;
        const broker::OldLedger old{opened.node, *opened.store, opened.ledger_keys.keys(), notes};
        storage::MemoryStore store(broker::store_tables());
        TemporaryDirectory keys_folder;
        auto keys = must(broker::LedgerKeyFile::open(keys_folder.path() / "ledger.keys",
                                                     keys_folder.path() / "kek", lost.random));
        broker::Tick tick = must(
            broker::Tick::open({store, keys, opened.node.log, lost.random, broker::Capacity{}}));
        const auto carried =
            must(broker::carry_over(old, store, tick, lost.signed_succession(file), lost.random));
        CHECK(carried.refused.empty());
        const Operation start{{when, broker::Clock::Disciplined},
                              broker::OpenEpoch{Hash{}, "chapard"}};
        return must(tick.run({&start, 1})).front().code;
    };
    CHECK_FALSE(start_with(lost.sign_well()));
    CHECK(start_with(lost.sign_changed([](auto& r) { r.carried = Hash{}; })) ==
          Errc::SuccessionInvalid);
    // A real-time clock without a battery, and one that is half an hour behind.
    CHECK(start_with(lost.sign_well(), TimeMs(kDay.value)) == Errc::SuccessionInvalid);
    CHECK(start_with(lost.sign_well(), TimeMs(real_now().value - kHour.value / 2)) ==
          Errc::SuccessionInvalid);
}

// Fails if names are compared as they are spelt.
TEST_CASE("two names of one file are one, however they are spelt and whether or not it is there") {
    TemporaryDirectory folder;
    const fs::path kek = folder.path() / "old" / "kek";
    fs::create_directories(kek);
    fs::create_directory_symlink(kek, folder.path() / "linked");
    CHECK(broker::is_one_file(kek / "ledger.kek", folder.path() / "linked" / "ledger.kek"));
    CHECK(broker::is_one_file(kek / "ledger.kek", folder.path() / "new" / "../old/kek/ledger.kek"));
    CHECK(broker::is_one_file(kek / "ledger.kek",
                              fs::proximate(kek / "ledger.kek", fs::current_path())));
    CHECK_FALSE(broker::is_one_file(kek / "ledger.kek", kek / "other.kek"));
    std::ofstream(kek / "ledger.kek") << "x";
    fs::create_hard_link(kek / "ledger.kek", kek / "other.kek");
    CHECK(broker::is_one_file(kek / "ledger.kek", kek / "other.kek"));
}

// Fails if what is there counts as made by this run.
TEST_CASE("a KEK that stands in NEW before the old ledger is closed is somebody's") {
    LostLedger lost;
    REQUIRE(lost.make_draft() == 0);
    fs::create_directories(lost.next / "kek");
    std::ofstream(lost.next / "kek" / "ledger.kek") << "another broker's";
    CHECK(lost.succeed(lost.sign_well()) == static_cast<int>(text_of(Errc::AlreadyExists).exit));
    CHECK_FALSE(lost.is_closed());
}

// Fails if the finished branch asks for chapard.toml only.
TEST_CASE(
    "Who finishes NEW by hand does not close the old ledger with a draft that nobody signed") {
    LostLedger lost;
    REQUIRE(lost.make_draft() == 0);
    const auto exists = static_cast<int>(text_of(Errc::AlreadyExists).exit);
    const std::string half = lost.sign([&](auto& r) { lost.centre.sign_by_centre(r); });
    fs::rename(lost.next / "chapard.toml.next", lost.next / "chapard.toml");
    CHECK(lost.succeed(half) == exists);
    CHECK(lost.succeed(lost.sign_well()) == exists);
    CHECK_FALSE(lost.is_closed());
    fs::rename(lost.next / "chapard.toml", lost.next / "chapard.toml.next");

    // Nor another broker's directory, once the old ledger is closed by another record.
    REQUIRE(lost.succeed(lost.sign_well()) == 0);
    CHECK(lost.succeed(lost.sign_changed([](auto& r) { r.reason = "another"; })) == exists);
}

// Each state is the one that a cut behind that step leaves. Fails if a step is not found done, or
// if what it left is taken for whole.
TEST_CASE("A succession that was cut short is finished by the same command, from any step") {
    LostLedger lost;
    REQUIRE(lost.make_draft() == 0);
    const std::string file = lost.sign_well();
    const broker::SuccessionFiles files(lost.centre.directory(), lost.next);
    const Bytes key = content_of(lost.log_key());
    const auto put_key_back = [&] {
        must(crypto::replace_private_file(lost.log_key(), key, lost.random));
    };
    const auto finishes = [&] {
        REQUIRE(lost.succeed(file) == 0);
        CHECK(lost.is_closed());
        CHECK_FALSE(fs::exists(lost.log_key()));
        CHECK(content_of(lost.next / "succession") == content_of(file));
        Chapard next({"--dir", lost.next.string()});
        CHECK_FALSE(next.ready().empty());
        next.signal(SIGTERM);
        CHECK(next.exit_code() == 0);
    };
    const auto before_finish = [&] {
        fs::rename(lost.next / "chapard.toml", lost.next / "chapard.toml.next");
        fs::remove(lost.next / "succession");
        put_key_back();
    };
    must(files.close_old(lost.signed_succession(file), lost.random));
    finishes();
    SUBCASE("the manifest and a torn store are there") {
        before_finish();
        fs::remove_all(lost.next / "store");
        fs::create_directories(lost.next / "store");
        std::ofstream(lost.next / "store" / "data.mdb") << "torn";
        finishes();
    }
    SUBCASE("the whole store and the high-water file are there") {
        before_finish();
        finishes();
    }
    SUBCASE("only the signed file is missing under its last name") {
        before_finish();
        std::ofstream(lost.next / "succession") << "half";
        finishes();
    }
    SUBCASE("only the log key is left") {
        put_key_back();
        finishes();
    }
}

// Fails if a high-water file that the cut run has left elsewhere is taken for another ledger's.
TEST_CASE("A high-water file on another volume does not stop the second run") {
    LostLedger lost;
    REQUIRE(lost.make_draft() == 0);
    const fs::path elsewhere = lost.folder.path() / "volume" / "high-water";
    fs::create_directories(elsewhere.parent_path());
    std::ofstream(lost.next / "chapard.toml.next", std::ios::app)
        << "\n[ledger]\nhigh_water = \"" << elsewhere.string() << "\"\n";
    const std::string file = lost.sign_well();
    const Bytes key = content_of(lost.log_key());
    REQUIRE(lost.succeed(file) == 0);
    REQUIRE(fs::exists(elsewhere));
    must(crypto::replace_private_file(lost.log_key(), key, lost.random));
    fs::rename(lost.next / "chapard.toml", lost.next / "chapard.toml.next");
    CHECK(lost.succeed(file) == 0);
    CHECK_FALSE(fs::exists(lost.log_key()));
}

TEST_CASE("Nothing is drafted where nothing is missing, or for an agency that is none") {
    LostLedger lost;
    CHECK(lost.make_draft({"--agency", "NOBODY"}) ==
          static_cast<int>(text_of(Errc::NotFound).exit));
    BrokerDirectory opened = must(BrokerDirectory::open(lost.centre.directory(), lost.random));
    broker::Tick tick = must(broker::Tick::open(
        {*opened.store, opened.ledger_keys, opened.node.log, lost.random, broker::Capacity{}}));
    std::ofstream(lost.note) << lost.centre.note(tick.frontier().size(), tick.frontier().root());
    opened.lock = broker::FileDescriptor();
    opened.store.reset();
    CHECK(lost.make_draft() == static_cast<int>(text_of(Errc::Usage).exit));
    CHECK_FALSE(fs::exists(lost.next));
}

TEST_CASE("The new ledger begins with the succession and the whole directory, at its old times") {
    LostLedger lost;
    REQUIRE(lost.make_draft() == 0);
    const std::string file = lost.sign_well();
    REQUIRE(lost.succeed(file) == 0);

    const Status closed = broker::refuse_closed(lost.centre.directory());
    REQUIRE_FALSE(closed.has_value());
    CHECK(closed.error().code == Errc::OriginClosed);
    CHECK_FALSE(fs::exists(lost.centre.directory() / "keys" / "log.key"));
    CHECK(content_of(lost.next / "succession") == content_of(file));
    CHECK(lost.succeed(file) == 0);  // again: nothing is left to do

    BrokerDirectory opened = must(BrokerDirectory::open(lost.next, lost.random));
    const auto txn = must(opened.store->begin_read());
    CHECK(must(broker::read_centre(*txn))->home == opened.node.home);
    CHECK(must(broker::all_devices(*txn)).size() == 3);
    CHECK(must(broker::all_agencies(*txn)).size() == 2);
    CHECK(must(broker::read_policy(*txn, lost.centre.tajik->agency)).has_value());
    CHECK(must(broker::newest_bundle(*txn, lost.centre.uzbek->hash)).has_value());
    CHECK(must(broker::read_time(*txn)) == lost.began);

    const auto body = must(broker::stored_body(*txn, EntryIndex(0)));
    const auto entry = must(crypto::EntryBody::decode(crypto::LeafKind::Admin, body));
    const auto record = must(crypto::SignedRecord::decode(*entry.record));
    const auto succession = must(crypto::open_succession(record));
    CHECK(succession.record.kept.value == lost.size);
    CHECK(succession.newest.size.value == lost.size + 5);
    CHECK(succession.new_ledger.origin == opened.node.manifest.origin);
    CHECK(must(broker::read_leaf(*txn, EntryIndex(0))).clock == crypto::LeafClock::Held);
    const EntryIndex end(must(broker::open_ledger(*txn)).size().value);
    CHECK(must(broker::carried_records(*txn, end)) == succession.record.carried);
    CHECK(succession.record.carried != Hash{});
    CHECK_FALSE(fs::exists(lost.next / "rehearsal"));
}

TEST_CASE("chapard serves the new ledger and refuses the closed one") {
    LostLedger lost;
    REQUIRE(lost.make_draft() == 0);
    REQUIRE(lost.succeed(lost.sign_well()) == 0);
    Chapard old({"--dir", lost.centre.directory().string()});
    CHECK(old.exit_code() == static_cast<int>(text_of(Errc::OriginClosed).exit));
    Chapard next({"--dir", lost.next.string()});
    CHECK_FALSE(next.ready().empty());
    next.signal(SIGTERM);
    CHECK(next.exit_code() == 0);
    // It has signed, so it has an EPOCH of its own behind what was carried over.
    BrokerDirectory opened = must(BrokerDirectory::open(lost.next, lost.random));
    const auto txn = must(opened.store->begin_read());
    CHECK(must(broker::read_time(*txn)) > lost.began);
}

}  // namespace chapar::testing
