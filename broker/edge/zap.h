// The ZAP handler: lets a CURVE connection in if its key stands in a certificate we know.
//
// Owns: the socket inproc://zeromq.zap.01 and the one thread that answers on it, so that a long
// commit never holds up a handshake. Gives the connection the User-Id that Router reads: the key in
// hexadecimal. Does not know sessions; a known key may still be refused at hello.
//
// REQUIRES: created before the Router binds, destroyed after it; one per context. Resource type.
// Source: ZeroMQ RFC 27 (ZAP 1.0).
#pragma once

#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "broker/edge/known_keys.h"
#include "broker/edge/zmq_socket.h"

namespace chapar::broker {

// The answer to one request, as parts; the request as received. Pure but for the look-up.
[[nodiscard]] std::vector<std::string> answer_zap(std::span<const Bytes> request,
                                                  const KnownKeys& known);

class ZapHandler {
  public:
    // `known` outlives the handler.
    [[nodiscard]] static Result<std::unique_ptr<ZapHandler>> start(const ZmqContext& context,
                                                                   const KnownKeys& known);
    ~ZapHandler();
    ZapHandler(const ZapHandler&) = delete;
    ZapHandler& operator=(const ZapHandler&) = delete;

  private:
    ZapHandler(ZmqSocket zap, ZmqSocket stop_receiver, ZmqSocket stop_sender,
               const KnownKeys& known);

    ZmqSocket stop_sender_;
    std::thread thread_;
};

}  // namespace chapar::broker
