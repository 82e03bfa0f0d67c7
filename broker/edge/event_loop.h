// The one thread of the broker that waits: sockets, timers, signals.
//
// Owns: when BrokerService is called, and the way to a clean stop: the queue is decided, committed,
// signed and said before the loop ends. Does not know frames.
//
// libzmq's descriptor is edge-triggered: it reports a change once, and every send or receive may
// swallow it. So after anything was done here, the socket's events are read again (settle()).
//
// Resource type; run() on the thread that made it, stop() from any thread.
// Source: zmq_getsockopt(3), ZMQ_FD; architecture.md 3.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <optional>

#include "broker/edge/service.h"

namespace chapar::broker {

class EventLoop {
  public:
    using Maintenance = std::function<Status()>;

    // `maintenance` is called every 10 s.
    EventLoop(boost::asio::io_context& context, BrokerService& service, Router& router,
              const Config& config, Maintenance maintenance);
    ~EventLoop();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    // SIGTERM and SIGINT become a clean stop.
    void catch_signals();
    // Until stop(), or until something fatal happened: then its error.
    [[nodiscard]] Status run();
    void stop();
    // Runs an action of the service on the loop's thread. From any thread.
    void post(std::function<Status()> action);

  private:
    void perform(const std::function<Status()>& action);
    void settle();
    void wait_for_socket();
    void drain_socket();
    void schedule_tick();
    void schedule_retry();
    void schedule_round();
    void repeat(boost::asio::steady_timer& timer, DurationMs period,
                std::function<Status()> action);

    boost::asio::io_context& context_;
    BrokerService& service_;
    Router& router_;
    DurationMs head_period_;
    Maintenance maintenance_;
    boost::asio::posix::stream_descriptor socket_;
    boost::asio::signal_set signals_;
    boost::asio::steady_timer tick_timer_;
    boost::asio::steady_timer retry_timer_;
    boost::asio::steady_timer round_timer_;
    boost::asio::steady_timer second_timer_;
    boost::asio::steady_timer head_timer_;
    boost::asio::steady_timer maintenance_timer_;
    bool draining_ = false;
    bool tick_scheduled_ = false;
    bool retry_scheduled_ = false;
    bool round_scheduled_ = false;
    bool stopping_ = false;
    std::optional<Error> fatal_;
};

}  // namespace chapar::broker
