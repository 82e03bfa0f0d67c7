#include "broker/repair_gather.h"

#include <algorithm>
#include <utility>

#include "broker/core/ledger_tables.h"
#include "broker/repair_try.h"
#include "crypto/entry_body.h"
#include "crypto/leaf.h"
#include "schemas/base/layout.h"

namespace chapar::broker {
namespace {

std::string entry_text(EntryIndex index) { return "entry " + std::to_string(index.value); }

bool holds(const std::vector<NewLedgerKey>& keys, const crypto::LedgerKeyScope& scope) {
    return std::ranges::any_of(keys, [&](const NewLedgerKey& key) { return key.scope == scope; });
}

}  // namespace

Status KeyGathering::index_stored(const storage::ReadTxn& txn) {
    const auto rows = txn.cursor(kBucketTable);
    for (CHAPAR_TRY(rows->seek_first()); rows->at_record(); CHAPAR_TRY(rows->next())) {
        LayoutReader in(rows->value());
        const EntryIndex index(in.u64());
        const auto name = BucketId::from(rows->key());
        if (!name || !in.finish("bucket")) return Error(Errc::StoreDamaged, "bucket");
        by_entry_.emplace(index, *name);
    }
    return Done{};
}

Status KeyGathering::look_at(const RecordedEntry& entry, EntryIndex index) {
    if (crypto::is_tombstone(entry.leaf)) return Done{};
    const auto leaf = crypto::Leaf::decode(entry.leaf);
    if (!leaf) return Error(leaf.error().code, entry_text(index));
    if (leaf->kind != crypto::LeafKind::Key || entry.body.empty()) return Done{};
    const auto body = crypto::EntryBody::decode(leaf->kind, entry.body);
    if (!body) return Error(body.error().code, entry_text(index) + ": " + body.error().context);
    if (body->event != event_number(crypto::KeyEvent::Opened)) return Done{};
    auto record = CHAPAR_TRY(crypto::LedgerKeyRecord::decode(*body->record));
    by_entry_.emplace(index, record.scope.name());
    lost_.push_back({index, std::move(record)});
    return Done{};
}

std::vector<const KeyGathering::Opened*> KeyGathering::lacking(
    const crypto::LedgerKeys& known) const {
    std::vector<const Opened*> out;
    for (const Opened& opened : lost_) {
        if (known.find(opened.record.scope) == nullptr) out.push_back(&opened);
    }
    return out;
}

// The leaf of the KEY entry commits to the copies: no trial is needed.
Result<std::vector<NewLedgerKey>> KeyGathering::open_copies(const crypto::LedgerKeys& known,
                                                            const crypto::Secret32& audit) const {
    std::vector<NewLedgerKey> out;
    for (const Opened* opened : lacking(known)) {
        CHAPAR_TRY(crypto::reserve_secrets(1));
        auto secret = crypto::open_ledger_key(opened->record, audit);
        if (!secret) {
            return Error(Errc::LedgerKeyMissing, entry_text(opened->entry) +
                                                     ": the audit key opens none of its copies: it "
                                                     "is not that of the centre's auditor");
        }
        out.push_back({opened->record.scope, std::move(*secret)});
    }
    return out;
}

std::vector<NewLedgerKey> KeyGathering::worth_trying(std::vector<NewLedgerKey> view,
                                                     const crypto::LedgerKeys& known,
                                                     const std::vector<NewLedgerKey>& sure) const {
    std::vector<NewLedgerKey> out;
    for (NewLedgerKey& key : view) {
        const BucketId name = key.scope.name();
        const bool used =
            std::ranges::any_of(by_entry_, [&](const auto& one) { return one.second == name; });
        if (!used || known.find(name) != nullptr) continue;
        if (holds(sure, key.scope) || holds(out, key.scope)) continue;
        out.push_back(std::move(key));
    }
    return out;
}

Status KeyGathering::refuse_lacking(const crypto::LedgerKeys& known,
                                    const std::vector<NewLedgerKey>& found,
                                    const std::vector<crypto::LedgerKeyScope>& untried,
                                    LeaveUntried leave) const {
    std::string names;
    for (const Opened* opened : lacking(known)) {
        const crypto::LedgerKeyScope& scope = opened->record.scope;
        if (holds(found, scope)) continue;
        if (std::ranges::find(untried, scope) == untried.end()) {
            return Error(Errc::LedgerKeyMissing,
                         entry_text(opened->entry) + " opened the key of " + scope_text(scope) +
                             ", which ledger.keys does not hold: take the ledger.keys of that "
                             "time, the centre auditor's keystore (--audit-key), or its view "
                             "(--view)");
        }
        names += (names.empty() ? "" : ", ") + scope_text(scope);
    }
    if (names.empty() || leave == LeaveUntried::Yes) return Done{};
    return Error(Errc::LedgerKeyMissing,
                 "no lost entry shows whether the view's secrets are right for " + names +
                     ": take the centre auditor's keystore instead (--audit-key). Without them "
                     "(--leave-untried) whatever needs these keys is refused back-pressure until "
                     "their month is over");
}

Result<KeyGathering::Gathered> KeyGathering::gather(KeySources sources, const Range& range) && {
    const crypto::LedgerKeys& known = sources.file.keys();
    std::vector<NewLedgerKey> found;
    if (sources.audit) found = CHAPAR_TRY(open_copies(known, *sources.audit));
    std::map<BucketId, crypto::LedgerKeyScope> scopes;
    for (const crypto::LedgerKeyScope& scope : known.scopes()) scopes.emplace(scope.name(), scope);
    for (const Opened& opened : lost_) {
        scopes.emplace(opened.record.scope.name(), opened.record.scope);
    }
    auto offered = worth_trying(std::move(sources.view), known, found);
    for (const NewLedgerKey& key : offered) scopes.emplace(key.scope.name(), key.scope);
    std::map<EntryIndex, crypto::LedgerKeyScope> opened_by;
    for (const auto& [index, name] : by_entry_) {
        const auto scope = scopes.find(name);
        if (scope != scopes.end()) opened_by.emplace(index, scope->second);
    }
    const TrialGround ground{range.entries, range.from, range.until, opened_by, range.origin};
    auto tried = try_keys(ground, std::move(offered));
    if (!tried) {
        return Error(tried.error().code, sources.view_from + ": " + tried.error().context);
    }
    std::ranges::move(tried->right, std::back_inserter(found));
    CHAPAR_TRY(refuse_lacking(known, found, tried->untried, sources.untried));
    CHAPAR_TRY(sources.file.add(std::move(found)));
    Gathered out;
    out.untried = std::move(tried->untried);
    out.keys.keys = std::move(sources.file.keys());
    out.keys.by_entry = std::move(by_entry_);
    return out;
}

}  // namespace chapar::broker
