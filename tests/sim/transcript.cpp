#include "tests/sim/transcript.h"

#include <cstdio>

namespace chapar::sim {

void Transcript::mix(std::string_view text) {
    for (const char c : text) {
        hash_ ^= static_cast<unsigned char>(c);
        hash_ *= 0x100000001B3ULL;
    }
    hash_ ^= 0xFF;
    hash_ *= 0x100000001B3ULL;
}

void Transcript::note(DurationMs at, std::string_view actor, std::string_view event) {
    mix(std::to_string(at.value));
    mix(actor);
    mix(event);
    ++events_;
    if (keep_ != Keep::Lines) return;
    char time[24];
    std::snprintf(time, sizeof time, "%6llu.%03llu",
                  static_cast<unsigned long long>(at.value / 1000),
                  static_cast<unsigned long long>(at.value % 1000));
    std::string line(time);
    line += "  ";
    line += actor;
    line.append(actor.size() < 8 ? 8 - actor.size() : 1, ' ');
    line += event;
    lines_.push_back(std::move(line));
}

}  // namespace chapar::sim
