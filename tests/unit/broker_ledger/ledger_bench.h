// A ledger over the memory store, with drafts of every kind, for the tests of this folder.
//
// Keeps the hash of every committed leaf, so that a test can hold roots and proofs against
// crypto/tree.h's trees in memory.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "broker/core/ledger_append.h"
#include "broker/core/ledger_key_index.h"
#include "broker/core/ledger_open.h"
#include "broker/core/ledger_proof.h"
#include "broker/core/ledger_read.h"
#include "broker/core/ledger_tables.h"
#include "crypto/body_seal.h"
#include "crypto/tree.h"
#include "storage/memory_store.h"
#include "tests/support/fake_random.h"

namespace chapar::testing {

inline constexpr TimeMs kMidNovember2026{1'794'700'800'123};

inline AgencyId agency(const char* name) { return AgencyId::parse(name).value(); }

inline broker::EntryDraft draft_of(crypto::LeafKind kind, std::uint64_t seconds = 0) {
    broker::EntryDraft draft;
    draft.kind = kind;
    draft.body.time = kMidNovember2026 + kSecond * seconds;
    return draft;
}
// The smallest entry there is.
inline broker::EntryDraft time_entry(std::uint64_t seconds = 0) {
    return draft_of(crypto::LeafKind::Time, seconds);
}
inline std::vector<broker::EntryDraft> time_entries(std::size_t count) {
    return std::vector<broker::EntryDraft>(count, time_entry());
}
inline broker::EntryDraft ladder_entry() {
    broker::EntryDraft draft = draft_of(crypto::LeafKind::Ladder);
    draft.body.record = to_bytes("a prekey bundle");
    return draft;
}
inline broker::EntryDraft key_entry_draft(const crypto::LedgerKeyScope& scope) {
    broker::EntryDraft draft = draft_of(crypto::LeafKind::Key);
    draft.body.event = crypto::event_number(crypto::KeyEvent::Opened);
    draft.body.record = crypto::LedgerKeyRecord{scope, {crypto::SealedKeyCopy{}}}.encode();
    return draft;
}
inline broker::EntryDraft message_entry(const AgencyId& sender, const AgencyId& recipient,
                                        std::uint64_t seconds = 0) {
    broker::EntryDraft draft = draft_of(crypto::LeafKind::Message, seconds);
    draft.body.event = crypto::event_number(crypto::MessageEvent::Withheld);
    draft.body.sender_agency = sender;
    draft.body.recipient_agency = recipient;
    draft.body.accepted = EntryIndex(0);
    draft.body.reason = std::uint16_t{1};
    draft.body.devices = {CertificateHash{}};
    draft.body.envelope_hash = EnvelopeHash{};
    draft.readers = broker::EntryReaders{sender, recipient};
    return draft;
}

class LedgerBench {
  public:
    LedgerBench() : store_(std::make_unique<storage::MemoryStore>(broker::kLedgerTables)) {}

    storage::MemoryStore& store() { return *store_; }
    const broker::Frontier& frontier() const { return frontier_; }
    crypto::LedgerKeys& keys() { return keys_; }
    const std::vector<Hash>& leaf_hashes() const { return leaf_hashes_; }
    broker::LedgerContext context() {
        return {crypto::origin_hash("chapar.test/ledger/1"), keys_, nonces_};
    }

    // One tick: append, seal, commit, swap.
    Result<broker::LedgerHead> tick(std::span<const broker::EntryDraft> drafts) {
        auto txn = CHAPAR_TRY(store_->begin_write());
        broker::Frontier next = frontier_;
        CHAPAR_TRY(broker::append_entries(*txn, next, drafts, context()));
        const broker::LedgerHead head = CHAPAR_TRY(broker::seal_tick(*txn, next));
        for (std::uint64_t at = leaf_hashes_.size(); at < head.size.value; ++at) {
            leaf_hashes_.push_back(
                crypto::leaf_hash(CHAPAR_TRY(broker::leaf_bytes(*txn, EntryIndex(at)))));
        }
        CHAPAR_TRY(std::move(*txn).commit());
        frontier_ = std::move(next);
        return head;
    }
    Result<broker::LedgerHead> tick(const broker::EntryDraft& draft) {
        return tick(std::span(&draft, 1));
    }

    // Draws the secret of a key and ledgers its KEY entry.
    Status open_key(const crypto::LedgerKeyScope& scope) {
        keys_.add(scope, crypto::Secret32::random(nonces_));
        CHAPAR_TRY(tick(key_entry_draft(scope)));
        return Done{};
    }
    // All that entries between two agencies need in the bench's month.
    Status open_keys_for(const broker::EntryReaders& readers) {
        const broker::EntryKeys needed = broker::keys_of(readers, kMidNovember2026);
        for (const auto* scope : {&needed.bucket, &needed.first_tag, &needed.second_tag}) {
            if (keys_.find(*scope) == nullptr) CHAPAR_TRY(open_key(*scope));
        }
        return Done{};
    }

    // What a process started now would find.
    Result<broker::Frontier> reopened() const {
        const auto txn = CHAPAR_TRY(store_->begin_read());
        return broker::open_ledger(*txn);
    }

    // Turns one bit of a stored record, as a failing disk would.
    void flip(const storage::Table& table, ByteView key, std::size_t offset) {
        const storage::Table as_stored{table.name, storage::Framing::Raw};
        auto txn = store_->begin_write().value();
        Bytes bytes = to_bytes(txn->get(as_stored, key).value().value());
        bytes.at(offset) ^= std::byte{1};
        CHAPAR_ASSERT(txn->put(as_stored, key, bytes).has_value());
        CHAPAR_ASSERT(std::move(*txn).commit().has_value());
    }

  private:
    std::unique_ptr<storage::MemoryStore> store_;
    broker::Frontier frontier_;
    crypto::LedgerKeys keys_;
    FakeRandom nonces_{1};
    std::vector<Hash> leaf_hashes_;
};

}  // namespace chapar::testing
