// An enrolled device's session over a CurvePeer: CONNECT, HELLO, WELCOME, then what a script says.
//
// Value functions; one thread.
#pragma once

#include <memory>

#include "schemas/frames.h"
#include "tests/hostile/target.h"

namespace chapar::hostile {

struct SessionScript {
    std::function<void(CurvePeer&)> welcomed = [](CurvePeer&) {};
    // All frames after WELCOME, and an ERROR before it.
    std::function<void(CurvePeer&, const schemas::Frame&)> frame = [](CurvePeer&,
                                                                      const schemas::Frame&) {};
    // Of another device: its certificate is claimed in HELLO.
    const testing::EdgeDevice* claimed = nullptr;
};

// `target` outlives the peer; device `n` of its enrolled ones.
[[nodiscard]] std::unique_ptr<CurvePeer> session_peer(Target& target, std::size_t n,
                                                      const CurvePeer::Plan& plan,
                                                      SessionScript script);

}  // namespace chapar::hostile
