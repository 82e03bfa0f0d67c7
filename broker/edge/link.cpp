#include "broker/edge/link.h"

#include <sys/socket.h>

#ifndef SO_COOKIE
#define SO_COOKIE 57  // asm-generic/socket.h, Linux 4.12
#endif

namespace chapar::broker {
namespace {

// 0 is never a cookie.
std::uint64_t cookie_of(int descriptor) {
    std::uint64_t cookie = 0;
    socklen_t size = sizeof cookie;
    if (descriptor < 0 || getsockopt(descriptor, SOL_SOCKET, SO_COOKIE, &cookie, &size) != 0) {
        return 0;
    }
    return cookie;
}

}  // namespace

Link Link::of(int descriptor) {
    Link link;
    link.descriptor_ = descriptor;
    link.cookie_ = cookie_of(descriptor);
    return link;
}

bool Link::alive() const { return cookie_ != 0 && cookie_of(descriptor_) == cookie_; }

void Link::cut() const {
    if (alive()) shutdown(descriptor_, SHUT_RDWR);
}

void CondemnedLinks::cut_older() {
    for (const Link& link : older_) link.cut();
    older_ = std::move(newer_);
    newer_.clear();
}

}  // namespace chapar::broker
