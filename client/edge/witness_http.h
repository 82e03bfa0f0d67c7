// The HTTP side of a witness, for public witness software and logs: C2SP tlog-witness v1.0.0.
//
//     POST PREFIX/add-checkpoint                        as the specification says
//     GET  PREFIX/note/<hex SHA-256 of the origin>      ours: the newest note kept, or 404
//
// Owns: the listener, its connections and their bounds. Does not know what is asked. Anyone may
// ask: a request counts by the log's signature in it. No TLS: who offers it to a network puts a
// proxy before it. Bounds: kHeaderBytes, limits::kWitnessRequestBytes, kRequests a connection, and
// HttpBounds. Where a bound on connections is reached, a new one takes the place of the one that
// keeps the witness waiting longest: of those without a whole head, if there are any. So nobody
// silences a witness by holding connections open.
//
// Runs on the loop it is given, one thread; a request that must be kept on disk holds the loop for
// that long. Errors of open(): FieldInvalid. Resource type; a connection keeps what it needs of it
// alive until the loop is destroyed.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "client/edge/witness_service.h"
#include "schemas/base/result.h"

namespace chapar::client {

struct HttpAddress {
    std::string host;  // numeric
    std::uint16_t port = 0;
    std::string prefix;  // empty, or begins with '/' and does not end with it

    // HOST:PORT or HOST:PORT/PREFIX; an IPv6 address in brackets. FieldInvalid otherwise.
    [[nodiscard]] static Result<HttpAddress> parse(std::string_view text);
};

struct HttpBounds {
    // For reading a whole request (waiting for it included), and again for taking its answer.
    std::chrono::milliseconds deadline{10'000};
    // For the head of a connection's first request.
    std::chrono::milliseconds first_head{2'000};
    std::size_t connections = 64;
    // Of one IPv4 address, or one /64 of IPv6; of this machine (a proxy) there may be more.
    std::size_t per_address = 4;
    std::size_t per_loopback = 64;
};

class WitnessHttp {
  public:
    static constexpr std::uint32_t kHeaderBytes = 8 * 1024;
    static constexpr int kRequests = 1024;

    // Port 0: any. `service` outlives the loop's connections.
    [[nodiscard]] static Result<std::unique_ptr<WitnessHttp>> open(boost::asio::io_context& loop,
                                                                   const HttpAddress& address,
                                                                   WitnessService& service,
                                                                   HttpBounds bounds = {});
    ~WitnessHttp();
    WitnessHttp(const WitnessHttp&) = delete;
    WitnessHttp& operator=(const WitnessHttp&) = delete;

    // http://HOST:PORT/PREFIX with the port that was really bound.
    [[nodiscard]] const std::string& url() const;

  private:
    struct Inside;
    explicit WitnessHttp(std::shared_ptr<Inside> inside);
    std::shared_ptr<Inside> inside_;
};

}  // namespace chapar::client
