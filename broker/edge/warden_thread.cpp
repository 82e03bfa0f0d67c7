#include "broker/edge/warden_thread.h"

#include <sys/epoll.h>

#include <array>
#include <chrono>
#include <cstring>

#include "broker/edge/tcp_figures.h"
#include "broker/edge/worker_thread.h"

namespace chapar::broker {
namespace {

constexpr const char* kMonitor = "inproc://chapar.router.monitor";
constexpr const char* kStop = "inproc://chapar.warden.stop";
constexpr std::chrono::milliseconds kPoll{50};
constexpr std::size_t kPollsForAll = 20;
constexpr std::size_t kCutsKept = 1024;
constexpr int kEventsAtOnce = 256;

struct MonitorEvent {
    std::uint16_t number = 0;
    int value = -1;
};

// Two parts: number and value in the machine's own order, then the address.
std::optional<MonitorEvent> next_event(ZmqSocket& monitor) {
    ZmqMessage event;
    const auto received = monitor.receive(event);
    if (!received || !*received) return std::nullopt;
    MonitorEvent out;
    std::uint32_t value = 0;
    CHAPAR_ASSERT(event.bytes().size() == sizeof out.number + sizeof value);
    std::memcpy(&out.number, event.bytes().data(), sizeof out.number);
    std::memcpy(&value, event.bytes().data() + sizeof out.number, sizeof value);
    out.value = static_cast<int>(value);
    bool more = event.more();
    while (more) {
        ZmqMessage address;
        const auto part = monitor.receive(address);
        if (!part || !*part) return std::nullopt;
        more = address.more();
    }
    return out;
}

}  // namespace

Result<std::unique_ptr<WardenThread>> WardenThread::create(const ZmqContext& context,
                                                           ConnectionBounds bounds,
                                                           TimeSource& time) {
    ZmqSocket receiver = CHAPAR_TRY(ZmqSocket::create(context, ZMQ_PAIR));
    CHAPAR_TRY(receiver.bind(kStop));
    ZmqSocket sender = CHAPAR_TRY(ZmqSocket::create(context, ZMQ_PAIR));
    CHAPAR_TRY(sender.connect(kStop));
    FileDescriptor arrivals(epoll_create1(EPOLL_CLOEXEC));
    if (arrivals.get() < 0) return Error(Errc::Internal, "epoll_create1");
    return std::unique_ptr<WardenThread>(new WardenThread(
        std::move(receiver), std::move(sender), std::move(arrivals), std::move(bounds), time));
}

WardenThread::WardenThread(ZmqSocket stop_receiver, ZmqSocket stop_sender, FileDescriptor arrivals,
                           ConnectionBounds bounds, TimeSource& time)
    : stop_receiver_(std::move(stop_receiver)),
      stop_sender_(std::move(stop_sender)),
      arrivals_(std::move(arrivals)),
      time_(time),
      warden_(std::move(bounds), time.elapsed()) {}

WardenThread::~WardenThread() {
    if (!thread_.joinable()) return;
    const auto sent = stop_sender_.send(view("stop"), Part::Last);
    CHAPAR_ASSERT(sent.has_value() && *sent == SendOutcome::Sent);
    thread_.join();
}

Status WardenThread::watch(const ZmqContext& context, ZmqSocket& router) {
    constexpr int kEvents = ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_CLOSED;
    if (zmq_socket_monitor(router.get(), kMonitor, kEvents) != 0) {
        return Error(Errc::Internal, "zmq_socket_monitor");
    }
    ZmqSocket monitor = CHAPAR_TRY(ZmqSocket::create(context, ZMQ_PAIR));
    CHAPAR_TRY(monitor.connect(kMonitor));
    // Handing a socket to another thread is sound: starting it is a full fence.
    thread_ = worker_thread(
        [this, events = std::move(monitor), stop = std::move(stop_receiver_)]() mutable {
            serve(std::move(events), std::move(stop));
        });
    return Done{};
}

void WardenThread::serve(ZmqSocket monitor, ZmqSocket stop) {
    using Steady = std::chrono::steady_clock;
    Steady::time_point next = Steady::now() + kPoll;
    while (true) {
        std::array<zmq_pollitem_t, 2> items{zmq_pollitem_t{monitor.get(), 0, ZMQ_POLLIN, 0},
                                            zmq_pollitem_t{stop.get(), 0, ZMQ_POLLIN, 0}};
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Steady::now());
        const long patience = std::max<long>(left.count(), 0);
        if (zmq_poll(items.data(), static_cast<int>(items.size()), patience) < 0) {
            if (zmq_errno() == EINTR) continue;
            return;
        }
        if (items[1].revents != 0) return;
        if (items[0].revents != 0) take_events(monitor);
        if (Steady::now() < next) continue;
        next = Steady::now() + kPoll;
        measure();
    }
}

