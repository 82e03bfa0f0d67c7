#include "client/core/gossip.h"

#include <string>
#include <utility>

#include "client/core/heads.h"
#include "client/core/ledger_alarms.h"
#include "client/core/store_keys.h"
#include "client/core/tables.h"
#include "client/core/waited_time.h"
#include "crypto/leaf.h"
#include "crypto/tree.h"
#include "schemas/base/hex.h"
#include "schemas/base/layout.h"

namespace chapar::client {
namespace {

constexpr std::uint8_t kVersion = 1;

Bytes key_of(TreeSize size, const Hash& root) {
    return LayoutWriter().u64(size.value).raw(root.view()).take();
}

Result<OwedHead> decode(ByteView key, ByteView value) {
    LayoutReader place(key);
    OwedHead owed;
    owed.size = TreeSize(place.u64());
    owed.root = place.fixed<Hash>();
    LayoutReader in(value);
    const std::uint8_t version = in.u8();
    owed.author = in.fixed<CertificateHash>();
    owed.envelope = in.fixed<EnvelopeHash>();
    owed.since = TimeMs(in.u64());
    if (!place.finish("heads.seen") || !in.finish("heads.seen") || version != kVersion) {
        return Error(Errc::StoreDamaged, "heads.seen");
    }
    return owed;
}

Status put(storage::Txn& txn, const OwedHead& owed) {
    return txn.put(tables::kSeenHeads, key_of(owed.size, owed.root),
                   LayoutWriter()
                       .u8(kVersion)
                       .raw(owed.author.view())
                       .raw(owed.envelope.view())
                       .u64(owed.since.value)
                       .take());
}

std::string author_text(const CertificateHash& author) {
    return "the device " + to_hex(author.view()).substr(0, 16);
}

Status raise_other_history(storage::Txn& txn, TreeSize size, const CertificateHash& author,
                           TimeMs now) {
    LedgerAlarm alarm;
    alarm.kind = LedgerAlarmKind::OtherHistory;
    alarm.about = to_bytes(author.view());
    alarm.raised = now;
    alarm.sentence =
        "The ledger that " + author_text(author) + " has verified (" + std::to_string(size.value) +
        " entries) is not the one that this device is shown, and the broker logged its signature "
        "all the same: two histories are shown to two devices. This device sends nothing more "
        "until a person has looked into it: call that office by a known number, have both devices "
        "write \"chapar ledger fork --out FILE\", give the files to the auditors of all agencies, "
        "then confirm with \"chapar ledger alarms --confirm\".";
    return raise_alarm(txn, alarm);
}

Status raise_beyond(storage::Txn& txn, const NamedHead& named, TimeMs now) {
    LedgerAlarm alarm;
    alarm.kind = LedgerAlarmKind::HeadBeyond;
    alarm.about = to_bytes(named.author.view());
    alarm.raised = now;
    alarm.sentence = "A signature of " + author_text(named.author) + " names a ledger of " +
                     std::to_string(named.seen.size.value) + " entries, but was logged as entry " +
                     std::to_string(named.logged.value) +
                     ": its author made the number up, or is shown another ledger. It was not "
                     "believed. Call that office and compare the heads.";
    return raise_alarm(txn, alarm);
}

}  // namespace

Result<Gossip> heed_named_head(storage::Txn& txn, const NamedHead& named, TimeMs now) {
    const TreeSize size = named.seen.size;
    if (size.value == 0) return Gossip::Agrees;
    if (size.value > named.logged.value) {
        CHAPAR_TRY(raise_beyond(txn, named, now));
        return Gossip::Beyond;
    }
    if (const auto root = CHAPAR_TRY(line_root(txn, size))) {
        if (*root == named.seen.root) return Gossip::Agrees;
        CHAPAR_TRY(raise_other_history(txn, size, named.author, now));
        return Gossip::Contradicts;
    }
    const Bytes key = key_of(size, named.seen.root);
    const bool known = CHAPAR_TRY(txn.get(tables::kSeenHeads, key)).has_value();
    // A broker that answers keeps the list short; one that does not is told of in any case.
    if (known || CHAPAR_TRY(owed_heads(txn)).size() >= kOwedHeads) return Gossip::Awaits;
    CHAPAR_TRY(put(txn, {size, named.seen.root, named.author, named.envelope, kNotLookedAt}));
    return Gossip::Awaits;
}

Result<std::vector<OwedHead>> owed_heads(const storage::ReadTxn& txn) {
    std::vector<OwedHead> owed;
    const auto cursor = txn.cursor(tables::kSeenHeads);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
        owed.push_back(CHAPAR_TRY(decode(cursor->key(), cursor->value())));
    }
    return owed;
}

Status settle_named_heads(storage::Txn& txn, const schemas::EntryProof& proof,
                          const crypto::Checkpoint& head, TimeMs now) {
    std::vector<OwedHead> owed;
    for (OwedHead& one : CHAPAR_TRY(owed_heads(txn))) {
        if (one.size.value == proof.index.value + 1) owed.push_back(std::move(one));
    }
    if (owed.empty()) return Done{};
    // Others' entries come as their hash alone: what they say is not asked.
    const Hash leaf = crypto::stored_leaf_hash(proof.leaf);
    CHAPAR_TRY(
        crypto::check_inclusion(leaf, proof.index.value, head.size.value, proof.path, head.root));
    const auto root = prefix_root(leaf, proof.index.value, head.size.value, proof.path);
    if (!root) return Error(Errc::ProofInvalid, "prefix");
    for (const OwedHead& one : owed) {
        CHAPAR_TRY(txn.erase(tables::kSeenHeads, key_of(one.size, one.root)));
        if (one.root != *root) CHAPAR_TRY(raise_other_history(txn, one.size, one.author, now));
    }
    return remember_line(txn, owed.front().size, *root);
}

Status judge_owed_heads(storage::Txn& txn, TimeMs waited, TimeMs now) {
    std::size_t late = 0;
    std::optional<OwedHead> oldest;
    for (OwedHead& one : CHAPAR_TRY(owed_heads(txn))) {
        if (one.since == kNotLookedAt) {
            one.since = waited;
            CHAPAR_TRY(put(txn, one));
        }
        if (!is_late(one.since, waited)) continue;
        ++late;
        if (!oldest || one.since < oldest->since) oldest = one;
    }
    if (!oldest) return lift_alarm(txn, LedgerAlarmKind::HeadUnproven);
    LedgerAlarm alarm;
    alarm.kind = LedgerAlarmKind::HeadUnproven;
    alarm.raised = now;
    alarm.sentence =
        "The broker does not prove that " + author_text(oldest->author) +
        " sees the same ledger as this device (a head of " + std::to_string(oldest->size.value) +
        " entries; " + std::to_string(late) +
        " such questions are open for more than a minute). If it lasts, call that office and "
        "compare the heads, and tell the auditor.";
    return raise_alarm(txn, alarm);
}

std::optional<Hash> prefix_root(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                                std::span<const Hash> path) {
    if (index >= size) return std::nullopt;
    std::vector<Hash> left;
    std::uint64_t at = index;
    std::uint64_t last = size - 1;
    for (const Hash& node : path) {
        if (last == 0) return std::nullopt;
        if (at % 2 == 1 || at == last) {
            left.push_back(node);
            while (at % 2 == 0 && at != 0) {
                at >>= 1;
                last >>= 1;
            }
        }
        at >>= 1;
        last >>= 1;
    }
    return crypto::root_from_path(leaf, index, index + 1, left);
}

}  // namespace chapar::client
