#include "broker/edge/log.h"

#include <unistd.h>

#include <array>

#include "broker/edge/clock.h"
#include "schemas/base/hex.h"
#include "schemas/base/problem.h"

namespace chapar::broker {
namespace {

constexpr std::size_t kLineBytes = 4096;
constexpr std::size_t kFieldBytes = 512;
constexpr unsigned kLinesPerSecond = 200;
constexpr unsigned kLinesPerSourceAndSecond = 50;

std::string_view name_of(Level level) {
    switch (level) {
        case Level::Info:
            return "info";
        case Level::Warning:
            return "warning";
        case Level::Error:
            return "error";
    }
    return "error";
}

void add_field(std::string& line, std::string_view name, std::string_view value) {
    line += ",\"" + json_escape(name) + "\":\"" + json_escape(value.substr(0, kFieldBytes)) + '"';
}

}  // namespace

std::string short_hash(ByteView hash) { return to_hex(hash).substr(0, 8); }

void Log::begin_second() {
    const std::uint64_t second = time_.elapsed().value / kSecond.value;
    if (second == second_) return;
    second_ = second;
    lines_ = 0;
    lines_of_.clear();
}

// At most as many sources are remembered as there are lines in a second.
bool Log::within_rate_of(std::string_view source) {
    begin_second();
    auto lines = lines_of_.find(source);
    if (lines == lines_of_.end()) {
        if (lines_ >= kLinesPerSecond) {
            ++dropped_;
            return false;
        }
        lines = lines_of_.emplace(source, 0).first;
    }
    if (lines->second >= kLinesPerSourceAndSecond) {
        ++dropped_;
        return false;
    }
    ++lines->second;
    return true;
}

bool Log::within_rate() {
    begin_second();
    if (lines_ >= kLinesPerSecond) {
        ++dropped_;
        return false;
    }
    ++lines_;
    return true;
}

void Log::write(Level level, std::string_view event, std::initializer_list<Field> fields) {
    if (!within_rate()) return;
    std::string line = "{\"time\":" + std::to_string(time_.stamp().time.value) + ",\"level\":\"" +
                       std::string(name_of(level)) + "\",\"event\":\"" + json_escape(event) + '"';
    if (dropped_ > 0) add_field(line, "dropped_lines", std::to_string(dropped_));
    dropped_ = 0;
    for (const auto& [name, value] : fields) {
        std::string more;
        add_field(more, name, value);
        if (line.size() + more.size() + 2 <= kLineBytes) line += more;
    }
    line += "}\n";
    // A log that cannot be written must not stop the broker.
    [[maybe_unused]] const ssize_t written = ::write(descriptor_, line.data(), line.size());
}

}  // namespace chapar::broker
