// Mail that is sealed and encoded before a clock starts.
//
// Owns: SUBMIT frames of made-up text as a client would send them: one signature over the whole
// frame. Does not know sessions. Value types; any thread.
#pragma once

#include <vector>

#include "tests/unit/broker_edge/centre.h"

namespace chapar::testing {

struct SealedFrame {
    Bytes frame;  // of SUBMIT
    std::vector<EnvelopeHash> envelopes;
};

struct MailPlan {
    std::size_t envelopes = 1;  // of one frame
    std::size_t text = 512;     // bytes of stream 0 before padding, of each
    TimeMs now;
};

[[nodiscard]] SealedFrame sealed_frame(Centre& centre, const EdgeDevice& from, const EdgeDevice& to,
                                       const MailPlan& plan);

}  // namespace chapar::testing
