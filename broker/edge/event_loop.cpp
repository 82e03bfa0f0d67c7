#include "broker/edge/event_loop.h"

#include <boost/asio/post.hpp>
#include <chrono>
#include <csignal>

namespace chapar::broker {
namespace {

namespace asio = boost::asio;
constexpr DurationMs kRetry{2};
constexpr DurationMs kMaintenance{10'000};
constexpr DurationMs kRound{100};

std::chrono::milliseconds milliseconds(DurationMs duration) {
    return std::chrono::milliseconds(duration.value);
}

}  // namespace

EventLoop::EventLoop(asio::io_context& context, BrokerService& service, Router& router,
                     const Config& config, Maintenance maintenance)
    : context_(context),
      service_(service),
      router_(router),
      head_period_(config.published_head),
      maintenance_(std::move(maintenance)),
      socket_(context, router.descriptor()),
      signals_(context),
      tick_timer_(context),
      retry_timer_(context),
      round_timer_(context),
      second_timer_(context),
      head_timer_(context),
      maintenance_timer_(context) {}

// The descriptor is libzmq's to close.
EventLoop::~EventLoop() { socket_.release(); }

void EventLoop::catch_signals() {
    signals_.add(SIGTERM);
    signals_.add(SIGINT);
    signals_.async_wait([this](const boost::system::error_code& error, int) {
        if (!error) stop();
    });
}

void EventLoop::post(std::function<Status()> action) {
    asio::post(context_, [this, action = std::move(action)] { perform(action); });
}

void EventLoop::stop() {
    asio::post(context_, [this] {
        if (stopping_ || fatal_) return;
        stopping_ = true;
        if (const Status finished = service_.finish(); !finished) fatal_ = finished.error();
        context_.stop();
    });
}

Status EventLoop::run() {
    wait_for_socket();
    repeat(second_timer_, kSecond, [this] { return service_.every_second(); });
    repeat(head_timer_, head_period_, [this] { return service_.publish_head(); });
    repeat(maintenance_timer_, kMaintenance, maintenance_);
    settle();
    context_.run();
    if (fatal_) return *fatal_;
    return Done{};
}

void EventLoop::perform(const std::function<Status()>& action) {
    if (stopping_ || fatal_) return;
    if (const Status done = action(); !done) {
        // Not another word: what the store holds is unknown.
        fatal_ = done.error();
        context_.stop();
        return;
    }
    settle();
}

void EventLoop::settle() {
    if (stopping_ || fatal_) return;
    if (!draining_ && service_.has_room() && router_.readable()) drain_socket();
    schedule_tick();
    schedule_retry();
    schedule_round();
}

void EventLoop::wait_for_socket() {
    socket_.async_wait(asio::posix::stream_descriptor::wait_read,
                       [this](const boost::system::error_code& error) {
                           if (error || stopping_ || fatal_) return;
                           wait_for_socket();
                           settle();
                       });
}

// Through the queue of the loop, so that timers and other handlers come in between.
void EventLoop::drain_socket() {
    draining_ = true;
    asio::post(context_, [this] {
        draining_ = false;
        perform([this]() -> Status {
            CHAPAR_TRY(service_.receive());
            return Done{};
        });
    });
}

void EventLoop::schedule_tick() {
    const auto due = service_.tick_due();
    if (!due || tick_scheduled_) return;
    tick_scheduled_ = true;
    tick_timer_.expires_after(milliseconds(*due));
    tick_timer_.async_wait([this](const boost::system::error_code& error) {
        tick_scheduled_ = false;
        if (!error) perform([this] { return service_.run_tick(); });
    });
}

void EventLoop::schedule_retry() {
    if (retry_scheduled_ || !service_.retry_sending()) return;
    retry_scheduled_ = true;
    retry_timer_.expires_after(milliseconds(kRetry));
    retry_timer_.async_wait([this](const boost::system::error_code& error) {
        retry_scheduled_ = false;
        if (!error) perform([this] { return service_.deliver(); });
    });
}

// Answers may only bring it forward: at worst it is asked once too early, and scheduled again.
void EventLoop::schedule_round() {
    const auto due = service_.round_due();
    if (!due || round_scheduled_) return;
    round_scheduled_ = true;
    round_timer_.expires_after(milliseconds(std::min(*due, kRound)));
    round_timer_.async_wait([this](const boost::system::error_code& error) {
        round_scheduled_ = false;
        if (!error) perform([this] { return service_.close_round(); });
    });
}

void EventLoop::repeat(asio::steady_timer& timer, DurationMs period,
                       std::function<Status()> action) {
    timer.expires_after(milliseconds(period));
    timer.async_wait([this, &timer, period, action](const boost::system::error_code& error) {
        if (error || stopping_ || fatal_) return;
        perform(action);
        if (!stopping_ && !fatal_) repeat(timer, period, action);
    });
}

}  // namespace chapar::broker
