// Streams stored as files, between sessions and the disk.
//
// Owns: what waits: UPLOAD and CHUNK frames for the disk worker (at most limits::kUploadsOpen a
// session and kTransferBytes over all), reads for FETCH, and CHUNKS answers for their peers
// (download.h; kTransferBytes over all again). Answers to one session come in the order of its
// questions. Does not know who is in force (the service asks before it hands a frame on); asks the
// fold who may fetch, right before the read.
//
// Errors of its functions are fatal, as the service's. REQUIRES: what the constructor is given
// outlives it. Resource type; loop thread.
#pragma once

#include <functional>
#include <set>

#include "broker/edge/body_store.h"
#include "broker/edge/clock.h"
#include "broker/edge/disk_worker.h"
#include "broker/edge/log.h"
#include "broker/edge/outlet.h"
#include "storage/store.h"

namespace chapar::broker {

class Transfers {
  public:
    struct Parts {
        BodyStore& bodies;
        DiskWorker& disk;
        storage::Store& store;
        Sessions& sessions;
        Outlet& outlet;
        TimeSource& time;
        Log& log;
        ByteBudget& uploads;  // both outlive the sessions
        ByteBudget& downloads;
    };
    // Whether anything else waits for this peer.
    using Rest = std::function<Waiting(const Session&)>;

    Transfers(const Parts& parts, Rest rest) : parts_(parts), rest_(std::move(rest)) {}

    // TooMany: the session asks more at a time than a client may; nothing was taken.
    enum class Taken : std::uint8_t { Yes, TooMany };
    // `refused`: nothing new is stored now, and the answer says so, in its place.
    [[nodiscard]] Taken take(Session& session, schemas::Upload frame, std::optional<Errc> refused);
    [[nodiscard]] Taken take(Session& session, schemas::Chunk frame, std::optional<Errc> refused);
    [[nodiscard]] Result<Taken> take(Session& session, const schemas::Fetch& frame);

    // Sends what may be sent, and begins reads; true if something is left to be tried again.
    [[nodiscard]] Result<bool> pump();
    [[nodiscard]] bool waiting() const { return !fetching_.empty(); }

    // A body that nothing names any more. Its file goes later, on the disk worker.
    void remove(const Hash& root);
    void remove_incoming(const Hash& root);

  private:
    // The job runs on the disk worker.
    [[nodiscard]] Taken store(Session& session, const Hash& root, std::size_t bytes,
                              std::function<UploadState()> job);
    [[nodiscard]] Status say(SessionNumber number, std::uint64_t ticket, const Bytes& frame,
                             std::optional<Errc> refused);
    [[nodiscard]] Status pump(Session& session);
    [[nodiscard]] Status begin_reads(Session& session);
    [[nodiscard]] Status fetched(SessionNumber number, Bytes frame);

    Parts parts_;
    Rest rest_;
    std::map<std::uint64_t, ByteBudget::Share> storing_;
    std::uint64_t next_ticket_ = 1;
    std::set<SessionNumber> fetching_;
    SessionNumber last_served_ = 0;
};

}  // namespace chapar::broker
