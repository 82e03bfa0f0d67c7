#include "broker/edge/transfers.h"

#include "broker/core/plan.h"
#include "broker/core/stream_files.h"
#include "broker/edge/disk_job.h"
#include "schemas/frames_codec.h"

namespace chapar::broker {
namespace {

// What an answer of chunks may take in memory.
constexpr std::size_t kAnswerBytes =
    limits::kChunksPerFrame * limits::kSealedChunkBytes + schemas::kFrameOverheadBytes;

std::string code_of(Errc code) { return std::string(text_of(code).code); }

Bytes uploaded_frame(const Hash& root, UploadState state) {
    schemas::Uploaded frame{root, std::move(state.have), state.complete, {}};
    if (state.refused) frame.code = code_of(*state.refused);
    return schemas::encode_frame(frame);
}

schemas::Chunks answer_to(const schemas::Fetch& ask) {
    schemas::Chunks out;
    out.envelope = ask.envelope;
    out.stream = ask.stream;
    out.first = ask.first;
    return out;
}

Bytes refusal(const schemas::Fetch& ask, Errc code) {
    schemas::Chunks frame = answer_to(ask);
    frame.code = code_of(code);
    return schemas::encode_frame(frame);
}

Bytes read_answer(const BodyStore& bodies, const schemas::Fetch& ask, const Hash& root) {
    schemas::Chunks frame = answer_to(ask);
    frame.root = root;
    if (ask.chunks == 0) {
        auto leaves = bodies.leaves(root);
        if (!leaves) return refusal(ask, leaves.error().code);
        frame.leaves = std::move(*leaves);
    } else {
        auto data = bodies.chunks(root, ask.first, ask.chunks);
        if (!data) return refusal(ask, data.error().code);
        frame.data = std::move(*data);
    }
    return schemas::encode_frame(frame);
}

}  // namespace

Transfers::Taken Transfers::take(Session& session, schemas::Upload frame,
                                 std::optional<Errc> refused) {
    const Hash root = frame.root;
    const std::size_t bytes = frame.leaves.size() * Hash::kSize;
    if (refused) {
        return store(session, root, 0, [refused] { return UploadState{{}, false, refused}; });
    }
    BodyStore& bodies = parts_.bodies;
    const TimeMs now = parts_.time.stamp().time;
    return store(session, root, bytes,
                 [&bodies, device = session.greeted->device, frame = std::move(frame), now] {
                     return bodies.open_upload(device, frame, now);
                 });
}

Transfers::Taken Transfers::take(Session& session, schemas::Chunk frame,
                                 std::optional<Errc> refused) {
    const Hash root = frame.root;
    const std::size_t bytes = frame.data.size();
    if (refused) {
        return store(session, root, 0, [refused] { return UploadState{{}, false, refused}; });
    }
    BodyStore& bodies = parts_.bodies;
    const TimeMs now = parts_.time.stamp().time;
    return store(session, root, bytes, [&bodies, frame = std::move(frame), now] {
        return bodies.store_chunks(frame, now);
    });
}

Transfers::Taken Transfers::store(Session& session, const Hash& root, std::size_t bytes,
                                  std::function<UploadState()> job) {
    if (session.uploads >= limits::kUploadsOpen) return Taken::TooMany;
    ++session.uploads;
    const std::uint64_t ticket = next_ticket_++;
    if (auto share = parts_.uploads.take(bytes)) {
        storing_.emplace(ticket, std::move(*share));
    } else {
        // Through the worker all the same: this answer must not overtake those before it.
        job = [] { return UploadState{{}, false, Errc::BackPressure}; };
    }
    parts_.disk.submit([this, number = session.number, root, ticket, job = std::move(job)] {
        UploadState state = answer_of(job, [] { return UploadState{{}, false, Errc::FileFailed}; });
        const std::optional<Errc> refused = state.refused;
        return [this, number, ticket, refused,
                frame = uploaded_frame(root, std::move(state))]() -> Status {
            return say(number, ticket, frame, refused);
        };
    });
    return Taken::Yes;
}

Status Transfers::say(SessionNumber number, std::uint64_t ticket, const Bytes& frame,
                      std::optional<Errc> refused) {
    storing_.erase(ticket);
    if (refused == Errc::StoreFull || refused == Errc::FileFailed) {
        parts_.log.warning("upload.refused", {{"code", code_of(*refused)}});
    }
    Session* session = parts_.sessions.find(number);
    if (session == nullptr) return Done{};
    --session->uploads;
    parts_.outlet.send(*session, frame);
    return Done{};
}

Result<Transfers::Taken> Transfers::take(Session& session, const schemas::Fetch& frame) {
    if (!session.download.ask(frame)) return Taken::TooMany;
    fetching_.insert(session.number);
    CHAPAR_TRY(pump(session));
    return Taken::Yes;
}

Result<bool> Transfers::pump() {
    // Not always the same first: the budget may not last for all.
    std::vector<SessionNumber> order(fetching_.upper_bound(last_served_), fetching_.end());
    order.insert(order.end(), fetching_.begin(), fetching_.upper_bound(last_served_));
    for (const SessionNumber number : order) {
        Session* session = parts_.sessions.find(number);
        if (session != nullptr && !session->download.idle()) {
            CHAPAR_TRY(pump(*session));
        } else {
            fetching_.erase(number);
        }
    }
    return !fetching_.empty();
}

Status Transfers::pump(Session& session) {
    const SessionNumber number = session.number;
    while (const Bytes* frame = session.download.to_send(rest_(session))) {
        const Outlet::Offered offered = parts_.outlet.offer(session, *frame);
        if (offered == Outlet::Offered::Ended) return Done{};
        if (offered == Outlet::Offered::Busy) break;
        session.download.sent();
        last_served_ = number;
    }
    return begin_reads(session);
}

Status Transfers::begin_reads(Session& session) {
    while (const schemas::Fetch* ask = session.download.next_ask()) {
        const auto txn = CHAPAR_TRY(parts_.store.begin_read());
        const auto file = may_fetch(*txn, session.greeted->device, ask->envelope, ask->stream,
                                    parts_.time.stamp().time);
        if (!file && is_failure(file.error().code)) return file.error();
        std::optional<Errc> code;
        if (!file) code = file.error().code;
        if (file && !parts_.bodies.is_complete(file->root, file->size)) code = Errc::StreamMissing;
        if (code) {
            session.download.answer_at_once(refusal(*ask, *code));
            continue;
        }
        auto share = parts_.downloads.take(kAnswerBytes);
        if (!share) return Done{};  // pump() comes again
        parts_.disk.submit([this, number = session.number, ask = *ask, root = file->root] {
            Bytes frame = answer_of([&] { return read_answer(parts_.bodies, ask, root); },
                                    [&] { return refusal(ask, Errc::FileFailed); });
            return [this, number, frame = std::move(frame)]() -> Status {
                return fetched(number, frame);
            };
        });
        session.download.begin_reading(std::move(*share));
    }
    return Done{};
}

Status Transfers::fetched(SessionNumber number, Bytes frame) {
    Session* session = parts_.sessions.find(number);
    if (session == nullptr) return Done{};
    session->download.answered(std::move(frame));
    return pump(*session);
}

void Transfers::remove(const Hash& root) {
    parts_.bodies.forget(root);
    parts_.disk.submit([this, root] {
        const Status removed = answer_of([&] { return parts_.bodies.remove(root); },
                                         [] { return Status(Error(Errc::FileFailed)); });
        return [this, failed = !removed]() -> Status {
            if (failed) parts_.log.warning("body.not-removed");
            return Done{};
        };
    });
}

void Transfers::remove_incoming(const Hash& root) {
    parts_.disk.submit([this, root, now = parts_.time.stamp().time] {
        // What is left is swept again.
        answer_of([&] { parts_.bodies.remove_incoming(root, now); }, [] {});
        return []() -> Status { return Done{}; };
    });
}

}  // namespace chapar::broker
