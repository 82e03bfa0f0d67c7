// Witnesses for tests: what they answer is the test's; they speak CURVE and HTTP over loopback.
#pragma once

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "broker/edge/zmq_socket.h"
#include "crypto/checkpoint.h"
#include "crypto/cosignature.h"
#include "crypto/secret.h"
#include "crypto/witness_request.h"
#include "crypto/x25519.h"

namespace chapar::testing {

// A witness's mind: keeps what it cosigned, like a good one; each rule may be replaced by a lie.
class WitnessMind {
  public:
    WitnessMind(const std::string& name, crypto::NoteVerifier log, crypto::Random& random)
        : key(crypto::NoteCosigner::create(name, crypto::SigningKey::generate(random)).value()),
          log_(std::move(log)) {}

    crypto::WitnessAnswer operator()(const crypto::WitnessCall& call) {
        {
            const std::unique_lock lock(mutex_);
            ++asked_;
        }
        wake_.notify_all();
        if (silent) return {crypto::witness_status::kBroken, "silent\n"};
        if (call.method == crypto::WitnessMethod::Note) {
            if (note.empty()) return {crypto::witness_status::kUnknownLog, "none\n"};
            return {crypto::witness_status::kOk, note};
        }
        const auto request = crypto::AddCheckpoint::parse(call.body).value();
        const auto head = crypto::open_checkpoint(request.note, log_).value();
        if (request.old_size != held) {
            return {crypto::witness_status::kConflict, crypto::conflict_body(held)};
        }
        held = head.size;
        note = request.note;
        return {crypto::witness_status::kOk, key.cosign(head.text(), TimeMs(time)).value()};
    }

    crypto::NoteCosigner key;
    std::string note;
    TreeSize held;
    std::atomic<bool> silent = false;
    std::atomic<std::uint64_t> time = 1'795'200'000'000;  // of its clock

    // Returns once it has been asked so many times more.
    void wait_asked(int times) {
        std::unique_lock lock(mutex_);
        const int until = asked_ + times;
        wake_.wait(lock, [&] { return asked_ >= until; });
    }

  private:
    std::mutex mutex_;
    std::condition_variable wake_;
    int asked_ = 0;
    crypto::NoteVerifier log_;
};

using Mind = std::function<crypto::WitnessAnswer(const crypto::WitnessCall&)>;

class CurveWitnessServer {
  public:
    CurveWitnessServer(Mind mind, crypto::Random& random)
        : mind_(std::move(mind)),
          secret_(crypto::Secret32::random(random)),
          socket_(broker::ZmqSocket::create(context_, ZMQ_ROUTER).value()) {
        CHAPAR_ASSERT(socket_.set(ZMQ_LINGER, 0).has_value());
        CHAPAR_ASSERT(socket_.set(ZMQ_CURVE_SERVER, 1).has_value());
        CHAPAR_ASSERT(socket_.set(ZMQ_CURVE_SECRETKEY, secret_.expose()).has_value());
        CHAPAR_ASSERT(socket_.bind("tcp://127.0.0.1:*").has_value());
        thread_ = std::thread([this] { serve(); });
    }
    ~CurveWitnessServer() {
        stop_ = true;
        thread_.join();
    }
    [[nodiscard]] std::string endpoint() const { return socket_.last_endpoint(); }
    [[nodiscard]] CurveKey key() const {
        return CurveKey{crypto::x25519_public_key(secret_).bytes};
    }

  private:
    void serve() {
        while (!stop_) {
            zmq_pollitem_t item{socket_.get(), 0, ZMQ_POLLIN, 0};
            if (zmq_poll(&item, 1, 20) <= 0) continue;
            broker::ZmqMessage from;
            broker::ZmqMessage call;
            if (!socket_.receive(from).value() || !socket_.receive(call).value()) continue;
            const auto answer = mind_(crypto::WitnessCall::parse(call.bytes()).value());
            (void)socket_.send(from.bytes(), broker::Part::More);
            (void)socket_.send(answer.encode(), broker::Part::Last);
        }
    }

    Mind mind_;
    crypto::Secret32 secret_;
    broker::ZmqContext context_;
    broker::ZmqSocket socket_;
    std::atomic<bool> stop_ = false;
    std::thread thread_;
};

class HttpWitnessServer {
  public:
    explicit HttpWitnessServer(Mind mind)
        : mind_(std::move(mind)),
          acceptor_(context_, {boost::asio::ip::make_address_v4("127.0.0.1"), 0}),
          thread_([this] { serve(); }) {}
    ~HttpWitnessServer() {
        stop_ = true;
        // Wakes the accept.
        boost::asio::io_context context;
        boost::asio::ip::tcp::socket knock(context);
        boost::system::error_code ignored;
        knock.connect(acceptor_.local_endpoint(), ignored);
        thread_.join();
    }
    [[nodiscard]] std::string url() const {
        return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/w";
    }

  private:
    void serve() {
        namespace http = boost::beast::http;
        while (!stop_) {
            boost::asio::ip::tcp::socket socket(context_);
            boost::system::error_code failed;
            acceptor_.accept(socket, failed);
            if (failed || stop_) continue;
            boost::beast::flat_buffer buffer;
            http::request<http::string_body> request;
            http::read(socket, buffer, request, failed);
            if (failed) continue;
            crypto::WitnessCall call{crypto::WitnessMethod::AddCheckpoint, request.body()};
            if (request.method() == http::verb::get) {
                call = {crypto::WitnessMethod::Note, std::string(request.target())};
            } else if (request.target() != "/w/add-checkpoint") {
                continue;
            }
            const auto answer = mind_(call);
            http::response<http::string_body> response(http::status(answer.status), 11);
            response.body() = answer.body;
            response.prepare_payload();
            http::write(socket, response, failed);
        }
    }

    Mind mind_;
    boost::asio::io_context context_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::atomic<bool> stop_ = false;
    std::thread thread_;
};

}  // namespace chapar::testing
