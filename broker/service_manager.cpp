#include "broker/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace chapar::broker {

ServiceManager ServiceManager::from_environment() {
    const char* const path = std::getenv("NOTIFY_SOCKET");
    if (path == nullptr) return {};
    const std::size_t length = std::strlen(path);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const bool known = length >= 2 && (path[0] == '/' || path[0] == '@');
    if (!known || length >= sizeof(address.sun_path)) return {};
    std::memcpy(address.sun_path, path, length);
    // The manager's notation for the abstract name space.
    if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
    FileDescriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) return {};
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) return {};
    return ServiceManager(std::move(socket));
}

void ServiceManager::say(const char* text) const {
    if (!socket_) return;
    (void)!::send(socket_.get(), text, std::strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace chapar::broker
