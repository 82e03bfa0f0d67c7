#include <doctest/doctest.h>

#include <fstream>
#include <functional>

#include "broker/ceremony_parts.h"
#include "broker/core/core_state.h"
#include "broker/core/directory.h"
#include "broker/core/ledger_read.h"
#include "broker/edge/tick.h"
#include "broker/program.h"
#include "broker/succession_files.h"
#include "broker/succession_main.h"
#include "crypto/entry_body.h"
#include "crypto/succession.h"
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
    std::string sign_well() {
        return sign([&](crypto::SignedRecord& record) {
            centre.sign_by_centre(record);
            centre.sign_by_root(record, 0, 0);
            centre.sign_by_root(record, 1, 0);
        });
    }
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

    // A larger note turns up after it was drafted.
    const std::string larger = (lost.folder.path() / "larger").string();
    lost.write_note(lost.size + 9, larger);
    CHECK(lost.succeed(lost.sign_well(), {"--note", larger}) == invalid);
    CHECK_FALSE(lost.is_closed());
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

    const Status closed = broker::check_open(lost.centre.directory());
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
