// A witness that runs in this process, with both doors on loopback, and raw ways to reach them.
#pragma once

#include <sys/socket.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "client/edge/transport.h"
#include "client/edge/witness_server.h"
#include "crypto/x25519.h"
#include "storage/memory_store.h"
#include "support/temporary_directory.h"
#include "unit/witness/fake_log.h"

namespace chapar::testing {

class StillClock final : public client::Clock {
  public:
    [[nodiscard]] TimeMs now() const override { return kNow; }
    [[nodiscard]] DurationMs elapsed() const override { return {}; }
    [[nodiscard]] std::uint64_t boot() const override { return 0; }
};

inline crypto::KeyPair curve_pair(std::uint64_t seed) {
    FakeRandom random(seed);
    return crypto::generate_key_pair(random);
}
inline CurveKey curve_key(const crypto::KeyPair& pair) { return CurveKey{pair.public_key.bytes}; }

class RunningWitness {
  public:
    explicit RunningWitness(client::HttpBounds bounds = {}, std::string prefix = {}) {
        client::WitnessServerOptions options;
        options.listen = "tcp://127.0.0.1:*";
        options.http = client::HttpAddress{"127.0.0.1", 0, std::move(prefix)};
        options.http_bounds = bounds;
        options.admitted = {curve_key(broker_)};
        options.fork = [this](const crypto::ForkEvidence&, const std::filesystem::path& file) {
            forks_.insert(file.string());
        };
        options.trouble = [](const Error&) {};
        server_ = must(client::WitnessServer::start(
            witness_, store_, clock_, folder_.path() / "forks", own_.secret, std::move(options)));
        thread_ = std::thread([this] { static_cast<void>(server_->run()); });
    }
    ~RunningWitness() {
        server_->stop();
        thread_.join();
    }
    RunningWitness(const RunningWitness&) = delete;
    RunningWitness& operator=(const RunningWitness&) = delete;

    [[nodiscard]] const FakeLog& log() const { return log_; }
    [[nodiscard]] const client::Witness& witness() const { return witness_; }
    [[nodiscard]] std::string url() const { return server_->url(); }
    // Only looked at between answers: a report comes before its answer.
    [[nodiscard]] const std::set<std::string>& forks() const { return forks_; }

    [[nodiscard]] std::unique_ptr<client::ZmqTransport> dealer(const crypto::KeyPair& own) const {
        return must(client::ZmqTransport::connect(
            {server_->endpoint(), curve_key(own_), curve_key(own), own.secret, kSecond}));
    }
    [[nodiscard]] std::unique_ptr<client::ZmqTransport> broker() const { return dealer(broker_); }

    // Sends the bytes on a connection of its own and reads until the witness ends it, or until
    // `answers` whole answers came.
    [[nodiscard]] std::string exchange(const std::string& bytes, int answers = 1) const {
        boost::asio::io_context loop;
        boost::asio::ip::tcp::socket socket(loop);
        connect(socket);
        boost::system::error_code problem;
        boost::asio::write(socket, boost::asio::buffer(bytes), problem);
        return read(socket, answers);
    }
    void connect(boost::asio::ip::tcp::socket& socket) const {
        const std::string address = url().substr(std::string("http://127.0.0.1:").size());
        const auto port = static_cast<std::uint16_t>(std::stoi(address));
        socket.connect({boost::asio::ip::make_address("127.0.0.1"), port});
    }
    static std::string read(boost::asio::ip::tcp::socket& socket, int answers) {
        std::string got;
        boost::system::error_code problem;
        std::array<char, 4096> part{};
        while (!problem && count(got) < answers) {
            const std::size_t size = socket.read_some(boost::asio::buffer(part), problem);
            got.append(part.data(), size);
        }
        return got;
    }

  private:
    // Whole answers in the text: heads whose Content-Length has come.
    static int count(std::string_view text) {
        int whole = 0;
        while (true) {
            const std::size_t head = text.find("\r\n\r\n");
            const std::size_t at = text.find("Content-Length: ");
            if (head == std::string_view::npos || at > head) return whole;
            const auto length = std::stoul(std::string(text.substr(at + 16, 10)));
            if (text.size() < head + 4 + length) return whole;
            text.remove_prefix(head + 4 + length);
            ++whole;
        }
    }

    TemporaryDirectory folder_;
    FakeLog log_{20};
    client::Witness witness_ = make_witness({log_.key()});
    storage::MemoryStore store_{client::witness_tables::kAll};
    StillClock clock_;
    crypto::KeyPair own_ = curve_pair(21);
    crypto::KeyPair broker_ = curve_pair(22);
    std::set<std::string> forks_;
    std::unique_ptr<client::WitnessServer> server_;
    std::thread thread_;
};

}  // namespace chapar::testing
