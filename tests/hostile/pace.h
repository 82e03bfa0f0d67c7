// So many a second, of which little is made up for after a pause.
#pragma once

#include <algorithm>
#include <chrono>

namespace chapar::hostile {

class Pace {
  public:
    explicit Pace(double per_second) : per_second_(per_second) {}
    // True: one more is due now.
    [[nodiscard]] bool due() {
        const auto now = std::chrono::steady_clock::now();
        const double passed = std::chrono::duration<double>(now - last_).count();
        last_ = now;
        allowed_ = std::min(allowed_ + passed * per_second_, per_second_ / 5 + 1);
        if (allowed_ < 1) return false;
        allowed_ -= 1;
        return true;
    }

  private:
    double per_second_;
    double allowed_ = 1;
    std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace chapar::hostile
