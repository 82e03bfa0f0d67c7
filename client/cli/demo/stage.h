// The stage of the demo: its folders, the programs it runs, and what each run printed.
//
// Owns the temporary folder and the broker's process. Each client command is a process of its own,
// with its own home; their pids are collected. Knows nothing of what a step judges.
#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/cli/demo/process.h"
#include "schemas/base/result.h"

namespace chapar::client {

// What a client command printed, as JSON.
struct Run {
    ::pid_t pid = 0;
    int exit = -1;
    std::vector<boost::json::object> results;   // lines of stdout
    std::vector<boost::json::object> problems;  // lines of stderr that are problem objects
    std::vector<boost::json::object> progress;  // lines of stderr about transfers

    [[nodiscard]] bool ok() const { return exit == 0; }
    // The code of the first problem, or "".
    [[nodiscard]] std::string code() const;
};

class Stage {
  public:
    // `keep` empty: a temporary folder that is removed at the end.
    [[nodiscard]] static Result<Stage> create(const std::filesystem::path& programs,
                                              const std::filesystem::path& data,
                                              const std::filesystem::path& keep);
    Stage(Stage&&) noexcept;
    Stage& operator=(Stage&&) = delete;
    ~Stage();

    [[nodiscard]] std::filesystem::path folder() const { return folder_; }
    [[nodiscard]] std::filesystem::path broker_folder() const { return folder_ / "broker"; }
    [[nodiscard]] std::filesystem::path root_folder() const { return folder_ / "centre-root"; }
    [[nodiscard]] std::filesystem::path card() const;
    [[nodiscard]] std::filesystem::path tap() const { return folder_ / "tap"; }
    [[nodiscard]] std::filesystem::path home(std::string_view name) const {
        return folder_ / "homes" / name;
    }
    [[nodiscard]] std::filesystem::path data(std::string_view name) const { return data_ / name; }
    // Of all processes that were started, in order.
    [[nodiscard]] const std::vector<::pid_t>& pids() const { return pids_; }

    // Runs a program beside this one to its end.
    [[nodiscard]] Run run(const std::string& program, std::vector<std::string> arguments);
    // `chapar ARGUMENTS --home HOME --json`.
    [[nodiscard]] Run chapar(std::string_view home, std::vector<std::string> arguments);
    // The same command for several homes, side by side; results in the order given.
    struct Order {
        std::string home;
        std::vector<std::string> arguments;
    };
    [[nodiscard]] std::vector<Run> chapar_each(const std::vector<Order>& orders);
    [[nodiscard]] Result<Process> start_chapar(std::string_view home,
                                               std::vector<std::string> arguments);
    [[nodiscard]] Run finish(Process& process);

    // Starts chapard and waits for its `ready` line, which is returned.
    [[nodiscard]] Result<std::string> start_broker();
    [[nodiscard]] ::pid_t broker_pid() const { return broker_ ? broker_->pid() : 0; }
    void stop_broker(int signal);
    // A figure of `broker status`; 0 if it has none.
    [[nodiscard]] std::uint64_t figure(std::string_view name);
    [[nodiscard]] boost::json::object status();

  private:
    Stage(std::filesystem::path programs, std::filesystem::path data, std::filesystem::path folder,
          bool temporary);
    [[nodiscard]] std::filesystem::path program(const std::string& name) const;
    [[nodiscard]] Run parse(const Finished& finished);

    std::filesystem::path programs_;
    std::filesystem::path data_;
    std::filesystem::path folder_;
    bool temporary_;
    std::optional<Process> broker_;
    std::vector<::pid_t> pids_;
};

// A loopback port that was free a moment ago.
[[nodiscard]] Result<std::uint16_t> free_port();

}  // namespace chapar::client
