// All secrets that lost entries were made with, before they are folded again.
//
// Owns: which keys those entries opened, and where each secret comes from: ledger.keys; the copy
// that its KEY entry holds for the centre's auditor; a view file, if an entry shows that it is
// right (repair_try.h). Writes into ledger.keys what it lacked, last of all. A secret that is
// nowhere, or cannot be tried, ends it: once its KEY entry stands again nobody draws another one,
// and whatever needs it is answered back-pressure until its month is over. Errors: LedgerKeyMissing
// (context: which keys, and what to do), those of the record and the file.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "broker/core/replay.h"
#include "broker/edge/ledger_key_file.h"
#include "crypto/ledger_keys.h"
#include "storage/store.h"

namespace chapar::broker {

enum class LeaveUntried : std::uint8_t { No, Yes };

struct KeySources {
    LedgerKeyFile& file;
    std::vector<NewLedgerKey> view;         // of an auditor; may be empty
    std::string view_from;                  // for the operator
    std::optional<crypto::Secret32> audit;  // the centre auditor's own key
    LeaveUntried untried = LeaveUntried::No;
};

class KeyGathering {
  public:
    // Keys that the store's own entries opened.
    [[nodiscard]] Status index_stored(const storage::ReadTxn& txn);
    // One lost entry, in order.
    [[nodiscard]] Status look_at(const RecordedEntry& entry, EntryIndex index);

    struct Range {
        RecordedLedger& entries;
        std::uint64_t from = 0;
        std::uint64_t until = 0;
        Hash origin;  // crypto::origin_hash
    };
    struct Gathered {
        RecordedKeys keys;  // takes over those of the file
        std::vector<crypto::LedgerKeyScope> untried;
    };
    [[nodiscard]] Result<Gathered> gather(KeySources sources, const Range& range) &&;

  private:
    struct Opened {
        EntryIndex entry;
        crypto::LedgerKeyRecord record;
    };
    [[nodiscard]] std::vector<const Opened*> lacking(const crypto::LedgerKeys& known) const;
    [[nodiscard]] Result<std::vector<NewLedgerKey>> open_copies(
        const crypto::LedgerKeys& known, const crypto::Secret32& audit) const;
    [[nodiscard]] std::vector<NewLedgerKey> worth_trying(
        std::vector<NewLedgerKey> view, const crypto::LedgerKeys& known,
        const std::vector<NewLedgerKey>& sure) const;
    [[nodiscard]] Status refuse_lacking(const crypto::LedgerKeys& known,
                                        const std::vector<NewLedgerKey>& found,
                                        const std::vector<crypto::LedgerKeyScope>& untried,
                                        LeaveUntried leave) const;

    std::vector<Opened> lost_;
    std::map<EntryIndex, BucketId> by_entry_;  // every key that has a KEY entry
};

}  // namespace chapar::broker
