// What this build calls itself, in --version, STATUS and EPOCH entries.
#pragma once

#include <string_view>

namespace chapar::broker {

constexpr std::string_view build_text() { return "chapard " CHAPAR_VERSION; }

}  // namespace chapar::broker
