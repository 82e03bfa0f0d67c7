// The connection warden at work: libzmq's monitor and the kernel's figures in, shutdown(2) out.
//
// Owns: a thread that hears of every connection that the router accepts or loses, asks the kernel
// twenty times a second about those on which something has arrived, and cuts those that the
// accounting (connection_warden.h) names, if the descriptor is still theirs (link.h). A thread of
// its own, because a send of libzmq's monitor blocks the thread of its sockets when nobody reads,
// and because a long commit on the loop's must not give a flood its time.
//
// Asked about are connections with news: they are registered, edge-triggered, with an epoll of our
// own. It tells of an arrival only if, when it is asked, something is unread or can be written, so
// EPOLLOUT is asked for too; those on which something moved are asked about again each time, and
// all the others once a second, a twentieth each time. Ten thousand idle ones cost about 1 % of a
// core.
//
// Does not know frames or sessions: the loop says which connection brought a whole message.
// REQUIRES: watch() before the socket binds, started before its first peer, destroyed after the
// router. Errors: Internal. Resource type; heard(), take_cuts(), figures() from any thread.
// Source: zmq_socket_monitor(3), epoll(7).
#pragma once

#include <memory>
#include <mutex>
#include <thread>

#include "broker/edge/clock.h"
#include "broker/edge/connection_watch.h"
#include "broker/edge/files.h"
#include "broker/edge/zmq_socket.h"

namespace chapar::broker {

class WardenThread final : public ConnectionWatch {
  public:
    // `time` outlives it. Nothing is watched before watch().
    [[nodiscard]] static Result<std::unique_ptr<WardenThread>> create(const ZmqContext& context,
                                                                      ConnectionBounds bounds,
                                                                      TimeSource& time);
    ~WardenThread() override;

    // Once: `router` has not been bound yet.
    [[nodiscard]] Status watch(const ZmqContext& context, ZmqSocket& router);

    void heard(const Link& link, std::size_t size) override;
    [[nodiscard]] ConnectionWarden::Cuts take_cuts() override;
    [[nodiscard]] ConnectionWarden::Figures figures() const override;

  private:
    struct Watched {
        Link link;
        std::uint64_t taken = 0;
    };
    WardenThread(ZmqSocket stop_receiver, ZmqSocket stop_sender, FileDescriptor arrivals,
                 ConnectionBounds bounds, TimeSource& time);
    void serve(ZmqSocket monitor, ZmqSocket stop);
    void take_events(ZmqSocket& monitor);
    void accepted(int descriptor);
    void closed(int descriptor);
    void lost(int descriptor);
    void measure();
    void measure(int descriptor, ConnectionWarden::Cuts& cuts);
    // A twentieth of all connections: those that no event told of, and the ends of others.
    void measure_some(ConnectionWarden::Cuts& cuts);
    void cut(const ConnectionWarden::Cuts& cuts);

    ZmqSocket stop_receiver_;  // handed to the thread
    ZmqSocket stop_sender_;
    FileDescriptor arrivals_;  // epoll
    TimeSource& time_;
    mutable std::mutex mutex_;
    ConnectionWarden warden_;                // under mutex_
    ConnectionWarden::Cuts cuts_;            // under mutex_
    std::map<int, Watched> by_descriptor_;   // the thread's
    std::set<int> moving_;                   // the thread's: to be asked about again the next time
    int next_ = -1;                          // the thread's: where measure_some() goes on
    std::map<SocketCookie, int> by_cookie_;  // the thread's
    std::thread thread_;
};

}  // namespace chapar::broker
