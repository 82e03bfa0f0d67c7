#include "tests/sim/line_transport.h"

#include <algorithm>

namespace chapar::sim {
namespace {

constexpr DurationMs kCallAgain{200};
constexpr std::size_t kUnsent = 64;

}  // namespace

LineTransport::LineTransport(const Parts& parts) : parts_(parts) {
    for (int i = 0; i < 5; ++i) {
        routing_.push_back(static_cast<std::byte>(parts_.machine.dice().below(256)));
    }
    call();
}

LineTransport::~LineTransport() {
    *alive_ = false;
    if (line_) parts_.network.cut(*line_);
}

void LineTransport::call() {
    line_ = parts_.network.connect(
        parts_.door, {parts_.key, routing_, [machine = &parts_.machine, alive = alive_] {
                          if (*alive) machine->wake();
                      }});
    if (!line_) return;
    while (!unsent_.empty()) {
        parts_.network.send_up(*line_, unsent_.front());
        unsent_.pop_front();
    }
}

Status LineTransport::send(ByteView frame) {
    if (line_ && !parts_.network.is_up(*line_)) line_.reset();
    if (!line_) call();
    if (line_) {
        parts_.network.send_up(*line_, frame);
    } else if (parts_.keeps_unsent && unsent_.size() < kUnsent) {
        unsent_.push_back(to_bytes(frame));
    }
    return Done{};
}

Result<std::optional<Bytes>> LineTransport::receive(DurationMs patience) {
    const std::uint64_t until = parts_.machine.now().value + patience.value;
    for (;;) {
        if (line_ && !parts_.network.is_up(*line_)) line_.reset();
        if (!line_) call();
        if (line_) {
            if (auto frame = parts_.network.take(*line_)) return frame;
        }
        const std::uint64_t now = parts_.machine.now().value;
        if (now >= until) return std::optional<Bytes>();
        const std::uint64_t rest = until - now;
        (void)parts_.machine.wait(DurationMs(line_ ? rest : std::min(rest, kCallAgain.value)));
    }
}

}  // namespace chapar::sim
