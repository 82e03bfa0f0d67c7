#include "broker/succession.h"

#include <algorithm>

#include "broker/core/core_state.h"
#include "broker/core/directory.h"
#include "broker/core/ledger_open.h"
#include "broker/core/ledger_proof.h"

namespace chapar::broker {
namespace {

using crypto::RecordType;

Error refused(std::string why) { return Error(Errc::SuccessionInvalid, std::move(why)); }

// The clocks of those who sign and of this machine.
constexpr DurationMs kClocksApart = kHour;

// What the old store has.
struct StoredTree {
    TreeSize size;
    Hash root;
    TimeMs last;
};

Error contradiction(const std::string& one, const std::string& other) {
    return Error(Errc::ForkDetected, one + " and " + other + " name two roots for one size");
}

// The notes, the largest of which nobody can hold against a tree any more, against each other.
Status check_notes(const std::vector<KnownNote>& notes) {
    for (std::size_t i = 1; i < notes.size(); ++i) {
        const KnownNote& one = notes[i - 1];
        const KnownNote& other = notes[i];
        if (one.head.size == other.head.size && one.head.root != other.head.root) {
            return contradiction(one.from, other.from);
        }
    }
    return Done{};
}

// Refused unless it is on one line with the notes that it reaches.
Result<StoredTree> tree_of(const OldLedger& old) {
    CHAPAR_TRY(check_notes(old.notes));
    const auto txn = CHAPAR_TRY(old.store.begin_read());
    const auto centre = CHAPAR_TRY(read_centre(*txn));
    if (!centre || centre->home != old.node.home) {
        return Error(Errc::LedgerDamaged, "the store was founded by another manifest");
    }
    const Frontier frontier = CHAPAR_TRY(open_ledger(*txn));
    for (const KnownNote& note : old.notes) {
        if (note.head.size > frontier.size()) break;
        const Hash root = CHAPAR_TRY(root_at(*txn, frontier, note.head.size));
        if (root == note.head.root) continue;
        return Error(Errc::ForkDetected, "this store has another history than " + note.from +
                                             ": restore an older backup into a new directory");
    }
    return StoredTree{frontier.size(), frontier.root(), CHAPAR_TRY(read_time(*txn))};
}

std::string origin_after(const crypto::Manifest& manifest) {
    const std::string number = std::to_string(manifest.ledger.value);
    std::string base = manifest.origin;
    if (base.ends_with("/" + number)) base.resize(base.size() - number.size() - 1);
    return base + "/" + std::to_string(manifest.ledger.value + 1);
}

Result<EntryIndex> agency_entry(const storage::ReadTxn& txn, const AgencyId& name) {
    const auto agency = CHAPAR_TRY(read_agency(txn, name));
    if (!agency) return Error(Errc::NotFound, "agency " + name.text());
    const auto entry = CHAPAR_TRY(entry_of_record(txn, agency->hash));
    if (!entry) return Error(Errc::StoreDamaged, "record");
    return *entry;
}

}  // namespace

Result<Losses> losses_of(const OldLedger& old, const std::vector<AgencyId>& agencies) {
    CHAPAR_ASSERT(!old.notes.empty());
    const StoredTree tree = CHAPAR_TRY(tree_of(old));
    const KnownNote& newest = old.notes.back();
    if (newest.head.size <= tree.size) {
        return Error(Errc::Usage,
                     "nothing is missing: this store reaches every known note, also of " +
                         newest.from + ": start the broker");
    }
    Losses out{EntryIndex(tree.size.value), tree.root, tree.last, newest, {}};
    std::vector<EntryIndex> entries;
    {
        const auto txn = CHAPAR_TRY(old.store.begin_read());
        for (const AgencyId& agency : agencies) {
            entries.push_back(CHAPAR_TRY(agency_entry(*txn, agency)));
        }
    }
    for (const EntryIndex entry : entries) {
        out.agencies.push_back(CHAPAR_TRY(record_of_entry(old, entry)));
    }
    return out;
}

Result<SuccessionDraft> draft_succession(const OldLedger& old, const Losses& losses,
                                         const CarriedOver& rehearsed, const NewNode& node,
                                         TimeMs now, const std::string& reason) {
    crypto::Manifest manifest = old.node.manifest;
    manifest.origin = origin_after(manifest);
    manifest.ledger = LedgerNumber(manifest.ledger.value + 1);
    manifest.log_key = node.log_key;
    manifest.curve_key = node.curve_key;
    if (!node.endpoints.empty()) manifest.endpoints = node.endpoints;

    const crypto::SuccessionRecord record{
        old.node.manifest.encode(), manifest.encode(), losses.newest.note,         losses.kept,
        losses.kept_root,           rehearsed.carried, std::max(now, losses.last), reason};
    SuccessionDraft out{{RecordType::Manifest, manifest.encode(), {}},
                        {RecordType::Succession, record.encode(), {}}};
    CHAPAR_TRY(crypto::SuccessionRecord::decode(out.succession.body));
    return out;
}

namespace {

Result<std::vector<crypto::MemberRoots>> members_at(const storage::ReadTxn& txn, TimeMs made) {
    std::vector<crypto::MemberRoots> members;
    for (const AgencyId& name : CHAPAR_TRY(all_agencies(txn))) {
        const auto agency = CHAPAR_TRY(read_agency(txn, name));
        if (!agency || !agency->record.validity.holds(made)) continue;
        members.push_back({name, agency->record.roots});
    }
    return members;
}

Status check_against_notes(const OldLedger& old, const crypto::Succession& given) {
    for (const KnownNote& known : old.notes) {
        if (known.head.size == given.newest.size && known.head.root != given.newest.root) {
            return contradiction(known.from, "the succession");
        }
    }
    const KnownNote& newest = old.notes.back();
    if (newest.head.size <= given.newest.size) return Done{};
    return refused("it names a note of " + std::to_string(given.newest.size.value) + " entries; " +
                   newest.from + " has " + std::to_string(newest.head.size.value));
}

}  // namespace

Result<crypto::Succession> check_succession(const OldLedger& old,
                                            const crypto::SignedRecord& record, TimeMs now) {
    const StoredTree tree = CHAPAR_TRY(tree_of(old));
    const auto body = crypto::SuccessionRecord::decode(record.body);
    if (!body) return refused(body.error().context);
    if (body->made < tree.last || body->made > now + kClocksApart) {
        return refused("it says that it was made before the last entry kept, or after now");
    }
    std::vector<crypto::MemberRoots> members;
    {
        const auto txn = CHAPAR_TRY(old.store.begin_read());
        members = CHAPAR_TRY(members_at(*txn, body->made));
    }
    auto out = CHAPAR_TRY(crypto::open_succession(record, members));
    if (out.record.old_manifest != old.node.manifest.encode()) {
        return refused("it closes another ledger");
    }
    if (out.record.kept.value != tree.size.value || out.record.kept_root != tree.root) {
        return refused("it was drafted when this store had " +
                       std::to_string(out.record.kept.value) + " entries");
    }
    CHAPAR_TRY(check_against_notes(old, out));
    return out;
}

}  // namespace chapar::broker
