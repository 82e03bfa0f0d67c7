// What chapard tells the service manager that started it: that it is ready, lives, and ends.
//
// Owns: the datagrams of sd_notify(3) on the socket that NOTIFY_SOCKET names. Without one nothing
// is said. Does not know when the broker is ready. What cannot be sent is not sent again: the
// manager's own watch is what notices. Source: sd_notify(3).
#pragma once

#include <string>

#include "broker/edge/files.h"

namespace chapar::broker {

class ServiceManager {
  public:
    // From the environment. Opens the socket: before the sandbox.
    [[nodiscard]] static ServiceManager from_environment();
    ServiceManager() = default;

    void ready() const { say("READY=1"); }
    // Regularly, from the loop itself: WatchdogSec is at least three times that period.
    void alive() const { say("WATCHDOG=1"); }
    void stopping() const { say("STOPPING=1"); }

  private:
    explicit ServiceManager(FileDescriptor socket) : socket_(std::move(socket)) {}
    void say(const char* text) const;
    FileDescriptor socket_;
};

}  // namespace chapar::broker
