// The ledger keys that one audit key opens, as a mirror knows them.
//
// Owns: which KEY entry opened which scope, which buckets were shredded, and the secrets, opened
// from the sealed copies when they are first needed and never written down. Does not know what the
// keys seal. The reader is found by its public key: the centre's auditor, or the agency whose
// AGENCY record (mirror_judge.h) names it.
//
// Errors: NotFound (no agency of this ledger has this key), StoreDamaged. Source: ledger.md 2.9.
#pragma once

#include <map>
#include <optional>

#include "client/core/trust_card.h"
#include "crypto/entry_body.h"
#include "crypto/ledger_keys.h"
#include "storage/store.h"

namespace chapar::client {

// Whose eyes: empty for the centre's auditor, who may open everything.
struct MirrorReader {
    std::optional<AgencyId> agency;
    [[nodiscard]] bool sees(const AgencyId& other) const { return !agency || *agency == other; }
    [[nodiscard]] std::string text() const { return agency ? agency->text() : "*"; }
    bool operator==(const MirrorReader&) const = default;
};
// After judge_some(): of the AGENCY entries that are believed, the newest with this audit key.
[[nodiscard]] Result<MirrorReader> find_reader(const storage::ReadTxn& txn, const TrustCard& card,
                                               const PublicKey& key);

// Kept by judging, in ledger order. RecordSequence for a key that was opened before.
[[nodiscard]] Status note_ledger_key(storage::Txn& txn, EntryIndex index,
                                     const crypto::LedgerKeyRecord& record);
[[nodiscard]] Status note_shredded(storage::Txn& txn, EntryIndex index, const BucketId& bucket);
// The KEY entry that opened it; the SHRED entry that ended it.
[[nodiscard]] Result<std::optional<EntryIndex>> opened_by(const storage::ReadTxn& txn,
                                                          const BucketId& name);
[[nodiscard]] Result<std::optional<EntryIndex>> shredded_at(const storage::ReadTxn& txn,
                                                            const BucketId& bucket);
// Of a KEY entry; empty if this one opened no ledger key.
[[nodiscard]] Result<std::optional<crypto::LedgerKeyScope>> key_scope(const storage::ReadTxn& txn,
                                                                      EntryIndex entry);
// Whether the bucket that KEY entry `key_entry` opened was shredded by an entry above `after`. Only
// buckets can be: a tag key never is.
[[nodiscard]] Result<bool> is_shredded(const storage::ReadTxn& txn, EntryIndex key_entry,
                                       EntryIndex after);

// One secret of a view file.
struct OpenedKey {
    EntryIndex entry;
    crypto::LedgerKeyScope scope;
    const crypto::Secret32* secret = nullptr;
};

// Resource type; borrows the audit key.
class MirrorSecrets {
  public:
    explicit MirrorSecrets(const crypto::Secret32& audit_key) : audit_key_(audit_key) {}
    // Null if this audit key does not open it, or there is no such KEY entry.
    [[nodiscard]] Result<const crypto::Secret32*> of_entry(const storage::ReadTxn& txn,
                                                           EntryIndex entry);
    [[nodiscard]] Result<const crypto::Secret32*> of_scope(const storage::ReadTxn& txn,
                                                           const crypto::LedgerKeyScope& scope);
    // All that opens, by index, at most `most` from `from` on.
    [[nodiscard]] Result<std::vector<OpenedKey>> opened(const storage::ReadTxn& txn,
                                                        EntryIndex from, std::size_t most);

  private:
    const crypto::Secret32& audit_key_;
    std::map<EntryIndex, std::optional<crypto::Secret32>> secrets_;
};

}  // namespace chapar::client
