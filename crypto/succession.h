// The succession of a ledger that cannot go on: SUCCESSION records.
//
// Owns: the body of record type 16 and who must sign it: the centre root, which both ledgers have,
// and roots of at least two member agencies, one key of each. It names both manifests whole, the
// newest signed head of the old ledger that is known, whole, which of its entries are lost, and by
// one hash every directory record that is carried over. It is entry 0 of the new ledger. Does not
// know which agencies are in force: the caller names their roots, from the old ledger's directory.
// Times are UTC ms.
// Source: crypto/records.md, "Signed records"; design ledger.md 2.8.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "crypto/checkpoint.h"
#include "crypto/leaf.h"
#include "crypto/manifest.h"
#include "crypto/record.h"
#include "schemas/base/time.h"

namespace chapar::crypto {

struct SuccessionRecord {
    Bytes old_manifest;  // bodies of MANIFEST records: their hashes are the homes
    Bytes new_manifest;
    std::string note;  // of the old ledger, signed by its log key
    EntryIndex kept;   // entries that the broker still had: [kept, head of `note`) are lost
    Hash kept_root;    // of the tree of those entries
    Hash carried;      // CarriedRecords of what the new ledger takes over
    TimeMs made;
    std::string reason;  // 1..512 bytes, nothing hidden

    [[nodiscard]] Bytes encode() const;
    // MalformedLayout unless the two manifests and the note fit each other: the next ledger number,
    // the same centre root, another origin and log key, a note of the old log not below `kept`.
    [[nodiscard]] static Result<SuccessionRecord> decode(ByteView body);
    bool operator==(const SuccessionRecord&) const = default;

    [[nodiscard]] Home old_home() const { return home_of(old_manifest); }
    [[nodiscard]] Home new_home() const { return home_of(new_manifest); }
};

// What a new ledger takes over of the directory: the signed records of its KEY entries in its first
// process epoch, which ends where chapard starts for the first time, and at the latest with the
// first entry of a kind that is never carried over (can_be_carried()). Whoever reads the ledger
// from its beginning adds each, in order, with the exact time of its entry; the result is then what
// the SUCCESSION record names, or records were left out, added or moved. Policies (sealed) and
// bundles (outside the chain of directory entries) are not in it.
//
//     zero, then for each: TH("carried", hash so far[32], u64 time, record hash[32])
class CarriedRecords {
  public:
    explicit CarriedRecords(const Hash& so_far = {}) : hash_(so_far) {}
    void add(TimeMs time, const Hash& record);
    [[nodiscard]] const Hash& hash() const { return hash_; }

    static constexpr ProcessEpoch kEpoch{1};

  private:
    Hash hash_;
};
// Of a later ledger: founding, start, directory, policies, bundles, in its first process epoch.
[[nodiscard]] bool can_be_carried(const Leaf& leaf);

// What decode() has checked, taken apart.
struct Succession {
    SuccessionRecord record;
    Manifest old_ledger;
    Manifest new_ledger;
    Checkpoint newest;  // of the old ledger
};

// The body of the manifest that a ledger's entry 0 brings: of a MANIFEST record itself, which
// founds a centre's first ledger and no other, or inside a SUCCESSION record, opened as below
// without members. MalformedLayout for any other record. Of a MANIFEST no signature is verified:
// its hash is the home that whoever asks has pinned.
[[nodiscard]] Result<Bytes> founding_manifest(const SignedRecord& record);
inline constexpr LedgerNumber kFirstLedger{1};

// The roots of one member agency, as its newest AGENCY record names them.
struct MemberRoots {
    AgencyId agency;
    std::vector<SigningPublicKey> roots;
};

// All errors are SuccessionInvalid; the context says why. Without `members` the agencies'
// signatures are verified, but not whose they are: at least two signers beside the centre root.
[[nodiscard]] Result<Succession> open_succession(const SignedRecord& record);
// As above, and: every signer but the centre root is a root of a member, and two agencies signed
// with one key each. A key that stands for two agencies counts for one.
[[nodiscard]] Result<Succession> open_succession(const SignedRecord& record,
                                                 std::span<const MemberRoots> members);

}  // namespace chapar::crypto
