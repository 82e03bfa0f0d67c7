// A ledger that the broker's fold made, handed out page by page as a broker would, or would not.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>

#include "client/core/ledger_mirror.h"
#include "client/core/mirror_judge.h"
#include "client/core/mirror_tables.h"
#include "client/core/mirror_view.h"
#include "crypto/tree.h"
#include "schemas/frames.h"
#include "storage/memory_store.h"
#include "tests/unit/broker/small_ledger.h"

namespace chapar::testing {

struct Recorded {
    SmallLedger small;
    World& world = small.world;
    crypto::NoteSigner signer;
    client::TrustCard card;

    Recorded()
        : signer(crypto::NoteSigner::create(
                     "chapar.test/ledger/1",
                     crypto::SigningKey::from_seed(world.log_key().seed().duplicate()))
                     .value()),
          card(client::TrustCard::create(manifest(), "tcp://127.0.0.1:7400").value()) {}

    [[nodiscard]] std::vector<schemas::StoredEntry> entries() {
        std::vector<schemas::StoredEntry> out;
        for (auto& entry : entries_of(world)) out.push_back({entry.leaf, entry.body});
        return out;
    }
    [[nodiscard]] std::string note(std::span<const schemas::StoredEntry> entries) const {
        std::vector<Hash> leaves;
        for (const auto& entry : entries) leaves.push_back(crypto::stored_leaf_hash(entry.leaf));
        return crypto::sign_checkpoint(
            {"chapar.test/ledger/1", TreeSize(leaves.size()), crypto::tree_root(leaves)}, signer);
    }
    // Entries [from, from + count) under the note of all of them.
    [[nodiscard]] schemas::Ledger page(const std::vector<schemas::StoredEntry>& all,
                                       std::size_t from, std::size_t count) const {
        schemas::Ledger out;
        const std::size_t end = std::min(all.size(), from + count);
        out.head.checkpoint = note(all);
        out.entries.assign(all.begin() + static_cast<std::ptrdiff_t>(from),
                           all.begin() + static_cast<std::ptrdiff_t>(end));
        out.next = EntryIndex(end);
        out.done = end == all.size();
        return out;
    }
    // Entries of the ladder: as many as a test needs to pass a tile.
    void grow(std::size_t entries) {
        for (std::size_t i = 0; i < entries; ++i) world.bundle("ops");
    }

  private:
    crypto::SignedRecord manifest() {
        const auto first = entries_of(world).front();
        const auto body = crypto::EntryBody::decode(crypto::LeafKind::Admin, first.body).value();
        return crypto::SignedRecord::decode(*body.record).value();
    }
};

struct Mirror {
    storage::MemoryStore store{client::tables::kMirrorAll};
    const Recorded& ledger;

    explicit Mirror(const Recorded& from) : ledger(from) {}

    Result<client::PageTaken> take(const schemas::Ledger& page) {
        auto txn = store.begin_write().value();
        auto taken = client::take_page(*txn, ledger.card, page);
        if (taken) REQUIRE(std::move(*txn).commit());
        return taken;
    }
    void take_all(const std::vector<schemas::StoredEntry>& entries, std::size_t page = 50) {
        std::size_t from = state().taken.size;
        for (bool done = false; !done;) {
            const auto taken = take(ledger.page(entries, from, page));
            REQUIRE(taken);
            from = taken->next.value;
            done = taken->done;
        }
    }
    void drop() {
        auto txn = store.begin_write().value();
        while (client::drop_unproven(*txn, 10).value() > 0) continue;
        REQUIRE(std::move(*txn).commit());
    }
    client::MirrorState state() {
        return client::mirror_state(*store.begin_read().value()).value();
    }
    // All of it, with this audit key.
    client::ViewReport view(const crypto::Secret32& key) {
        auto txn = store.begin_write().value();
        while (client::judge_some(*txn, ledger.card, 7).value() > 0) continue;
        const auto reader =
            client::find_reader(*txn, ledger.card, crypto::x25519_public_key(key)).value();
        client::MirrorSecrets secrets(key);
        while (client::view_some(*txn, ledger.card, reader, secrets, 7).value() > 0) continue;
        REQUIRE(client::close_gaps(*txn, ledger.card, reader, secrets));
        const auto report = client::view_report(*txn, secrets).value();
        REQUIRE(std::move(*txn).commit());
        return report;
    }
};

}  // namespace chapar::testing
