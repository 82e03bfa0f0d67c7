// Crashes: chapard with this file linked in place of fault_point.cpp kills itself at the point that
// CHAPAR_FAULT_AT names (its number), once the file CHAPAR_FAULT_ARMED exists. Never installed.
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>

#include "broker/edge/fault_point.h"

namespace chapar::broker {

void reach(FaultPoint point) {
    const char* const at = std::getenv("CHAPAR_FAULT_AT");
    const char* const armed = std::getenv("CHAPAR_FAULT_ARMED");
    if (at == nullptr || armed == nullptr) return;
    if (std::to_string(static_cast<int>(point)) != at || access(armed, F_OK) != 0) return;
    kill(getpid(), SIGKILL);
}

}  // namespace chapar::broker
