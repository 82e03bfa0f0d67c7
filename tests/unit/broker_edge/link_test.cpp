#include "broker/edge/link.h"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <array>

#include "broker/edge/files.h"

using namespace chapar;
using namespace chapar::broker;

// Fails if cut_older() cuts what was added since the call before: then the answer to a frame that
// came just before the second was over is lost with its connection.
TEST_CASE("a connection with a last frame under way is cut by the second call, not the first") {
    std::array<int, 2> ends{};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
    const FileDescriptor here(ends[0]);
    const FileDescriptor there(ends[1]);
    const Link link = Link::of(here.get());
    CondemnedLinks condemned;
    condemned.add(link);
    const auto arrives = [&] {
        char byte = 'x';
        return send(here.get(), &byte, 1, MSG_NOSIGNAL) == 1;
    };
    condemned.cut_older();
    CHECK(arrives());
    CHECK(condemned.contains(link));
    condemned.cut_older();
    CHECK_FALSE(arrives());
    CHECK_FALSE(condemned.contains(link));
}
