// Which ledger keys an entry needs, and which KEY entry opened each.
//
// Owns: tables `bucket` and `shredded`, from a key's name to its KEY and SHRED entry, and the rule
// that names the keys of a draft. Does not know where secrets are kept (crypto/ledger_keys.h) nor
// who draws them: the edge does, and proposes them before the operation that needs them.
//
// A key is open when its KEY entry is in the ledger and its secret in LedgerKeys; both are needed.
// Months are those of the operation's time. Thread: the writer's. Errors: LedgerDamaged (a row that
// is none), AlreadyExists (a key is opened once), those of the store. Source: ledger page 2.9;
// crypto/ledger.md, "Ledger keys".
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "broker/core/entry_draft.h"
#include "crypto/ledger_keys.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::broker {

// The keys of one sealed entry; none for a clear one.
struct EntryKeys {
    crypto::LedgerKeyScope bucket;
    crypto::LedgerKeyScope first_tag;
    crypto::LedgerKeyScope second_tag;  // a tag key, or the pad key
};
// REQUIRES: readers as in EntryDraft. `time` is the operation's.
[[nodiscard]] EntryKeys keys_of(const EntryReaders& readers, TimeMs time);

// The KEY entry that opened this key; empty if there is none.
[[nodiscard]] Result<std::optional<EntryIndex>> key_entry(const storage::ReadTxn& txn,
                                                          const BucketId& name);
[[nodiscard]] Status put_key_entry(storage::Txn& txn, const BucketId& name, EntryIndex index);

// The SHRED entry that ended this key; empty if it stands.
[[nodiscard]] Result<std::optional<EntryIndex>> shred_entry(const storage::ReadTxn& txn,
                                                            const BucketId& name);
[[nodiscard]] Status put_shred_entry(storage::Txn& txn, const BucketId& name, EntryIndex index);
// All that were ever shredded: at the start their secrets are destroyed once more, should a crash
// have left them.
[[nodiscard]] Result<std::vector<BucketId>> shredded_keys(const storage::ReadTxn& txn);

// The first KEY entry that opened a key which stands, and whose secret is not among `keys`.
[[nodiscard]] Result<std::optional<EntryIndex>> key_without_secret(const storage::ReadTxn& txn,
                                                                   const crypto::LedgerKeys& keys);

// The keys of a tick's entries: each looked up once, and remembered to the end of the tick.
//
// Right within one transaction and one set of secrets: no KEY entry is ever taken back in it, so
// what is open stays so; what is missing is looked up again each time. Dies with its tick, whether
// that is committed or not.
class TickKeys {
  public:
    struct Opened {
        const crypto::Secret32* bucket = nullptr;
        EntryIndex opened_by;  // the bucket's KEY entry
        const crypto::Secret32* first_tag = nullptr;
        const crypto::Secret32* second_tag = nullptr;
        bool padded = false;  // second_tag is the pad key
    };
    // Null if one of the three is not open. `time` is the operation's. Lives as long as this object
    // and `keys`.
    [[nodiscard]] Result<const Opened*> find(const storage::ReadTxn& txn,
                                             const crypto::LedgerKeys& keys,
                                             const EntryReaders& readers, TimeMs time);

  private:
    std::map<std::pair<crypto::YearMonth, EntryReaders>, Opened> opened_;
};

}  // namespace chapar::broker
