#include "broker/service_manager.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <string>

#include "tests/support/temporary_directory.h"

using namespace chapar;
using namespace chapar::broker;
using chapar::testing::TemporaryDirectory;

namespace {

struct Manager {
    Manager() {
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
        REQUIRE(bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) ==
                0);
        setenv("NOTIFY_SOCKET", path.c_str(), 1);
    }
    ~Manager() { unsetenv("NOTIFY_SOCKET"); }
    std::string heard() const {
        std::array<char, 64> text{};
        const ssize_t got = recv(socket.get(), text.data(), text.size(), MSG_DONTWAIT);
        return got < 0 ? std::string() : std::string(text.data(), static_cast<std::size_t>(got));
    }
    TemporaryDirectory folder;
    std::string path = folder.path() / "notify";
    FileDescriptor socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    sockaddr_un address{};
};

}  // namespace

// Fails if: one of the three words is another.
TEST_CASE("the service manager hears that chapard is ready, lives and stops") {
    const Manager manager;
    const ServiceManager told = ServiceManager::from_environment();
    told.ready();
    CHECK(manager.heard() == "READY=1");
    told.alive();
    CHECK(manager.heard() == "WATCHDOG=1");
    told.stopping();
    CHECK(manager.heard() == "STOPPING=1");
}

// Fails if: a path that is no socket's ends the program.
TEST_CASE("without a service manager, or with one that cannot be reached, nothing is said") {
    unsetenv("NOTIFY_SOCKET");
    ServiceManager::from_environment().ready();
    for (const std::string& path : {std::string("relative"), std::string(""), std::string("/"),
                                    std::string("/nowhere/at/all"), std::string(300, '/')}) {
        setenv("NOTIFY_SOCKET", path.c_str(), 1);
        ServiceManager::from_environment().ready();
    }
    unsetenv("NOTIFY_SOCKET");
}
