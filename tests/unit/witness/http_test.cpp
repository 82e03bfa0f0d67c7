// The witness over HTTP, on real sockets; what is sent is written out byte by byte.
#include <doctest/doctest.h>

#include "schemas/base/limits.h"
#include "unit/witness/running_witness.h"

namespace chapar::testing {
namespace {

std::string post(const std::string& body, const std::string& path = "/add-checkpoint") {
    return "POST " + path +
           " HTTP/1.1\r\nHost: witness\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}
std::string get(const std::string& path) {
    return "GET " + path + " HTTP/1.1\r\nHost: witness\r\n\r\n";
}
std::string body_of(const std::string& answer) {
    const std::size_t head = answer.find("\r\n\r\n");
    return head == std::string::npos ? std::string() : answer.substr(head + 4);
}
bool is(const std::string& answer, int status) {
    return answer.starts_with("HTTP/1.1 " + std::to_string(status) + " ") ||
           answer.starts_with("HTTP/1.0 " + std::to_string(status) + " ");
}
bool has(const std::string& answer, const std::string& field) {
    return answer.substr(0, answer.find("\r\n\r\n")).find("\r\n" + field) != std::string::npos;
}

}  // namespace

TEST_CASE("add-checkpoint over HTTP answers as the specification says") {
    const RunningWitness running;
    const FakeLog& log = running.log();
    const std::string good = running.exchange(post(log.body(0, 5)));
    CHECK(is(good, 200));
    CHECK(cosigned_at(running.witness(), log.note(5), {200, body_of(good)}) == kNow);
    const std::string conflict = running.exchange(post(log.body(0, 9)));
    CHECK(is(conflict, 409));
    CHECK(body_of(conflict) == "5\n");
    CHECK(has(conflict, "Content-Type: text/x.tlog.size"));
    CHECK(is(running.exchange(post(log.body(9, 5))), 400));
    CHECK(is(running.exchange(post(FakeLog(9, "second").body(5, 9))), 422));
    CHECK(is(running.exchange(post(FakeLog(9, "first", 2).body(5, 9))), 403));
    CHECK(is(running.exchange(post(FakeLog(9, "first", 1, "other").body(5, 9))), 404));
    CHECK(is(running.exchange(post("")), 400));
}

TEST_CASE("the newest note is served under the hash of its origin") {
    const RunningWitness running;
    const std::string path = "/" + crypto::note_path(kOrigin);
    CHECK(is(running.exchange(get(path)), 404));
    const std::string line = body_of(running.exchange(post(running.log().body(0, 5))));
    const std::string kept = running.exchange(get(path));
    CHECK(is(kept, 200));
    CHECK(body_of(kept) == running.log().note(5) + line);
    CHECK(is(running.exchange(get("/" + crypto::note_path("another"))), 404));
}

TEST_CASE("a prefix stands before every path") {
    const RunningWitness running({}, "/w/1");
    CHECK(running.url().ends_with("/w/1"));
    CHECK(is(running.exchange(post(running.log().body(0, 5), "/w/1/add-checkpoint")), 200));
    CHECK(is(running.exchange(post(running.log().body(0, 5))), 404));
    CHECK(is(running.exchange(get("/w/1/" + crypto::note_path(kOrigin))), 200));
    CHECK(is(running.exchange(get("/" + crypto::note_path(kOrigin))), 404));
}

TEST_CASE("a connection is kept for further requests, also when they come together") {
    const RunningWitness running;
    const FakeLog& log = running.log();
    const std::string both =
        running.exchange(post(log.body(0, 5)) + post(log.body(5, 9)) + get("/none"), 3);
    CHECK(is(both, 200));
    const std::size_t second = both.find("HTTP/1.1 200", 1);
    REQUIRE(second != std::string::npos);
    CHECK(both.find("HTTP/1.1 404", second) != std::string::npos);
}

TEST_CASE("other paths and methods are refused by their names") {
    const RunningWitness running;
    for (const std::string path :
         {"/", "/add-checkpoint/", "/add-checkpoint?x", "//add-checkpoint", "/note/", "/note/zz",
          "/note/../add-checkpoint", "*", "http://witness/add-checkpoint"}) {
        CAPTURE(path);
        CHECK(is(running.exchange(get(path)), 404));
    }
    const std::string upper = "/note/" + std::string(64, 'A');
    CHECK(is(running.exchange(get(upper)), 404));
    const std::string refused = running.exchange(get("/add-checkpoint"));
    CHECK(is(refused, 405));
    CHECK(has(refused, "Allow: POST"));
    CHECK(has(running.exchange(post("", "/" + crypto::note_path(kOrigin))), "Allow: GET"));
}

// Fails if one of the bounds is taken away from exchange().
TEST_CASE("heads and bodies above their bounds are refused before they are read") {
    const RunningWitness running;
    const std::string large =
        running.exchange("POST /add-checkpoint HTTP/1.1\r\nContent-Length: " +
                         std::to_string(limits::kWitnessRequestBytes + 1) + "\r\n\r\n");
    CHECK(is(large, 413));
    CHECK(has(large, "Connection: close"));
    CHECK(is(running.exchange("POST /add-checkpoint HTTP/1.1\r\nContent-Length: "
                              "18446744073709551615\r\n\r\n"),
             413));
    CHECK(
        is(running.exchange("GET / HTTP/1.1\r\nX: " + std::string(9'000, 'x') + "\r\n\r\n"), 431));
    std::string chunked = "POST /add-checkpoint HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 80; ++i) chunked += "400\r\n" + std::string(0x400, 'x') + "\r\n";
    CHECK(is(running.exchange(chunked), 413));
    const std::string largest(limits::kWitnessRequestBytes, '\n');
    CHECK(is(running.exchange(post(largest)), 400));
}

TEST_CASE("what is no HTTP is refused, and the witness serves on") {
    const RunningWitness running;
    for (const std::string& bytes :
         {std::string("\r\n\r\n\r\nx y z\r\n\r\n"), std::string("POST\r\n\r\n"),
          std::string("POST /add-checkpoint HTTP/9.9\r\n\r\n"),
          std::string("POST /add-checkpoint HTTP/1.1\r\nContent-Length: -1\r\n\r\n"),
          std::string("POST /add-checkpoint HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: "
                      "2\r\n\r\nxx"),
          std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11),
          std::string(200, '\0')}) {
        CAPTURE(bytes.substr(0, 40));
        CHECK(is(running.exchange(bytes), 400));
    }
    CHECK(is(running.exchange(post(running.log().body(0, 5))), 200));
}

TEST_CASE("a client that asks whether to go on is told so") {
    const RunningWitness running;
    const std::string body = running.log().body(0, 5);
    const std::string answer = running.exchange(
        "POST /add-checkpoint HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body);
    CHECK(answer.starts_with("HTTP/1.1 100 "));
    CHECK(answer.find("HTTP/1.1 200 ") != std::string::npos);
}

// Fails if expires_after() is not set before reading: the read below would never end.
TEST_CASE("a connection on which too little comes is cut at the deadline") {
    const RunningWitness running({.deadline = std::chrono::milliseconds(100), .connections = 64});
    CHECK(running.exchange("POST /add-checkpoint HTTP/1.1\r\nContent-Len").empty());
    CHECK(running.exchange(post(running.log().body(0, 5)).substr(0, 120)).empty());
    CHECK(running.exchange("").empty());
}

// Two that were answered once and say nothing more, then `late`, which is answered too.
struct Held {
    boost::asio::io_context loop;
    boost::asio::ip::tcp::socket first{loop}, second{loop};

    explicit Held(const RunningWitness& running) {
        for (auto* socket : {&first, &second}) {
            running.connect(*socket);
            boost::asio::write(*socket, boost::asio::buffer(get("/none")));
            CHECK(is(RunningWitness::read(*socket, 1), 404));
        }
        CHECK(is(running.exchange(get("/none")), 404));
    }
    // Whether it still is one with which the witness talks.
    static bool lives(boost::asio::ip::tcp::socket& socket) {
        boost::system::error_code problem;
        boost::asio::write(socket, boost::asio::buffer(get("/none")), problem);
        return !problem && is(RunningWitness::read(socket, 1), 404);
    }
};

// Fails if make_room() ends nobody, or another than who keeps it waiting longest.
TEST_CASE("where all connections are taken, the one that has waited longest makes room") {
    const RunningWitness running({.connections = 2});
    Held held(running);
    CHECK_FALSE(Held::lives(held.first));
    CHECK(Held::lives(held.second));
}

TEST_CASE("one address takes no more than its share") {
    const RunningWitness running({.per_loopback = 2});
    Held held(running);
    CHECK_FALSE(Held::lives(held.first));
    CHECK(Held::lives(held.second));
}

TEST_CASE("who sent a whole head is not ended for one that did not") {
    const RunningWitness running({.connections = 2});
    boost::asio::io_context loop;
    boost::asio::ip::tcp::socket asking(loop), silent(loop);
    const std::string ask = post(running.log().body(0, 5));
    running.connect(asking);
    boost::asio::write(
        asking, boost::asio::buffer(
                    "POST /add-checkpoint HTTP/1.1\r\nExpect: 100-continue\r\n" +
                    ask.substr(ask.find("Host"), ask.find("\r\n\r\n") + 4 - ask.find("Host"))));
    std::array<char, 256> go_on{};
    CHECK(asking.read_some(boost::asio::buffer(go_on)) > 0);
    running.connect(silent);
    CHECK(is(running.exchange(get("/none")), 404));
    boost::asio::write(asking, boost::asio::buffer(running.log().body(0, 5)));
    CHECK(is(RunningWitness::read(asking, 1), 200));
}

// Fails if only the deadline of a whole request is set: the read would take ten seconds.
TEST_CASE("the head of a first request is waited for no longer than its bound") {
    const RunningWitness running({.first_head = std::chrono::milliseconds(50)});
    const auto start = std::chrono::steady_clock::now();
    CHECK(running.exchange("POST /add-checkpoint HTTP/1.1\r\nContent-Len").empty());
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
}

TEST_CASE("an address is HOST:PORT and perhaps a prefix") {
    const auto parse = [](std::string_view text) { return client::HttpAddress::parse(text); };
    CHECK(must(parse("127.0.0.1:0")).prefix.empty());
    const auto full = must(parse("[::1]:8080/w/1/"));
    CHECK(full.host == "::1");
    CHECK(full.port == 8080);
    CHECK(full.prefix == "/w/1");
    for (const char* text : {"", ":1", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:1x",
                             "witness.example:1", "[::1", "127.0.0.1:-1"}) {
        CAPTURE(text);
        CHECK_FALSE(parse(text));
    }
}

}  // namespace chapar::testing
