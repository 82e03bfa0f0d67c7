#include "client/cli/terminal/progress.h"

#include <doctest/doctest.h>

#include "client/edge/transfer_pace.h"

namespace chapar::testing {
namespace {

using client::ProgressForm;
using client::TransferPhase;
using client::TransferStep;
using client::TransferWay;

constexpr std::uint64_t kMiB = 1024 * 1024;

struct Screen {
    explicit Screen(ProgressForm form)
        : progress(
              form, [this] { return now; }, [this](std::string_view more) { seen += more; }) {}
    void step(TransferPhase phase, std::uint64_t done, std::uint64_t after_ms) {
        now = now + DurationMs(after_ms);
        progress.step({TransferWay::Upload, phase, Hash{}, done, 100 * kMiB});
    }
    TimeMs now{1'000'000};
    std::string seen;
    client::Progress progress;
};

}  // namespace

TEST_CASE("the line says how much is done, how fast and how long it will take") {
    CHECK(client::progress_line({TransferWay::Upload, 42 * kMiB, 100 * kMiB, kMiB}) ==
          "sending  [########            ]  42 %  42.0 of 100.0 MiB  1.0 MiB/s  0:58 left");
    CHECK(client::progress_line({TransferWay::Download, 0, 100 * kMiB, 0}) ==
          "fetching [                    ]   0 %  0.0 of 100.0 MiB");
    CHECK(client::progress_line({TransferWay::Seal, kMiB, kMiB, 8000}) ==
          "sealing  [####################] 100 %  1.0 of 1.0 MiB  8 KiB/s");
    CHECK(client::progress_line({TransferWay::Download, 0, 100 * kMiB, 16 * 1024})
              .ends_with("16 KiB/s  1:46:40 left"));
}

TEST_CASE("the line rewrites itself, not more than ten times a second, and ends with a newline") {
    Screen screen(ProgressForm::Bar);
    screen.step(TransferPhase::Started, 0, 0);
    const auto once = screen.seen.size();
    screen.step(TransferPhase::Moving, kMiB, 50);
    CHECK(screen.seen.size() == once);
    screen.step(TransferPhase::Moving, 2 * kMiB, 950);
    CHECK(screen.seen.size() > once);
    CHECK(screen.seen.find("2.0 MiB/s") != std::string::npos);
    CHECK(screen.seen.find('\n') == std::string::npos);
    screen.step(TransferPhase::Finished, 100 * kMiB, 10);
    CHECK(screen.seen.ends_with("\n"));
    CHECK(screen.seen.front() == '\r');
}

TEST_CASE("the rate of a transfer that is resumed counts only what was moved now") {
    Screen screen(ProgressForm::Bar);
    screen.step(TransferPhase::Started, 90 * kMiB, 0);
    screen.step(TransferPhase::Moving, 91 * kMiB, 1000);
    CHECK(screen.seen.find("1.0 MiB/s") != std::string::npos);
}

TEST_CASE(
    "without a terminal nothing is said, with JSON one line at the start and one at the end") {
    Screen silent(ProgressForm::Silent);
    Screen json(ProgressForm::JsonLines);
    for (Screen* screen : {&silent, &json}) {
        screen->step(TransferPhase::Started, 0, 0);
        screen->step(TransferPhase::Moving, kMiB, 1000);
        screen->step(TransferPhase::Finished, 100 * kMiB, 1000);
    }
    CHECK(silent.seen.empty());
    CHECK(json.seen ==
          "{\"progress\":\"start\",\"way\":\"sending\",\"bytes\":0,\"total\":104857600}\n"
          "{\"progress\":\"end\",\"way\":\"sending\",\"bytes\":104857600,\"total\":104857600,"
          "\"milliseconds\":2000,\"bytes_per_second\":52428800}\n");
}

// Fails if TransferPace keeps one window for all lines: at 256 kbit/s a FLASH would wait behind
// 768 KiB, 24 seconds.
TEST_CASE("on a slow line one chunk is under way, on a fast one as many as four frames hold") {
    client::TransferPace slow;
    for (int i = 0; i < 5; ++i) slow.answered(DurationMs(3000));
    CHECK(slow.window() == 1);
    client::TransferPace fast;
    for (int i = 0; i < 50; ++i) fast.answered(DurationMs(20));
    CHECK(fast.window() == client::kChunksUnanswered);
    fast.answered(DurationMs(700));
    CHECK(fast.window() == client::kChunksUnanswered);
}

}  // namespace chapar::testing
