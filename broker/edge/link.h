// The TCP connection a frame came from: to see that it is gone, and to cut it.
//
// libzmq has no call that disconnects one peer of a ROUTER. The descriptor it reports for a frame
// (ZMQ_SRCFD) may have been closed and given to another connection meanwhile; the kernel's socket
// cookie, which is never used twice, tells them apart.
//
// Value type; owns nothing. Source: socket(7) SO_COOKIE; design reliability.md 0.
#pragma once

#include <cstdint>
#include <set>

namespace chapar::broker {

class Link {
  public:
    Link() = default;
    // What `descriptor` is connected to now.
    [[nodiscard]] static Link of(int descriptor);

    [[nodiscard]] bool alive() const;
    [[nodiscard]] int descriptor() const { return descriptor_; }
    // 0: it was gone already.
    [[nodiscard]] std::uint64_t cookie() const { return cookie_; }
    // Ends the connection in both directions, if it is still this one.
    void cut() const;
    auto operator<=>(const Link&) const = default;

  private:
    int descriptor_ = -1;
    std::uint64_t cookie_ = 0;
};

// Connections that a last frame is still leaving by.
//
// Each is cut by the second cut_older() after its add(): however soon the first one comes, the
// frame has the time between two calls to arrive.
class CondemnedLinks {
  public:
    void add(const Link& link) { newer_.insert(link); }
    [[nodiscard]] bool contains(const Link& link) const {
        return newer_.contains(link) || older_.contains(link);
    }
    void cut_older();

  private:
    std::set<Link> newer_;
    std::set<Link> older_;
};

}  // namespace chapar::broker
