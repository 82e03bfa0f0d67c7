#include "broker/stored_replay.h"

#include <string>

#include "broker/core/ledger_tables.h"
#include "crypto/secret.h"

namespace chapar::broker {
namespace {

// A store's own ledger, as a record.
class StoredLedger final : public RecordedLedger {
  public:
    explicit StoredLedger(const storage::ReadTxn& txn) : txn_(txn) {}
    // Counts the leaves: the head may be what is damaged.
    Status measure() {
        const auto leaves = txn_.cursor(kLeafTable);
        CHAPAR_TRY(leaves->seek_last());
        if (!leaves->at_record()) return Error(Errc::LedgerDamaged, "there are no leaves");
        for (std::size_t byte = 0; byte < leaves->key().size(); ++byte) {
            size_ = size_ << 8 | static_cast<std::uint64_t>(leaves->key()[byte]);
        }
        ++size_;
        return Done{};
    }
    [[nodiscard]] std::uint64_t size() const override { return size_; }
    [[nodiscard]] Result<RecordedEntry> read(EntryIndex index) override {
        const auto leaf = CHAPAR_TRY(txn_.get(kLeafTable, number_key(index.value)));
        const auto body = CHAPAR_TRY(txn_.get(kBodyTable, number_key(index.value)));
        if (!leaf || !body) {
            return Error(Errc::LedgerDamaged, "entry " + std::to_string(index.value));
        }
        return RecordedEntry{to_bytes(*leaf), to_bytes(*body)};
    }

  private:
    const storage::ReadTxn& txn_;
    std::uint64_t size_ = 0;
};

// Secrets of all KEY entries that the broker still has: nothing in its ledger is closed to it but
// what was erased.
Result<RecordedKeys> keys_of_broker(RecordedLedger& ledger, const crypto::LedgerKeys& keys) {
    RecordedKeys recorded = CHAPAR_TRY(survey_without_key(ledger));
    recorded.holder = KeyHolder::Centre;
    for (const auto& [name, scope] : recorded.scopes) {
        const crypto::Secret32* secret = keys.find(name);
        if (secret == nullptr) continue;
        CHAPAR_TRY(crypto::reserve_secrets(1));
        recorded.keys.add(scope, secret->duplicate());
    }
    return recorded;
}

}  // namespace

Result<StoredReplay> replay_stored(const storage::ReadTxn& stored, storage::Store& fresh,
                                   const crypto::LedgerKeys& keys, NonceSource& nonces) {
    StoredLedger ledger(stored);
    CHAPAR_TRY(ledger.measure());
    const RecordedKeys recorded = CHAPAR_TRY(keys_of_broker(ledger, keys));
    ReplayReport report = CHAPAR_TRY(replay(fresh, ledger, recorded, nonces));
    if (!report.equal()) {
        const std::string what =
            report.differences.empty()
                ? "the leaves give another root"
                : "entry " + std::to_string(report.differences[0].entry.value) + ": " +
                      report.differences[0].rule + ": " + report.differences[0].expected;
        return Error(Errc::LedgerDamaged, what);
    }
    return StoredReplay{report.size, report.operations, std::move(report.not_retaken.entries)};
}

}  // namespace chapar::broker
