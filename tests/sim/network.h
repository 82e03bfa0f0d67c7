// The lines between clients and brokers, and what befalls the frames on them.
//
// Owns: lines (one TCP connection under CURVE each: a key that the broker may believe, two ways,
// each in order), delay, cuts, one-way partitions; and, in seeds that have them, frames that are
// lost, doubled or overtaken on the way, which TCP and CURVE would not let happen but
// which a careless relay behind them could do. Does not know what a frame says.
//
// A broker's end of a line takes kAhead frames that its client has not read; then it is busy, as
// libzmq is at its high-water mark. A line that is cut loses what is under way; a flipped bit cuts
// it, since CURVE authenticates every frame.
// Resource type; one thread. Source: zmq_socket(3); design reliability.md 4.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>

#include "schemas/base/ids.h"
#include "tests/sim/schedule.h"
#include "tests/sim/timeline.h"
#include "tests/sim/transcript.h"

namespace chapar::sim {

using LineId = int;  // from 1, never given twice in a run
constexpr unsigned kDoors = 2;

enum class Way : std::uint8_t { Up, Down };  // to the broker, to the client
enum class Handed : std::uint8_t { Sent, Busy, Gone };

class Network {
  public:
    // Frames on their way to one client, read or not.
    static constexpr std::size_t kAhead = 8;

    Network(Timeline& timeline, Transcript& transcript, const Plan& plan, Dice dice)
        : timeline_(timeline), transcript_(transcript), plan_(plan), dice_(dice) {}

    void set_faulty(bool faulty) { faulty_ = faulty; }

    // The client's end. Empty if nobody is behind the door.
    struct Caller {
        CurveKey key;
        Bytes routing;
        std::function<void()> changed;  // a frame has come, or the line was cut
    };
    [[nodiscard]] std::optional<LineId> connect(unsigned door, Caller caller);
    [[nodiscard]] bool is_up(LineId line) const { return lines_.contains(line); }
    void send_up(LineId line, ByteView frame);
    [[nodiscard]] std::optional<Bytes> take(LineId line);

    // The broker's end.
    struct Arrived {
        LineId line = 0;
        CurveKey key;
        Bytes routing;
        Bytes frame;
    };
    void open_door(unsigned door) { open_[door] = true; }
    // Cuts all its lines.
    void close_door(unsigned door);
    [[nodiscard]] bool has_arrived(unsigned door) const { return !arrived_[door].empty(); }
    [[nodiscard]] std::optional<Arrived> next(unsigned door);
    [[nodiscard]] Handed send_down(unsigned door, const Bytes& routing, ByteView frame);
    // Called when something arrives.
    void on_arrival(unsigned door, std::function<void()> call) { call_[door] = std::move(call); }

    void cut(LineId line);
    void cut_all();
    // A line of those that are up, drawn; empty: none.
    [[nodiscard]] std::optional<LineId> any_line();
    [[nodiscard]] std::optional<LineId> line_of(const CurveKey& key) const;
    // Frames of this key in this direction arrive only after `until`.
    void hold(const CurveKey& key, Way way, DurationMs until) { held_[{key, way}] = until; }
    void release_all() { held_.clear(); }

    // Every frame that a broker hands over, before it is sent; it may be changed.
    std::function<void(unsigned door, const CurveKey& to, Bytes& frame)> spoken;
    // Every frame that a client hands over.
    std::function<void(const CurveKey& from, ByteView frame)> overheard;

  private:
    struct Line {
        unsigned door = 0;
        Caller caller;
        std::deque<Bytes> unread;
        std::size_t ahead = 0;  // frames down, unread ones too
        std::uint64_t newest_up = 0;
        std::uint64_t newest_down = 0;
    };
    void carry(LineId id, Way way, Bytes frame);
    void arrive(LineId id, Way way, Bytes frame);
    [[nodiscard]] std::uint64_t arrival(Line& line, Way way);

    Timeline& timeline_;
    Transcript& transcript_;
    const Plan& plan_;
    Dice dice_;
    bool faulty_ = false;
    LineId next_ = 1;
    std::map<LineId, Line> lines_;
    std::array<std::deque<Arrived>, kDoors> arrived_;
    std::array<bool, kDoors> open_{};
    std::array<std::function<void()>, kDoors> call_;
    std::map<std::pair<CurveKey, Way>, DurationMs> held_;
};

}  // namespace chapar::sim
