// What an old store adds to the replay of its ledger where bodies are gone, and what it may not.
#include "broker/core/old_rows.h"

#include <doctest/doctest.h>

#include "broker/core/mailbox.h"
#include "broker/core/stanza_row.h"
#include "broker/core/tables.h"
#include "crypto/retention.h"
#include "crypto/sha256.h"
#include "schemas/base/layout.h"
#include "storage/compare.h"
#include "tests/unit/broker/small_ledger.h"

namespace chapar::testing {
namespace {

using broker::OldRows;

// A store in which rows of a table are found by a walk and not by their key: what a flipped bit in
// a page above them does.
class Hidden final : public storage::ReadTxn {
  public:
    Hidden(const storage::ReadTxn& inner, std::string_view table) : inner_(inner), table_(table) {}
    Result<std::optional<ByteView>> get(const storage::Table& table, ByteView key) const override {
        if (table.name == table_) return std::optional<ByteView>();
        return inner_.get(table, key);
    }
    std::unique_ptr<storage::Cursor> cursor(const storage::Table& table) const override {
        return inner_.cursor(table);
    }

  private:
    const storage::ReadTxn& inner_;
    std::string_view table_;
};

// One table. Mailboxes count from one again: of a stanza only whether it waits.
Hash state_of(const storage::ReadTxn& txn, const storage::Table& table) {
    if (table.name != broker::kStanzaTable.name) return storage::digest(txn, {&table, 1}).value();
    Bytes all;
    const auto rows = txn.cursor(table);
    REQUIRE(rows->seek_first());
    for (; rows->at_record(); (void)rows->next()) {
        auto row = broker::parse_stanza(rows->value()).value();
        LayoutWriter out;
        out.raw(rows->key()).u64(row.accepted.value).u16(row.position).u8(row.urgency);
        out.u8(row.waiting ? 1 : 0);
        for (const auto& stage : row.stages) out.u64(stage ? stage->value : 0);
        append(all, out.bytes());
    }
    return crypto::sha256(all);
}

// A world's ledger with gaps, folded again without what its SHRED entries took, and what its store
// adds to that.
struct Rebuilt {
    TestStore store{StoreKind::Memory};
    broker::ReplayReport report;
    OldRows rows;

