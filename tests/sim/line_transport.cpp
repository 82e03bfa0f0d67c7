#include "tests/sim/line_transport.h"

#include <algorithm>

namespace chapar::sim {
namespace {

constexpr DurationMs kCallAgain{200};
constexpr DurationMs kSendPatience{5'000};  // CurveLink's

}  // namespace

LineTransport::LineTransport(const Parts& parts) : parts_(parts) { (void)connected(); }

LineTransport::~LineTransport() {
    *alive_ = false;
    if (line_) parts_.network.cut(*line_);
}

bool LineTransport::connected() {
    if (line_ && parts_.network.is_up(*line_)) return true;
    Bytes routing(5);
    for (std::byte& one : routing) one = static_cast<std::byte>(parts_.machine.dice().below(256));
    line_ = parts_.network.connect(
        parts_.door, {parts_.key, routing, [machine = &parts_.machine, alive = alive_] {
                          if (*alive) machine->wake();
                      }});
    return line_.has_value();
}

Status LineTransport::send(ByteView frame) {
    const std::uint64_t until = parts_.machine.now().value + kSendPatience.value;
    while (!connected()) {
        if (parts_.machine.now().value >= until) return Error(Errc::Unreachable, "send");
        (void)parts_.machine.wait(kCallAgain);
    }
    parts_.network.send_up(*line_, frame);
    return Done{};
}

Result<std::optional<Bytes>> LineTransport::receive(DurationMs patience) {
    const std::uint64_t until = parts_.machine.now().value + patience.value;
    for (;;) {
        const bool up = connected();
        if (up) {
            if (auto frame = parts_.network.take(*line_)) return frame;
        }
        const std::uint64_t now = parts_.machine.now().value;
        if (now >= until) return std::optional<Bytes>();
        const std::uint64_t rest = until - now;
        (void)parts_.machine.wait(DurationMs(up ? rest : std::min(rest, kCallAgain.value)));
    }
}

}  // namespace chapar::sim
