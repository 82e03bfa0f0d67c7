// What a person, or a script, sees of a table that is imported.
//
// Owns: a line for each note of a row, a JSON object for each row, the sums, what became of it and
// the line of progress. Does not know files or stores.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "client/cases/ids_rows.h"
#include "client/cli/terminal/output.h"
#include "client/cli/terminal/progress.h"
#include "client/core/imports.h"

namespace chapar::client {

// A row and what this device knows of it.
struct ImportLine {
    const RowVerdict* verdict = nullptr;
    ImportFound found;

    [[nodiscard]] bool undecided() const {
        return verdict->undecided() || found.state == ImportState::Changed;
    }
    // It has an alert of its own, which is to be sent now.
    [[nodiscard]] bool to_send() const {
        return verdict->message && !undecided() && found.state == ImportState::New;
    }
};

struct ImportSums {
    std::uint64_t ready = 0;  // with those that were read otherwise, and those in another's alert
    std::uint64_t read = 0;   // of these: read otherwise than written
    std::uint64_t joined = 0;
    std::uint64_t known = 0;
    std::uint64_t blank = 0;
    std::vector<std::uint64_t> undecided;  // rows
};
[[nodiscard]] ImportSums sums_of(std::span<const ImportLine> lines);
// "9,997 ready, 3 undecided (rows 17, 400 and 9001)".
[[nodiscard]] std::string sentence(const ImportSums& sums);
[[nodiscard]] boost::json::object object_of(const ImportSums& sums);

// What became of the alerts that were handed over.
struct ImportOutcome {
    std::uint64_t logged = 0;
    std::uint64_t waiting = 0;  // in the outbox, and go by themselves
    std::vector<OutboxNumber> refused;
    std::uint64_t given_up = 0;  // taken out of the outbox again: their rows are new
    std::optional<Error> why;    // why something waits, was refused or given up
};
// Each of them in it.
[[nodiscard]] std::string sentence(const ImportOutcome& outcome, const ImportSums& sums);
[[nodiscard]] boost::json::object object_of(const ImportOutcome& outcome, const ImportSums& sums);
// Done if all were logged, Queued if the rest waits, else why.
[[nodiscard]] Status end_of(const ImportOutcome& outcome);

// With JSON an object a row, `payload` with it; else a line a note.
void show_lines(const Output& output, std::span<const ImportLine> lines);

// "sending   1,280 of 9,997 rows  52/s  2:48 left", rewritten in place.
class RowProgress {
  public:
    using Now = std::function<TimeMs()>;
    using Write = std::function<void(std::string_view)>;

    RowProgress(ProgressForm form, Now now, Write write)
        : form_(form), now_(std::move(now)), write_(std::move(write)) {}
    ~RowProgress() { end(); }
    RowProgress(const RowProgress&) = delete;
    RowProgress& operator=(const RowProgress&) = delete;

    void begin(std::string_view verb, std::uint64_t total);
    void step(std::uint64_t done);
    void end();

  private:
    [[nodiscard]] std::string line(std::uint64_t done, TimeMs now) const;

    ProgressForm form_;
    Now now_;
    Write write_;
    std::string verb_;
    std::uint64_t total_ = 0;
    TimeMs started_;
    std::size_t width_ = 0;  // of the line on the screen
};

}  // namespace chapar::client
