#include "client/edge/witness_door.h"

#include <sys/eventfd.h>
#include <unistd.h>
#include <zmq.h>

#include <array>
#include <cerrno>
#include <thread>
#include <utility>
#include <vector>

#include "schemas/base/limits.h"

namespace chapar::client {
namespace {

constexpr const char* kZapEndpoint = "inproc://zeromq.zap.01";
constexpr std::string_view kZapDomain = "chapar-witness";
// ZMQ_ZAP_ENFORCE_DOMAIN, hidden as a draft in zmq.h though Debian's library has it.
constexpr int kZapEnforceDomain = 93;
// version, request id, domain, address, routing id, mechanism, CURVE key.
constexpr std::size_t kZapParts = 7;
constexpr std::size_t kMostParts = 16;

// libzmq counts a frame as it comes, with what CURVE adds to it: 33 bytes.
constexpr std::size_t kCurveBytes = 64;

constexpr int kBacklog = 64;
constexpr int kFramesWaiting = 4;  // for one peer
constexpr int kHandshake = 3'000;  // ms
constexpr int kHeartbeatInterval = 10'000;
constexpr int kHeartbeatTimeout = 30'000;
constexpr int kFramesAtOnce = 64;  // before handshakes and the end are looked at again

// All parts of one message; empty: none waits. Parts beyond the bound are read and dropped.
std::vector<Bytes> receive(void* socket) {
    std::vector<Bytes> parts;
    bool more = true;
    while (more) {
        zmq_msg_t part;
        zmq_msg_init(&part);
        if (zmq_msg_recv(&part, socket, ZMQ_DONTWAIT) < 0) {
            zmq_msg_close(&part);
            return {};
        }
        const auto* const data = static_cast<const std::byte*>(zmq_msg_data(&part));
        if (parts.size() < kMostParts) parts.emplace_back(data, data + zmq_msg_size(&part));
        more = zmq_msg_more(&part) != 0;
        zmq_msg_close(&part);
    }
    return parts;
}

// Whoever asked may have gone meanwhile; there is nobody to tell.
void send(void* socket, const std::vector<ByteView>& parts) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const int more = i + 1 < parts.size() ? ZMQ_SNDMORE : 0;
        if (zmq_send(socket, parts[i].data(), parts[i].size(), ZMQ_DONTWAIT | more) < 0) return;
    }
}

bool set(void* socket, int option, int value) {
    return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}
bool set(void* socket, int option, ByteView value) {
    return zmq_setsockopt(socket, option, value.data(), value.size()) == 0;
}

bool set_bounds(void* router) {
    const auto largest = static_cast<std::int64_t>(limits::kWitnessRequestBytes + 1 + kCurveBytes);
    return zmq_setsockopt(router, ZMQ_MAXMSGSIZE, &largest, sizeof largest) == 0 &&
           set(router, ZMQ_RCVHWM, kFramesWaiting) && set(router, ZMQ_SNDHWM, kFramesWaiting) &&
           set(router, ZMQ_BACKLOG, kBacklog) && set(router, ZMQ_HANDSHAKE_IVL, kHandshake) &&
           set(router, ZMQ_HEARTBEAT_IVL, kHeartbeatInterval) &&
           set(router, ZMQ_HEARTBEAT_TIMEOUT, kHeartbeatTimeout) && set(router, ZMQ_LINGER, 0) &&
           set(router, ZMQ_ROUTER_HANDOVER, 0) && set(router, ZMQ_ROUTER_MANDATORY, 1);
}

bool set_security(void* router, const crypto::Secret32& curve) {
    return set(router, ZMQ_CURVE_SERVER, 1) && set(router, ZMQ_CURVE_SECRETKEY, curve.expose()) &&
           set(router, ZMQ_ZAP_DOMAIN, view(kZapDomain)) && set(router, kZapEnforceDomain, 1);
}

}  // namespace

// The C handles, closed in the order that cannot block, and the thread that uses them.
class WitnessDoor::Inside {
  public:
    Inside(std::set<CurveKey> admitted, WitnessService& service)
        : admitted_(std::move(admitted)), service_(service) {}
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    ~Inside() {
        if (thread_.joinable()) {
            const std::uint64_t one = 1;
            CHAPAR_ASSERT(::write(stop_, &one, sizeof one) == sizeof one);
            thread_.join();
        }
        if (router_ != nullptr) zmq_close(router_);
        if (zap_ != nullptr) zmq_close(zap_);
        if (context_ != nullptr) zmq_ctx_term(context_);
        if (stop_ >= 0) ::close(stop_);
    }

