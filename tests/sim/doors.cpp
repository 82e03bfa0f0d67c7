#include "tests/sim/doors.h"

#include <cstring>
#include <utility>

#include "broker/edge/disk_worker.h"
#include "broker/edge/fault_point.h"
#include "broker/edge/link.h"
#include "broker/edge/router.h"
#include "broker/edge/verifier_pool.h"
#include "schemas/base/limits.h"
#include "tests/sim/disk.h"

namespace chapar::sim {
namespace {

thread_local Port* current_port = nullptr;

}  // namespace

Port& Port::current() {
    CHAPAR_ASSERT(current_port != nullptr);
    return *current_port;
}

Port::Use::Use(Port& port) : before_(std::exchange(current_port, &port)) {}

Port::Use::~Use() { current_port = before_; }

}  // namespace chapar::sim

namespace chapar::broker {

using sim::Port;

namespace {

// A bound of the verifiers' delay and of one job of the disk, ms.
constexpr std::uint64_t kVerifying = 3;
constexpr DurationMs kDiskJob{1};

ZmqMessage message_of(const Bytes& frame) {
    ZmqMessage message;
    zmq_msg_close(message.get());
    CHAPAR_ASSERT(zmq_msg_init_size(message.get(), frame.size()) == 0);
    if (!frame.empty()) std::memcpy(zmq_msg_data(message.get()), frame.data(), frame.size());
    return message;
}

const char* place_of(FaultPoint point) {
    switch (point) {
        case FaultPoint::BatchTaken:
            return "batch taken";
        case FaultPoint::KeysSynced:
            return "keys synced";
        case FaultPoint::Folded:
            return "folded";
        case FaultPoint::Committed:
            return "committed";
        case FaultPoint::HeadRead:
            return "head read";
        case FaultPoint::Signed:
            return "signed";
        case FaultPoint::HighWaterWritten:
            return "high-water written";
        case FaultPoint::HighWaterSynced:
            return "high-water synced";
        case FaultPoint::BeforeRelease:
            return "before release";
        case FaultPoint::AfterRelease:
            return "after release";
        case FaultPoint::NoteStored:
            return "note stored";
    }
    return "";
}

}  // namespace

void reach(FaultPoint point) {
    if (sim::Disk* const disk = sim::Disk::running()) disk->reach(place_of(point));
}

// Links: the number of a line in place of a descriptor.

Link Link::of(int descriptor) {
    Link link;
    link.descriptor_ = descriptor;
    link.cookie_ = 1;
    return link;
}

bool Link::alive() const { return cookie_ != 0 && Port::current().network.is_up(descriptor_); }

void Link::cut() const {
    if (cookie_ != 0) Port::current().network.cut(descriptor_);
}

void CondemnedLinks::cut_older() {
    for (const Link& link : older_) link.cut();
    older_ = std::move(newer_);
    newer_.clear();
}

// libzmq's owners: messages are real (the library's own), sockets are none.

ZmqContext::ZmqContext() : context_(nullptr) {}
ZmqContext::~ZmqContext() = default;

Result<ZmqSocket> ZmqSocket::create(const ZmqContext&, int) { return ZmqSocket(nullptr); }
ZmqSocket::~ZmqSocket() = default;
ZmqSocket::ZmqSocket(ZmqSocket&& other) noexcept : socket_(other.socket_) {}
ZmqSocket& ZmqSocket::operator=(ZmqSocket&& other) noexcept {
    socket_ = other.socket_;
    return *this;
}

// The door.

Result<Router> Router::create(const ZmqContext& context, const crypto::Secret32&,
                              const RouterOptions&) {
    return Router(CHAPAR_TRY(ZmqSocket::create(context, ZMQ_ROUTER)));
}

Result<std::optional<Incoming>> Router::receive() {
    Port& port = Port::current();
    const auto arrived = port.network.next(port.door);
    if (!arrived) return std::optional<Incoming>();
    Incoming incoming;
    incoming.from = arrived->routing;
    incoming.key = arrived->key;
    incoming.link = Link::of(arrived->line);
    incoming.payload = message_of(arrived->frame);
    return std::optional<Incoming>(std::move(incoming));
}

Result<SendOutcome> Router::send(const RoutingId& to, ByteView payload) {
    Port& port = Port::current();
    switch (port.network.send_down(port.door, to, payload)) {
        case sim::Handed::Sent:
            return SendOutcome::Sent;
        case sim::Handed::Busy:
            return SendOutcome::Busy;
        case sim::Handed::Gone:
            return SendOutcome::Gone;
    }
    return SendOutcome::Gone;
}

Status Router::linger(DurationMs) { return Done{}; }

// Verifiers: no thread; each job is done a moment later, so that jobs overtake each other.

VerifierPool::VerifierPool(std::size_t, const CertificateLookup& certificates, Deliver deliver)
    : certificates_(certificates), deliver_(std::move(deliver)) {}

VerifierPool::~VerifierPool() = default;

bool VerifierPool::has_room() const { return queue_.size() < limits::kVerifierQueue; }

void VerifierPool::submit(VerifyJob job) {
    queue_.push_back(std::move(job));
    Port& port = Port::current();
    port.later(DurationMs(port.dice.below(kVerifying)), [this] { work(); });
}

void VerifierPool::work() {
    const std::uint64_t at = Port::current().dice.below(queue_.size());
    const auto chosen = queue_.begin() + static_cast<std::ptrdiff_t>(at);
    VerifyJob job = std::move(*chosen);
    queue_.erase(chosen);
    auto verdicts = std::visit(
        [&](auto& frame) { return Ingress::check(std::move(frame), job.session, certificates_); },
        job.frame);
    deliver_(VerifyResult{job.ticket, std::move(verdicts)});
}

// The disk's thread: jobs in order, each a moment later.

DiskWorker::DiskWorker(Post post) : post_(std::move(post)) {}

DiskWorker::~DiskWorker() = default;

void DiskWorker::submit(Job job) {
    queue_.push_back(std::move(job));
    Port::current().later(kDiskJob, [this] { work(); });
}

void DiskWorker::work() {
    Job job = std::move(queue_.front());
    queue_.pop_front();
    post_(job());
}

}  // namespace chapar::broker
