// A witness over HTTP/1.1: tlog-witness's add-checkpoint, and the path of a kept note.
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>

#include "broker/edge/version.h"
#include "broker/edge/witness_transport.h"
#include "schemas/base/limits.h"

namespace chapar::broker {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using tcp = asio::ip::tcp;

constexpr std::uint32_t kHeaderBytes = 8 * 1024;

class HttpWitness final : public WitnessTransport {
  public:
    explicit HttpWitness(HttpUrl url) : url_(std::move(url)) {}

    Result<crypto::WitnessAnswer> ask(const crypto::WitnessCall& call,
                                      DurationMs deadline) override {
        try {
            return exchange(call, deadline);
        } catch (const std::exception& error) {
            return Error(Errc::Unreachable, error.what());
        }
    }

  private:
    http::request<http::string_body> request_for(const crypto::WitnessCall& call) const {
        const bool add = call.method == crypto::WitnessMethod::AddCheckpoint;
        const std::string path = add ? "add-checkpoint" : crypto::note_path(call.body);
        http::request<http::string_body> request(add ? http::verb::post : http::verb::get,
                                                 url_.prefix + "/" + path, 11);
        request.set(http::field::host, url_.host + ":" + url_.port);
        request.set(http::field::user_agent, std::string(build_text()));
        request.set(http::field::connection, "close");
        if (add) request.body() = call.body;
        request.prepare_payload();
        return request;
    }

    // One connection a question. Every step but the resolving of a name, which cannot be cut short,
    // is under the stream's one deadline.
    Result<crypto::WitnessAnswer> exchange(const crypto::WitnessCall& call, DurationMs deadline) {
        asio::io_context context;
        tcp::resolver resolver(context);
        const auto addresses = resolver.resolve(url_.host, url_.port);
        beast::tcp_stream stream(context);
        stream.expires_after(std::chrono::milliseconds(deadline.value));
        const auto request = request_for(call);
        beast::flat_buffer buffer(limits::kWitnessRequestBytes + kHeaderBytes);
        http::response_parser<http::string_body> parser;
        parser.body_limit(limits::kWitnessRequestBytes);
        parser.header_limit(kHeaderBytes);

        beast::error_code outcome;
        const auto finish = [&outcome](const beast::error_code& error) { outcome = error; };
        const auto read = [&](const beast::error_code& error, std::size_t) {
            if (error) return finish(error);
            http::async_read(
                stream, buffer, parser,
                [finish](const beast::error_code& ended, std::size_t) { finish(ended); });
        };
        const auto write = [&](const beast::error_code& error, const tcp::endpoint&) {
            if (error) return finish(error);
            http::async_write(stream, request, read);
        };
        stream.async_connect(addresses, write);
        context.run();
        if (outcome) return Error(Errc::Unreachable, outcome.message());
        auto& response = parser.get();
        return crypto::WitnessAnswer{static_cast<std::uint16_t>(response.result_int()),
                                     std::move(response.body())};
    }

    HttpUrl url_;
};

}  // namespace

std::unique_ptr<WitnessTransport> http_witness(HttpUrl url) {
    return std::make_unique<HttpWitness>(std::move(url));
}

}  // namespace chapar::broker
