// A device goes over to the ledger that follows a closed one: what it demands, keeps and notices.
#include "client/core/succession.h"

#include <functional>

#include "client/core/carried_over.h"
#include "client/core/ledger_alarms.h"
#include "client/core/ledger_mirror.h"
#include "client/core/mirror_judge.h"
#include "client/core/mirror_tables.h"
#include "client/core/store_keys.h"
#include "crypto/tree.h"
#include "tests/unit/client/world.h"

namespace chapar::testing {
namespace {

using client::CheckedSuccession;
using client::DirectoryView;
using client::LedgerAlarmKind;
using crypto::LeafKind;
using crypto::RecordType;

// An old ledger with three agencies whose entries from `kept` on are lost, and what follows it.
struct ClosedLedger {
    World world;
    EntryIndex kept;
    crypto::SigningKey next_key = crypto::SigningKey::generate(world.random);
    crypto::Manifest after = world.card().manifest();
    std::optional<crypto::NoteSigner> log;
    std::unique_ptr<FakeLedger> next;
    // By the operator's lie: is this record carried over?
    std::function<bool(const crypto::SignedRecord&)> carries = [](const auto&) { return true; };
    std::optional<Hash> says_carried;  // instead of what is
    std::string note;                  // instead of the old ledger's newest

    ClosedLedger() {
        after.origin = "chapar.test/ledger/2";
        after.ledger = LedgerNumber(2);
        after.log_key = next_key.public_key();
        log = must(crypto::NoteSigner::create(
            after.origin, crypto::SigningKey::from_seed(next_key.seed().duplicate())));
    }
    // What was logged until now is kept; what comes is lost.
    void lose_the_rest() { kept = EntryIndex(world.ledger->size()); }

