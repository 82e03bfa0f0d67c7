// Entry 0 of a ledger that follows one that was closed: the SUCCESSION record. Layout and signers:
// crypto/records.md, "Signed records".
#pragma once

#include <functional>
#include <string>

#include "crypto/verify/record.h"

namespace verify {

struct SuccessionOf {
    Manifest old_ledger;  // as named, not signed by itself
    Manifest new_ledger;
    std::uint64_t kept = 0;    // entries [kept, newest) are lost
    std::uint64_t newest = 0;  // size of the newest signed head of the old ledger
    Hash newest_root{};
    Hash kept_root{};
    Hash carried{};  // of the directory records that this ledger took over
    std::uint64_t made_ms = 0;
    std::string reason;
    Record record;
};

// Empty, and why, unless it is a SUCCESSION whose two manifests and note fit one another, whose
// signatures are good, and which the centre root has signed.
std::optional<SuccessionOf> parse_succession(const Bytes& wire, std::string& why);

// The next link of the hash over what is carried over; the first follows zero.
Hash carried_after(const Hash& so_far, std::uint64_t time_ms, const Hash& record);

// `agency_of`: the agency of which a key was a root at `made_ms`; empty if of none.
using AgencyOfRoot = std::function<std::string(const Bytes& key)>;
// Every signer but the centre root is a root of a member, and two of them of different agencies.
bool signed_by_two_agencies(const SuccessionOf& succession, const AgencyOfRoot& agency_of,
                            std::string& why);

}  // namespace verify
