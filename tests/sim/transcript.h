// The trace of a run: each event as one line, and one hash over all of them.
//
// Owns: the form of a line (virtual time, actor, event) and the hash by which two runs of one seed
// are compared. Keeps the lines only if it is asked to. Does not know what events mean.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/base/time.h"

namespace chapar::sim {

class Transcript {
  public:
    enum class Keep : std::uint8_t { HashOnly, Lines };
    explicit Transcript(Keep keep) : keep_(keep) {}

    void note(DurationMs at, std::string_view actor, std::string_view event);
    [[nodiscard]] std::uint64_t hash() const { return hash_; }
    [[nodiscard]] std::uint64_t events() const { return events_; }
    [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }

  private:
    void mix(std::string_view text);

    Keep keep_;
    std::uint64_t hash_ = 0xCBF29CE484222325ULL;  // FNV-1a
    std::uint64_t events_ = 0;
    std::vector<std::string> lines_;
};

}  // namespace chapar::sim
