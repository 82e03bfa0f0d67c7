// The session's own templates: waiting for one type of frame. For session*.cpp only.
#pragma once

#include <utility>

#include "client/edge/session.h"

namespace chapar::client {

template <typename Wanted>
Result<Session::Received> Session::answer(DurationMs patience) {
    const TimeMs until = parts_.clock.now() + patience;
    for (;;) {
        const TimeMs now = parts_.clock.now();
        if (now >= until) return Error(Errc::Unreachable, "no answer in time");
        auto received = CHAPAR_TRY(receive_frame(DurationMs(until.value - now.value)));
        if (!received) continue;
        if (std::holds_alternative<Wanted>(received->frame)) return std::move(*received);
        if (!std::holds_alternative<schemas::Deliver>(received->frame)) {
            return Error(Errc::MalformedFrame, "an answer that was not asked for");
        }
        deliveries_.push_back(std::move(*received));
    }
}

}  // namespace chapar::client
