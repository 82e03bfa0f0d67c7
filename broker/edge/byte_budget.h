// So many bytes and no more: what waits in memory for a disk or a peer, over all sessions.
//
// Owns: the count. A Share gives its bytes back when it is destroyed, wherever that happens.
// REQUIRES: the budget outlives its shares. Resource types; one thread.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>

namespace chapar::broker {

class ByteBudget {
  public:
    class Share {
      public:
        Share(Share&& other) noexcept
            : budget_(std::exchange(other.budget_, nullptr)), bytes_(other.bytes_) {}
        Share& operator=(Share&& other) noexcept {
            std::swap(budget_, other.budget_);
            std::swap(bytes_, other.bytes_);
            return *this;
        }
        Share(const Share&) = delete;
        Share& operator=(const Share&) = delete;
        ~Share() {
            if (budget_ != nullptr) budget_->used_ -= bytes_;
        }

      private:
        friend class ByteBudget;
        Share(ByteBudget& budget, std::size_t bytes) : budget_(&budget), bytes_(bytes) {}
        ByteBudget* budget_;
        std::size_t bytes_;
    };

    explicit ByteBudget(std::size_t most) : most_(most) {}
    ByteBudget(const ByteBudget&) = delete;
    ByteBudget& operator=(const ByteBudget&) = delete;

    // Empty if there are not so many left.
    [[nodiscard]] std::optional<Share> take(std::size_t bytes) {
        if (bytes > most_ - used_) return std::nullopt;
        used_ += bytes;
        return Share(*this, bytes);
    }
    [[nodiscard]] std::size_t used() const { return used_; }

  private:
    std::size_t most_;
    std::size_t used_ = 0;
};

}  // namespace chapar::broker