    Status open(const std::string& endpoint, const crypto::Secret32& curve) {
        const auto failed = [] { return Error(Errc::Internal, zmq_strerror(zmq_errno())); };
        stop_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        context_ = zmq_ctx_new();
        if (stop_ < 0 || context_ == nullptr) return Error(Errc::Internal, "witness door");
        zap_ = zmq_socket(context_, ZMQ_REP);
        router_ = zmq_socket(context_, ZMQ_ROUTER);
        if (zap_ == nullptr || router_ == nullptr) return failed();
        if (!set(zap_, ZMQ_LINGER, 0) || zmq_bind(zap_, kZapEndpoint) != 0) return failed();
        if (!set_bounds(router_) || !set_security(router_, curve)) return failed();
        if (zmq_bind(router_, endpoint.c_str()) != 0) {
            return Error(Errc::FieldInvalid,
                         "--listen " + endpoint + ": " + zmq_strerror(zmq_errno()));
        }
        std::array<char, 256> bound{};
        std::size_t size = bound.size();
        if (zmq_getsockopt(router_, ZMQ_LAST_ENDPOINT, bound.data(), &size) != 0) return failed();
        endpoint_ = bound.data();
        thread_ = std::thread([this] { serve(); });
        return Done{};
    }
    [[nodiscard]] const std::string& endpoint() const { return endpoint_; }

  private:
    void serve() {
        while (true) {
            std::array<zmq_pollitem_t, 3> items{zmq_pollitem_t{zap_, 0, ZMQ_POLLIN, 0},
                                                zmq_pollitem_t{router_, 0, ZMQ_POLLIN, 0},
                                                zmq_pollitem_t{nullptr, stop_, ZMQ_POLLIN, 0}};
            if (zmq_poll(items.data(), static_cast<int>(items.size()), -1) < 0) {
                if (zmq_errno() == EINTR) continue;
                return;
            }
            if (items[2].revents != 0) return;
            if (items[0].revents != 0) admit();
            if (items[1].revents != 0) {
                for (int i = 0; i < kFramesAtOnce && answer(); ++i) {
                }
            }
        }
    }

    void admit() {
        const std::vector<Bytes> request = receive(zap_);
        if (request.empty()) return;
        const auto part = [&](std::size_t n) {
            return n < request.size() ? ByteView(request[n]) : ByteView();
        };
        const auto key = request.size() == kZapParts ? CurveKey::from(request[6]) : std::nullopt;
        const bool known = key && equal(part(0), view("1.0")) && equal(part(2), view(kZapDomain)) &&
                           equal(part(5), view("CURVE")) && admitted_.contains(*key);
        send(zap_, {view("1.0"), part(1), view(known ? "200" : "400"),
                    view(known ? "OK" : "refused"), view(""), view("")});
    }

    // False: nothing waits.
    bool answer() {
        const std::vector<Bytes> message = receive(router_);
        if (message.empty()) return false;
        if (message.size() != 2) return true;
        const auto call = crypto::WitnessCall::parse(message[1]);
        if (!call) return true;
        const Bytes frame = service_.answer(*call).encode();
        send(router_, {message[0], frame});
        return true;
    }

    std::set<CurveKey> admitted_;
    WitnessService& service_;
    void* context_ = nullptr;
    void* zap_ = nullptr;
    void* router_ = nullptr;
    int stop_ = -1;
    std::string endpoint_;
    std::thread thread_;
};

WitnessDoor::WitnessDoor(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
WitnessDoor::~WitnessDoor() = default;

Result<std::unique_ptr<WitnessDoor>> WitnessDoor::open(const std::string& endpoint,
                                                       const crypto::Secret32& curve,
                                                       std::set<CurveKey> admitted,
                                                       WitnessService& service) {
    auto inside = std::make_unique<Inside>(std::move(admitted), service);
    CHAPAR_TRY(inside->open(endpoint, curve));
    return std::unique_ptr<WitnessDoor>(new WitnessDoor(std::move(inside)));
}

const std::string& WitnessDoor::endpoint() const { return inside_->endpoint(); }

}  // namespace chapar::client
