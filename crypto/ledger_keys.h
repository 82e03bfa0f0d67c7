// Purpose keys of the ledger: bucket keys (seal bodies), tag keys (view tags), the pad key.
//
// Owns: the KEY record (its name and its sealed copies), the classes of retention, and the look-up
// table of open secrets. Does not know where the table is kept between two runs, nor when a key is
// drawn. Months are decimal yyyymm in UTC. Secrets are never printed or copied. Source:
// crypto/ledger.md, "Ledger keys".
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "crypto/secret.h"
#include "crypto/x25519.h"
#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"

namespace chapar::crypto {

enum class LedgerKeyPurpose : std::uint8_t { Bucket = 1, Tag = 2, Pad = 3 };

// 202611 for any time in November 2026.
using YearMonth = StrongNumber<struct YearMonthTag, std::uint32_t>;
[[nodiscard]] YearMonth month_of(TimeMs time);
[[nodiscard]] bool is_month(YearMonth month);
// The first moment after it. REQUIRES: is_month(month).
[[nodiscard]] TimeMs end_of(YearMonth month);

// How long readers may keep what an envelope says: its header's retainUntil - created, in steps. So
// few that no sender can open buckets without bound; what is short-lived can be shredded apart.
enum class RetentionClass : std::uint8_t {
    Quarter = 1,    // at most 92 days
    Year = 2,       // at most 366
    FiveYears = 3,  // at most 1,827
    Longer = 4      // no end is known: policies, too
};
[[nodiscard]] RetentionClass retention_class(TimeMs created, TimeMs retain_until);
// Empty for Longer.
[[nodiscard]] std::optional<DurationMs> longest_of(RetentionClass retention);
[[nodiscard]] std::optional<RetentionClass> retention_class_of(std::uint8_t number);
// "92-days", "366-days", "1827-days", "longer".
[[nodiscard]] std::string_view text_of(RetentionClass retention);
[[nodiscard]] std::optional<RetentionClass> retention_class_named(std::string_view text);

// What a key is for: the public part of a KEY record.
class LedgerKeyScope {
  public:
    // For entries that the sender's and the recipient's agency may read.
    [[nodiscard]] static LedgerKeyScope bucket(AgencyId sender, AgencyId recipient, RetentionClass,
                                               YearMonth);
    // For the view tags of one agency.
    [[nodiscard]] static LedgerKeyScope tag(AgencyId agency, YearMonth);
    // For second view tags that belong to nobody.
    [[nodiscard]] static LedgerKeyScope pad();

    [[nodiscard]] LedgerKeyPurpose purpose() const { return purpose_; }
    [[nodiscard]] const std::optional<AgencyId>& first() const { return first_; }
    [[nodiscard]] const std::optional<AgencyId>& second() const { return second_; }
    // Exactly of a bucket.
    [[nodiscard]] const std::optional<RetentionClass>& retention() const { return retention_; }
    [[nodiscard]] YearMonth month() const { return month_; }

    // version 1 || purpose || counted8 first || counted8 second || u8 class, 0: none || u32 yyyymm.
    [[nodiscard]] Bytes encode() const;
    [[nodiscard]] static Result<LedgerKeyScope> decode(ByteView bytes);
    // TH("ledger-key", encode()).
    [[nodiscard]] BucketId name() const;
    auto operator<=>(const LedgerKeyScope&) const = default;

  private:
    LedgerKeyScope(LedgerKeyPurpose purpose, std::optional<AgencyId> first,
                   std::optional<AgencyId> second, std::optional<RetentionClass> retention,
                   YearMonth month);
    LedgerKeyPurpose purpose_;
    std::optional<AgencyId> first_;
    std::optional<AgencyId> second_;
    std::optional<RetentionClass> retention_;
    YearMonth month_;
};

struct SealedKeyCopy {
    static constexpr std::size_t kCiphertextBytes = 48;
    PublicKey reader;
    PublicKey enc;
    FixedBytes<struct SealedKeyTag, kCiphertextBytes> ciphertext;
    bool operator==(const SealedKeyCopy&) const = default;
};

// The KEY record: scope || u8 n || n x (reader[32] || enc[32] || ct[48]).
struct LedgerKeyRecord {
    LedgerKeyScope scope;
    std::vector<SealedKeyCopy> copies;  // 1..3, the centre auditor's first, no reader twice

    [[nodiscard]] Bytes encode() const;
    [[nodiscard]] static Result<LedgerKeyRecord> decode(ByteView bytes);
    bool operator==(const LedgerKeyRecord&) const = default;
};

// Seals `secret` to each reader: the centre auditor first, then the audit keys of the scope's
// agencies; a key given twice gets one copy. KeyInvalid for a reader of low order.
// REQUIRES: 1..3 readers.
[[nodiscard]] Result<LedgerKeyRecord> seal_ledger_key(const LedgerKeyScope& scope,
                                                      const Secret32& secret,
                                                      std::span<const PublicKey> readers,
                                                      Random& random);
// OpenFailed unless the record has a copy for this reader's key that opens.
[[nodiscard]] Result<Secret32> open_ledger_key(const LedgerKeyRecord& record,
                                               const Secret32& reader);

// The secrets that are open in this process, by name. Resource type: movable, not copyable.
class LedgerKeys {
  public:
    enum class Added : std::uint8_t { New, Exists };
    // Keeps the first secret of a name.
    Added add(const LedgerKeyScope& scope, Secret32 secret);
    // Null if it is not open here. Lives until the key is forgotten or the table dies.
    [[nodiscard]] const Secret32* find(const BucketId& name) const;
    [[nodiscard]] const Secret32* find(const LedgerKeyScope& scope) const {
        return find(scope.name());
    }
    // Shredding: wipes the secret. Empty if there was none.
    void forget(const BucketId& name) { secrets_.erase(name); }
    [[nodiscard]] std::size_t size() const { return secrets_.size(); }
    // Of all that are open, in the order of their names.
    [[nodiscard]] std::vector<LedgerKeyScope> scopes() const;

  private:
    struct Entry {
        LedgerKeyScope scope;
        Secret32 secret;
    };
    std::map<BucketId, Entry> secrets_;
};

}  // namespace chapar::crypto
