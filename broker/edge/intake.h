// How much of sessions and agencies may wait for an answer, and how fast agencies may submit.
//
// Owns: the bytes of frames that wait for verification, for a tick, or for the way between; counted
// for each session, each agency and all; and a token bucket of envelopes for each agency and each
// of its devices. An agency may hold as many bytes as are still free: one that floods gets half of
// all, several share what they take with what they leave, and something is always left for who has
// not come yet. What may not come in is pushed back (answered back-pressure), never dropped. Does
// not know frames.
//
// A Share gives its bytes back when it is destroyed. REQUIRES: the intake outlives its shares.
// Resource types; loop thread. Units: bytes, envelopes. Source: design reliability.md 4, "Session;
// agency", "CPU".
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "broker/edge/token_bucket.h"
#include "schemas/base/ids.h"

namespace chapar::broker {

struct IntakeBounds {
    std::size_t session_frames = 64;  // not verified yet
    std::size_t session_bytes = 4 * 1024 * 1024;
    std::size_t bytes = 64 * 1024 * 1024;  // of all
    Rate envelopes{200, 1'000};            // of one agency
};

class Intake {
  public:
    class Share {
      public:
        Share() = default;
        Share(Share&& other) noexcept : held_(std::exchange(other.held_, std::nullopt)) {}
        Share& operator=(Share&& other) noexcept {
            std::swap(held_, other.held_);
            return *this;
        }
        Share(const Share&) = delete;
        Share& operator=(const Share&) = delete;
        ~Share();
        // So many of its bytes, apart; at most what it has.
        [[nodiscard]] Share split(std::size_t bytes);
        [[nodiscard]] std::size_t bytes() const { return held_ ? held_->bytes : 0; }

      private:
        friend class Intake;
        struct Held {
            Intake* intake;
            std::uint64_t session;
            AgencyId agency;
            std::size_t bytes;
        };
        explicit Share(Held held) : held_(std::move(held)) {}
        std::optional<Held> held_;
    };

    explicit Intake(const IntakeBounds& bounds) : bounds_(bounds) {}
    Intake(const Intake&) = delete;
    Intake& operator=(const Intake&) = delete;

    // Empty: it is to be pushed back. `frames`: of this session that are not verified yet.
    [[nodiscard]] std::optional<Share> admit(std::uint64_t session, const AgencyId& agency,
                                             std::size_t frames, std::size_t bytes);
    // False: the agency has submitted more than its rate; or the upper half of its burst is used
    // up, and this device more than a quarter of rate and burst: no device takes what is left for
    // its colleagues. A frame is let in whole as soon as one envelope is due, and what it took too
    // much is owed: else who sends single ones would keep out who sends many at a time.
    [[nodiscard]] bool within_rate(const AgencyId& agency, const CertificateHash& device,
                                   std::size_t envelopes, DurationMs now);

    [[nodiscard]] std::size_t used() const { return used_; }

  private:
    void give_back(std::uint64_t session, const AgencyId& agency, std::size_t bytes);

    IntakeBounds bounds_;
    std::size_t used_ = 0;
    std::map<std::uint64_t, std::size_t> sessions_;
    std::map<AgencyId, std::size_t> agencies_;
    std::map<AgencyId, TokenBucket> rates_;                // agencies are few, and all are enrolled
    std::map<CertificateHash, TokenBucket> device_rates_;  // that have used the lower half
};

}  // namespace chapar::broker
