#include <algorithm>
#include <set>
#include <utility>

#include "client/core/ledger_alarms.h"
#include "client/core/store_keys.h"
#include "client/core/tables.h"
#include "client/edge/session_batch.h"
#include "client/edge/session_frames.h"
#include "schemas/base/limits.h"
#include "schemas/frames_codec.h"

namespace chapar::client {
namespace {

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

template <typename Item>
void add(std::vector<Item>& to, const std::vector<Item>& more) {
    to.insert(to.end(), more.begin(), more.end());
}

}  // namespace

void add(SubmitReport& report, const SubmitReport& more) {
    add(report.logged, more.logged);
    add(report.refused, more.refused);
    add(report.waiting, more.waiting);
    add(report.alarms, more.alarms);
}

Status Session::take_outcome(const OutboxItem& item, const schemas::ItemOutcome& outcome,
                             const Received& frame, SubmitReport& report) {
    auto txn = CHAPAR_TRY(parts_.store.begin_write());
    if (CHAPAR_TRY(are_misplaced(*txn, outcome.proofs, frame))) {
        CHAPAR_TRY(std::move(*txn).commit());
        report.alarms.push_back(Error(Errc::LeafInvalid, "epoch"));
        report.waiting.push_back(item.number);
        return Done{};
    }
    const auto sent = CHAPAR_TRY(sent_envelope(*txn, item.number, parts_.home.device().agency));
    const auto settle = [&]() -> Status {
        if (outcome.code.empty()) {
            const auto receipt =
                CHAPAR_TRY(verify_receipt(sent, outcome.proofs, *frame.head, frame.note));
            CHAPAR_TRY(outbox_logged(*txn, item.number, receipt));
            return await_receipts(*txn, sent.hash, AwaitedKind::Sent);
        }
        if (!outcome.proofs.empty()) {
            const auto refusal =
                CHAPAR_TRY(verify_refusal(sent, outcome.proofs.front(), *frame.head, frame.note));
            CHAPAR_TRY(outbox_refused(*txn, item.number, refusal));
            return await_receipts(*txn, sent.hash, AwaitedKind::Sent);
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
        const auto reading = CHAPAR_TRY(parts_.store.begin_read());
        CHAPAR_TRY(may_send(*reading));
    }
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
        if (session_batch::is_whole(bytes, item_of)) {
            submit.batch = session_batch::head_bytes(bytes.front().item);
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

Status Session::submit_all(const std::vector<OutboxItem>& items, SubmitReport& report) {
    std::vector<Outgoing> outgoing;
    {
        const auto txn = CHAPAR_TRY(parts_.store.begin_read());
        for (const OutboxItem& item : items) {
            outgoing.push_back({item, CHAPAR_TRY(outbox_bytes(*txn, item.number))});
        }
    }
    for (std::size_t first = 0; first < outgoing.size();) {
        const std::size_t end = frame_end(outgoing, first);
        std::vector<OutboxItem> frame;
        for (; first < end; ++first) frame.push_back(outgoing[first].item);
        CHAPAR_TRY(submit_items(frame, report));
    }
    return Done{};
}

Result<SubmitReport> Session::submit() {
    std::vector<OutboxItem> ready;
    std::vector<OutboxItem> with_files;
    {
        const auto txn = CHAPAR_TRY(parts_.store.begin_read());
        CHAPAR_TRY(may_send(*txn));
        for (OutboxItem& item : CHAPAR_TRY(outbox_pending(*txn))) {
            (item.files.empty() ? ready : with_files).push_back(std::move(item));
        }
        outbox_seen_ =
            CHAPAR_TRY(get_number(*txn, tables::kState, view(tables::kOutbox.name))).value_or(0);
    }
    SubmitReport report = std::move(passed_);
    passed_ = {};
    CHAPAR_TRY(submit_all(ready, report));
    for (const OutboxItem& item : with_files) CHAPAR_TRY(submit_with_files(item, report));
    CHAPAR_TRY(ask_proofs());
    return report;
}

Status Session::submit_with_files(OutboxItem item, SubmitReport& report) {
    // The broker may have swept a stream that was complete there: asked for once more.
    constexpr int kAttempts = 2;
    for (int attempt = 1;; ++attempt) {
        if (!CHAPAR_TRY(upload_files(item, report))) return Done{};
        SubmitReport outcome;
        CHAPAR_TRY(submit_items({item}, outcome));
        {
            const auto txn = CHAPAR_TRY(parts_.store.begin_read());
            item = CHAPAR_TRY(outbox_item(*txn, item.number));
        }
        const bool missing =
            !outcome.waiting.empty() && item.problem.code == text_of(Errc::StreamMissing).code;
        if (missing && attempt < kAttempts) continue;
        add(report, outcome);
        return Done{};
    }
}

}  // namespace chapar::client
