#include "client/cli/demo/demo_command.h"

#include <unistd.h>
#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdio>
#include <set>

#include "client/cli/demo/story.h"
#include "client/cli/terminal/programs.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

struct DemoArguments {
    std::string keep;
    std::string data = CHAPAR_DEMO_DATA;
};

struct Scene {
    const char* name;
    void (*play)(Story&, Step&);
};

constexpr Scene kScenes[] = {
    {"broker_up", broker_up},
    {"enrolled", enrolled},
    {"alerts_delivered", alerts_delivered},
    {"request_answered", request_answered},
    {"policy_refused", policy_refused},
    {"recalled", recalled},
    {"attachment_resumed", attachment_resumed},
    {"broker_killed_and_resumed", broker_killed_and_resumed},
    {"device_revoked", device_revoked},
    {"evidence_verified", evidence_verified},
    {"witnessed", witnessed},
    {"ledger_verified", ledger_verified},
    {"replayed", replayed},
    {"agency_view_complete", agency_view_complete},
    {"tamper_detected", tamper_detected},
    {"fork_detected", fork_detected},
    {"rollback_detected", rollback_detected},
    {"blind_broker", blind_broker},
};

// How the steps appear: JSON lines, or text with colour and a progress line on a terminal only.
class Playbill {
  public:
    explicit Playbill(const Output& output)
        : output_(output),
          terminal_(output.form() == Output::Form::Text && ::isatty(STDOUT_FILENO) == 1) {}

    void begin(const char* name) const {
        if (terminal_) std::printf("  ..  %s", name);
        if (terminal_) std::fflush(stdout);
    }
    void end(const Step& step, std::uint64_t milliseconds) const {
        if (terminal_) std::printf("\r\033[K");
        json::object object{{"step", step.name()}, {"ok", step.ok()}, {"ms", milliseconds}};
        for (const auto& [key, value] : step.details()) object[key] = value;
        if (!step.ok()) object["failed"] = step.failure();
        const std::string mark = step.ok() ? "ok  " : "FAIL";
        char seconds[16];
        std::snprintf(seconds, sizeof seconds, "%4.1f s",
                      static_cast<double>(milliseconds) / 1000.0);
        output_.result(object,
                       colour(mark, step.ok()) + " " + seconds + "  " +
                           (step.ok() ? step.sentence() : step.name() + ": " + step.failure()));
    }

  private:
    [[nodiscard]] std::string colour(const std::string& text, bool good) const {
        if (!terminal_) return text;
        return std::string(good ? "\033[32m" : "\033[31m") + text + "\033[0m";
    }
    const Output& output_;
    bool terminal_;
};

std::uint64_t elapsed_ms(std::chrono::steady_clock::time_point since) {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                          std::chrono::steady_clock::now() - since)
                                          .count());
}

// A scene that meets what it did not expect has failed; the others still play.
void play(const Scene& scene, Story& story, Step& step) {
    try {
        scene.play(story, step);
    } catch (const std::exception& error) {
        step.demand(false, error.what());
    }
}

// The processes that the step started, each for one command.
void note_pids(const Stage& stage, std::size_t first, Step& step) {
    json::array pids;
    for (std::size_t i = first; i < stage.pids().size(); ++i) pids.emplace_back(stage.pids()[i]);
    step.note("pids", std::move(pids));
}

Status run(Invocation& invocation, const DemoArguments& given) {
    const auto programs = CHAPAR_TRY(program_beside("chapard")).parent_path();
    Stage stage = CHAPAR_TRY(Stage::create(programs, given.data, given.keep));
    Story story{stage, {}, {}, 0, {}, {}};
    const Playbill playbill(invocation.output);
    const auto start = std::chrono::steady_clock::now();
    std::size_t good = 0;
    for (const Scene& scene : kScenes) {
        const auto begin = std::chrono::steady_clock::now();
        Step step(scene.name);
        const std::size_t started = stage.pids().size();
        playbill.begin(scene.name);
        play(scene, story, step);
        note_pids(stage, started, step);
        playbill.end(step, elapsed_ms(begin));
        good += step.ok() ? 1 : 0;
    }
    Step summary("summary");
    summary.demand(good == std::size(kScenes), "every step");
    const std::set<::pid_t> different(stage.pids().begin(), stage.pids().end());
    summary.demand(different.size() == stage.pids().size(),
                   "a process of its own for each command");
    summary.note("steps", std::size(kScenes));
    summary.note("steps_ok", good);
    summary.note("processes", stage.pids().size());
    if (!given.keep.empty()) summary.note("kept", stage.folder().string());
    summary.say(std::to_string(good) + " of " + std::to_string(std::size(kScenes)) +
                " steps hold; " + std::to_string(stage.pids().size()) + " processes" +
                (given.keep.empty() ? "" : "; kept in " + stage.folder().string()));
    playbill.end(summary, elapsed_ms(start));
    if (!summary.ok()) return Error(Errc::DemoFailed);
    return Done{};
}

}  // namespace

void add_demo_command(CLI::App& app, Invocation& invocation) {
    auto given = std::make_shared<DemoArguments>();
    CLI::App* command =
        add_command(app, "demo", "the whole story on a broker of its own, judged step by step",
                    "chapar demo --keep /tmp/chapar-demo");
    command->add_option("--keep", given->keep, "new folder to work in and keep");
    command->add_option("--data", given->data, "folder with the demo's messages and policies");
    invocation.on(command, [&invocation, given] { return run(invocation, *given); });
}

}  // namespace chapar::client
