// witnessed, fork_detected, rollback_detected: what keeps the operator from showing two histories,
// or yesterday's.
#include <signal.h>

#include <algorithm>
#include <fstream>

#include "client/cli/demo/story.h"
#include "client/cli/demo/witnesses.h"

namespace chapar::client {
namespace {
namespace fs = std::filesystem;
namespace json = boost::json;

fs::path yesterday(const Stage& stage) { return stage.folder() / "broker-yesterday"; }

void copy_folder(const fs::path& from, const fs::path& to) {
    fs::remove_all(to);
    fs::copy(from, to, fs::copy_options::recursive);
}

bool append_text(const fs::path& file, const std::string& text) {
    std::ofstream out(file, std::ios::app);
    out << text;
    return static_cast<bool>(out.flush());
}

bool write_text(const fs::path& file, const std::string& text) {
    std::ofstream out(file, std::ios::trunc);
    out << text;
    return static_cast<bool>(out.flush());
}

// One alert of this office to the desk in Almaty.
Run send_one(Stage& stage, std::string_view home) {
    return stage.chapar(home, {"send", "seizure", stage.data("seizure-for-almaty.json").string()});
}

std::string message_of(const Run& sent) {
    return sent.results.empty() ? "" : text_at(sent.results.front(), "message");
}

// It counts for the steps that judge inboxes and decisions.
void remember_one(Story& story, const Run& sent) {
    remember_sent(story, kNizhnyPyanj, sent);
    ++story.expected[std::string(kCariccDesk)];
    ++story.decisions_of_alert_rule;
}

std::string state_of(Stage& stage, std::string_view home, std::string_view message) {
    for (const json::object& item : stage.chapar(home, {"outbox", "ls"}).results) {
        if (text_at(item, "message") == message) return text_at(item, "state");
    }
    return "";
}

// The whole state of one device: what it saw in an act that is taken back must go with the act.
class KeptHome {
  public:
    KeptHome(const Stage& stage, std::string_view home)
        : home_(stage.home(home)), copy_(stage.folder() / ("kept-" + std::string(home))) {
        copy_folder(home_, copy_);
    }
    KeptHome(const KeptHome&) = delete;
    KeptHome& operator=(const KeptHome&) = delete;
    ~KeptHome() {
        std::error_code ignored;
        fs::remove_all(home_, ignored);
        fs::rename(copy_, home_, ignored);
    }

  private:
    fs::path home_, copy_;
};

// The operator's copy of the centre in the place of the real one, without witnesses: they would not
// sign it.
class Fork {
  public:
    explicit Fork(Stage& stage) : stage_(stage), real_(stage.folder() / "broker-real") {
        stage_.stop_broker(SIGTERM);
        fs::rename(stage_.broker_folder(), real_);
    }
    Fork(const Fork&) = delete;
    Fork& operator=(const Fork&) = delete;
    ~Fork() {
        stage_.stop_broker(SIGTERM);
        std::error_code ignored;
        fs::remove_all(stage_.broker_folder(), ignored);
        fs::rename(real_, stage_.broker_folder(), ignored);
    }
    // A fresh copy is what everybody reaches from now on.
    void show(Step& step) {
        stage_.stop_broker(SIGTERM);
        copy_folder(real_, stage_.broker_folder());
        fs::copy_file(yesterday(stage_) / "chapard.toml", stage_.broker_folder() / "chapard.toml",
                      fs::copy_options::overwrite_existing);
        step.demand(static_cast<bool>(stage_.start_broker()), "the operator's copy starts");
    }