    struct Kept {
        crypto::EntryBody body;
        crypto::SignedRecord record;
    };
    std::vector<Kept> carried() {
        std::vector<Kept> out;
        for (EntryIndex i(1); i < kept; i = i.next()) {
            const auto leaf = must(crypto::Leaf::decode(world.ledger->proof(i).leaf));
            if (leaf.kind != LeafKind::Key) continue;
            const auto& body = world.ledger->body(i);
            auto record = must(crypto::SignedRecord::decode(*body.record));
            if (carries(record)) out.push_back({body, std::move(record)});
        }
        return out;
    }
    crypto::SuccessionRecord says() {
        crypto::CarriedRecords hash;
        for (const Kept& one : carried()) hash.add(one.body.time, one.record.hash());
        const auto root_at = [&](std::uint64_t size) {
            return must(crypto::open_checkpoint(world.ledger->note_at(size), world.card().log()))
                .root;
        };
        return {world.card().record().body,
                after.encode(),
                note.empty() ? world.ledger->note() : note,
                kept,
                root_at(kept.value),
                says_carried.value_or(hash.hash()),
                world.now,
                "the disk was lost"};
    }
    client::SignedSuccession signed_by(const std::vector<const crypto::SigningKey*>& keys) {
        client::SignedSuccession out{crypto::sign_manifest(after, world.centre_root()),
                                     {RecordType::Succession, says().encode(), {}}};
        for (const crypto::SigningKey* key : keys) out.record.sign(*key);
        return out;
    }
    const crypto::SigningKey& root_of(const char* name) {
        return world.agencies.at(name).roots.front();
    }
    client::SignedSuccession sign() {
        return signed_by({&world.centre_root(), &root_of("TJ-DCA"), &root_of("AF-CNP")});
    }
    Result<CheckedSuccession> check(const client::SignedSuccession& given) {
        const auto txn = must(world.tj.store->begin_read());
        return client::check_succession(*txn, world.card(), world.tj.roots, given);
    }
    client::Moved move(const client::SignedSuccession& given) {
        const auto checked = must(check(given));
        return in_txn(*world.tj.store, [&](storage::Txn& txn) {
            return client::move_to_new_ledger(txn, checked, world.now);
        });
    }
    // The new ledger up to chapard's first own start.
    void found(const client::SignedSuccession& given) {
        next = std::make_unique<FakeLedger>(*log);
        const auto put = [&](LeafKind kind, std::uint8_t event, std::optional<Bytes> record,
                             TimeMs time) {
            crypto::EntryBody body;
            body.event = event;
            body.time = time;
            if (kind == LeafKind::Epoch) {
                body.nonce = Hash{};
                body.build = "test";
            }
            body.record = std::move(record);
            next->append(kind, std::move(body));
        };
        put(LeafKind::Admin, crypto::event_number(crypto::AdminEvent::Founded),
            given.record.encode(), kStart);
        next->epoch = ProcessEpoch(1);
        put(LeafKind::Epoch, crypto::kNoEvent, std::nullopt, kStart);
        for (const Kept& one : carried()) next->append(LeafKind::Key, one.body);
        next->epoch = ProcessEpoch(2);
        put(LeafKind::Epoch, crypto::kNoEvent, std::nullopt, world.now);
    }
    Result<client::IngestReport> read_new(const client::SignedSuccession& given) {
        const auto card = must(client::card_after(world.card(), given));
        const client::OwnDevice own{world.tj.certificate, world.tj.agency, world.tj.office,
                                    world.tj.made, world.tj.memory};
        auto txn = must(world.tj.store->begin_write());
        auto taken = client::ingest(*txn, card, next->head(), next->directory(EntryIndex(0)),
                                    EntryIndex(next->size()), own);
        if (taken) must(std::move(*txn).commit());
        return taken;
    }
    // Goes over to a ledger that begins with what was signed.
    void go_over() {
        const auto given = sign();
        move(given);
        found(given);
        must(read_new(given));
    }
    std::vector<client::LedgerAlarm> alarms() {
        return reading(*world.tj.store,
                       [](const storage::ReadTxn& txn) { return client::ledger_alarms(txn); });
    }
    std::size_t reachable(const Post& post) {
        const auto txn = must(world.tj.store->begin_read());
        // Bundles are not carried by this fixture: whether it stands is what is asked.
        const auto standing = must(
            DirectoryView(*txn).standing(post.certificate, EntryIndex(next->size()), world.now));
        return standing == client::Standing::Valid ? 1 : 0;
    }
};

bool is_revocation(const crypto::SignedRecord& record) { return record.type == RecordType::Revoke; }

}  // namespace

// Fails if a revocation that is carried over is taken for one that was left out.
TEST_CASE("A succession that fits what this device holds leaves no doubt, and no alarm behind it") {
    ClosedLedger old;
    old.world.revoke(old.world.uz);
    old.lose_the_rest();
    old.world.log_time();
    old.world.sync(old.world.tj);
    const auto checked = must(old.check(old.sign()));
    CHECK(checked.doubts.empty());
    CHECK_FALSE(checked.beyond);
    old.go_over();
    CHECK(old.alarms().empty());
    CHECK(old.reachable(old.world.af) == 1);
    CHECK(old.reachable(old.world.uz) == 0);
}

// Fails if compare_held() or compare_roots() is not asked.
TEST_CASE("A root of this device that the succession contradicts is a fork") {
    ClosedLedger old;
    old.world.sync(old.world.tj);
    old.lose_the_rest();
    const auto other_note = [&](std::uint64_t size) {
        return old.world.sign_note({"chapar.test/ledger/1", TreeSize(size), Hash{}});
    };
    SUBCASE("at the size of the note") {
        old.world.log_time();
        old.world.sync(old.world.tj);
        old.note = other_note(old.world.ledger->size());
        CHECK(error_of(old.check(old.sign())) == Errc::ForkDetected);
    }
    SUBCASE("at the size of what is kept, though the note is larger") {
        in_txn(*old.world.tj.store, [&](storage::Txn& txn) {
            return client::remember_line(txn, TreeSize(old.kept.value), Hash{});
        });
        old.world.log_time();
        CHECK(error_of(old.check(old.sign())) == Errc::ForkDetected);
    }
}

// Fails if what cannot be compared counts as compared.
TEST_CASE("A head that nobody proves any more is told as not compared") {
    ClosedLedger old;
    old.world.log_time();
    old.lose_the_rest();  // this device has seen less
    old.world.log_time();
    const auto checked = must(old.check(old.sign()));
    REQUIRE(checked.doubts.size() == 1);
    CHECK(checked.doubts.front().find("could not be compared") != std::string::npos);
}

// Fails if the larger head locks the device out, or is forgotten with the old ledger.
TEST_CASE("A larger head than the succession names is the person's to decide, and stays an alarm") {
    ClosedLedger old;
    old.lose_the_rest();
    old.note = old.world.ledger->note();
    old.world.log_time();
    old.world.sync(old.world.tj);
    const auto given = old.sign();
    const auto checked = must(old.check(given));
    CHECK(checked.beyond == TreeSize(old.world.ledger->size()));
    CHECK(checked.doubts.front().find("more is lost") != std::string::npos);
    old.move(given);
    const auto alarms = old.alarms();
    REQUIRE(alarms.size() == 1);
    CHECK(alarms.front().kind == LedgerAlarmKind::RolledBack);
    CHECK(alarms.front().sentence.find(std::to_string(checked.beyond->value)) != std::string::npos);
}

// Fails if signatures of strangers count, or if they refuse what two known agencies have signed.
TEST_CASE("Two agencies that this device knows must have signed, whoever else did") {
    ClosedLedger old;
    old.world.sync(old.world.tj);
    old.lose_the_rest();
    const auto stranger = crypto::SigningKey::generate(old.world.random);
    const auto* centre = &old.world.centre_root();
    const auto* tj = &old.root_of("TJ-DCA");
    const auto* uz = &old.root_of("UZ-NCB");
    CHECK(must(old.check(old.signed_by({centre, tj, uz}))).doubts.empty());
    CHECK(must(old.check(old.signed_by({centre, tj, uz, &stranger}))).doubts.size() == 1);
    CHECK(error_of(old.check(old.signed_by({centre, tj, &stranger}))) == Errc::SuccessionInvalid);
    CHECK(error_of(old.check(old.signed_by({tj, uz, &stranger}))) == Errc::SuccessionInvalid);
}

// Fails if the device forgets what it knew, or believes the hash that the operator drafted.
TEST_CASE(
    "A revocation that the new ledger leaves out raises an alarm and is heeded all the same") {
    ClosedLedger old;
    old.world.revoke(old.world.uz);
    old.world.sync(old.world.tj);
    old.lose_the_rest();
    old.carries = [](const auto& record) { return !is_revocation(record); };
    old.go_over();
    const auto alarms = old.alarms();
    REQUIRE(alarms.size() == 1);
    CHECK(alarms.front().kind == LedgerAlarmKind::NotCarriedOver);
    CHECK(alarms.front().sentence.find("revocation of a device of UZ-NCB") != std::string::npos);
    CHECK(old.reachable(old.world.uz) == 0);
    const auto txn = must(old.world.tj.store->begin_read());
    CHECK(error_of(client::may_send(*txn)) == Errc::ForkDetected);
}

// Fails if endings of the lost range are forgotten, or held against the new ledger.
TEST_CASE("What was revoked or suspended in the lost range is not sealed to, and is no alarm") {
    ClosedLedger old;
    old.lose_the_rest();
    SUBCASE("revoked") { old.world.revoke(old.world.uz); }
    SUBCASE("suspended") { old.world.suspend(old.world.uz); }
    old.world.sync(old.world.tj);
    const auto given = old.sign();
    CHECK(old.move(given).endings_lost == 1);
    old.found(given);
    must(old.read_new(given));
    CHECK(old.alarms().empty());
    CHECK(old.reachable(old.world.uz) == 0);
    CHECK(old.reachable(old.world.af) == 1);
}

// Fails if stands() does not ask whether it ended: the new ledger knows of neither.
TEST_CASE("A suspension that ended before the ledger was closed stays ended") {
    ClosedLedger old;
    old.lose_the_rest();
    const EntryIndex at = old.world.suspend(old.world.uz);
    const auto record = must(crypto::SignedRecord::decode(*old.world.ledger->body(at).record));
    old.world.reinstate(old.world.uz, record.hash());
    old.world.sync(old.world.tj);
    old.go_over();
    CHECK(old.alarms().empty());
    CHECK(old.reachable(old.world.uz) == 1);
}

// Fails if the hash is not compared where the second epoch begins.
TEST_CASE("A directory that is not the one that was signed for raises an alarm with everybody") {
    ClosedLedger old;
    old.world.sync(old.world.tj);
    old.lose_the_rest();
    old.says_carried = Hash{};
    old.go_over();
    const auto alarms = old.alarms();
    REQUIRE(alarms.size() == 1);
    CHECK(alarms.front().kind == LedgerAlarmKind::NotCarriedOver);
    CHECK(alarms.front().sentence.find("left out, added or moved") != std::string::npos);
}

// Fails if the judge does not take the carried records in, or does not look at them where the
// ledger's own time begins.
TEST_CASE("An auditor's mirror does not believe a founding whose directory is another one") {
    ClosedLedger old;
    old.world.sync(old.world.tj);
    old.lose_the_rest();
    const auto judged = [&] {
        const auto given = old.sign();
        old.found(given);
        const auto card = must(client::card_after(old.world.card(), given));
        storage::MemoryStore mirror(client::tables::kMirrorAll);
        in_txn(mirror, [&](storage::Txn& txn) {
            must(client::bind_mirror(txn, card));
            schemas::Ledger page;
            page.head = old.next->frame_head(0);
            page.next = EntryIndex(old.next->size());
            page.done = true;
            for (EntryIndex i(0); i.value < old.next->size(); i = i.next()) {
                const auto entry = old.next->proof(i);
                page.entries.push_back({entry.leaf, entry.body});
            }
            must(client::take_page(txn, card, page));
            return client::judge_some(txn, card, 1'000);
        });
        return reading(
            mirror, [](const storage::ReadTxn& txn) { return client::unfounded_entries(txn, 4); });
    };
    CHECK(judged().total == 0);
    old.says_carried = Hash{};
    const auto found = judged();
    REQUIRE(found.total == 1);
    CHECK(found.first.front().index == EntryIndex(0));
    CHECK(found.first.front().why.find("left out, added or moved") != std::string::npos);
}

// Fails if any well signed record of a succession is taken at entry 0.
TEST_CASE("The new ledger must begin with the record that was approved here") {
    ClosedLedger old;
    old.world.sync(old.world.tj);
    old.lose_the_rest();
    old.move(old.sign());
    old.world.now = old.world.now + kSecond;  // another record, as well signed
    const auto other = old.sign();
    old.found(other);
    CHECK(error_of(old.read_new(other)) == Errc::RecordRefused);
}

// Fails if the old ledger's head or directory is kept when it goes over.
TEST_CASE("Whether a device went over is known per succession, and survives nothing else") {
    ClosedLedger old;
    old.world.sync(old.world.tj);
    old.lose_the_rest();
    const auto given = old.sign();
    const auto record = must(crypto::SuccessionRecord::decode(given.record.body));
    const auto moved = [&] {
        return reading(*old.world.tj.store,
                       [&](const storage::ReadTxn& txn) { return client::has_moved(txn, record); });
    };
    CHECK_FALSE(moved());
    // A delivery in doubt has a note of the old ledger, which no new one can be compared with.
    in_txn(*old.world.tj.store, [](storage::Txn& txn) {
        return txn.put(client::tables::kInboxProvisional, client::number_key(1), view("old"));
    });
    old.move(given);
    CHECK(moved());
    const auto txn = must(old.world.tj.store->begin_read());
    CHECK_FALSE(must(txn->get(client::tables::kInboxProvisional, client::number_key(1))));
    CHECK_FALSE(must(client::newest_head(*txn, old.world.card().log())));
    CHECK(must(DirectoryView(*txn).agencies()).empty());
}

// Fails if the kind, the epoch or the ledger is not asked.
TEST_CASE("mail in the part of a later ledger that holds what it took over is an alarm") {
    World world;
    const auto misplaced = [&](std::uint64_t ledger, LeafKind kind, std::uint64_t epoch) {
        crypto::Leaf leaf;
        leaf.kind = kind;
        leaf.epoch = ProcessEpoch(static_cast<std::uint32_t>(epoch));
        return in_txn(*world.tj.store, [&](storage::Txn& txn) {
            return client::is_misplaced(txn, LedgerNumber(static_cast<std::uint32_t>(ledger)),
                                        leaf);
        });
    };
    CHECK_FALSE(misplaced(1, LeafKind::Message, 1));
    CHECK_FALSE(misplaced(2, LeafKind::Message, 2));
    CHECK_FALSE(misplaced(2, LeafKind::Key, 1));
    const auto may_send = [&] {
        const auto txn = must(world.tj.store->begin_read());
        return client::may_send(*txn).has_value();
    };
    CHECK(may_send());
    CHECK(misplaced(2, LeafKind::Message, 1));
    CHECK_FALSE(may_send());
}

// Fails if a receipt, refusal or event is believed there, or if what nobody proves is an alarm.
TEST_CASE("receipts and statements in what a later ledger took over are an alarm as mail is") {
    const auto misplaced = [](World& world, std::uint32_t ledger, std::uint32_t epoch,
                              bool proven) {
        crypto::Leaf leaf;
        leaf.kind = LeafKind::Message;
        leaf.epoch = ProcessEpoch(epoch);
        leaf.tags.resize(crypto::views_of(leaf.kind));
        schemas::EntryProof proof;
        proof.leaf = leaf.encode();
        const crypto::Checkpoint head{"chapar.caricc/ledger/2", TreeSize(1),
                                      proven ? crypto::leaf_hash(proof.leaf) : Hash{}};
        return in_txn(*world.tj.store, [&](storage::Txn& txn) {
            return client::any_misplaced(txn, LedgerNumber(ledger), {&proof, 1}, head);
        });
    };
    World world;
    const auto may_send = [&] {
        const auto txn = must(world.tj.store->begin_read());
        return client::may_send(*txn).has_value();
    };
    CHECK_FALSE(misplaced(world, 1, 1, true));
    CHECK_FALSE(misplaced(world, 2, 2, true));
    CHECK_FALSE(misplaced(world, 2, 1, false));
    CHECK(may_send());
    CHECK(misplaced(world, 2, 1, true));
    CHECK_FALSE(may_send());
}

}  // namespace chapar::testing
