// What one session is fetching: its questions, and the few answers that wait to be sent.
//
// Owns: the order and the bounds. One read at a time; at most kChunkFramesQueued answers wait, so a
// peer that does not read holds no more memory than that; an answer goes out only when nothing else
// waits for that peer, so a FLASH never stands behind it here. Does not know files or sockets.
//
// A FLASH can still stand behind answers that libzmq and the network have taken already: as many as
// the client has questions open (it keeps two), at most kFetchesOpen frames of kChunksPerFrame
// chunks. Value-like record with a few rules; loop thread. Source: schemas/README.md, "Streams
// stored as files".
#pragma once

#include <deque>
#include <optional>

#include "broker/edge/byte_budget.h"
#include "schemas/base/limits.h"
#include "schemas/frames.h"

namespace chapar::broker {

enum class Waiting : std::uint8_t { Nothing, SomethingElse };

class Download {
  public:
    struct Answer {
        Bytes frame;
        std::optional<ByteBudget::Share> share;  // none: a code, a few bytes
    };

    // False: more than limits::kFetchesOpen are open.
    [[nodiscard]] bool ask(const schemas::Fetch& fetch) {
        if (open() >= limits::kFetchesOpen) return false;
        asks_.push_back(fetch);
        return true;
    }
    // The question to read for next; empty while one is read for, or enough answers wait.
    [[nodiscard]] const schemas::Fetch* next_ask() const {
        const bool busy = reading_ || answers_.size() >= limits::kChunkFramesQueued;
        return busy || asks_.empty() ? nullptr : &asks_.front();
    }
    // The answer to next_ask() is being read / is known without reading.
    void begin_reading(ByteBudget::Share share) {
        asks_.pop_front();
        reading_ = std::move(share);
    }
    void answered(Bytes frame) {
        answers_.push_back({std::move(frame), std::exchange(reading_, std::nullopt)});
    }
    void answer_at_once(Bytes frame) {
        asks_.pop_front();
        answers_.push_back({std::move(frame), std::nullopt});
    }
    // The answer to send now. `rest`: outcomes, deliveries, anything else for this peer.
    [[nodiscard]] const Bytes* to_send(Waiting rest) const {
        if (rest == Waiting::SomethingElse || answers_.empty()) return nullptr;
        return &answers_.front().frame;
    }
    void sent() { answers_.pop_front(); }

    [[nodiscard]] bool idle() const { return open() == 0; }
    [[nodiscard]] std::size_t open() const {
        return asks_.size() + (reading_ ? 1 : 0) + answers_.size();
    }

  private:
    std::deque<schemas::Fetch> asks_;
    std::optional<ByteBudget::Share> reading_;
    std::deque<Answer> answers_;
};

}  // namespace chapar::broker
