// broker_killed_and_resumed: kill -9 while envelopes are accepted and waiting, and others on the
// way.
#include <signal.h>

#include "client/cli/demo/story.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

struct Pending {
    std::size_t all = 0;
    std::size_t logged = 0;
};

Pending count_outbox(Story& story, std::string_view home, std::size_t before) {
    Pending out;
    const Run run = story.stage.chapar(home, {"outbox", "ls"});
    for (std::size_t i = before; i < run.results.size(); ++i) {
        ++out.all;
        out.logged += text_at(run.results[i], "state") == "logged" ? 1 : 0;
    }
    return out;
}

// How many offices each message of a file goes to.
void expect_file(Story& story, const std::filesystem::path& file) {
    const json::value messages = json::parse(read_whole(file));
    for (const json::value& message : messages.as_array()) {
        for (const json::value& office : message.at("to").as_array()) {
            ++story.expected[std::string(office.as_string())];
        }
    }
}

}  // namespace

void broker_killed_and_resumed(Story& story, Step& step) {
    Stage& stage = story.stage;
    const auto first = stage.data("seizures-nizhny-pyanj.json");
    const auto second = stage.data("seizures-shir-khan-bandar.json");
    const std::size_t before = stage.chapar(kShirKhan, {"outbox", "ls"}).results.size();
    const Run sent = stage.chapar(kNizhnyPyanj, {"send", "seizure", first.string()});
    step.demand(sent.ok(), "send before the kill: " + sent.code());
    look_at_disk(story);
    const std::uint64_t accepted = sent.results.size();
    const std::uint64_t waiting = stage.figure("waiting");
    const std::uint64_t size = stage.figure("size");

    auto sending = stage.start_chapar(kShirKhan, {"send", "seizure", second.string()});
    const ::pid_t killed = stage.broker_pid();
    stage.stop_broker(SIGKILL);
    const Run interrupted = sending ? stage.finish(*sending) : Run{};
    step.demand(interrupted.exit == 3 || interrupted.ok(),
                "the second sender says queued: " + interrupted.code());
    const Pending queued = count_outbox(story, kShirKhan, before);

    const auto ready = stage.start_broker();
    step.demand(static_cast<bool>(ready), "chapard starts again");
    step.demand(stage.figure("size") > size, "the ledger goes on where it was");
    const Run resumed = stage.chapar(kShirKhan, {"outbox", "retry"});
    step.demand(resumed.ok(), "retry: " + resumed.code());
    look_at_disk(story);
    const Pending after = count_outbox(story, kShirKhan, before);
    step.demand(after.all == queued.all && after.logged == after.all, "all queued ones logged");

    expect_file(story, first);
    expect_file(story, second);
    for (const auto& [office, run] : everyone_takes(story)) {
        step.demand(run.ok(), "inbox of " + office + ": " + run.code());
    }
    std::size_t lost = 0, doubled = 0;
    for (const auto& [office, count] : count_inboxes(story)) {
        const std::size_t expected = story.expected[office];
        lost += expected > count.distinct ? expected - count.distinct : 0;
        doubled += count.items - count.distinct;
        step.demand(count.items == expected, "inbox of " + office);
    }
    step.demand(lost == 0 && doubled == 0, "nothing lost, nothing doubled");
    step.demand(accepted > 0 && waiting > 0, "accepted and waiting at the kill");
    story.decisions_of_alert_rule += accepted;
    step.note("killed_pid", killed);
    step.note("resumed_pid", stage.broker_pid());
    step.note("accepted_at_kill", accepted);
    step.note("waiting_at_kill", waiting);
    step.note("queued_at_sender", queued.all - queued.logged);
    step.note("lost", lost);
    step.note("doubled", doubled);
    step.note("size_at_kill", size);
    step.say("kill -9 with " + std::to_string(accepted) + " accepted, " + std::to_string(waiting) +
             " deliveries waiting, " + std::to_string(queued.all - queued.logged) +
             " still at the sender: 0 lost, 0 doubled");
}

}  // namespace chapar::client
