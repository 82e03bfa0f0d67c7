// What `apply` hands to `append_entries`: one ledger entry before it has a place.
//
// Owns: the shape. Does not know index, last_dir, tags, commitment or seal: append_entries()
// derives them, so that nobody else can get them wrong. An operation that needs the indices of its
// own entries takes them from Frontier::next_index() on.
//
// Value type. Source: design README "The fold"; ledger page 2.1.
#pragma once

#include <optional>

#include "crypto/entry_body.h"
#include "crypto/leaf.h"
#include "crypto/ledger_keys.h"
#include "schemas/base/ids.h"

namespace chapar::broker {

// Whose entry it is, and how long it may be kept. The bucket is (first, second, retention); the
// view tags are first's and second's, or first's and a pad where both are the same agency.
struct EntryReaders {
    AgencyId first;  // MSG: the sender's agency; POLICY: the agency of the policy
    AgencyId
        second;  // MSG: the recipient's agency (REJECTED: again the sender's); POLICY: as first
    // MSG: that of the envelope it is about; POLICY: the longest.
    crypto::RetentionClass retention = crypto::RetentionClass::Longer;
    auto operator<=>(const EntryReaders&) const = default;
};

struct EntryDraft {
    crypto::LeafKind kind = crypto::LeafKind::Message;
    crypto::LeafClock clock = crypto::LeafClock::Disciplined;
    ProcessEpoch epoch;
    crypto::EntryBody body;               // body.time is the operation's time, exact
    std::optional<EntryReaders> readers;  // present if and only if crypto::is_sealed(kind)
    bool operator==(const EntryDraft&) const = default;
};

}  // namespace chapar::broker
