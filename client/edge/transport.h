// The transport seam of the client, and its ZeroMQ form: one connection to one broker.
//
// Owns: whole frames, in and out, with deadlines. Does not know what frames say. A `ZmqTransport`
// is one DEALER with CURVE and a fresh random routing id: for a new session make a new one. One
// thread. Errors: Unreachable (nothing came or could be handed over in time), Internal.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "crypto/secret.h"
#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"

namespace chapar::client {

class Transport {
  public:
    Transport() = default;
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;
    virtual ~Transport() = default;

    [[nodiscard]] virtual Status send(ByteView frame) = 0;
    // The next frame; empty if none came within `patience`.
    [[nodiscard]] virtual Result<std::optional<Bytes>> receive(DurationMs patience) = 0;
};

struct CurveLink {
    std::string endpoint;  // "tcp://host:port"
    CurveKey server;       // of the manifest
    CurveKey own;          // of this device's certificate
    const crypto::Secret32& own_secret;
    DurationMs send_patience{5000};
    // Before libzmq connects again by itself: doubled each time, up to a minute.
    DurationMs reconnect{500};
};

class ZmqTransport final : public Transport {
  public:
    // FieldInvalid for an endpoint that is none.
    [[nodiscard]] static Result<std::unique_ptr<ZmqTransport>> connect(const CurveLink& link);
    ~ZmqTransport() override;

    [[nodiscard]] Status send(ByteView frame) override;
    [[nodiscard]] Result<std::optional<Bytes>> receive(DurationMs patience) override;

  private:
    struct Sockets;
    explicit ZmqTransport(std::unique_ptr<Sockets> sockets);
    std::unique_ptr<Sockets> sockets_;
};

}  // namespace chapar::client
