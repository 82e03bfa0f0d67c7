// The seam to one witness: a question, and its answer or nothing.
//
// Owns: the interface and its two carriers, CURVE (a DEALER) and HTTP/1.1 (Boost.Beast). Does not
// know what questions and answers say: nothing in an answer is believed here, it is only bounded
// (limits::kWitnessRequestBytes). One question at a time; what comes later than the deadline is
// never read. ask() blocks up to the deadline: it is for a thread of its own (witness_worker.h);
// over HTTP, name resolution alone may take longer.
//
// Errors of ask(): Unreachable (context: what failed), MalformedFrame (no answer in the carrier's
// form). Resource types; one thread at a time. Source: C2SP tlog-witness; crypto/witness_request.h.
#pragma once

#include <memory>

#include "broker/edge/config.h"
#include "broker/edge/zmq_socket.h"
#include "crypto/secret.h"
#include "crypto/witness_request.h"

namespace chapar::broker {

class WitnessTransport {
  public:
    WitnessTransport() = default;
    WitnessTransport(const WitnessTransport&) = delete;
    WitnessTransport& operator=(const WitnessTransport&) = delete;
    virtual ~WitnessTransport() = default;
    [[nodiscard]] virtual Result<crypto::WitnessAnswer> ask(const crypto::WitnessCall& call,
                                                            DurationMs deadline) = 0;
};

// The broker's own CURVE key: the witness lets in the keys it was told.
struct WitnessLogin {
    CurveKey key;
    const crypto::Secret32& secret;
};

// `context` and the secret outlive the transport.
[[nodiscard]] std::unique_ptr<WitnessTransport> curve_witness(const ZmqContext& context,
                                                              const WitnessContact& contact,
                                                              const WitnessLogin& login);
[[nodiscard]] std::unique_ptr<WitnessTransport> http_witness(HttpUrl url);

}  // namespace chapar::broker
