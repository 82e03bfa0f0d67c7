#include "broker/edge/proofs_service.h"

#include <algorithm>

#include "broker/core/ledger_proof.h"
#include "broker/core/ledger_read.h"
#include "broker/edge/answers.h"
#include "schemas/base/limits.h"
#include "schemas/frames_codec.h"

namespace chapar::broker {

ProofsService::ProofsService(storage::Store& store, const Tick& tick, const NodeKeys& node,
                             Sessions& sessions, Outlet& outlet, Witnesses witnesses)
    : store_(store),
      tick_(tick),
      node_(node),
      sessions_(sessions),
      outlet_(outlet),
      witnesses_(witnesses) {}

Result<bool> ProofsService::may_read(const storage::ReadTxn& txn, const AgencyId& agency,
                                     EntryIndex index) const {
    const ByteView stored = CHAPAR_TRY(stored_leaf(txn, index));
    if (crypto::is_tombstone(stored)) return false;
    const crypto::Leaf leaf = CHAPAR_TRY(crypto::Leaf::decode(stored));
    if (!crypto::is_sealed(leaf.kind)) return true;
    const auto scope = crypto::LedgerKeyScope::tag(agency, crypto::month_of(leaf.time));
    const crypto::Secret32* key = tick_.keys().find(scope);
    if (key == nullptr) return false;
    const ViewTag own = crypto::view_tag(*key, crypto::origin_hash(node_.manifest.origin), index);
    return std::find(leaf.tags.begin(), leaf.tags.end(), own) != leaf.tags.end();
}

Result<schemas::EntryProof> ProofsService::prove(const storage::ReadTxn& txn, EntryIndex index,
                                                 TreeSize size) const {
    ProvenEntry entry =
        CHAPAR_TRY(prove_entry(txn, tick_.frontier(), tick_.keys(), index, size, Body::Withheld));
    return schemas::EntryProof{entry.index, std::move(entry.leaf), std::move(entry.path), {}, {}};
}

Result<schemas::EntryProof> ProofsService::prove_hash(const storage::ReadTxn& txn, EntryIndex index,
                                                      TreeSize size) const {
    const Hash hash = crypto::stored_leaf_hash(CHAPAR_TRY(stored_leaf(txn, index)));
    auto path = CHAPAR_TRY(inclusion_path(txn, tick_.frontier(), index, size));
    return schemas::EntryProof{index, crypto::tombstone_of(hash), std::move(path), {}, {}};
}

Status ProofsService::ask(Session& session, const schemas::ProofsAsk& ask) {
    const auto txn = CHAPAR_TRY(store_.begin_read());
    const SignedHead& newest = tick_.signed_head();
    const auto is_there = [&](EntryIndex index) { return index.value < newest.head.size.value; };
    if (ask.witnessing == schemas::Witnessing::AnyHead) {
        const auto missing = std::ranges::find_if_not(ask.entries, is_there);
        if (missing == ask.entries.end()) return send(*txn, session, newest, ask.entries);
        return Error(Errc::NotFound, "entry " + std::to_string(missing->value));
    }
    if (witnesses_ == Witnesses::None) return send(*txn, session, newest, {});
    const TreeSize covered = newest_ ? newest_->head.size : TreeSize(0);
    std::vector<EntryIndex> now;
    std::set<EntryIndex> later = session.awaiting_witnesses;
    for (const EntryIndex index : ask.entries) {
        if (index.value < covered.value) {
            now.push_back(index);
        } else if (is_there(index)) {
            later.insert(index);
        }
    }
    if (later.size() > kWaiting) return Error(Errc::BackPressure);
    session.awaiting_witnesses = std::move(later);
    return send(*txn, session, newest_ ? *newest_ : newest, now);
}

Result<schemas::Proofs> ProofsService::answer(const schemas::ProofsAsk& ask) const {
    const auto txn = CHAPAR_TRY(store_.begin_read());
    const bool any = ask.witnessing == schemas::Witnessing::AnyHead;
    schemas::Proofs frame;
    if (any ? !tick_.has_signed_head() : !newest_) return frame;
    const SignedHead& head = any ? tick_.signed_head() : *newest_;
    frame.head.checkpoint = head.note;
    std::size_t room = list_room();
    for (const EntryIndex index : ask.entries) {
        if (index.value >= head.head.size.value) continue;
        auto proof = prove(*txn, index, head.head.size);
        if (!proof && is_gone(proof.error().code)) continue;
        if (!proof) return proof.error();
        const std::size_t more = schemas::wire_bytes(*proof);
        if (more > room) break;
        room -= more;
        frame.proofs.push_back(std::move(*proof));
    }
    return frame;
}

Status ProofsService::send(const storage::ReadTxn& txn, Session& session, const SignedHead& head,
                           const std::vector<EntryIndex>& entries) {
    std::size_t next = 0;
    do {
        schemas::Proofs frame;
        frame.head.checkpoint = head.note;
        const auto [smaller, larger] = std::minmax(session.told, head.head.size);
        if (smaller.value > 0 && smaller != larger) {
            frame.head.consistency =
                CHAPAR_TRY(consistency_path(txn, tick_.frontier(), smaller, larger));
        }
        session.told = larger;
        std::size_t room = list_room();
        for (; next < entries.size() && frame.proofs.size() < limits::kProofsPerFrame; ++next) {
            const EntryIndex index = entries[next];
            const bool open = CHAPAR_TRY(may_read(txn, session.greeted->agency, index));
            auto proof = CHAPAR_TRY(open ? prove(txn, index, head.head.size)
                                         : prove_hash(txn, index, head.head.size));
            const std::size_t more = schemas::wire_bytes(proof);
            if (more > room) break;
            room -= more;
            frame.proofs.push_back(std::move(proof));
        }
        if (!outlet_.send(session, schemas::encode_frame(frame))) return Done{};
    } while (next < entries.size());
    return Done{};
}

Status ProofsService::witnessed(SignedHead head) {
    if (newest_ && newest_->head.size >= head.head.size) return Done{};
    newest_ = std::move(head);
    std::vector<SessionNumber> waiting;
    sessions_.for_each([&](Session& session) {
        if (!session.awaiting_witnesses.empty()) waiting.push_back(session.number);
    });
    const auto txn = CHAPAR_TRY(store_.begin_read());
    for (const SessionNumber number : waiting) {
        Session* session = sessions_.find(number);
        if (session == nullptr) continue;
        auto& entries = session->awaiting_witnesses;
        const auto end = entries.lower_bound(EntryIndex(newest_->head.size.value));
        const std::vector<EntryIndex> covered(entries.begin(), end);
        entries.erase(entries.begin(), end);
        if (!covered.empty()) CHAPAR_TRY(send(*txn, *session, *newest_, covered));
    }
    return Done{};
}

}  // namespace chapar::broker
