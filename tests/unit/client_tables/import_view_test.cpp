#include "client/cli/mail/import_view.h"

#include <doctest/doctest.h>

namespace chapar::testing {
namespace {

using namespace client;

struct Lines {
    std::vector<RowVerdict> verdicts;
    std::vector<ImportLine> lines;

    explicit Lines(std::size_t count) : verdicts(count), lines(count) {
        for (std::size_t i = 0; i < count; ++i) {
            verdicts[i].row = i + 2;
            verdicts[i].message.emplace();
            lines[i].verdict = &verdicts[i];
        }
    }
};

}  // namespace

// Fails if a row that was sent before, or is undecided, is sent.
TEST_CASE("sent is what is ready and new, and nothing else") {
    Lines rows(5);
    rows.verdicts[1].state = RowState::Read;
    rows.verdicts[2].state = RowState::Choice;
    rows.lines[3].found.state = ImportState::Known;
    rows.lines[4].found.state = ImportState::Changed;
    std::vector<bool> sent;
    for (const ImportLine& line : rows.lines) sent.push_back(line.to_send());
    CHECK(sent == std::vector<bool>{true, true, false, false, false});
    CHECK(rows.lines[4].undecided());
    rows.verdicts[0].message.reset();  // joined to another
    CHECK_FALSE(rows.lines[0].to_send());
}

TEST_CASE("every row is in one of the sums, and the undecided are named") {
    Lines rows(1'203);
    rows.verdicts[0].state = RowState::Blank;
    rows.verdicts[1].state = RowState::Read;
    rows.verdicts[2].joined_to = 3;
    rows.lines[3].found.state = ImportState::Known;
    rows.verdicts[4].state = RowState::Wrong;
    rows.lines[5].found.state = ImportState::Changed;
    const ImportSums sums = sums_of(rows.lines);
    CHECK(sums.ready + sums.known + sums.blank + sums.undecided.size() == rows.lines.size());
    CHECK(sums.undecided == std::vector<std::uint64_t>{6, 7});
    CHECK(sentence(sums) ==
          "1,199 rows ready (1 in the alert of another), 1 sent before, 1 blank, 2 undecided (rows "
          "6, 7)");
    for (RowVerdict& verdict : rows.verdicts) verdict.state = RowState::Wrong;
    CHECK(sentence(sums_of(rows.lines)).ends_with("20, 21, ..)"));
}

// Fails if alerts that were taken out of the outbox again are in no sum, or end the command well
// because others were logged before them.
TEST_CASE("alerts that were given up are told, and the command does not end well") {
    const ImportSums sums;
    ImportOutcome outcome{256, 0, {}, 9'000, Error(Errc::DirectoryStale)};
    CHECK(sentence(outcome, sums) ==
          "256 logged; 9000 not sent and not kept: give the file again when that is mended");
    CHECK(object_of(outcome, sums).at("given_up").to_number<int>() == 9'000);
    CHECK(end_of(outcome).error().code == Errc::DirectoryStale);
    outcome.waiting = 3;
    CHECK(end_of(outcome).error().code == Errc::DirectoryStale);
    outcome.given_up = 0;
    CHECK(end_of(outcome).error().code == Errc::Queued);
    outcome.waiting = 0;
    CHECK(end_of(outcome));
    outcome.refused.push_back(OutboxNumber(7));
    CHECK(end_of(outcome).error().code == Errc::DirectoryStale);
    CHECK(end_of({}));
}

TEST_CASE("progress tells rows, their rate and the time left, on one line") {
    TimeMs now(1'000'000);
    std::string out;
    RowProgress progress(
        ProgressForm::Bar, [&now] { return now; }, [&out](std::string_view text) { out += text; });
    progress.begin("sending", 10'000);
    now = now + kSecond * 20;
    progress.step(1'000);
    CHECK(out.ends_with("\rsending   1,000 of 10,000 rows  50/s  3:00 left"));
    progress.end();
    CHECK(out.ends_with("\n"));
}

TEST_CASE("progress for programs is a line of JSON a step, and nothing where nobody looks") {
    std::string out;
    const auto write = [&out](std::string_view text) { out += text; };
    const auto now = [] { return TimeMs(0); };
    {
        RowProgress progress(ProgressForm::JsonLines, now, write);
        progress.begin("keeping", 2);
        progress.step(2);
    }
    CHECK(out ==
          "{\"progress\":\"keeping\",\"rows\":0,\"total\":2}\n"
          "{\"progress\":\"keeping\",\"rows\":2,\"total\":2}\n");
    out.clear();
    {
        RowProgress progress(ProgressForm::Silent, now, write);
        progress.begin("keeping", 2);
        progress.step(2);
    }
    CHECK(out.empty());
}

}  // namespace chapar::testing
