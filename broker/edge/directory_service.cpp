#include "broker/edge/directory_service.h"

#include "broker/core/confirm.h"
#include "broker/core/explain.h"
#include "broker/core/ledger_read.h"
#include "broker/edge/answers.h"
#include "crypto/leaf.h"
#include "schemas/base/limits.h"
#include "schemas/frames_codec.h"

namespace chapar::broker {
namespace {

// What can be proven: while nothing may be signed, the head that is shown may be an older one.
std::uint64_t size_of(const Tick& tick) {
    return tick.has_signed_head() ? tick.signed_head().head.size.value : 0;
}

}  // namespace

Result<schemas::Directory> answer_directory(const storage::ReadTxn& txn, const Tick& tick,
                                            EntryIndex from) {
    schemas::Directory answer;
    std::size_t room = list_room();
    std::uint64_t index = from.value;
    const std::uint64_t size = size_of(tick);
    for (std::size_t looked = 0; index < size && looked < limits::kReadEntries; ++index, ++looked) {
        const ByteView stored = CHAPAR_TRY(stored_leaf(txn, EntryIndex(index)));
        if (crypto::is_tombstone(stored)) continue;  // only messages are pruned
        const auto leaf = read_leaf(txn, EntryIndex(index));
        // Only messages are ever pruned.
        if (!leaf && is_gone(leaf.error().code)) continue;
        if (!leaf) return leaf.error();
        if (leaf->kind == crypto::LeafKind::Message) continue;
        const Body body = crypto::is_sealed(leaf->kind) ? Body::Withheld : Body::Opened;
        auto proof = CHAPAR_TRY(proof_of(txn, tick, EntryIndex(index), body));
        const std::size_t more = schemas::wire_bytes(proof);
        if (more > room && !answer.entries.empty()) break;
        room -= std::min(room, more);
        answer.entries.push_back(std::move(proof));
    }
    answer.next = EntryIndex(std::max(index, from.value));
    answer.done = index >= size;
    return answer;
}

Result<schemas::Receipts> answer_receipts(const storage::ReadTxn& txn, const Tick& tick,
                                          const CertificateHash& device, EntryIndex from) {
    constexpr std::size_t kNotices = 512;
    schemas::Receipts answer;
    std::size_t room = list_room();
    const auto indices = CHAPAR_TRY(notices(txn, device, from, kNotices));
    answer.next = from;
    answer.done = indices.size() < kNotices;
    for (const EntryIndex index : indices) {
        auto found = proof_of(txn, tick, index, Body::Opened);
        if (!found && is_gone(found.error().code)) {
            answer.next = index.next();
            continue;
        }
        auto proof = CHAPAR_TRY(std::move(found));
        const std::size_t more = schemas::wire_bytes(proof);
        if (more > room && !answer.proofs.empty()) {
            answer.done = false;
            break;
        }
        room -= std::min(room, more);
        answer.proofs.push_back(std::move(proof));
        answer.next = index.next();
    }
    return answer;
}

Result<schemas::Ledger> answer_ledger(const storage::ReadTxn& txn, const Tick& tick,
                                      EntryIndex from) {
    schemas::Ledger answer;
    std::size_t room = list_room();
    std::uint64_t index = from.value;
    const std::uint64_t size = size_of(tick);
    for (; index < size && answer.entries.size() < limits::kPageEntries; ++index) {
        schemas::StoredEntry entry;
        entry.leaf = to_bytes(CHAPAR_TRY(stored_leaf(txn, EntryIndex(index))));
        entry.body = to_bytes(CHAPAR_TRY(stored_body(txn, EntryIndex(index))));
        const std::size_t more = schemas::wire_bytes(entry);
        if (more > room && !answer.entries.empty()) break;
        room -= std::min(room, more);
        answer.entries.push_back(std::move(entry));
    }
    answer.next = EntryIndex(std::max(index, from.value));
    answer.done = index >= size;
    return answer;
}

Result<schemas::Explained> answer_explain(const storage::ReadTxn& txn,
                                          const schemas::ExplainAsk& ask,
                                          const std::optional<AgencyId>& asker) {
    const Question question{ask.from, ask.to, static_cast<std::uint16_t>(ask.kind),
                            static_cast<std::uint8_t>(ask.classification)};
    const Explanation explanation = CHAPAR_TRY(explain(txn, question, asker));
    schemas::Explained answer;
    answer.effect = static_cast<schemas::PolicyEffect>(explanation.effect);
    for (const DecisionLine& line : explanation.lines) {
        schemas::ExplainLine out{static_cast<schemas::PolicyDirection>(line.direction),
                                 line.agency,
                                 line.office,
                                 static_cast<schemas::PolicyEffect>(line.effect),
                                 line.rule,
                                 {},
                                 line.approvals,
                                 line.role,
                                 line.size_max};
        if (!line.policy.is_zero()) out.policy = line.policy;
        answer.lines.push_back(std::move(out));
    }
    return answer;
}

}  // namespace chapar::broker
