#include "client/edge/witness_http.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <list>
#include <utility>

#include "schemas/base/hex.h"
#include "schemas/base/limits.h"

namespace chapar::client {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
// What a refused client may still send before its connection is cut: an answer that is followed by
// a reset may never be read.
constexpr std::size_t kDrained = 256 * 1024;
constexpr std::chrono::milliseconds kDrainTime{1'000};
constexpr std::chrono::milliseconds kNoDescriptors{100};
constexpr std::string_view kNote = "/note/";

using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

Response make_response(unsigned version, std::uint16_t number, std::string body,
                       std::string_view type) {
    Response response{http::int_to_status(number), version};
    response.set(http::field::content_type, beast::string_view(type.data(), type.size()));
    response.body() = std::move(body);
    return response;
}

Response plain(unsigned version, std::uint16_t number, std::string_view sentence) {
    return make_response(version, number, std::string(sentence) + "\n",
                         "text/plain; charset=utf-8");
}

Response of_answer(unsigned version, crypto::WitnessAnswer answer) {
    const bool size = answer.status == crypto::witness_status::kConflict;
    return make_response(version, answer.status, std::move(answer.body),
                         size ? "text/x.tlog.size" : "text/plain; charset=utf-8");
}

// What a request that could not be read is told; empty: nothing, the connection just ends.
std::optional<Response> complaint(const boost::system::error_code& problem) {
    constexpr unsigned kHttp11 = 11;
    if (problem == http::error::body_limit) return plain(kHttp11, 413, "the body is too large");
    if (problem == http::error::header_limit) return plain(kHttp11, 431, "the head is too large");
    if (problem == http::error::buffer_overflow) {
        return plain(kHttp11, 431, "the head is too large");
    }
    if (problem == http::error::end_of_stream || problem == http::error::partial_message) {
        return std::nullopt;
    }
    static const http::error any{};
    if (problem.category() == http::make_error_code(any).category()) {
        return plain(kHttp11, 400, "malformed request");
    }
    return std::nullopt;
}

Response refuse_method(unsigned version, std::string_view allowed) {
    Response response = plain(version, 405, "another method is meant");
    response.set(http::field::allow, beast::string_view(allowed.data(), allowed.size()));
    return response;
}

asio::ip::address plain_address(const asio::ip::address& address) {
    if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
}

bool is_loopback(const asio::ip::address& address) { return plain_address(address).is_loopback(); }

// Whom one party may have: an IPv4 address, or a /64 of IPv6.
std::string network_of(const asio::ip::address& given) {
    constexpr std::size_t kNetworkBytes = 8;
    const asio::ip::address address = plain_address(given);
    if (address.is_v4()) return address.to_string();
    const auto bytes = address.to_v6().to_bytes();
    return {bytes.begin(), bytes.begin() + kNetworkBytes};
}

bool is_lower_hex(std::string_view text) {
    return std::ranges::all_of(
        text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

struct WitnessHttp::Inside {
    struct Connection {
        beast::tcp_stream stream;
        std::string network;
        std::chrono::steady_clock::time_point since;  // the request under way was waited for
        bool has_head = false;                        // of that request
        bool dropped = false;
    };
    using Connections = std::list<Connection>;

    asio::io_context& loop;
    tcp::acceptor acceptor;
    WitnessService& service;
    HttpBounds bounds;
    std::string prefix;
    std::string url;
    Connections connections{};

    [[nodiscard]] Response respond(const Request& request) const;
    // Ends connections until there is room for one more from this address.
    void make_room(const asio::ip::address& address);
    // While there are so many, of this network (empty: of any).
    void end_longest(std::size_t most, const std::string& network);
    static asio::awaitable<void> accept(std::shared_ptr<Inside> self);
    static asio::awaitable<void> converse(std::shared_ptr<Inside> self, Connections::iterator own);
    static asio::awaitable<void> part(beast::tcp_stream& stream);
    // False: the connection ends.
    static asio::awaitable<bool> exchange(const Inside& self, Connection& connection,
                                          beast::flat_buffer& buffer,
                                          std::chrono::milliseconds patience);
    static asio::awaitable<bool> write(const Inside& self, beast::tcp_stream& stream,
                                       Response response);
};

Response WitnessHttp::Inside::respond(const Request& request) const {
    const std::string_view whole(request.target().data(), request.target().size());
    const unsigned version = request.version();
    if (!whole.starts_with(prefix)) return plain(version, 404, "no such path");
    const std::string_view path = whole.substr(prefix.size());
    if (path == "/add-checkpoint") {
        if (request.method() != http::verb::post) return refuse_method(version, "POST");
        return of_answer(version,
                         service.answer({crypto::WitnessMethod::AddCheckpoint, request.body()}));
    }
    if (!path.starts_with(kNote)) return plain(version, 404, "no such path");
    const std::string_view hex = path.substr(kNote.size());
    const auto bytes = is_lower_hex(hex) ? from_hex(hex) : std::nullopt;
    const auto origin = bytes ? Hash::from(*bytes) : std::nullopt;
    if (!origin) return plain(version, 404, "no such path");
    if (request.method() != http::verb::get) return refuse_method(version, "GET");
    return of_answer(version, service.note(*origin));
}

asio::awaitable<bool> WitnessHttp::Inside::write(const Inside& self, beast::tcp_stream& stream,
                                                 Response response) {
    response.prepare_payload();
    const bool keep = response.keep_alive();
    stream.expires_after(self.bounds.deadline);
    const auto [problem, bytes] = co_await http::async_write(stream, response, kTuple);
    co_return !problem && keep;
}

asio::awaitable<bool> WitnessHttp::Inside::exchange(const Inside& self, Connection& connection,
                                                    beast::flat_buffer& buffer,
                                                    std::chrono::milliseconds patience) {
    beast::tcp_stream& stream = connection.stream;
    http::request_parser<http::string_body> parser;
    parser.header_limit(kHeaderBytes);
    parser.body_limit(limits::kWitnessRequestBytes);
    connection.since = std::chrono::steady_clock::now();
    connection.has_head = false;
    stream.expires_after(patience);
    auto [problem, bytes] = co_await http::async_read_header(stream, buffer, parser, kTuple);
    connection.has_head = !problem;
    if (!problem) stream.expires_after(self.bounds.deadline);
    if (!problem && beast::iequals(parser.get()[http::field::expect], "100-continue")) {
        http::response<http::empty_body> go_on{http::status::continue_, parser.get().version()};
        co_await http::async_write(stream, go_on, kTuple);
    }
    if (!problem) {
        std::tie(problem, bytes) = co_await http::async_read(stream, buffer, parser, kTuple);
    }
    if (problem) {
        auto response = complaint(problem);
        if (!response) co_return false;
        response->keep_alive(false);
        co_return co_await write(self, stream, std::move(*response));
    }
    Response response = self.respond(parser.get());
    response.keep_alive(parser.get().keep_alive());
    co_return co_await write(self, stream, std::move(response));
}

asio::awaitable<void> WitnessHttp::Inside::part(beast::tcp_stream& stream) {
    boost::system::error_code ignored;
    stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
    stream.expires_after(kDrainTime);
    std::array<char, 4096> rest{};
    for (std::size_t drained = 0; drained < kDrained;) {
        const auto [problem, bytes] = co_await stream.async_read_some(asio::buffer(rest), kTuple);
        if (problem) co_return;
        drained += bytes;
    }
}

asio::awaitable<void> WitnessHttp::Inside::converse(std::shared_ptr<Inside> self,
                                                    Connections::iterator own) {
    beast::flat_buffer buffer(kHeaderBytes + limits::kWitnessRequestBytes);
    bool going_on = true;
    for (int i = 0; i < kRequests && going_on; ++i) {
        const auto patience = i == 0 ? std::min(self->bounds.first_head, self->bounds.deadline)
                                     : self->bounds.deadline;
        going_on = co_await exchange(*self, *own, buffer, patience);
    }
    own->has_head = false;
    co_await part(own->stream);
    self->connections.erase(own);
}

void WitnessHttp::Inside::end_longest(std::size_t most, const std::string& network) {
    std::size_t open = 0;
    Connection* longest = nullptr;
    for (Connection& one : connections) {
        if (one.dropped || (!network.empty() && one.network != network)) continue;
        ++open;
        const auto before = [](const Connection& a, const Connection& b) {
            return a.has_head != b.has_head ? b.has_head : a.since < b.since;
        };
        if (longest == nullptr || before(one, *longest)) longest = &one;
    }
    if (open < most || longest == nullptr) return;
    longest->dropped = true;
    longest->stream.close();  // its conversation ends with an error
}

void WitnessHttp::Inside::make_room(const asio::ip::address& address) {
    end_longest(is_loopback(address) ? bounds.per_loopback : bounds.per_address,
                network_of(address));
    end_longest(bounds.connections, {});
}

asio::awaitable<void> WitnessHttp::Inside::accept(std::shared_ptr<Inside> self) {
    while (true) {
        auto [problem, socket] = co_await self->acceptor.async_accept(kTuple);
        if (problem == asio::error::operation_aborted) co_return;
        if (problem) {
            // No descriptor is left: whoever waits is still waiting a moment later.
            asio::steady_timer pause(self->loop, kNoDescriptors);
            co_await pause.async_wait(kTuple);
            continue;
        }
        const auto peer = socket.remote_endpoint(problem);
        if (problem) continue;  // gone already
        self->make_room(peer.address());
        const auto own = self->connections.insert(
            self->connections.end(),
            Connection{beast::tcp_stream(std::move(socket)), network_of(peer.address()),
                       std::chrono::steady_clock::now()});
        asio::co_spawn(self->loop, converse(self, own), asio::detached);
    }
}

Result<HttpAddress> HttpAddress::parse(std::string_view text) {
    const Error invalid(Errc::FieldInvalid, "--http HOST:PORT[/PREFIX]");
    HttpAddress out;
    const std::size_t slash = std::min(text.find('/'), text.size());
    out.prefix = std::string(text.substr(slash));
    while (out.prefix.ends_with('/')) out.prefix.pop_back();
    const std::string_view authority = text.substr(0, slash);
    const std::size_t colon = authority.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return invalid;
    std::string_view host = authority.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    out.host = std::string(host);
    const std::string_view port = authority.substr(colon + 1);
    const auto [end, problem] = std::from_chars(port.data(), port.data() + port.size(), out.port);
    if (problem != std::errc() || end != port.data() + port.size()) return invalid;
    boost::system::error_code not_numeric;
    asio::ip::make_address(out.host, not_numeric);
    if (not_numeric) return invalid;
    return out;
}

Result<std::unique_ptr<WitnessHttp>> WitnessHttp::open(asio::io_context& loop,
                                                       const HttpAddress& address,
                                                       WitnessService& service, HttpBounds bounds) {
    boost::system::error_code problem;
    const auto host = asio::ip::make_address(address.host, problem);
    if (problem) return Error(Errc::FieldInvalid, "--http " + address.host);
    const tcp::endpoint endpoint(host, address.port);
    tcp::acceptor acceptor(loop);
    acceptor.open(endpoint.protocol(), problem);
    if (!problem) acceptor.set_option(tcp::acceptor::reuse_address(true), problem);
    if (!problem) acceptor.bind(endpoint, problem);
    if (!problem) acceptor.listen(asio::socket_base::max_listen_connections, problem);
    if (problem) {
        return Error(Errc::FieldInvalid, "--http " + address.host + ": " + problem.message());
    }
    const tcp::endpoint bound = acceptor.local_endpoint();
    const std::string name = host.is_v6() ? "[" + host.to_string() + "]" : host.to_string();
    auto inside = std::make_shared<Inside>(
        Inside{loop, std::move(acceptor), service, bounds, address.prefix,
               "http://" + name + ":" + std::to_string(bound.port()) + address.prefix});
    asio::co_spawn(loop, Inside::accept(inside), asio::detached);
    return std::unique_ptr<WitnessHttp>(new WitnessHttp(std::move(inside)));
}

WitnessHttp::WitnessHttp(std::shared_ptr<Inside> inside) : inside_(std::move(inside)) {}

WitnessHttp::~WitnessHttp() {
    boost::system::error_code ignored;
    inside_->acceptor.close(ignored);
}

const std::string& WitnessHttp::url() const { return inside_->url; }

}  // namespace chapar::client