  private:
    Stage& stage_;
    fs::path real_;
};

}  // namespace

void witnessed(Story& story, Step& step) {
    Stage& stage = story.stage;
    auto witnesses = Witnesses::start(stage);
    step.demand(static_cast<bool>(witnesses), "two witnesses");
    if (!witnesses) return;
    stage.stop_broker(SIGTERM);
    copy_folder(stage.broker_folder(), yesterday(stage));
    const fs::path policy = stage.broker_folder() / "witness.policy";
    step.demand(write_text(policy, witnesses->policy()) &&
                    append_text(stage.broker_folder() / "chapard.toml",
                                "\n[ledger]\nwitness_policy = \"witness.policy\"\n" +
                                    witnesses->settings()),
                "the broker's witnesses");
    step.demand(static_cast<bool>(stage.start_broker()), "chapard starts with witnesses");
    const Run told = stage.chapar(kNizhnyPyanj, {"ledger", "policy", policy.string()});
    step.demand(told.ok(), "the office's witness policy: " + told.code());
    const Run sent = send_one(stage, kNizhnyPyanj);
    step.demand(sent.ok(), "an alert: " + sent.code());
    remember_one(story, sent);
    const Run waited = stage.chapar(kNizhnyPyanj, {"outbox", "retry", "--witnessed", "30"});
    step.demand(waited.ok(), "waiting for the witnesses: " + waited.code());
    const std::string state = state_of(stage, kNizhnyPyanj, message_of(sent));
    step.demand(state == "witnessed", "the receipt is witnessed, not only logged");
    const std::uint64_t size = stage.figure("witnessed_size");
    step.demand(size > 0, "a head that both signed");
    step.note("witnesses", 2);
    step.note("witnessed_size", size);
    step.say("two agencies' witnesses, one over CURVE, one over HTTP, signed the head of " +
             std::to_string(size) + " entries; an alert's receipt names it");
    story.witnesses.emplace(std::move(*witnesses));
}

void fork_detected(Story& story, Step& step) {
    Stage& stage = story.stage;
    const fs::path evidence = stage.folder() / "fork.evidence";
    {
        const KeptHome first(stage, kNizhnyPyanj);
        const KeptHome second(stage, kShirKhan);
        Fork fork(stage);
        fork.show(step);
        step.demand(send_one(stage, kNizhnyPyanj).ok(), "an alert in the first history");
        fork.show(step);
        step.demand(send_one(stage, kShirKhan).ok(), "an alert in the second");
        const Run met = stage.chapar(kNizhnyPyanj, {"inbox", "watch", "--once"});
        step.demand(met.exit == 5, "the office shown another history stops: " + met.code());
        const Run alarms = stage.chapar(kNizhnyPyanj, {"ledger", "alarms"});
        const bool stopped = std::ranges::any_of(alarms.results, [](const json::object& alarm) {
            return text_at(alarm, "alarm") == "fork" && alarm.at("stops_sending").as_bool();
        });
        const Run more = send_one(stage, kNizhnyPyanj);
        step.demand(stopped && !more.ok(), "it sends nothing more: " + more.code());
        const Run written =
            stage.chapar(kNizhnyPyanj, {"ledger", "fork", "--out", evidence.string()});
        step.demand(written.ok(), "evidence: " + written.code());
        step.note("told", met.code());
    }
    step.demand(static_cast<bool>(stage.start_broker()), "the real broker goes on");
    const Run proven = stage.run(
        "chapar-verify", {"fork", evidence.string(), "--card", stage.card().string(), "--json"});
    step.demand(proven.ok(), "two heads of one size, both signed by the ledger's key");
    step.note("proven", proven.ok());
    step.say(
        "the operator showed two offices two histories: the first to see both stopped, and its "
        "evidence is proven by the log's own key");
}

void rollback_detected(Story& story, Step& step) {
    Stage& stage = story.stage;
    const fs::path store = stage.broker_folder() / "store";
    const fs::path high_water = stage.broker_folder() / "high-water";
    const fs::path today = stage.folder() / "broker-today";
    const std::uint64_t size = stage.figure("size");
    stage.stop_broker(SIGTERM);
    copy_folder(stage.broker_folder(), today);

    copy_folder(yesterday(stage) / "store", store);
    step.demand(static_cast<bool>(stage.start_broker()), "chapard starts on yesterday's store");
    const json::object by_file = stage.status();
    step.demand(text_at(by_file, "state") == "read-only", "the high-water file knows better");
    const Run kept = send_one(stage, kNizhnyPyanj);
    step.demand(kept.code() == "head.unknown" || kept.exit == 3,
                "the office holds a later head, and its alert waits: " + kept.code());
    stage.stop_broker(SIGTERM);

    copy_folder(yesterday(stage) / "store", store);
    fs::copy_file(yesterday(stage) / "high-water", high_water,
                  fs::copy_options::overwrite_existing);
    fs::remove(stage.broker_folder() / "rolled-back.note");
    step.demand(static_cast<bool>(stage.start_broker()), "chapard starts on all of yesterday");
    // An office that was not there since: its session waits until the witnesses were asked.
    static_cast<void>(stage.chapar(kGulfDesk, {"inbox", "watch", "--once"}));
    const json::object by_witness = stage.status();
    step.demand(text_at(by_witness, "state") == "read-only", "the witnesses know better");
    stage.stop_broker(SIGTERM);

    copy_folder(today, stage.broker_folder());
    step.demand(static_cast<bool>(stage.start_broker()), "chapard starts on today's store");
    // The officer has called the centre.
    static_cast<void>(stage.chapar(kNizhnyPyanj, {"ledger", "alarms", "--confirm"}));
    const Run sent = stage.chapar(kNizhnyPyanj, {"outbox", "retry"});
    remember_one(story, sent);
    const std::string state = text_at(stage.status(), "state");
    step.demand(state == "running", "and goes on: " + state);
    step.demand(state_of(stage, kNizhnyPyanj, message_of(kept)) != "on this computer",
                "what waited meanwhile is logged");
    step.note("size", size);
    step.note("by_high_water", text_at(by_file, "not_signing"));
    step.note("by_witnesses", text_at(by_witness, "not_signing"));
    step.say(
        "yesterday's store put back: caught by the high-water file; put back with that file: "
        "by the witnesses. It only read, and signed nothing");
}

}  // namespace chapar::client
