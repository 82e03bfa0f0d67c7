#include "broker/succession.h"

#include <algorithm>

#include "broker/core/core_state.h"
#include "broker/core/directory.h"
#include "broker/core/ledger_open.h"
#include "broker/core/ledger_proof.h"
#include "broker/core/ledger_read.h"
#include "broker/edge/version.h"
#include "crypto/entry_body.h"

namespace chapar::broker {
namespace {

using crypto::LeafKind;
using crypto::RecordType;

constexpr std::size_t kRecordsPerCommit = 256;

Error refused(std::string why) { return Error(Errc::SuccessionInvalid, std::move(why)); }

// What the old store has, and whether it is on one line with the notes that it reaches.
struct Standing {
    TreeSize size;
    Hash root;
};

Result<Standing> standing_of(const OldLedger& old) {
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
    return Standing{frontier.size(), frontier.root()};
}

std::string origin_after(const crypto::Manifest& manifest) {
    const std::string number = std::to_string(manifest.ledger.value);
    std::string base = manifest.origin;
    if (base.ends_with("/" + number)) base.resize(base.size() - number.size() - 1);
    return base + "/" + std::to_string(manifest.ledger.value + 1);
}

Result<crypto::SignedRecord> record_at(const storage::ReadTxn& txn, const crypto::LedgerKeys& keys,
                                       LeafKind kind, EntryIndex index) {
    const auto opened = CHAPAR_TRY(open_entry(txn, keys, index));
    const auto body = CHAPAR_TRY(crypto::EntryBody::decode(kind, opened.body));
    if (!body.record) return Error(Errc::LedgerDamaged, "record");
    return crypto::SignedRecord::decode(*body.record);
}

Result<crypto::SignedRecord> agency_record(const storage::ReadTxn& txn,
                                           const crypto::LedgerKeys& keys, const AgencyId& name) {
    const auto agency = CHAPAR_TRY(read_agency(txn, name));
    if (!agency) return Error(Errc::NotFound, "agency " + name.text());
    const auto entry = CHAPAR_TRY(entry_of_record(txn, agency->hash));
    if (!entry) return Error(Errc::StoreDamaged, "record");
    return record_at(txn, keys, LeafKind::Key, *entry);
}

}  // namespace

Result<SuccessionDraft> draft_succession(const OldLedger& old, const NewNode& node,
                                         const std::vector<AgencyId>& agencies, TimeMs now,
                                         const std::string& reason) {
    CHAPAR_ASSERT(!old.notes.empty());
    const Standing standing = CHAPAR_TRY(standing_of(old));
    const KnownNote& newest = old.notes.back();
    if (newest.head.size <= standing.size) {
        return Error(Errc::Usage,
                     "nothing is missing: this store reaches every known note, also of " +
                         newest.from + ": start the broker");
    }
    crypto::Manifest manifest = old.node.manifest;
    manifest.origin = origin_after(manifest);
    manifest.ledger = LedgerNumber(manifest.ledger.value + 1);
    manifest.log_key = node.log_key;
    manifest.curve_key = node.curve_key;
    if (!node.endpoints.empty()) manifest.endpoints = node.endpoints;

    const crypto::SuccessionRecord record{old.node.manifest.encode(),
                                          manifest.encode(),
                                          newest.note,
                                          EntryIndex(standing.size.value),
                                          standing.root,
                                          now,
                                          reason};
    SuccessionDraft out{{RecordType::Manifest, manifest.encode(), {}},
                        {RecordType::Succession, record.encode(), {}},
                        {}};
    CHAPAR_TRY(crypto::SuccessionRecord::decode(out.succession.body));
    const auto txn = CHAPAR_TRY(old.store.begin_read());
    for (const AgencyId& agency : agencies) {
        out.agencies.push_back(CHAPAR_TRY(agency_record(*txn, old.keys, agency)));
    }
    return out;
}

Result<crypto::Succession> check_succession(const OldLedger& old,
                                            const crypto::SignedRecord& record) {
    const Standing standing = CHAPAR_TRY(standing_of(old));
    std::vector<crypto::MemberRoots> members;
    const auto body = crypto::SuccessionRecord::decode(record.body);
    if (!body) return refused(body.error().context);
    {
        const auto txn = CHAPAR_TRY(old.store.begin_read());
        for (const AgencyId& name : CHAPAR_TRY(all_agencies(*txn))) {
            const auto agency = CHAPAR_TRY(read_agency(*txn, name));
            if (!agency || !agency->record.validity.holds(body->made)) continue;
            members.push_back({name, agency->record.roots});
        }
    }
    auto out = CHAPAR_TRY(crypto::open_succession(record, members));
    if (out.record.old_manifest != old.node.manifest.encode()) {
        return refused("it closes another ledger");
    }
    if (out.record.kept.value != standing.size.value || out.record.kept_root != standing.root) {
        return refused("it was drafted when this store had " +
                       std::to_string(out.record.kept.value) + " entries");
    }
    const KnownNote& newest = old.notes.back();
    if (newest.head.size > out.newest.size) {
        return refused("it names a note of " + std::to_string(out.newest.size.value) +
                       " entries; " + newest.from + " has " +
                       std::to_string(newest.head.size.value));
    }
    return out;
}

namespace {

// The new ledger's first entries, a batch at a time.
class Carrier {
  public:
    Carrier(const OldLedger& old, Tick& tick, crypto::Random& random)
        : old_(old), tick_(tick), nonce_(crypto::random_value<Hash>(random)) {}

