#include "client/edge/transfer_pace.h"

#include <algorithm>

namespace chapar::client {
namespace {

constexpr DurationMs kQuick{500};
constexpr DurationMs kSlow{1000};

}  // namespace

void TransferPace::answered(DurationMs after) {
    if (after <= kQuick) window_ = std::min(window_ + 1, kChunksUnanswered);
    if (after > kSlow) window_ = std::max<std::uint64_t>(window_ / 2, 1);
}

}  // namespace chapar::client
