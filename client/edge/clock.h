// The clock seam of the client: UTC milliseconds since 1970.
//
// Only edges and programs hold one; the core gets times as arguments.
#pragma once

#include "schemas/base/time.h"

namespace chapar::client {

class Clock {
  public:
    Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;
    virtual ~Clock() = default;
    [[nodiscard]] virtual TimeMs now() const = 0;
};

class SystemClock final : public Clock {
  public:
    [[nodiscard]] TimeMs now() const override;
};

}  // namespace chapar::client