    Result<CarriedOver> run(const crypto::SignedRecord& succession) {
        const auto txn = CHAPAR_TRY(old_.store.begin_read());
        const Frontier frontier = CHAPAR_TRY(open_ledger(*txn));
        out_.nonce = nonce_;
        CHAPAR_TRY(found(*txn, succession));
        for (std::uint64_t i = 1; i < frontier.size().value; ++i) {
            CHAPAR_TRY(take(*txn, EntryIndex(i)));
            if (batch_.size() == kRecordsPerCommit) CHAPAR_TRY(put());
        }
        CHAPAR_TRY(put());
        return std::move(out_);
    }

  private:
    Status found(const storage::ReadTxn& txn, const crypto::SignedRecord& succession) {
        const auto leaf = CHAPAR_TRY(read_leaf(txn, EntryIndex(0)));
        const auto opened = CHAPAR_TRY(open_entry(txn, old_.keys, EntryIndex(0)));
        const auto body = CHAPAR_TRY(crypto::EntryBody::decode(leaf.kind, opened.body));
        const Stamp stamp{body.time, Clock::Held};
        const Operation operations[] = {
            {stamp, Found{succession.encode()}},
            {stamp, OpenEpoch{nonce_, std::string(build_text())}},
        };
        for (const Outcome& outcome : CHAPAR_TRY(tick_.run(operations))) {
            if (outcome.code) return Error(*outcome.code, outcome.context);
        }
        return Done{};
    }

    Status take(const storage::ReadTxn& txn, EntryIndex index) {
        const auto leaf = read_leaf(txn, index);
        if (!leaf && is_gone(leaf.error().code)) return Done{};
        CHAPAR_TRY(leaf);
        const LeafKind kind = leaf->kind;
        if (kind != LeafKind::Key && kind != LeafKind::Policy && kind != LeafKind::Ladder) {
            return Done{};
        }
        const auto opened = open_entry(txn, old_.keys, index);
        if (!opened) return refuse(index, "sealed policy", opened.error());
        const auto body = CHAPAR_TRY(crypto::EntryBody::decode(kind, opened->body));
        const bool ledger_key =
            kind == LeafKind::Key && body.event == event_number(crypto::KeyEvent::Opened);
        if (ledger_key || !body.record) return Done{};
        // Its ledger keys are sealed to agencies that must be in the store by then.
        if (kind == LeafKind::Policy) CHAPAR_TRY(put());
        batch_.push_back({{body.time, Clock::Held}, PutRecord{*body.record}});
        places_.push_back(index);
        return Done{};
    }

    Status refuse(EntryIndex index, std::string_view what, const Error& error) {
        if (!is_gone(error.code) && error.code != Errc::LedgerKeyMissing) return error;
        say(index, what, error.code, error.context);
        return Done{};
    }

    void say(EntryIndex index, std::string_view what, Errc code, std::string_view context) {
        std::string line = "entry " + std::to_string(index.value) + " (" + std::string(what) +
                           "): " + std::string(text_of(code).code);
        if (!context.empty()) line += " " + std::string(context);
        out_.refused.push_back(std::move(line));
    }

    Status put() {
        if (batch_.empty()) return Done{};
        const auto outcomes = CHAPAR_TRY(tick_.run(batch_));
        for (std::size_t i = 0; i < outcomes.size(); ++i) {
            if (!outcomes[i].code) {
                ++out_.records;
                continue;
            }
            const auto& bytes = std::get<PutRecord>(batch_[i].body).record;
            const auto record = CHAPAR_TRY(crypto::SignedRecord::decode(bytes));
            say(places_[i], crypto::label_text(crypto::label_of(record.type)), *outcomes[i].code,
                outcomes[i].context);
        }
        batch_.clear();
        places_.clear();
        return Done{};
    }

    const OldLedger& old_;
    Tick& tick_;
    Hash nonce_;
    CarriedOver out_;
    std::vector<Operation> batch_;
    std::vector<EntryIndex> places_;
};

}  // namespace

Result<CarriedOver> carry_over(const OldLedger& old, Tick& tick,
                               const crypto::SignedRecord& succession, crypto::Random& random) {
    CHAPAR_ASSERT(tick.frontier().size().value == 0);
    return Carrier(old, tick, random).run(succession);
}

}  // namespace chapar::broker