// A bounded number: the figures must be asked for however many events come.
void WardenThread::take_events(ZmqSocket& monitor) {
    for (int i = 0; i < kEventsAtOnce; ++i) {
        const auto event = next_event(monitor);
        if (!event) return;
        if (event->number == ZMQ_EVENT_ACCEPTED) accepted(event->value);
        if (event->number == ZMQ_EVENT_DISCONNECTED || event->number == ZMQ_EVENT_CLOSED) {
            closed(event->value);
        }
    }
}

// The event may be older than who has the descriptor now.
void WardenThread::closed(int descriptor) {
    const auto known = by_descriptor_.find(descriptor);
    if (known != by_descriptor_.end() && !known->second.link.alive()) lost(descriptor);
}

void WardenThread::accepted(int descriptor) {
    const Link link = Link::of(descriptor);
    // An event of before has named it.
    const auto known = by_cookie_.find(link.cookie());
    if (known != by_cookie_.end() && known->second == descriptor) return;
    lost(descriptor);
    const auto address = peer_address(descriptor);
    // Gone again already.
    if (link.cookie() == 0 || !address) return;
    by_descriptor_[descriptor] = {link, 0};
    moving_.insert(descriptor);
    by_cookie_[link.cookie()] = descriptor;
    epoll_event interest{};
    interest.events = EPOLLIN | EPOLLOUT | EPOLLET;
    interest.data.fd = descriptor;
    epoll_ctl(arrivals_.get(), EPOLL_CTL_ADD, descriptor, &interest);
    ConnectionWarden::Cuts cuts;
    {
        const std::unique_lock lock(mutex_);
        cuts = warden_.accepted(link.cookie(), *address, time_.elapsed());
    }
    cut(cuts);
}

void WardenThread::lost(int descriptor) {
    const auto known = by_descriptor_.find(descriptor);
    if (known == by_descriptor_.end()) return;
    const SocketCookie cookie = known->second.link.cookie();
    by_cookie_.erase(cookie);
    by_descriptor_.erase(known);
    const std::unique_lock lock(mutex_);
    warden_.closed(cookie);
}

void WardenThread::measure() {
    ConnectionWarden::Cuts cuts;
    std::set<int> due = std::exchange(moving_, {});
    std::array<epoll_event, kEventsAtOnce> arrived{};
    int count = kEventsAtOnce;
    while (count == kEventsAtOnce) {
        count = epoll_wait(arrivals_.get(), arrived.data(), kEventsAtOnce, 0);
        for (int i = 0; i < count; ++i) {
            due.insert(arrived.at(static_cast<std::size_t>(i)).data.fd);
        }
    }
    for (const int descriptor : due) measure(descriptor, cuts);
    measure_some(cuts);
    {
        const std::unique_lock lock(mutex_);
        const auto more = warden_.sweep(time_.elapsed());
        cuts.insert(cuts.end(), more.begin(), more.end());
    }
    cut(cuts);
}

void WardenThread::measure(int descriptor, ConnectionWarden::Cuts& cuts) {
    const auto known = by_descriptor_.find(descriptor);
    if (known == by_descriptor_.end()) return;
    Watched& watched = known->second;
    const auto figures = tcp_figures(descriptor);
    // Asked before it is looked whose they are: the descriptor may change hands meanwhile.
    if (!watched.link.alive()) return lost(descriptor);
    if (!figures) return;
    if (figures->unread > 0 || figures->taken != watched.taken) moving_.insert(descriptor);
    watched.taken = figures->taken;
    const std::unique_lock lock(mutex_);
    const auto more = warden_.measured(watched.link.cookie(), figures->taken, time_.elapsed());
    cuts.insert(cuts.end(), more.begin(), more.end());
}

void WardenThread::measure_some(ConnectionWarden::Cuts& cuts) {
    std::vector<int> some;
    const std::size_t most = by_descriptor_.size() / kPollsForAll + 1;
    auto it = by_descriptor_.upper_bound(next_);
    while (it != by_descriptor_.end() && some.size() < most) some.push_back((it++)->first);
    next_ = it == by_descriptor_.end() || some.empty() ? -1 : some.back();
    for (const int descriptor : some) measure(descriptor, cuts);
}

void WardenThread::cut(const ConnectionWarden::Cuts& cuts) {
    if (cuts.empty()) return;
    for (const ConnectionCut& each : cuts) {
        const auto known = by_cookie_.find(each.connection);
        if (known != by_cookie_.end()) by_descriptor_.at(known->second).link.cut();
    }
    const std::unique_lock lock(mutex_);
    for (const ConnectionCut& each : cuts) {
        if (cuts_.size() < kCutsKept) cuts_.push_back(each);
    }
}

void WardenThread::heard(const Link& link, std::size_t size) {
    const auto figures = tcp_figures(link.descriptor());
    if (!figures || !link.alive()) return;
    const std::unique_lock lock(mutex_);
    warden_.heard(link.cookie(), size, figures->taken, time_.elapsed());
}

ConnectionWarden::Cuts WardenThread::take_cuts() {
    const std::unique_lock lock(mutex_);
    return std::exchange(cuts_, {});
}

ConnectionWarden::Figures WardenThread::figures() const {
    const std::unique_lock lock(mutex_);
    return warden_.figures();
}

}  // namespace chapar::broker
