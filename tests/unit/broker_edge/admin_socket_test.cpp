// The operator's door when the process has no descriptor left.
#include "broker/edge/admin_socket.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstring>

#include "broker/edge/files.h"
#include "schemas/base/layout.h"
#include "tests/support/temporary_directory.h"

using namespace chapar;
using namespace chapar::broker;
using namespace chapar::testing;

namespace {

// No descriptor above those that are open now.
class NoDescriptors {
  public:
    NoDescriptors() {
        getrlimit(RLIMIT_NOFILE, &before_);
        const FileDescriptor next(dup(STDIN_FILENO));
        const rlimit none{static_cast<rlim_t>(next.get()), before_.rlim_max};
        REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
    }
    ~NoDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }
    NoDescriptors(const NoDescriptors&) = delete;
    NoDescriptors& operator=(const NoDescriptors&) = delete;

  private:
    rlimit before_{};
};

FileDescriptor connected(const std::filesystem::path& path) {
    FileDescriptor client(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.string().size());
    REQUIRE(connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
            0);
    return client;
}

}  // namespace

// Fails if accept() is called again at once after an error: the loop then does nothing else.
TEST_CASE("without descriptors the admin socket waits, and serves again when there are some") {
    const TemporaryDirectory directory;
    boost::asio::io_context loop;
    int frames = 0;
    const auto path = directory.path() / "admin.sock";
    const auto admin =
        AdminSocket::open(loop, path, [&](AdminId, const Bytes&) { ++frames; }).value();
    // Opens what Asio needs for itself.
    boost::asio::steady_timer warm(loop, std::chrono::milliseconds(0));
    warm.async_wait([](const boost::system::error_code&) {});
    loop.run_one_for(std::chrono::seconds(2));
    const FileDescriptor client = connected(path);
    {
        const NoDescriptors none;
        int turns = 0;
        while (turns < 1000 && loop.poll_one() > 0) ++turns;
        CHECK(turns < 10);
    }
    LayoutWriter request;
    request.counted32(Bytes(8));
    REQUIRE(write_all(client.get(), request.bytes(), "admin.sock"));
    for (int i = 0; i < 100 && frames == 0; ++i) loop.run_one_for(std::chrono::seconds(2));
    CHECK(frames == 1);
}
