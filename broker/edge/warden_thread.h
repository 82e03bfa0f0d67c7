// The connection warden at work: libzmq's monitor and the kernel's figures in, shutdown(2) out.
//
// Owns: a thread that hears of every connection that the router accepts or loses, asks the kernel
// twenty times a second about those on which something has arrived, and cuts those that the
// accounting (connection_warden.h) names, if the descriptor is still theirs (link.h). A thread of
// its own, because a send of libzmq's monitor blocks the thread of its sockets when nobody reads,
// and because a long commit on the loop's must not give a flood its time.
//
// Only connections with news are asked about: they are registered, edge-triggered, with an epoll of
// our own, which tells of every arrival whoever reads it; ten thousand idle ones cost nothing.
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
#include "broker/edge/connection_warden.h"
#include "broker/edge/files.h"
#include "broker/edge/link.h"
#include "broker/edge/zmq_socket.h"

namespace chapar::broker {

class WardenThread {
  public:
    // `time` outlives it. Nothing is watched before watch().
    [[nodiscard]] static Result<std::unique_ptr<WardenThread>> create(const ZmqContext& context,
                                                                      ConnectionBounds bounds,
                                                                      TimeSource& time);
    ~WardenThread();
    WardenThread(const WardenThread&) = delete;
    WardenThread& operator=(const WardenThread&) = delete;

    // Once: `router` has not been bound yet.
    [[nodiscard]] Status watch(const ZmqContext& context, ZmqSocket& router);

    // A whole message has come over this connection.
    void heard(const Link& link);

    // What was cut since the last call; of more than a thousand the rest is only counted.
    [[nodiscard]] ConnectionWarden::Cuts take_cuts();
    [[nodiscard]] ConnectionWarden::Figures figures() const;

  private:
    WardenThread(ZmqSocket stop_receiver, ZmqSocket stop_sender, FileDescriptor arrivals,
                 ConnectionBounds bounds, TimeSource& time);
    void serve(ZmqSocket monitor, ZmqSocket stop);
    void take_events(ZmqSocket& monitor);
    void accepted(int descriptor);
    void lost(int descriptor);
    void measure();
    void measure(int descriptor, ConnectionWarden::Cuts& cuts);
    void look_for_the_gone();
    void cut(const ConnectionWarden::Cuts& cuts);

    ZmqSocket stop_receiver_;  // handed to the thread
    ZmqSocket stop_sender_;
    FileDescriptor arrivals_;  // epoll
    TimeSource& time_;
    mutable std::mutex mutex_;
    ConnectionWarden warden_;                // under mutex_
    ConnectionWarden::Cuts cuts_;            // under mutex_
    std::map<int, Link> by_descriptor_;      // the thread's
    std::map<SocketCookie, int> by_cookie_;  // the thread's
    std::set<int>
        unread_;  // the thread's: had something to read, of which no event will tell again
    std::thread thread_;
};

}  // namespace chapar::broker
