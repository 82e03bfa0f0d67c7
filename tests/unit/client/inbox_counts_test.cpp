// What a sender says of its receipts against what came.
#include "client/core/inbox_counts.h"

#include "client/core/inbox.h"
#include "client/core/inbox_store.h"
#include "client/core/ledger_alarms.h"
#include "client/core/store_keys.h"
#include "client/core/tables.h"
#include "tests/unit/client/world.h"

namespace chapar::testing {
namespace {

using client::LedgerAlarmKind;
using client::inbox_counts::kGotAhead;

struct Desk {
    storage::MemoryStore store{client::tables::kAll};
    CertificateHash sender = filled<CertificateHash>(1);
    CertificateHash own = filled<CertificateHash>(2);
    std::uint8_t envelopes = 0;

    template <typename Fixed>
    static Fixed filled(std::uint8_t value) {
        Fixed out;
        out.bytes.fill(std::byte{value});
        return out;
    }
    client::inbox_counts::Came next() {
        return {sender, own, filled<EnvelopeHash>(static_cast<std::uint8_t>(100 + envelopes++))};
    }
    std::uint32_t comes(std::uint32_t got) { return comes(next(), got); }
    std::uint32_t comes(const client::inbox_counts::Came& came, std::uint32_t got) {
        return in_txn(store, [&](storage::Txn& txn) {
            return client::inbox_counts::count_received(txn, came, got);
        });
    }
    void is_refused(const client::inbox_counts::Came& came) {
        in_txn(store,
               [&](storage::Txn& txn) { return client::inbox_counts::count_refused(txn, came); });
    }
    std::vector<client::LedgerAlarm> judge() {
        in_txn(store, [&](storage::Txn& txn) { return client::judge_counts(txn, kStart); });
        return reading(store,
                       [](const storage::ReadTxn& txn) { return client::ledger_alarms(txn); });
    }
};

}  // namespace

// Fails if envelopes are counted by sender alone: what came under the old certificate would hide
// what is kept back under the new one.
TEST_CASE("a sender's count begins anew with a new certificate of this device") {
    Desk desk;
    for (std::uint32_t got = 0; got < 10; ++got) CHECK(desk.comes(got) == 0);
    desk.own = Desk::filled<CertificateHash>(3);
    CHECK(desk.comes(2) == 2);
    const auto alarms = desk.judge();
    REQUIRE(alarms.size() == 1);
    CHECK(alarms.front().sentence.starts_with("2 envelopes"));
}

// Fails if any number is believed: one sender could have the broker accused of keeping four
// thousand million back.
TEST_CASE("a sender that says more than can be on the way accuses nobody but itself") {
    Desk desk;
    CHECK(desk.comes(0) == 0);
    CHECK(desk.comes(1 + kGotAhead + 1) == 0);
    auto alarms = desk.judge();
    REQUIRE(alarms.size() == 1);
    CHECK(alarms.front().sentence.starts_with("The device 0101010101010101 says that 4098 "));
    CHECK(alarms.front().sentence.find("broker keeps") == std::string::npos);
    // Gone when it comes to its senses.
    CHECK(desk.comes(2) == 0);
    CHECK(desk.judge().empty());
}

TEST_CASE("so many as a mailbox holds may be on the way") {
    Desk desk;
    CHECK(desk.comes(0) == 0);
    CHECK(desk.comes(1 + kGotAhead - 1) == kGotAhead - 1);
    CHECK(desk.comes(2 + kGotAhead) == kGotAhead);
    CHECK(desk.judge().front().sentence.starts_with("4096 envelopes"));
}

// Fails if what is refused here counts as kept back, or counts each time it comes.
TEST_CASE("an envelope that is refused here has come, once, however often it comes again") {
    Desk desk;
    CHECK(desk.comes(0) == 0);
    const auto refused = desk.next();
    for (int i = 0; i < 3; ++i) desk.is_refused(refused);
    CHECK(desk.comes(2) == 0);
    CHECK(desk.comes(4) == 1);
    CHECK(desk.comes(refused, 1) == 1);
    CHECK(desk.judge().size() == 1);
    CHECK(desk.comes(3) == 0);
    CHECK(desk.judge().empty());
}

// Fails if items that are still to be decided count as kept back.
TEST_CASE("an envelope that waits to be decided is not missing") {
    Desk desk;
    CHECK(desk.comes(0) == 0);
    CHECK(desk.comes(2) == 1);
    client::InboxItem item{client::InboxNumber(7),
                           client::InboxState::Provisional,
                           Desk::filled<EnvelopeHash>(9),
                           EntryIndex(5),
                           kStart,
                           desk.sender,
                           office("AF-SKB-BLO"),
                           agency("AF-CNP")};
    item.kind = schemas::Kind::SeizureAlert;
    in_txn(desk.store, [&](storage::Txn& txn) -> Status {
        CHAPAR_TRY(client::inbox_store::put_item(txn, item));
        return txn.put(client::tables::kInboxProvisional, client::number_key(7), view("frame"));
    });
    CHECK(desk.judge().empty());
}

}  // namespace chapar::testing
