#include <algorithm>
#include <set>
#include <utility>

#include "client/edge/session_frames.h"
#include "schemas/base/limits.h"
#include "schemas/frames_codec.h"

namespace chapar::client {
namespace {

Bytes batch_bytes(const crypto::BatchItem& item) {
    return LayoutWriter().raw(item.head.encode()).raw(item.signature.view()).take();
}

// Whether these items are all members of one batch, in its order: then one head speaks for all.
template <typename Item, typename ItemOf>
bool is_whole_batch(const std::vector<Item>& items, ItemOf item_of) {
    const crypto::BatchItem& first = item_of(items.front());
    if (items.size() != first.head.count) return false;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const crypto::BatchItem& item = item_of(items[i]);
        if (item.head != first.head || item.signature != first.signature || item.index != i) {
            return false;
        }
    }
    return true;
}

struct Outgoing {
    OutboxItem item;
    OutboxBytes bytes;
};

// An outcome whose proofs do not fit one frame comes in pieces, all for one head.
struct Awaited {
    const OutboxItem* item = nullptr;
    std::size_t agencies = 0;
    schemas::ItemOutcome gathered;

    // Whether it is whole now.
    bool gather(const schemas::ItemOutcome& piece) {
        auto proofs = std::move(gathered.proofs);
        proofs.insert(proofs.end(), piece.proofs.begin(), piece.proofs.end());
        gathered = piece;
        gathered.proofs = std::move(proofs);
        return !gathered.code.empty() || gathered.proofs.size() >= agencies;
    }
};

// Consecutive items of one batch together; of mixed batches as many as a frame may be asked to
// verify.
std::size_t frame_end(const std::vector<Outgoing>& items, std::size_t first) {
    constexpr std::size_t kRoom = limits::kFrameBytes - schemas::kFrameOverheadBytes;
    std::size_t used = 0;
    std::set<Signature> signatures;
    std::size_t end = first;
    for (; end < items.size() && end - first < limits::kEnvelopesPerFrame; ++end) {
        used += schemas::wire_bytes(submitted(items[end].bytes));
        signatures.insert(items[end].bytes.item.signature);
        const bool fits = used <= kRoom && signatures.size() == 1;
        if (end > first && !fits) break;
    }
    return end;
}

}  // namespace

Status Session::take_outcome(const OutboxItem& item, const schemas::ItemOutcome& outcome,
                             const Received& frame, SubmitReport& report) {
    auto txn = CHAPAR_TRY(parts_.store.begin_write());
    const auto sent = CHAPAR_TRY(sent_envelope(*txn, item.number, parts_.home.device().agency));
    const auto settle = [&]() -> Status {
        if (outcome.code.empty()) {
            const auto receipt =
                CHAPAR_TRY(verify_receipt(sent, outcome.proofs, *frame.head, frame.note));
            return outbox_logged(*txn, item.number, receipt);
        }
        if (!outcome.proofs.empty()) {
            const auto refusal =
                CHAPAR_TRY(verify_refusal(sent, outcome.proofs.front(), *frame.head, frame.note));
            return outbox_refused(*txn, item.number, refusal);
        }
        return outbox_problem(
            *txn, item.number,
            {outcome.code, outcome.context, outcome.rule, outcome.policy.value_or(PolicyHash{})});
    };
    if (const Status settled = settle(); !settled) {
        // It stays on this computer: what does not verify has told us nothing.
        report.alarms.push_back(settled.error());
        report.waiting.push_back(item.number);
        return Done{};
    }
    const OutboxItem now = CHAPAR_TRY(outbox_item(*txn, item.number));
    CHAPAR_TRY(std::move(*txn).commit());
    switch (now.stage) {
        case schemas::Stage::Logged:
            report.logged.push_back(item.number);
            break;
        case schemas::Stage::Refused:
            report.refused.push_back(item.number);
            break;
        default:
            report.waiting.push_back(item.number);
    }
    return Done{};
}

Status Session::submit_items(const std::vector<OutboxItem>& items, SubmitReport& report) {
    schemas::Submit submit;
    std::map<Hash, Awaited> open;
    {
        // Persisted before anything leaves: after a crash the same bytes go again.
        auto txn = CHAPAR_TRY(parts_.store.begin_write());
        std::vector<OutboxBytes> bytes;
        for (const OutboxItem& item : items) {
            CHAPAR_TRY(outbox_attempted(*txn, item.number));
            bytes.push_back(CHAPAR_TRY(outbox_bytes(*txn, item.number)));
            submit.envelopes.push_back(submitted(bytes.back()));
            const auto& agencies = bytes.back().stanza_agencies;
            open.emplace(Hash{item.hash.bytes},
                         Awaited{&item, std::set(agencies.begin(), agencies.end()).size(), {}});
        }
        const auto item_of = [](const OutboxBytes& one) -> const crypto::BatchItem& {
            return one.item;
        };
        if (is_whole_batch(bytes, item_of)) {
            submit.batch = batch_bytes(bytes.front().item);
            for (schemas::SubmittedEnvelope& envelope : submit.envelopes) envelope.item.clear();
        }
        CHAPAR_TRY(std::move(*txn).commit());
    }
    CHAPAR_TRY(send(submit));
    while (!open.empty()) {
        const Received received = CHAPAR_TRY(answer<schemas::Outcomes>(options_.answer_patience));
        const auto& outcomes = std::get<schemas::Outcomes>(received.frame);
        bool expected = false;
        for (const schemas::ItemOutcome& outcome : outcomes.items) {
            const auto found = open.find(outcome.about);
            if (found == open.end()) continue;
            expected = true;
            if (!found->second.gather(outcome)) continue;
            CHAPAR_TRY(take_outcome(*found->second.item, found->second.gathered, received, report));
            open.erase(found);
        }
        if (!expected) return Error(Errc::MalformedFrame, "outcomes of other items");
    }
    return Done{};
}

Result<SubmitReport> Session::submit() {
    std::vector<Outgoing> items;
    {
        const auto txn = CHAPAR_TRY(parts_.store.begin_read());
        for (OutboxItem& item : CHAPAR_TRY(outbox_pending(*txn))) {
            OutboxBytes bytes = CHAPAR_TRY(outbox_bytes(*txn, item.number));
            items.push_back({std::move(item), std::move(bytes)});
        }
    }
    SubmitReport report;
    for (std::size_t first = 0; first < items.size();) {
        const std::size_t end = frame_end(items, first);
        std::vector<OutboxItem> frame;
        for (; first < end; ++first) frame.push_back(items[first].item);
        CHAPAR_TRY(submit_items(frame, report));
    }
    return report;
}

Status Session::take_outcome(const schemas::ItemOutcome& outcome, const Received& frame,
                             StatementReport& report) {
    auto txn = CHAPAR_TRY(parts_.store.begin_write());
    const auto settle = [&]() -> Status {
        if (!outcome.code.empty()) return statement_refused(*txn, outcome.about, outcome.code);
        if (outcome.proofs.empty()) return Error(Errc::ProofInvalid, "no proof");
        const auto entry = CHAPAR_TRY(ProvenEntry::verify(outcome.proofs.front(), *frame.head));
        return statement_logged(*txn, outcome.about, entry);
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
    if (is_whole_batch(all, item_of)) {
        frame.batch = batch_bytes(*all.front().item);
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
    return report;
}

}  // namespace chapar::client