    explicit Rebuilt(World& world, std::string_view hidden = {}) {
        const auto entries = entries_of(world);
        auto keys = broker::open_recorded_keys(entries, world.auditor).value();
        for (const auto& [bucket, entry] : keys.shredded) keys.keys.forget(bucket);
        FakeRandom nonces(5);
        report = broker::replay(store.get(), entries, keys, nonces).value();
        for (const auto& one : report.differences) {
            MESSAGE(one.entry.value, " ", one.rule, ": ", one.expected, " / ", one.found);
        }
        REQUIRE(report.equal());
        const auto txn = world.read();
        const Hidden old(*txn, hidden);
        broker::RebuildWriting writing(store.get());
        rows = broker::take_old_rows(old, store.get(), writing, report.not_retaken.entries).value();
        if (rows.differs > 0) MESSAGE(rows.first_difference);
    }
    Hash digest(const storage::Table& table) {
        return state_of(*store.get().begin_read().value(), table);
    }
};

// Numbers and counts of mailboxes.
bool is_renumbered(std::string_view table) { return table == "mailbox" || table == "mailcount"; }

std::map<std::string_view, Hash> state_of(World& world) {
    std::map<std::string_view, Hash> out;
    for (const auto& table : broker::kStateTables) {
        out[table.name] = state_of(*world.read(), table);
    }
    return out;
}

void check_is(Rebuilt& rebuilt, const std::map<std::string_view, Hash>& state) {
    for (const auto& table : broker::kStateTables) {
        CAPTURE(table.name);
        if (!is_renumbered(table.name)) CHECK(rebuilt.digest(table) == state.at(table.name));
    }
}

// The first or last row of a table.
enum class Which : std::uint8_t { First, Last };
Bytes key_in(World& world, const storage::Table& table, Which which) {
    const auto txn = world.read();
    const auto rows = txn->cursor(table);
    REQUIRE((which == Which::First ? rows->seek_first() : rows->seek_last()));
    REQUIRE(rows->at_record());
    return to_bytes(rows->key());
}

void put(World& world, const storage::Table& table, ByteView key, const Bytes& value) {
    const auto txn = world.store().begin_write().value();
    REQUIRE(txn->put(table, key, value));
    REQUIRE(std::move(*txn).commit());
}

void erase(World& world, const storage::Table& table, ByteView key) {
    const auto txn = world.store().begin_write().value();
    REQUIRE(txn->erase(table, key));
    REQUIRE(std::move(*txn).commit());
}

// One bucket shredded, a hold that is in force, and an envelope that waits.
struct Gaps {
    SmallLedger ledger;
    World& world = ledger.world;
    Gaps() {
        std::uint64_t key_entry = 0;
        REQUIRE_FALSE(shredded_entries(ledger, key_entry).empty());
        world.bundle("ops");
        world.bundle("npj");
        const crypto::HoldRecord hold{AgencyId::parse("CARICC").value(),
                                      1,
                                      crypto::HoldAction::Set,
                                      crypto::EntryRange{EntryIndex(1), EntryIndex(2)},
                                      0,
                                      "case 7"};
        REQUIRE(!world
                     .put(world.agency_named("CARICC").signers.by_registrars(
                         crypto::RecordType::Hold, hold))
                     .code);
        REQUIRE(!world.submit(ledger.seal(schemas::Classification::Restricted)).code);
    }
};

}  // namespace

// Fails if rows of entries whose bodies are gone are not taken from the old store.
TEST_CASE("an old store and its ledger give the whole state again, whatever was shredded") {
    Gaps gaps;
    const auto before = state_of(gaps.world);
    Rebuilt rebuilt(gaps.world);
    CHECK(rebuilt.report.not_retaken.shredded > 0);
    check_is(rebuilt, before);
    CHECK(rebuilt.rows.carried > 0);
    CHECK(rebuilt.rows.differs == 0);
    CHECK(rebuilt.rows.left_out == 0);
    const auto txn = rebuilt.store.get().begin_read().value();
    CHECK(broker::waiting_count(*txn, gaps.world.device_named("ops").hash).value() == 1);
}

TEST_CASE("an old store and its ledger give the whole state again, whatever was pruned") {
    SmallLedger ledger;
    REQUIRE_FALSE(pruned_entries(ledger).empty());
    const auto before = state_of(ledger.world);
    Rebuilt rebuilt(ledger.world);
    CHECK(rebuilt.report.not_retaken.pruned > 0);
    check_is(rebuilt, before);
    CHECK(rebuilt.rows.differs == 0);
}

// Fails if what a row's key does not find counts as absent although a walk meets it.
TEST_CASE("rows that a damaged page hides from their keys are there") {
    Gaps gaps;
    const auto before = state_of(gaps.world);
    for (const auto& table : broker::kStateTables) {
        CAPTURE(table.name);
        Rebuilt rebuilt(gaps.world, table.name);
        check_is(rebuilt, before);
        CHECK(rebuilt.rows.differs == 0);
    }
}

// Fails if an old row wins over the replay's, or if the difference is not counted.
TEST_CASE("an older row under a right checksum never wins over the ledger, and is counted") {
    for (const auto& table : {broker::kRecordTable, broker::kAgencyTable, broker::kOfficeTable,
                              broker::kDeviceTable, broker::kKeyUsedTable, broker::kBundleTable,
                              broker::kPolicyTable, broker::kRegistrarsTable, broker::kHoldTable}) {
        CAPTURE(table.name);
        Gaps gaps;
        const auto before = state_of(gaps.world);
        put(gaps.world, table, key_in(gaps.world, table, Which::First), Bytes(9));
        Rebuilt rebuilt(gaps.world);
        check_is(rebuilt, before);
        CHECK(rebuilt.rows.differs == 1);
    }
}

// Fails if a row of the replay is erased because the old store has none.
TEST_CASE("a row that the old store has lost comes from the ledger, and is counted") {
    for (const auto& table : {broker::kRecordTable, broker::kDeviceTable, broker::kKeyUsedTable,
                              broker::kPolicyTable, broker::kRegistrarsTable, broker::kHoldTable}) {
        CAPTURE(table.name);
        Gaps gaps;
        const auto before = state_of(gaps.world);
        erase(gaps.world, table, key_in(gaps.world, table, Which::First));
        Rebuilt rebuilt(gaps.world);
        check_is(rebuilt, before);
        CHECK(rebuilt.rows.differs == 1);
    }
}

// Fails if any row that the replay has not is taken, whatever entry it names.
TEST_CASE("a row about an entry that everybody can read is not taken from the old store") {
    Gaps gaps;
    const auto before = state_of(gaps.world);
    const std::uint64_t readable = 1;
    put(gaps.world, broker::kRecordTable, Bytes(32, std::byte{7}),
        to_bytes(broker::number_key(readable)));
    put(gaps.world, broker::kOperationTable, Bytes(48, std::byte{7}), Bytes(32, std::byte{7}));
    Bytes notice(32, std::byte{7});
    append(notice, broker::number_key(readable));
    put(gaps.world, broker::kNoticeTable, notice, Bytes(32));
    put(gaps.world, broker::kHoldTable, notice, Bytes(32));
    Rebuilt rebuilt(gaps.world);
    check_is(rebuilt, before);
    CHECK(rebuilt.rows.differs == 4);
}

// Fails if a damaged record is passed over without a word.
TEST_CASE("a damaged row comes back from the ledger, or counts as left out") {
    Gaps gaps;
    const auto before = state_of(gaps.world);
    const auto damage = [&](const storage::Table& table) {
        const storage::Table raw{table.name, storage::Framing::Raw};
        const Bytes key = key_in(gaps.world, raw, Which::First);
        Bytes value = to_bytes(*gaps.world.read()->get(raw, key).value());
        value.back() ^= std::byte{1};
        put(gaps.world, raw, key, value);
    };
    damage(broker::kDeviceTable);
    damage(broker::kHoldTable);
    // Of the oldest envelope, which was shredded.
    damage(broker::kStanzaTable);
    Rebuilt rebuilt(gaps.world);
    CHECK(rebuilt.rows.left_out == 1);
    CHECK(rebuilt.rows.differs == 0);
    for (const auto& table : {broker::kDeviceTable, broker::kHoldTable, broker::kEnvelopeTable}) {
        CHECK(rebuilt.digest(table) == before.at(table.name));
    }
}

// ACCEPTED lies in another month's bucket than DELIVERED. Fails if a stage that an erased entry
// signed is not taken over, or its envelope waits again.
TEST_CASE("an envelope whose delivery was shredded does not wait again") {
    SmallLedger ledger;
    World& world = ledger.world;
    // What waits expires; from then on nothing is due, and no TIME entry says that time passes.
    world.now = TimeMs(world.now.value + (kDay * 2).value);
    REQUIRE(!world.run(broker::Advance{}).code);
    SendPlan plan;
    plan.from = "npj";
    plan.to = {"KZ-OPS"};
    plan.life = kDay * 20;
    const auto sent = world.seal(plan);
    const auto accepted = world.submit(sent);
    REQUIRE(!accepted.code);
    world.now = TimeMs(world.now.value + (kDay * 15).value);
    REQUIRE(
        !world.confirm("ops", sent.hash, accepted.first, crypto::DeliveryEvent::Delivered).code);
    const crypto::Bucket december{AgencyId::parse("TJ-DCA").value(),
                                  AgencyId::parse("CARICC").value(),
                                  crypto::RetentionClass::Quarter, crypto::YearMonth(202612)};
    world.now = crypto::end_of(december.month) + kDay * 40;
    world.run(broker::Advance{});
    REQUIRE(!world
                 .put(world.agency_named("TJ-DCA").signers.by_registrars(
                     crypto::RecordType::Shred, crypto::ShredRecord{december, "Act 12"}))
                 .code);
    const auto before = state_of(world);
    Rebuilt rebuilt(world);
    CHECK(rebuilt.rows.erased == 1);
    CHECK(rebuilt.rows.differs == 0);
    check_is(rebuilt, before);
    const auto txn = rebuilt.store.get().begin_read().value();
    CHECK(broker::waiting_count(*txn, world.device_named("ops").hash).value() == 0);
}

// Fails if the state takes no policy over that follows an erased one.
TEST_CASE("a policy that follows a shredded one is in force after the replay") {
    SmallLedger ledger;
    World& world = ledger.world;
    world.now = TimeMs(world.now.value + (kDay * 400).value);
    world.run(broker::Advance{});
    world.rule("TJ-DCA", {"export.more",
                          crypto::PolicyDirection::Export,
                          crypto::PolicyEffect::Permit,
                          {101},
                          1,
                          {},
                          {}});
    const AgencyId agency = AgencyId::parse("TJ-DCA").value();
    const crypto::Bucket policies{agency, agency, crypto::RetentionClass::Longer,
                                  crypto::YearMonth(202611)};
    REQUIRE(!world
                 .put(world.agency_named("TJ-DCA").signers.by_registrars(
                     crypto::RecordType::Shred, crypto::ShredRecord{policies, "Act 12"}))
                 .code);
    const auto before = state_of(world);
    Rebuilt rebuilt(world);
    CHECK(rebuilt.digest(broker::kPolicyTable) == before.at("policy"));
    check_is(rebuilt, before);
    CHECK(rebuilt.rows.differs == 0);
}

}  // namespace chapar::testing
