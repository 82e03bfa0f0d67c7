// A witness over CURVE ZeroMQ: one part `u8 method || body`, one part `u16 status || body` back.
#include <chrono>
#include <optional>

#include "broker/edge/witness_transport.h"
#include "schemas/base/limits.h"

namespace chapar::broker {
namespace {

using SteadyClock = std::chrono::steady_clock;

class CurveWitness final : public WitnessTransport {
  public:
    CurveWitness(const ZmqContext& context, WitnessContact contact, const WitnessLogin& login)
        : context_(context), contact_(std::move(contact)), login_(login) {}

    Result<crypto::WitnessAnswer> ask(const crypto::WitnessCall& call,
                                      DurationMs deadline) override {
        auto answer = ask_once(call, deadline);
        // A late answer to this question must not be taken for the answer to the next.
        if (!answer) socket_.reset();
        return answer;
    }

  private:
    Result<crypto::WitnessAnswer> ask_once(const crypto::WitnessCall& call, DurationMs deadline) {
        const auto until = SteadyClock::now() + std::chrono::milliseconds(deadline.value);
        if (!socket_) CHAPAR_TRY(connect(deadline));
        const SendOutcome sent = CHAPAR_TRY(socket_->send(call.encode(), Part::Last));
        if (sent != SendOutcome::Sent) return Error(Errc::Unreachable, "its queue is full");
        ZmqMessage message;
        while (!CHAPAR_TRY(socket_->receive(message))) {
            const auto left =
                std::chrono::duration_cast<std::chrono::milliseconds>(until - SteadyClock::now());
            if (left.count() <= 0) return Error(Errc::Unreachable, "no answer in time");
            zmq_pollitem_t item{socket_->get(), 0, ZMQ_POLLIN, 0};
            (void)zmq_poll(&item, 1, left.count());
        }
        if (message.more()) return Error(Errc::MalformedFrame, "more than one part");
        auto answer = crypto::WitnessAnswer::parse(message.bytes());
        if (!answer) return Error(Errc::MalformedFrame, "no answer in a witness's form");
        return answer;
    }

    Status connect(DurationMs deadline) {
        ZmqSocket socket = CHAPAR_TRY(ZmqSocket::create(context_, ZMQ_DEALER));
        CHAPAR_TRY(socket.set(ZMQ_LINGER, 0));
        CHAPAR_TRY(socket.set(ZMQ_MAXMSGSIZE, std::int64_t{limits::kWitnessRequestBytes}));
        CHAPAR_TRY(socket.set(ZMQ_RCVHWM, 4));
        CHAPAR_TRY(socket.set(ZMQ_SNDHWM, 4));
        CHAPAR_TRY(socket.set(ZMQ_IPV6, 0));
        CHAPAR_TRY(socket.set(ZMQ_HANDSHAKE_IVL, static_cast<int>(deadline.value)));
        CHAPAR_TRY(socket.set(ZMQ_CURVE_SERVERKEY, contact_.curve.view()));
        CHAPAR_TRY(socket.set(ZMQ_CURVE_PUBLICKEY, login_.key.view()));
        CHAPAR_TRY(socket.set(ZMQ_CURVE_SECRETKEY, login_.secret.expose()));
        CHAPAR_TRY(socket.connect(contact_.endpoint));
        socket_.emplace(std::move(socket));
        return Done{};
    }

    const ZmqContext& context_;
    WitnessContact contact_;
    WitnessLogin login_;
    std::optional<ZmqSocket> socket_;
};

}  // namespace

std::unique_ptr<WitnessTransport> curve_witness(const ZmqContext& context,
                                                const WitnessContact& contact,
                                                const WitnessLogin& login) {
    return std::make_unique<CurveWitness>(context, contact, login);
}

}  // namespace chapar::broker
