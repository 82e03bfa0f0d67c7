// The session's own templates: waiting for one type of frame. For session*.cpp only.
#pragma once

#include <type_traits>
#include <utility>

#include "client/edge/session.h"

namespace chapar::client {

template <typename Wanted>
Result<Session::Received> Session::answer(DurationMs patience) {
    const Deadline deadline(parts_.clock, patience);
    for (;;) {
        if (deadline.passed()) return Error(Errc::Unreachable, "no answer in time");
        auto received = CHAPAR_TRY(receive_frame(deadline.left()));
        if (!received) continue;
        if (std::holds_alternative<Wanted>(received->frame)) return std::move(*received);
        // Taken as they came.
        if (std::holds_alternative<schemas::Proofs>(received->frame)) continue;
        const bool about_chunks = std::holds_alternative<schemas::Uploaded>(received->frame) ||
                                  std::holds_alternative<schemas::Chunks>(received->frame);
        if (about_chunks && transfer_answers_.size() < transfers_open_) {
            transfer_answers_.push_back(std::move(*received));
        } else if (std::holds_alternative<schemas::Deliver>(received->frame)) {
            deliveries_.push_back(std::move(*received));
        } else {
            return Error(Errc::MalformedFrame, "an answer that was not asked for");
        }
    }
}

// The answer to the oldest frame about chunks.
template <typename Answer>
Result<Answer> Session::transfer_answer() {
    CHAPAR_ASSERT(transfers_open_ > 0);
    std::optional<Received> received;
    if (!transfer_answers_.empty()) {
        received = std::move(transfer_answers_.front());
        transfer_answers_.pop_front();
    } else {
        received = CHAPAR_TRY(answer<Answer>(options_.answer_patience));
    }
    --transfers_open_;
    auto* found = std::get_if<Answer>(&received->frame);
    if (found == nullptr) return Error(Errc::MalformedFrame, "an answer about other chunks");
    return std::move(*found);
}

// A transfer that is given up while the session goes on: what is still under way is waited for.
template <typename Answer>
Status Session::drop_answers() {
    while (transfers_open_ > 0) CHAPAR_TRY(transfer_answer<Answer>());
    return Done{};
}

}  // namespace chapar::client
