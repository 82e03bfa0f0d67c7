#include <doctest/doctest.h>

#include "client/core/contribution.h"
#include "client/core/heads.h"
#include "client/core/kept_entries.h"
#include "client/core/outbox_store.h"
#include "client/core/store_keys.h"
#include "client/core/tables.h"
#include "crypto/tlog_proof.h"
#include "storage/memory_store.h"
#include "tests/support/fake_random.h"
#include "tests/support/results.h"

namespace chapar::testing {
namespace {

constexpr const char* kOrigin = "chapar.test/ledger/1";

struct Device {
    FakeRandom random{4};
    crypto::NoteSigner log =
        must(crypto::NoteSigner::create(kOrigin, crypto::SigningKey::generate(random)));
    storage::MemoryStore store{client::tables::kAll};
    std::unique_ptr<storage::Txn> txn = must(store.begin_write());

    std::string note(std::uint64_t size) const {
        return crypto::sign_checkpoint({kOrigin, TreeSize(size), Hash{}}, log);
    }
    static schemas::EntryProof entry(std::uint64_t index) {
        return {EntryIndex(index), Bytes(64, std::byte{2}), {Hash{}}, Bytes(10), Hash{}};
    }
    void keep(std::uint64_t index, const std::string& under) {
        REQUIRE(client::keep_entry(*txn, entry(index), under));
    }
    void keep_receipt(std::uint64_t index, const std::string& under) {
        const auto proof = entry(index);
        client::ReceiptEntry receipt{
            EntryIndex(index),
            AgencyId::parse("A-ONE").value(),
            TimeMs(1),
            crypto::TlogProof{proof.leaf, proof.index, proof.path, under}.text(),
            to_bytes(view("receipt")),
            Hash{}};
        REQUIRE(txn->put(client::tables::kReceipts,
                         client::numbered_key(EnvelopeHash{}.view(), index),
                         client::outbox_store::encode(receipt)));
    }
    crypto::Contribution given(std::uint64_t above = 0) {
        return must(client::make_contribution(*txn, log.verifier(), TreeSize(above), TimeMs(1)));
    }
};

}  // namespace

TEST_CASE("What was proven is kept as it came, in the order of the ledger") {
    Device device;
    device.keep(7, "note 7");
    device.keep(3, "note 3");
    device.keep(7, "note 9");
    const auto kept = must(client::kept_entries(*device.txn, EntryIndex(0)));
    REQUIRE(kept.size() == 2);
    CHECK(kept[0].proof == Device::entry(3));
    CHECK(kept[1].proof == Device::entry(7));
    CHECK(kept[1].note == "note 9");
    CHECK(must(client::kept_entries(*device.txn, EntryIndex(4))).size() == 1);
}

// Fails if rows are not counted, or the newest is erased.
TEST_CASE("Kept are the newest entries, and no more than the bound") {
    Device device;
    for (std::uint64_t i = 0; i < client::kKeptEntries + 3; ++i) device.keep(i, "n");
    const auto kept = must(client::kept_entries(*device.txn, EntryIndex(0)));
    CHECK(kept.size() == client::kKeptEntries);
    CHECK(kept.front().proof.index == EntryIndex(3));
    CHECK(kept.back().proof.index == EntryIndex(client::kKeptEntries + 2));
}

// Fails if entries of a ledger before go along, or those that the centre still has.
TEST_CASE("A device gives its newest head, receipts and kept entries, of this ledger only") {
    Device device;
    CHECK(device.given().notes.empty());
    REQUIRE(client::accept_head(*device.txn, device.log.verifier(), device.note(12), {}));
    device.keep(4, device.note(8));
    device.keep(9, device.note(12));
    device.keep(11, "a note of the ledger before");
    device.keep_receipt(10, device.note(12));
    device.keep_receipt(2, device.note(8));
    const auto given = device.given();
    REQUIRE(given.entries.size() == 4);
    CHECK(given.entries[0].index == EntryIndex(2));
    CHECK(given.notes[given.entries[1].note] == device.note(8));
    CHECK(given.entries[3].body == to_bytes(view("receipt")));
    const auto newer = device.given(9);
    REQUIRE(newer.entries.size() == 2);
    CHECK(newer.entries[0].index == EntryIndex(9));
    CHECK(newer.notes == std::vector{device.note(12)});
}

}  // namespace chapar::testing
