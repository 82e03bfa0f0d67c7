#include "client/cli/terminal/progress.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cstdio>
#include <utility>

namespace chapar::client {
namespace {

constexpr std::size_t kBarCells = 20;
constexpr DurationMs kRateOver{5000};  // the rate is that of the last seconds
constexpr DurationMs kDrawEvery{100};

std::string_view verb(TransferWay way) {
    constexpr std::array<std::string_view, 3> kVerbs{"sending", "fetching", "sealing"};
    return kVerbs.at(static_cast<std::size_t>(way));
}

std::string mebibytes(std::uint64_t bytes) {
    char out[32];
    std::snprintf(out, sizeof out, "%.1f", static_cast<double>(bytes) / (1024.0 * 1024.0));
    return out;
}

std::string rate_text(std::uint64_t bytes_per_second) {
    if (bytes_per_second >= 100 * 1024) return mebibytes(bytes_per_second) + " MiB/s";
    return std::to_string((bytes_per_second + 1023) / 1024) + " KiB/s";
}

// "0:41", "1:02:03".
std::string clock_text(std::uint64_t seconds) {
    char out[48];
    const auto hours = static_cast<unsigned long long>(seconds / 3600);
    const auto minutes = static_cast<unsigned>(seconds / 60 % 60);
    const auto rest = static_cast<unsigned>(seconds % 60);
    if (hours > 0) {
        std::snprintf(out, sizeof out, "%llu:%02u:%02u", hours, minutes, rest);
    } else {
        std::snprintf(out, sizeof out, "%u:%02u", minutes, rest);
    }
    return out;
}

std::uint64_t share_of(std::uint64_t done, std::uint64_t total, std::uint64_t whole) {
    return total == 0 ? whole : std::min(done, total) * whole / total;
}

}  // namespace

ProgressForm progress_form(JsonWanted json) {
    if (json == JsonWanted::Yes) return ProgressForm::JsonLines;
    return ::isatty(STDERR_FILENO) == 1 ? ProgressForm::Bar : ProgressForm::Silent;
}

std::string progress_line(const ProgressState& state) {
    const auto cells = static_cast<std::size_t>(share_of(state.done, state.total, kBarCells));
    std::string line(verb(state.way));
    line.resize(9, ' ');
    line += "[" + std::string(cells, '#') + std::string(kBarCells - cells, ' ') + "] ";
    char percent[16];
    std::snprintf(percent, sizeof percent, "%3u %%",
                  static_cast<unsigned>(share_of(state.done, state.total, 100)));
    line += percent;
    line += "  " + mebibytes(state.done) + " of " + mebibytes(state.total) + " MiB";
    if (state.bytes_per_second == 0) return line;
    line += "  " + rate_text(state.bytes_per_second);
    const std::uint64_t left = state.total - std::min(state.done, state.total);
    if (left == 0) return line;
    return line + "  " + clock_text((left + state.bytes_per_second - 1) / state.bytes_per_second) +
           " left";
}

Progress::Progress(ProgressForm form, Now now, Write write)
    : form_(form), now_(std::move(now)), write_(std::move(write)) {}

Progress::~Progress() { interrupt(); }

void Progress::step(const TransferStep& step) {
    if (form_ == ProgressForm::Silent) return;
    const TimeMs now = now_();
    if (step.phase == TransferPhase::Started) {
        samples_.clear();
        started_ = now;
        started_at_ = step.done;
        drawn_ = TimeMs();
    }
    samples_.push_back({now, step.done});
    while (samples_.size() > 2 && samples_[1].at + kRateOver <= now) samples_.pop_front();
    form_ == ProgressForm::Bar ? draw(step, now) : tell(step, now);
}

std::uint64_t Progress::rate(TimeMs now) const {
    if (samples_.empty() || now.value <= samples_.front().at.value) return 0;
    const std::uint64_t moved =
        samples_.back().done - std::min(samples_.front().done, samples_.back().done);
    return moved * 1000 / (now.value - samples_.front().at.value);
}

void Progress::draw(const TransferStep& step, TimeMs now) {
    const bool finished = step.phase == TransferPhase::Finished;
    if (!finished && drawn_ != TimeMs() && now < drawn_ + kDrawEvery) return;
    drawn_ = now;
    std::string line = progress_line({step.way, step.done, step.total, rate(now)});
    const std::size_t width = line.size();
    // What the line before it had more is blanked.
    if (width < width_) line.resize(width_, ' ');
    width_ = width;
    write_("\r" + line);
    if (!finished) return;
    write_("\n");
    width_ = 0;
}

void Progress::tell(const TransferStep& step, TimeMs now) {
    if (step.phase == TransferPhase::Moving) return;
    boost::json::object object{{"progress", step.phase == TransferPhase::Started ? "start" : "end"},
                               {"way", verb(step.way)},
                               {"bytes", step.done},
                               {"total", step.total}};
    if (step.phase == TransferPhase::Finished) {
        const std::uint64_t took = now.value - std::min(started_.value, now.value);
        object["milliseconds"] = took;
        const std::uint64_t moved = step.done - std::min(started_at_, step.done);
        if (took > 0) object["bytes_per_second"] = moved * 1000 / took;
    }
    write_(boost::json::serialize(object) + "\n");
}

void Progress::interrupt() {
    if (width_ == 0) return;
    write_("\n");
    width_ = 0;
}

}  // namespace chapar::client
