#include <algorithm>
#include <utility>

#include "client/core/store_keys.h"
#include "client/core/tables.h"
#include "client/edge/session_frames.h"
#include "client/edge/transfer_pace.h"
#include "crypto/tree.h"

namespace chapar::client {
namespace {

Error error_of_answer(const std::string& code, const char* what) {
    return Error(errc_of(code).value_or(Errc::Internal), what);
}

Result<std::vector<Hash>> leaves_of(const BlobSource& source, std::uint64_t size) {
    if (source.size() != size) return Error(Errc::StreamRoot, "kept stream");
    std::vector<Hash> leaves;
    for (std::uint64_t i = 0; Download::offset_of(i) < size; ++i) {
        leaves.push_back(crypto::leaf_hash(CHAPAR_TRY(source.chunk(i))));
    }
    return leaves;
}

// One frame's worth of chunks.
Result<Bytes> chunks_of(const BlobSource& source, const ChunkRange& range) {
    Bytes data;
    data.reserve(range.count * crypto::kSealedChunkBytes);
    for (std::uint64_t i = range.first; i < range.first + range.count; ++i) {
        append(data, CHAPAR_TRY(source.chunk(i)));
    }
    return data;
}

// What may be asked or sent next, when so much is under way.
std::optional<ChunkRange> next_range(const Download& state, std::uint64_t from,
                                     std::uint64_t under_way, std::size_t frames,
                                     const TransferPace& pace) {
    if (frames >= kFramesUnanswered || under_way >= pace.window()) return std::nullopt;
    const std::uint64_t room = pace.window() - under_way;
    return state.next_missing(from, std::min<std::uint64_t>(room, limits::kChunksPerFrame));
}

// A temporary answer about one stream; anything else is about the session.
bool is_about_stream(Errc code) {
    return code == Errc::StreamMissing || code == Errc::StreamRoot || code == Errc::NotFound ||
           code == Errc::FileFailed || code == Errc::NotPermitted || code == Errc::QuotaExceeded ||
           code == Errc::BackPressure || code == Errc::ReadOnly || code == Errc::StoreFull ||
           code == Errc::TooLarge;
}

}  // namespace

void Session::watch(TransferWay way, TransferPhase phase, const Download& state) const {
    if (!options_.watch.step) return;
    const crypto::StreamCommitment& stream = state.commitment();
    options_.watch.step({way, phase, stream.root, state.bytes_here(), stream.size});
}

Status Session::let_pass(SubmitReport& report) {
    std::vector<ReceptionReport> reports;
    while (!deliveries_.empty()) {
        const Received received = std::move(deliveries_.front());
        deliveries_.pop_front();
        CHAPAR_TRY(take_frame(received, reports));
    }
    if (!reports.empty()) {
        CHAPAR_TRY(push_statements());
        CHAPAR_TRY(grant_credit());
    }
    for (const ReceptionReport& one : reports) {
        if (options_.watch.arrived) options_.watch.arrived(one);
        taken_.push_back(one);
    }
    std::vector<OutboxItem> urgent;
    {
        const auto txn = CHAPAR_TRY(parts_.store.begin_read());
        const auto newest =
            CHAPAR_TRY(get_number(*txn, tables::kState, view(tables::kOutbox.name))).value_or(0);
        if (newest == outbox_seen_) return Done{};
        for (OutboxItem& item : CHAPAR_TRY(outbox_pending(*txn))) {
            if (item.number.value <= outbox_seen_ || !item.files.empty()) continue;
            if (item.urgency == schemas::Urgency::Flash) urgent.push_back(std::move(item));
        }
        outbox_seen_ = newest;
    }
    return submit_all(urgent, report);
}

Result<bool> Session::upload_files(const OutboxItem& item, SubmitReport& report) {
    for (const OutboxFile& file : item.files) {
        if (file.uploaded) continue;
        const Status uploaded = upload({{}, file.root, file.size}, report);
        if (!uploaded && !is_about_stream(uploaded.error().code)) return uploaded.error();
        auto txn = CHAPAR_TRY(parts_.store.begin_write());
        if (uploaded) {
            CHAPAR_TRY(outbox_uploaded(*txn, item.number, file.root));
            CHAPAR_TRY(std::move(*txn).commit());
            continue;
        }
        const Error& problem = uploaded.error();
        CHAPAR_TRY(outbox_problem(
            *txn, item.number,
            {std::string(text_of(problem.code).code), problem.context, "", PolicyHash{}}));
        const OutboxItem now = CHAPAR_TRY(outbox_item(*txn, item.number));
        CHAPAR_TRY(std::move(*txn).commit());
        const bool refused = now.stage == schemas::Stage::Refused;
        (refused ? report.refused : report.waiting).push_back(item.number);
        return false;
    }
    return true;
}

Status Session::upload(const crypto::StreamCommitment& stream, SubmitReport& report) {
    const auto source = CHAPAR_TRY(parts_.blobs.open(stream.root));
    auto leaves = CHAPAR_TRY(leaves_of(*source, stream.size));
    Download there = CHAPAR_TRY(Download::create(stream, leaves));
    // Twice: a broker that was restored may lack what it had said to have.
    for (int attempt = 0; attempt < 2; ++attempt) {
        CHAPAR_TRY(send(schemas::Upload{stream.root, stream.size, leaves}));
        ++transfers_open_;
        const auto opened = CHAPAR_TRY(transfer_answer<schemas::Uploaded>());
        if (!opened.code.empty()) return error_of_answer(opened.code, "upload");
        if (opened.complete) return Done{};
        for (std::uint64_t i = 0; i < there.chunks(); ++i) {
            bit_of(opened.have, i) ? there.mark({i, 1}) : there.forget(i);
        }
        const Status sent = send_chunks(*source, there, report);
        if (!sent && sent.error().code != Errc::StreamMissing) return sent;
        if (sent) return Done{};
    }
    return Error(Errc::StreamMissing, "upload");
}

// StreamMissing if everything was sent and the broker does not call it complete.
Status Session::send_chunks(const BlobSource& source, Download& there, SubmitReport& report) {
    TransferPace pace;
    std::deque<Asked> asked;
    std::uint64_t under_way = 0;
    std::uint64_t next = 0;
    watch(TransferWay::Upload, TransferPhase::Started, there);
    for (;;) {
        while (const auto range = next_range(there, next, under_way, asked.size(), pace)) {
            Bytes data = CHAPAR_TRY(chunks_of(source, *range));
            CHAPAR_TRY(
                send(schemas::Chunk{there.commitment().root, range->first, std::move(data)}));
            ++transfers_open_;
            asked.push_back({*range, parts_.clock.elapsed()});
            under_way += range->count;
            next = range->first + range->count;
        }
        if (asked.empty()) return Error(Errc::StreamMissing, "upload");
        const auto answered = CHAPAR_TRY(transfer_answer<schemas::Uploaded>());
        const Asked oldest = asked.front();
        asked.pop_front();
        under_way -= oldest.range.count;
        if (!answered.code.empty() || answered.root != there.commitment().root) {
            CHAPAR_TRY(drop_answers<schemas::Uploaded>());
            return answered.code.empty() ? Error(Errc::MalformedFrame, "another stream")
                                         : error_of_answer(answered.code, "upload");
        }
        pace.answered(DurationMs(parts_.clock.elapsed().value - oldest.at.value));
        there.mark(oldest.range);
        watch(TransferWay::Upload,
              answered.complete ? TransferPhase::Finished : TransferPhase::Moving, there);
        if (answered.complete) return drop_answers<schemas::Uploaded>();
        CHAPAR_TRY(let_pass(report));
    }
}

Status Session::fetch(const StreamWish& wish) {
    if (const auto held = parts_.blobs.open(wish.commitment.root);
        held && (*held)->size() == wish.commitment.size) {
        return Done{};
    }
    {
        const auto txn = CHAPAR_TRY(parts_.store.begin_read());
        outbox_seen_ =
            CHAPAR_TRY(get_number(*txn, tables::kState, view(tables::kOutbox.name))).value_or(0);
    }
    CHAPAR_TRY(grant_credit());
    auto resumed = CHAPAR_TRY(PartialBlob::resume(parts_.blobs.folder(), wish.commitment));
    const std::uint64_t missing =
        wish.commitment.size - (resumed ? resumed->download().bytes_here() : 0);
    CHAPAR_TRY(parts_.blobs.check_room(missing, options_.disk_reserve));
    PartialBlob here = resumed ? std::move(*resumed) : CHAPAR_TRY(begin_fetch(wish));
    watch(TransferWay::Download, TransferPhase::Started, here.download());
    if (!here.download().is_complete()) {
        const Status fetched = fetch_chunks(wish, here);
        if (!fetched) {
            // What is here stays for the next time, whatever ended this one.
            CHAPAR_TRY(here.save());
            return fetched;
        }
    }
    watch(TransferWay::Download, TransferPhase::Finished, here.download());
    return std::move(here).finish();
}

Result<PartialBlob> Session::begin_fetch(const StreamWish& wish) {
    CHAPAR_TRY(send(schemas::Fetch{wish.envelope, wish.stream, 0, 0}));
    ++transfers_open_;
    auto answered = CHAPAR_TRY(transfer_answer<schemas::Chunks>());
    if (!answered.code.empty()) return error_of_answer(answered.code, "fetch");
    return PartialBlob::begin(
        parts_.blobs.folder(),
        CHAPAR_TRY(Download::create(wish.commitment, std::move(answered.leaves))));
}

Status Session::fetch_chunks(const StreamWish& wish, PartialBlob& here) {
    TransferPace pace;
    std::deque<Asked> asked;
    std::uint64_t under_way = 0;
    std::uint64_t next = 0;
    while (!here.download().is_complete()) {
        while (const auto range =
                   next_range(here.download(), next, under_way, asked.size(), pace)) {
            CHAPAR_TRY(send(schemas::Fetch{wish.envelope, wish.stream, range->first,
                                           static_cast<std::uint8_t>(range->count)}));
            ++transfers_open_;
            asked.push_back({*range, parts_.clock.elapsed()});
            under_way += range->count;
            next = range->first + range->count;
        }
        // All was asked for, and some of it came short: from the beginning again.
        if (asked.empty()) {
            next = 0;
            continue;
        }
        const auto answered = CHAPAR_TRY(transfer_answer<schemas::Chunks>());
        const Asked oldest = asked.front();
        asked.pop_front();
        under_way -= oldest.range.count;
        const auto keep = [&]() -> Status {
            if (!answered.code.empty()) return error_of_answer(answered.code, "fetch");
            const bool same = answered.envelope == wish.envelope &&
                              answered.stream == wish.stream &&
                              answered.first == oldest.range.first;
            if (!same) return Error(Errc::MalformedFrame, "other chunks");
            return here.keep(answered.first, answered.data);
        };
        if (const Status kept = keep(); !kept) {
            CHAPAR_TRY(drop_answers<schemas::Chunks>());
            return kept;
        }
        pace.answered(DurationMs(parts_.clock.elapsed().value - oldest.at.value));
        watch(TransferWay::Download, TransferPhase::Moving, here.download());
        CHAPAR_TRY(let_pass(passed_));
    }
    return drop_answers<schemas::Chunks>();
}

}  // namespace chapar::client
