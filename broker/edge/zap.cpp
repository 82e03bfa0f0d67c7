#include "broker/edge/zap.h"

#include <array>
#include <utility>

#include "broker/edge/router.h"
#include "broker/edge/worker_thread.h"
#include "schemas/base/hex.h"

namespace chapar::broker {
namespace {

constexpr const char* kEndpoint = "inproc://zeromq.zap.01";
constexpr const char* kStopEndpoint = "inproc://chapar.zap.stop";
// version, request id, domain, address, routing id, mechanism, CURVE key.
constexpr std::size_t kRequestParts = 7;
constexpr std::size_t kMostParts = 16;

// Empty parts: no whole request waits.
std::vector<Bytes> receive_request(ZmqSocket& socket) {
    std::vector<Bytes> parts;
    bool more = true;
    while (more) {
        ZmqMessage part;
        const auto received = socket.receive(part);
        if (!received || !*received) return {};
        more = part.more();
        if (parts.size() < kMostParts) parts.push_back(to_bytes(part.bytes()));
    }
    return parts;
}

void answer_one(ZmqSocket& socket, const KnownKeys& known) {
    const std::vector<Bytes> request = receive_request(socket);
    if (request.empty()) return;
    const std::vector<std::string> answer = answer_zap(request, known);
    for (std::size_t i = 0; i < answer.size(); ++i) {
        const Part part = i + 1 < answer.size() ? Part::More : Part::Last;
        // Whoever asked may have gone meanwhile; there is nobody to tell.
        if (const auto sent = socket.send(view(answer[i]), part); !sent) return;
    }
}

void serve(ZmqSocket zap, ZmqSocket stop, const KnownKeys& known) {
    while (true) {
        std::array<zmq_pollitem_t, 2> items{zmq_pollitem_t{zap.get(), 0, ZMQ_POLLIN, 0},
                                            zmq_pollitem_t{stop.get(), 0, ZMQ_POLLIN, 0}};
        if (zmq_poll(items.data(), static_cast<int>(items.size()), -1) < 0) {
            if (zmq_errno() == EINTR) continue;
            return;
        }
        if (items[1].revents != 0) return;
        if (items[0].revents != 0) answer_one(zap, known);
    }
}

}  // namespace

std::vector<std::string> answer_zap(std::span<const Bytes> request, const KnownKeys& known) {
    const auto part = [&](std::size_t n) {
        return n < request.size() ? to_string(request[n]) : std::string();
    };
    const auto refuse = [&] {
        return std::vector<std::string>{"1.0", part(1), "400", "refused", "", ""};
    };
    if (request.size() != kRequestParts || part(0) != "1.0" || part(2) != kZapDomain ||
        part(5) != "CURVE") {
        return refuse();
    }
    const auto key = CurveKey::from(request[6]);
    if (!key || !known.contains(*key)) return refuse();
    return {"1.0", part(1), "200", "OK", to_hex(key->view()), ""};
}

Result<std::unique_ptr<ZapHandler>> ZapHandler::start(const ZmqContext& context,
                                                      const KnownKeys& known) {
    ZmqSocket zap = CHAPAR_TRY(ZmqSocket::create(context, ZMQ_REP));
    CHAPAR_TRY(zap.bind(kEndpoint));
    ZmqSocket receiver = CHAPAR_TRY(ZmqSocket::create(context, ZMQ_PAIR));
    CHAPAR_TRY(receiver.bind(kStopEndpoint));
    ZmqSocket sender = CHAPAR_TRY(ZmqSocket::create(context, ZMQ_PAIR));
    CHAPAR_TRY(sender.connect(kStopEndpoint));
    return std::unique_ptr<ZapHandler>(
        new ZapHandler(std::move(zap), std::move(receiver), std::move(sender), known));
}

ZapHandler::ZapHandler(ZmqSocket zap, ZmqSocket stop_receiver, ZmqSocket stop_sender,
                       const KnownKeys& known)
    : stop_sender_(std::move(stop_sender)),
      // Handing a socket to another thread is sound: starting it is a full fence.
      thread_(worker_thread(
          [zap_socket = std::move(zap), stop = std::move(stop_receiver), &known]() mutable {
              serve(std::move(zap_socket), std::move(stop), known);
          })) {}

ZapHandler::~ZapHandler() {
    const auto sent = stop_sender_.send(view("stop"), Part::Last);
    CHAPAR_ASSERT(sent.has_value() && *sent == SendOutcome::Sent);
    thread_.join();
}

}  // namespace chapar::broker
