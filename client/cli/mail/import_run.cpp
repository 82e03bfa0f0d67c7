#include "client/cli/mail/import_run.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "client/core/imports.h"
#include "client/core/statements.h"

namespace chapar::client {
namespace {

// Of one transaction: few enough that a crash costs seconds, many enough that syncs do not count.
constexpr std::size_t kKeptTogether = 256;
// Of one batch and one or two frames.
constexpr std::size_t kSentTogether = 256;
// How long the broker is asked again without taking anything.
constexpr int kIdleRounds = 60;
constexpr std::chrono::milliseconds kBetween{1000};

using schemas::Stage;

struct Standing {
    std::vector<OutboxNumber> drafted;
    std::uint64_t logged = 0;
    std::uint64_t waiting = 0;  // sealed, not logged
    std::vector<OutboxNumber> refused;
    std::optional<Error> why;
};

Result<Standing> standing_of(DeviceContext& context, std::span<const OutboxNumber> numbers) {
    const auto txn = CHAPAR_TRY(context.store().begin_read());
    Standing out;
    for (const OutboxNumber number : numbers) {
        OutboxItem item = CHAPAR_TRY(outbox_item(*txn, number));
        // Refused for a key that had changed, and gone again by itself.
        while (item.reseal.instead) item = CHAPAR_TRY(outbox_item(*txn, *item.reseal.instead));
        if (item.stage == Stage::Logged) {
            ++out.logged;
            continue;
        }
        if (!item.problem.code.empty()) {
            out.why = Error(
                errc_of(item.problem.code).value_or(Errc::Internal),
                item.problem.rule.empty() ? item.problem.context : "rule " + item.problem.rule);
        }
        if (item.stage == Stage::Refused) {
            out.refused.push_back(number);
        } else if (item.stage == Stage::Drafted) {
            out.drafted.push_back(number);
        } else {
            ++out.waiting;
        }
    }
    return out;
}

// One chunk until nothing of it waits, or nothing moves any more.
Result<Standing> send_chunk(const ImportParts& parts, std::span<const OutboxNumber> chunk,
                            std::uint64_t before) {
    DeviceContext& context = parts.context;
    Standing now = CHAPAR_TRY(standing_of(context, chunk));
    if (!now.drafted.empty()) {
        CHAPAR_TRY(context.seal(now.drafted));
        now = CHAPAR_TRY(standing_of(context, chunk));
    }
    for (int idle = 0; now.waiting > 0 && idle < kIdleRounds; ++idle) {
        const std::uint64_t waited = now.waiting;
        CHAPAR_TRY(context.session().submit());
        now = CHAPAR_TRY(standing_of(context, chunk));
        parts.progress.step(before + now.logged + now.refused.size());
        if (now.waiting == 0) break;
        if (now.waiting < waited) idle = 0;
        std::this_thread::sleep_for(kBetween);
    }
    return now;
}

void add(ImportOutcome& out, const Standing& sent) {
    out.logged += sent.logged;
    out.waiting += sent.waiting;
    out.refused.insert(out.refused.end(), sent.refused.begin(), sent.refused.end());
    if (sent.why) out.why = sent.why;
}

// What is behind a chunk that did not go through. Where the line was cut, or the broker wants no
// more for now, it waits; what cannot be sealed with a fresh directory, or is refused, never will.
Status give_up(DeviceContext& context, std::span<const OutboxNumber> behind, ImportOutcome& out) {
    Standing rest = CHAPAR_TRY(standing_of(context, behind));
    const bool later =
        !out.why || is_temporary(text_of(out.why->code).code) || is_cut(out.why->code);
    if (later) {
        out.waiting += rest.drafted.size();
    } else {
        CHAPAR_TRY(context.drop(rest.drafted));
        out.given_up += rest.drafted.size();
    }
    rest.why.reset();
    add(out, rest);
    return Done{};
}

}  // namespace

Result<std::vector<OutboxNumber>> keep_rows(const ImportParts& parts,
                                            std::span<const ImportLine> lines) {
    std::vector<const RowVerdict*> rows;
    for (const ImportLine& line : lines) {
        if (line.to_send()) rows.push_back(line.verdict);
    }
    DeviceContext& context = parts.context;
    std::vector<OutboxNumber> numbers;
    parts.progress.begin("keeping", rows.size());
    for (std::size_t first = 0; first < rows.size(); first += kKeptTogether) {
        std::vector<Draft> drafts;
        std::vector<ImportRow> imports;
        for (std::size_t i = first; i < std::min(rows.size(), first + kKeptTogether); ++i) {
            drafts.push_back(rows[i]->message->draft);
            imports.push_back({rows[i]->content, rows[i]->reference, rows[i]->row});
        }
        const auto kept = CHAPAR_TRY(in_transaction(context.store(), [&](storage::Txn& txn) {
            return add_imports(txn, context.device(), drafts, imports, context.now(),
                               context.random());
        }));
        numbers.insert(numbers.end(), kept.begin(), kept.end());
        parts.progress.step(numbers.size());
    }
    parts.progress.end();
    return numbers;
}

Result<ImportOutcome> hand_over_rows(const ImportParts& parts,
                                     std::span<const OutboxNumber> numbers) {
    ImportOutcome out;
    parts.progress.begin("sending", numbers.size());
    for (std::size_t first = 0; first < numbers.size(); first += kSentTogether) {
        const auto chunk = numbers.subspan(first, std::min(kSentTogether, numbers.size() - first));
        const auto sent = send_chunk(parts, chunk, out.logged + out.refused.size());
        if (sent) {
            add(out, *sent);
            // Where the broker refuses all, it refuses the rest too.
            if (sent->waiting == 0 && sent->refused.size() < chunk.size()) continue;
        } else {
            out.why = sent.error();
        }
        const auto behind = sent ? numbers.subspan(first + chunk.size()) : numbers.subspan(first);
        CHAPAR_TRY(give_up(parts.context, behind, out));
        break;
    }
    parts.progress.end();
    return out;
}

}  // namespace chapar::client
