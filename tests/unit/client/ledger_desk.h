// A desk that has sent one envelope under a witness policy. For the tests of proofs and forks.
#pragma once

#include "client/core/awaited_proofs.h"
#include "client/core/fork.h"
#include "client/core/gossip.h"
#include "client/core/ledger_alarms.h"
#include "client/core/statements.h"
#include "client/core/store_keys.h"
#include "client/edge/policy_home.h"
#include "crypto/tlog_proof.h"
#include "tests/unit/client/fake_broker.h"

namespace chapar::testing {

enum class Policy { None, Both };

struct LedgerDesk : Desk {
    FakeBroker broker{world, post};
    client::Session line;

    explicit LedgerDesk(Policy policy = Policy::Both) : line(connect(policy)) {
        must(line.open());
        must(line.sync_directory());
        must(line.renew_bundle());
        must(line.sync_directory());
    }
    client::Session connect(Policy policy) {
        if (policy == Policy::Both) witnesses = broker.prover.policy();
        return session(broker);
    }
    client::OutboxNumber send(std::vector<std::string> to = {"AF-SKB-BLO", "UZ-TMZ-BLO"}) {
        const auto number = write(World::alert(std::move(to)));
        REQUIRE(must(line.submit()).logged == std::vector{number});
        return number;
    }
    client::WitnessStage stage(client::OutboxNumber number) {
        const auto hash = item(number).hash;
        return reading(
                   store,
                   [&](const storage::ReadTxn& txn) { return client::witness_state(txn, hash); })
            .stage;
    }
    std::vector<client::ReceiptEntry> receipts(client::OutboxNumber number) {
        const auto hash = item(number).hash;
        return reading(store,
                       [&](const storage::ReadTxn& txn) { return client::receipts_of(txn, hash); });
    }
    std::vector<client::LedgerAlarm> alarms() {
        return reading(store,
                       [](const storage::ReadTxn& txn) { return client::ledger_alarms(txn); });
    }
    bool has(client::LedgerAlarmKind kind) {
        return std::ranges::any_of(alarms(), [&](const auto& one) { return one.kind == kind; });
    }
    void confirm() {
        in_txn(store, [](storage::Txn& txn) { return client::confirm_ledger_alarms(txn); });
    }
    crypto::Checkpoint held() {
        return reading(store,
                       [&](const storage::ReadTxn& txn) {
                           return client::newest_head(txn, world.card().log());
                       })
            ->checkpoint;
    }
    std::size_t asks() const {
        return static_cast<std::size_t>(
            std::ranges::count_if(broker.sent, [](const schemas::Frame& frame) {
                return std::holds_alternative<schemas::ProofsAsk>(frame);
            }));
    }
};

}  // namespace chapar::testing
