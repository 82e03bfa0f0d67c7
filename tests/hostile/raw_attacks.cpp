// Attacks by whoever reaches the port: bytes over plain sockets, no key needed.
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <utility>

#include "tests/hostile/attack.h"
#include "tests/hostile/pace.h"

namespace chapar::hostile {
namespace {

using SteadyClock = std::chrono::steady_clock;

Bytes greeting() {
    Bytes out{std::byte{0xFF}};
    out.resize(9);
    for (const int byte : {0x7F, 3, 1}) out.push_back(static_cast<std::byte>(byte));
    append(out, view("CURVE"));
    out.resize(64);
    return out;
}

// A long command that says it has `size` bytes.
Bytes long_header(std::uint64_t size) {
    Bytes out{std::byte{6}};
    for (int shift = 56; shift >= 0; shift -= 8) {
        out.push_back(static_cast<std::byte>((size >> shift) & 0xFF));
    }
    return out;
}

struct Line {
    broker::FileDescriptor socket;
    std::uint64_t sent = 0;  // bytes
    bool connected = false;  // seen to be
    SteadyClock::time_point opened = SteadyClock::now();
};

struct LinesPlan {
    std::size_t count = 1;
    std::size_t sources = 40;  // addresses they come from
    std::size_t opened_a_second = 500;
    // So many bytes, from those sent already and the seconds since it was opened.
    std::function<std::uint64_t(std::uint64_t, double)> allowed;
    Bytes beginning;      // then zeros
    bool closed = false;  // at once, by us
};

// Connections that are held open, opened anew when they are cut, and fed by one rule.
class Lines final : public Attack {
  public:
    Lines(const Target& target, LinesPlan plan)
        : port_(target.broker().port()),
          plan_(std::move(plan)),
          lines_(plan_.count),
          pace_(static_cast<double>(plan_.opened_a_second)) {}

    void turn(int most_ms) override {
        open_due();
        // Not all at each turn: thousands of calls would be the load that is measured.
        const std::size_t some = std::min<std::size_t>(lines_.size(), 200);
        for (std::size_t i = 0; i < some; ++i) look_after(lines_[next_++ % lines_.size()]);
        rest(most_ms);
    }

  private:
    static void rest(int most_ms) {
        const timespec pause{0, std::min(most_ms, 2) * 1'000'000L};
        nanosleep(&pause, nullptr);
    }
    void open_due() {
        for (std::size_t looked = 0; looked < lines_.size(); ++looked) {
            Line& line = lines_[next_open_++ % lines_.size()];
            if (line.socket) continue;
            if (!pace_.due()) return;
            const auto source = static_cast<std::uint8_t>(kFirstSource + opened_ % plan_.sources);
            line = {connect_from(source, port_), 0, false, SteadyClock::now()};
            ++opened_;
            ++count(line.socket ? "opened" : "no descriptor");
            if (plan_.closed) line.socket = broker::FileDescriptor();
        }
    }
    void look_after(Line& line) {
        if (!line.socket) return;
        std::array<std::byte, 4096> buffer{};
        const ssize_t got = recv(line.socket.get(), buffer.data(), buffer.size(), 0);
        const bool cut = got == 0 || (got < 0 && errno != EAGAIN && errno != ENOTCONN);
        note_connected(line, cut);
        if (cut) return drop(line);
        feed(line);
    }
    void note_connected(Line& line, bool cut) {
        if (line.connected) return;
        sockaddr_in peer{};
        socklen_t size = sizeof peer;
        line.connected =
            cut || getpeername(line.socket.get(), reinterpret_cast<sockaddr*>(&peer), &size) == 0;
        count("connected") += line.connected ? 1 : 0;
    }
    void feed(Line& line) {
        const double age = std::chrono::duration<double>(SteadyClock::now() - line.opened).count();
        const std::uint64_t allowed = plan_.allowed(line.sent, age);
        for (int writes = 0; line.sent < allowed && writes < 8; ++writes) {
            static const Bytes kZeros(65536);
            ByteView next = kZeros;
            if (line.sent < plan_.beginning.size()) {
                next = ByteView(plan_.beginning).subspan(line.sent);
            }
            next = next.first(std::min<std::uint64_t>(next.size(), allowed - line.sent));
            const ssize_t sent =
                send(line.socket.get(), next.data(), next.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent < 0 && errno != EAGAIN && errno != ENOTCONN) return drop(line);
            if (sent <= 0) return;
            line.sent += static_cast<std::uint64_t>(sent);
            count("bytes") += static_cast<std::uint64_t>(sent);
        }
    }
    void drop(Line& line) {
        line.socket = broker::FileDescriptor();
        ++count("cut by the broker");
    }

    std::uint16_t port_;
    LinesPlan plan_;
    std::vector<Line> lines_;
    std::size_t next_ = 0;
    std::size_t next_open_ = 0;
    std::uint64_t opened_ = 0;
    Pace pace_;
};

constexpr std::uint64_t kEndless = ~std::uint64_t{0};
std::uint64_t everything(std::uint64_t, double) { return kEndless; }
std::uint64_t nothing(std::uint64_t, double) { return 0; }

Scenario lines(const char* name, const char* does, LinesPlan plan, std::vector<Least> least) {
    return {name, does, [plan](Target& target) { return std::make_unique<Lines>(target, plan); },
            std::move(least)};
}

Bytes begun(std::uint64_t claimed) {
    Bytes out = greeting();
    append(out, long_header(claimed));
    return out;
}

}  // namespace

void add_raw_attacks(std::vector<Scenario>& to) {
    constexpr std::uint64_t kUnfinished = 319 * 1024;
    constexpr double kMiB = 1024 * 1024;
    // Each opened anew when it is cut: as often as its first bytes are read.
    const std::vector<Least> cut_all{{"connected", 64}, {"cut by the broker", 64}};
    to.push_back(lines("giant-frame", "64 connections send a frame of 1 TiB before any handshake",
                       {64, 40, 200, everything, begun(std::uint64_t{1} << 40), false}, cut_all));
    to.push_back(lines("negative-frame", "the same, of 2^63 + 1 bytes",
                       {64, 40, 200, everything, begun((std::uint64_t{1} << 63) + 1), false},
                       cut_all));
    // More than all strangers together may bring.
    to.push_back(
        lines("unfinished-frame",
              "500 connections send all but the last KiB of the largest frame allowed",
              {500, 40, 500, [](std::uint64_t, double) { return 64 + 9 + kUnfinished - 1024; },
               begun(kUnfinished), false},
              {{"connected", 300}, {"bytes", 40 * kMiB}}));
    to.push_back(lines("no-greeting", "64 connections send zeros and no greeting",
                       {64, 40, 200, everything, {}, false}, cut_all));
    // More than may be silent at once.
    to.push_back(lines("half-open", "2,000 connections that say nothing",
                       {2000, 40, 1000, nothing, {}, false},
                       {{"connected", 600}, {"cut by the broker", 64}}));
    to.push_back(lines(
        "one-byte-a-second", "500 connections send one byte a second",
        {500, 40, 500, [](std::uint64_t, double age) { return static_cast<std::uint64_t>(age); },
         begun(200), false},
        {{"connected", 300}, {"bytes", 100}}));
    // More than are let in.
    to.push_back(lines("connects", "1,000 connections a second, closed at once",
                       {200, 40, 1000, nothing, {}, true}, {{"opened", 0, 350}}));
}

}  // namespace chapar::hostile
