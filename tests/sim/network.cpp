#include "tests/sim/network.h"

#include <algorithm>

namespace chapar::sim {

std::optional<LineId> Network::connect(unsigned door, Caller caller) {
    if (!open_[door]) return std::nullopt;
    const LineId id = next_++;
    Line& line = lines_[id];
    line.door = door;
    line.caller = std::move(caller);
    return id;
}

void Network::close_door(unsigned door) {
    open_[door] = false;
    std::vector<LineId> ends;
    for (const auto& [id, line] : lines_) {
        if (line.door == door) ends.push_back(id);
    }
    for (const LineId id : ends) cut(id);
    arrived_[door].clear();
}

void Network::cut(LineId id) {
    const auto found = lines_.find(id);
    if (found == lines_.end()) return;
    const auto changed = std::move(found->second.caller.changed);
    lines_.erase(found);
    transcript_.note(timeline_.now(), "net", "line " + std::to_string(id) + " is cut");
    if (changed) timeline_.after(DurationMs(0), changed);
}

void Network::cut_all() {
    while (!lines_.empty()) cut(lines_.begin()->first);
}

std::optional<LineId> Network::any_line() {
    if (lines_.empty()) return std::nullopt;
    return std::next(lines_.begin(), static_cast<std::ptrdiff_t>(dice_.below(lines_.size())))
        ->first;
}

std::optional<LineId> Network::line_of(const CurveKey& key) const {
    const auto found = std::ranges::find_if(
        lines_, [&](const auto& each) { return each.second.caller.key == key; });
    if (found == lines_.end()) return std::nullopt;
    return found->first;
}

std::uint64_t Network::arrival(Line& line, Way way) {
    const std::uint64_t least = faulty_ ? plan_.delay_least : 1;
    const std::uint64_t most = faulty_ ? plan_.delay_most : 5;
    std::uint64_t at = timeline_.now().value + dice_.between(least, std::max(least, most));
    if (const auto held = held_.find({line.caller.key, way}); held != held_.end()) {
        at = std::max(at, held->second.value);
    }
    std::uint64_t& newest = way == Way::Up ? line.newest_up : line.newest_down;
    if (!faulty_ || !dice_.per_mille(plan_.reordering)) at = std::max(at, newest);
    newest = std::max(newest, at);
    return at;
}

void Network::carry(LineId id, Way way, Bytes frame) {
    if (faulty_ && dice_.per_mille(plan_.loss)) {
        transcript_.note(timeline_.now(), "net", "lost a frame of line " + std::to_string(id));
        return;
    }
    // CURVE authenticates every frame: what was changed on the way ends the line.
    if (faulty_ && dice_.per_mille(plan_.bit_flips)) {
        transcript_.note(timeline_.now(), "net", "a bit flips on line " + std::to_string(id));
        return cut(id);
    }
    Line& line = lines_.at(id);
    if (way == Way::Down) ++line.ahead;
    const std::uint64_t at = arrival(line, way);
    timeline_.after(
        DurationMs(at - timeline_.now().value),
        [this, id, way, frame = std::move(frame)]() mutable { arrive(id, way, std::move(frame)); });
}

void Network::arrive(LineId id, Way way, Bytes frame) {
    const auto found = lines_.find(id);
    if (found == lines_.end()) return;
    Line& line = found->second;
    if (way == Way::Down) {
        line.unread.push_back(std::move(frame));
        if (line.caller.changed) line.caller.changed();
        return;
    }
    const unsigned door = line.door;
    arrived_[door].push_back({id, line.caller.key, line.caller.routing, std::move(frame)});
    if (call_[door]) call_[door]();
}

void Network::send_up(LineId id, ByteView frame) {
    const auto found = lines_.find(id);
    if (found == lines_.end()) return;
    if (overheard) overheard(found->second.caller.key, frame);
    const bool twice = faulty_ && dice_.per_mille(plan_.duplication);
    if (twice) carry(id, Way::Up, to_bytes(frame));
    if (is_up(id)) carry(id, Way::Up, to_bytes(frame));
}

std::optional<Bytes> Network::take(LineId id) {
    const auto found = lines_.find(id);
    if (found == lines_.end() || found->second.unread.empty()) return std::nullopt;
    Line& line = found->second;
    Bytes frame = std::move(line.unread.front());
    line.unread.pop_front();
    line.ahead -= std::min<std::size_t>(line.ahead, 1);
    return frame;
}

std::optional<Network::Arrived> Network::next(unsigned door) {
    auto& queue = arrived_[door];
    // What came over a line that is gone went with it.
    while (!queue.empty() && !is_up(queue.front().line)) queue.pop_front();
    if (queue.empty()) return std::nullopt;
    Arrived first = std::move(queue.front());
    queue.pop_front();
    return first;
}

Handed Network::send_down(unsigned door, const Bytes& routing, ByteView frame) {
    const auto found = std::ranges::find_if(lines_, [&](const auto& each) {
        return each.second.door == door && each.second.caller.routing == routing;
    });
    if (found == lines_.end()) return Handed::Gone;
    if (found->second.ahead >= kAhead) return Handed::Busy;
    Bytes said = to_bytes(frame);
    if (spoken) spoken(door, found->second.caller.key, said);
    const LineId id = found->first;
    const bool twice = faulty_ && dice_.per_mille(plan_.duplication);
    if (twice) carry(id, Way::Down, said);
    if (is_up(id)) carry(id, Way::Down, std::move(said));
    return Handed::Sent;
}

}  // namespace chapar::sim
