#include "client/core/contribution.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "client/core/heads.h"
#include "client/core/kept_entries.h"
#include "client/core/outbox.h"
#include "client/core/outbox_store.h"
#include "client/core/store_keys.h"
#include "client/core/tables.h"
#include "crypto/checkpoint.h"
#include "crypto/tlog_proof.h"

namespace chapar::client {
namespace {

class Collection {
  public:
    Collection(const storage::ReadTxn& txn, const crypto::NoteVerifier& log, EntryIndex from)
        : txn_(txn), log_(log), from_(from) {}

    Status add_head() {
        if (const auto held = CHAPAR_TRY(newest_head(txn_, log_))) (void)number_of(held->note);
        return Done{};
    }

    Status add_receipts() {
        const auto cursor = txn_.cursor(tables::kReceipts);
        for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
            const EntryIndex index(number_at_end(cursor->key()));
            if (index < from_) continue;
            auto receipt = CHAPAR_TRY(outbox_store::decode_receipt(index, cursor->value()));
            auto proof = CHAPAR_TRY(crypto::TlogProof::parse(receipt.text));
            add(index,
                {index, std::move(proof.extra), std::move(proof.path), std::move(receipt.body),
                 receipt.salt},
                proof.checkpoint);
        }
        return Done{};
    }

    Status add_kept() {
        for (KeptEntry& kept : CHAPAR_TRY(kept_entries(txn_, from_))) {
            const EntryIndex index = kept.proof.index;
            add(index, std::move(kept.proof), kept.note);
        }
        return Done{};
    }

    // Of envelopes without files: those a broker cannot hand out from what is in here.
    Status add_payloads(TimeMs now) {
        for (const OutboxItem& item : CHAPAR_TRY(outbox_items(txn_))) {
            const bool waits = item.stage == schemas::Stage::Logged && item.expires > now;
            if (!waits || !item.entry || *item.entry < from_ || !item.files.empty()) continue;
            OutboxBytes bytes = CHAPAR_TRY(outbox_bytes(txn_, item.number));
            crypto::ContributedPayload payload{item.hash, {}, std::move(bytes.streams)};
            for (crypto::Stanza& stanza : bytes.stanzas) {
                payload.stanzas.push_back({stanza.enc, std::move(stanza.ciphertext)});
            }
            out_.payloads.push_back(std::move(payload));
        }
        return Done{};
    }

    crypto::Contribution finish() && {
        std::ranges::sort(out_.entries, {}, &crypto::ContributedEntry::index);
        return std::move(out_);
    }

  private:
    // A receipt and a kept entry of one place say the same; the one with the body is the better.
    void add(EntryIndex index, schemas::EntryProof proof, const std::string& note) {
        const auto number = number_of(note);
        const auto known = places_.find(index);
        if (!number) return;
        crypto::ContributedEntry entry{index,   std::move(proof.leaf), std::move(proof.path),
                                       *number, std::move(proof.body), {proof.salt.bytes}};
        if (known == places_.end()) {
            places_.emplace(index, out_.entries.size());
            out_.entries.push_back(std::move(entry));
        } else if (out_.entries[known->second].body.empty()) {
            out_.entries[known->second] = std::move(entry);
        }
    }

    // Empty for a note of another ledger.
    std::optional<std::uint32_t> number_of(const std::string& note) {
        const auto known = notes_.find(note);
        if (known != notes_.end()) return known->second;
        std::optional<std::uint32_t> number;
        if (crypto::open_checkpoint(note, log_)) {
            number = static_cast<std::uint32_t>(out_.notes.size());
            out_.notes.push_back(note);
        }
        notes_.emplace(note, number);
        return number;
    }

    const storage::ReadTxn& txn_;
    const crypto::NoteVerifier& log_;
    EntryIndex from_;
    std::map<std::string, std::optional<std::uint32_t>> notes_;
    std::map<EntryIndex, std::size_t> places_;
    crypto::Contribution out_;
};

}  // namespace

Result<crypto::Contribution> make_contribution(const storage::ReadTxn& txn,
                                               const crypto::NoteVerifier& log, TreeSize above,
                                               TimeMs now) {
    Collection collection(txn, log, EntryIndex(above.value));
    CHAPAR_TRY(collection.add_head());
    CHAPAR_TRY(collection.add_receipts());
    CHAPAR_TRY(collection.add_kept());
    CHAPAR_TRY(collection.add_payloads(now));
    return std::move(collection).finish();
}

}  // namespace chapar::client
