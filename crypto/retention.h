// What ends or keeps the bodies of a ledger: SHRED, HOLD and PRUNE records.
//
// Owns: the bodies of record types 12 to 14. Does not know whether a bucket may be shredded, a hold
// is in force or a range may be pruned: that is decided where the ledger is folded. What they say
// is public. Times are UTC ms; `to` of a range is excluded. Source: crypto/records.md, "Signed
// records"; design ledger.md 2.9.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "crypto/ledger_keys.h"
#include "crypto/registrars.h"

namespace chapar::crypto {

// The legal basis, reason or policy of such a record: UTF-8, 1..limits::kLegalBasisBytes, nothing
// hidden (schemas/base/shown.h).
[[nodiscard]] bool is_record_text(std::string_view text);

// The entries of one month about what one agency sent another and may keep so long, said so that a
// person can judge it.
struct Bucket {
    AgencyId sender;
    AgencyId recipient;
    RetentionClass retention;
    YearMonth month;

    [[nodiscard]] LedgerKeyScope scope() const {
        return LedgerKeyScope::bucket(sender, recipient, retention, month);
    }
    auto operator<=>(const Bucket&) const = default;
};

// Type 12, signed by k registrars of the sender's agency.
struct ShredRecord {
    Bucket bucket;
    std::string basis;  // legal

    [[nodiscard]] Bytes encode() const;
    [[nodiscard]] static Result<ShredRecord> decode(ByteView body);
    bool operator==(const ShredRecord&) const = default;
};

struct EntryRange {
    EntryIndex from;
    EntryIndex to;  // from < to
    bool operator==(const EntryRange&) const = default;
};
using HoldTarget = std::variant<Bucket, EntryRange>;
enum class HoldAction : std::uint8_t { Set = 1, Release = 2 };

// Type 13, signed by k registrars of the agency.
struct HoldRecord {
    AgencyId agency;
    std::uint64_t number = 1;  // one above the agency's last HOLD record, from 1
    HoldAction action = HoldAction::Set;
    HoldTarget target;           // a release repeats that of the hold it ends
    std::uint64_t released = 0;  // the number of that hold; 0 for Set
    std::string reason;

    [[nodiscard]] Bytes encode() const;
    [[nodiscard]] static Result<HoldRecord> decode(ByteView body);
    bool operator==(const HoldRecord&) const = default;
};

// Type 14, signed by the centre root.
struct PruneRecord {
    EntryIndex end;      // entries below it go
    TimeMs before;       // all that go are older than this
    Hash archive;        // SHA-256 of the archive that holds them
    std::string policy;  // retention policy

    [[nodiscard]] Bytes encode() const;
    [[nodiscard]] static Result<PruneRecord> decode(ByteView body);
    bool operator==(const PruneRecord&) const = default;
};

[[nodiscard]] Result<ShredRecord> open_shred(const SignedRecord& record,
                                             const RegistrarsRecord& registrars);
[[nodiscard]] Result<HoldRecord> open_hold(const SignedRecord& record,
                                           const RegistrarsRecord& registrars);
[[nodiscard]] Result<PruneRecord> open_prune(const SignedRecord& record,
                                             const SigningPublicKey& centre_root);

}  // namespace chapar::crypto
