// The CURVE door of a witness: a ROUTER that only told brokers' keys can reach.
//
// Owns: the socket, its ZAP handler, and the one thread that serves both. One part each way
// (crypto/witness_request.h); any other frame is dropped without an answer. Does not know what is
// asked. A frame is at most limits::kWitnessRequestBytes and its method's byte; libzmq cuts a
// connection that sends more, or whose key was not told.
//
// Errors of open(): FieldInvalid (the address cannot be bound), Internal. Resource type; the
// destructor ends the thread. Source: ZeroMQ RFC 27 (ZAP 1.0), zmq_setsockopt(3) of libzmq 4.3.4.
#pragma once

#include <memory>
#include <set>
#include <string>

#include "client/edge/witness_service.h"
#include "crypto/secret.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"

namespace chapar::client {

class WitnessDoor {
  public:
    // `endpoint`: tcp://ADDRESS:PORT, port 0 or * for any. `service` outlives the door.
    [[nodiscard]] static Result<std::unique_ptr<WitnessDoor>> open(const std::string& endpoint,
                                                                   const crypto::Secret32& curve,
                                                                   std::set<CurveKey> admitted,
                                                                   WitnessService& service);
    ~WitnessDoor();
    WitnessDoor(const WitnessDoor&) = delete;
    WitnessDoor& operator=(const WitnessDoor&) = delete;

    // With the port that was really bound.
    [[nodiscard]] const std::string& endpoint() const;

  private:
    class Inside;
    explicit WitnessDoor(std::unique_ptr<Inside> inside);
    std::unique_ptr<Inside> inside_;
};

}  // namespace chapar::client
