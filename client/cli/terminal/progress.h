// A transfer as a person or a script sees it: one line that rewrites itself, on a terminal's
// stderr.
//
// Owns: the line, the rate over the last seconds, the time left. Does not know what is transferred.
// Silent where stderr is no terminal; with --json one line {"progress": "start" ..} and one
// {"progress": "end" ..} on stderr, for stdout holds results. Bytes and UTC ms; one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "client/edge/transfer.h"
#include "schemas/base/time.h"

namespace chapar::client {

enum class ProgressForm : std::uint8_t { Silent, Bar, JsonLines };
// Of this process: what stderr is, and what was asked for.
enum class JsonWanted : std::uint8_t { No, Yes };
[[nodiscard]] ProgressForm progress_form(JsonWanted json);

// "sending   [#####     ]  42 %  42.0 of 100.0 MiB  1.4 MiB/s  0:41 left"
struct ProgressState {
    TransferWay way = TransferWay::Upload;
    std::uint64_t done = 0;
    std::uint64_t total = 0;
    std::uint64_t bytes_per_second = 0;  // 0: not known yet
};
[[nodiscard]] std::string progress_line(const ProgressState& state);

class Progress {
  public:
    using Write = std::function<void(std::string_view)>;
    using Now = std::function<TimeMs()>;

    Progress(ProgressForm form, Now now, Write write);
    // Ends the line if a transfer was left in the middle.
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void step(const TransferStep& step);
    // Makes room for another line on the terminal.
    void interrupt();

  private:
    struct Sample {
        TimeMs at;
        std::uint64_t done = 0;
    };
    [[nodiscard]] std::uint64_t rate(TimeMs now) const;
    void draw(const TransferStep& step, TimeMs now);
    void tell(const TransferStep& step, TimeMs now);

    ProgressForm form_;
    Now now_;
    Write write_;
    std::deque<Sample> samples_;  // of the last seconds
    TimeMs started_{};
    std::uint64_t started_at_ = 0;
    TimeMs drawn_{};
    std::size_t width_ = 0;  // of the line on the screen
};

}  // namespace chapar::client
