// Child processes of the demo: started, watched with a deadline, always stopped.
//
// Resource type: a process that is still running when its owner goes is killed and waited for.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "schemas/base/result.h"
#include "schemas/base/time.h"

namespace chapar::client {

struct Finished {
    ::pid_t pid = 0;
    int exit = -1;  // 128 + signal if it was killed
    std::string out;
    std::string err;
};

class Process {
  public:
    // Standard error goes to `log` if given, else it is collected.
    [[nodiscard]] static Result<Process> start(const std::filesystem::path& program,
                                               const std::vector<std::string>& arguments,
                                               const std::filesystem::path& log = {});
    Process(Process&& other) noexcept;
    Process& operator=(Process&& other) noexcept;
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process();

    [[nodiscard]] ::pid_t pid() const { return pid_; }
    // The first line of its standard output, without its newline. Unreachable if none came in time.
    [[nodiscard]] Result<std::string> first_line(DurationMs patience);
    // Collects output until it ends by itself; Unreachable (and killed) past the deadline.
    [[nodiscard]] Result<Finished> finish(DurationMs patience);
    // Sends the signal and waits for the end.
    void stop(int signal);

  private:
    Process(::pid_t pid, int out, int err) : pid_(pid), out_(out), err_(err) {}
    void close_pipes();

    ::pid_t pid_ = -1;
    int out_ = -1;
    int err_ = -1;
    std::string read_ahead_;
};

}  // namespace chapar::client
