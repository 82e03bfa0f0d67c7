#include <set>

#include "client/core/kept_entries.h"
#include "client/core/ledger_alarms.h"
#include "client/edge/session_batch.h"
#include "client/edge/session_frames.h"
#include "crypto/tree.h"
#include "schemas/base/limits.h"

namespace chapar::client {

Status Session::take_outcome(const schemas::ItemOutcome& outcome, const Received& frame,
                             StatementReport& report) {
    auto txn = CHAPAR_TRY(parts_.store.begin_write());
    if (CHAPAR_TRY(are_misplaced(*txn, outcome.proofs, frame))) {
        CHAPAR_TRY(std::move(*txn).commit());
        report.alarms.push_back(Error(Errc::LeafInvalid, "epoch"));
        ++report.waiting;
        return Done{};
    }
    const auto settle = [&]() -> Status {
        if (!outcome.code.empty()) return statement_refused(*txn, outcome.about, outcome.code);
        if (outcome.proofs.empty()) return Error(Errc::ProofInvalid, "no proof");
        const auto entry = CHAPAR_TRY(ProvenEntry::verify(outcome.proofs.front(), *frame.head));
        CHAPAR_TRY(statement_logged(*txn, outcome.about, entry));
        CHAPAR_TRY(keep_entry(*txn, outcome.proofs.front(), frame.note));
        return await_proof(*txn,
                           {entry.index(), AwaitedKind::Statement, *entry.body()->envelope_hash,
                            crypto::leaf_hash(entry.leaf_bytes())});
    };
    if (const Status settled = settle(); !settled) {
        report.alarms.push_back(settled.error());
        ++report.waiting;
        return Done{};
    }
    CHAPAR_TRY(std::move(*txn).commit());
    if (outcome.code.empty()) {
        ++report.logged;
    } else if (is_temporary(outcome.code)) {
        ++report.waiting;
    } else {
        ++report.refused;
    }
    return Done{};
}

Status Session::push_items(std::span<const StatementItem> items, StatementReport& report) {
    schemas::Statements frame;
    std::set<Hash> open;
    for (const StatementItem& item : items) {
        frame.statements.push_back({item.statement.encode(), item.item->encode()});
        open.insert(crypto::statement_hash(item.statement));
    }
    const std::vector<StatementItem> all(items.begin(), items.end());
    const auto item_of = [](const StatementItem& one) -> const crypto::BatchItem& {
        return *one.item;
    };
    if (session_batch::is_whole(all, item_of)) {
        frame.batch = session_batch::head_bytes(*all.front().item);
        for (schemas::SignedStatement& one : frame.statements) one.item.clear();
    }
    CHAPAR_TRY(send(frame));
    while (!open.empty()) {
        const Received received = CHAPAR_TRY(answer<schemas::Outcomes>(options_.answer_patience));
        const std::size_t before = open.size();
        for (const auto& outcome : std::get<schemas::Outcomes>(received.frame).items) {
            if (open.erase(outcome.about) == 0) continue;
            CHAPAR_TRY(take_outcome(outcome, received, report));
        }
        if (open.size() == before) return Error(Errc::MalformedFrame, "outcomes of other items");
    }
    return Done{};
}

Result<StatementReport> Session::push_statements() {
    StatementReport report;
    std::vector<StatementItem> items;
    {
        auto txn = CHAPAR_TRY(parts_.store.begin_write());
        const Status allowed = may_send(*txn);
        // What is taken still counts; it is confirmed when a person has looked into the fork.
        if (!allowed && allowed.error().code == Errc::ForkDetected) return report;
        CHAPAR_TRY(Status(allowed));
        CHAPAR_TRY(sign_statements(*txn, parts_.home.device()));
        items = CHAPAR_TRY(pending_statements(*txn));
        CHAPAR_TRY(std::move(*txn).commit());
    }
    for (std::size_t first = 0; first < items.size();) {
        std::size_t end = first + 1;
        while (end < items.size() && end - first < limits::kBatchItems &&
               items[end].item->signature == items[first].item->signature) {
            ++end;
        }
        CHAPAR_TRY(push_items(std::span(items).subspan(first, end - first), report));
        first = end;
    }
    statements_pushed_ = true;
    return report;
}

}  // namespace chapar::client
