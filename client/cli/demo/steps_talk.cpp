// alerts_delivered, request_answered, policy_refused, recalled: what liaison officers do.
#include <algorithm>

#include "client/cli/demo/story.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

constexpr std::string_view kAlertRule = "export.alerts";
constexpr std::string_view kGulfRule = "export.no-requests-to-the-gulf";

json::array array_at(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value && value->is_array() ? value->as_array() : json::array{};
}

// The stages that an outbox shows for one item, one for each office.
std::vector<std::string> stages_of(const Run& outbox, std::uint64_t number) {
    std::vector<std::string> out;
    for (const json::object& item : outbox.results) {
        const json::value* own = item.if_contains("number");
        if (!own || json::value_to<std::uint64_t>(*own) != number) continue;
        for (const json::value& office : array_at(item, "offices")) {
            out.push_back(text_at(office.as_object(), "state"));
        }
    }
    return out;
}

bool all_are(const std::vector<std::string>& stages, std::string_view wanted) {
    return !stages.empty() &&
           std::ranges::all_of(stages, [&](const std::string& s) { return s == wanted; });
}

// The newest inbox item of a kind; 0 if there is none.
std::uint64_t newest(Story& story, std::string_view home, std::string_view kind) {
    std::uint64_t number = 0;
    for (const json::object& item : story.stage.chapar(home, {"inbox", "ls"}).results) {
        if (text_at(item, "kind") == kind) {
            number = json::value_to<std::uint64_t>(item.at("number"));
        }
    }
    return number;
}

// 1 if the inbox calls the message recalled and cannot show it any more.
std::size_t recalled_and_gone(Story& story, const std::string& office, const Run& inbox,
                              const std::string& message) {
    for (const json::object& item : inbox.results) {
        if (text_at(item, "message") != message) continue;
        const std::string number = std::to_string(json::value_to<std::uint64_t>(item.at("number")));
        const Run shown = story.stage.chapar(office, {"inbox", "show", number});
        return text_at(item, "state") == "recalled" && !shown.ok() ? 1 : 0;
    }
    return 0;
}

}  // namespace

void alerts_delivered(Story& story, Step& step) {
    Stage& stage = story.stage;
    const std::uint64_t commits = stage.figure("commits");
    const std::vector<Stage::Order> orders{
        {std::string(kNizhnyPyanj),
         {"send", "seizure", stage.data("seizures-nizhny-pyanj.json").string()}},
        {std::string(kShirKhan),
         {"send", "seizure", stage.data("seizures-shir-khan-bandar.json").string()}}};
    const std::vector<Run> sent = stage.chapar_each(orders);
    for (std::size_t i = 0; i < sent.size(); ++i) {
        step.demand(sent[i].ok(), "send from " + orders[i].home + ": " + sent[i].code());
        remember_sent(story, orders[i].home, sent[i]);
    }
    const std::uint64_t fsyncs = stage.figure("commits") - commits;
    look_at_disk(story);

    std::size_t deliveries = 0;
    for (const SentAlert& alert : story.alerts) {
        for (const std::string& office : alert.offices) {
            ++story.expected[office];
            ++deliveries;
        }
    }
    story.decisions_of_alert_rule = sent.front().results.size();
    for (const auto& [office, run] : everyone_takes(story)) {
        step.demand(run.ok(), "inbox of " + office + ": " + run.code());
        step.demand(run.results.size() == story.expected[office], "inbox of " + office);
    }
    std::size_t proven = 0;
    for (const Stage::Order& order : orders) {
        const Run outbox = stage.chapar(order.home, {"outbox", "retry"});
        for (const SentAlert& alert : story.alerts) {
            if (alert.home != order.home) continue;
            const auto stages = stages_of(outbox, alert.number);
            step.demand(all_are(stages, "delivered"), "delivery of " + alert.message);
            proven += stages.size();
        }
    }
    step.demand(story.alerts.size() >= 12, "at least 12 alerts");
    step.demand(fsyncs < story.alerts.size(), "fewer fsyncs than envelopes");
    step.note("alerts", story.alerts.size());
    step.note("deliveries", deliveries);
    step.note("delivery_receipts", proven);
    step.note("fsyncs", fsyncs);
    step.say(std::to_string(story.alerts.size()) + " sealed alerts from 2 offices, " +
             std::to_string(deliveries) + " deliveries, each proven back to its sender; " +
             std::to_string(fsyncs) + " fsyncs");
}

void request_answered(Story& story, Step& step) {
    Stage& stage = story.stage;
    const Run asked =
        stage.chapar(kNizhnyPyanj, {"send", "request", stage.data("request.json").string()});
    step.demand(asked.ok() && asked.results.size() == 1, "request: " + asked.code());
    look_at_disk(story);
    (void)stage.chapar(kShirKhan, {"inbox", "watch", "--once"});
    const std::uint64_t request = newest(story, kShirKhan, "info-request");
    const Run shown = stage.chapar(kShirKhan, {"inbox", "show", std::to_string(request)});
    step.demand(shown.ok(), "the request could not be read");
    const Run answered = stage.chapar(
        kShirKhan,
        {"send", "reply", stage.data("reply.json").string(), "--re", std::to_string(request)});
    step.demand(answered.ok(), "reply: " + answered.code());
    look_at_disk(story);
    (void)stage.chapar(kNizhnyPyanj, {"inbox", "watch", "--once"});
    const std::uint64_t reply = newest(story, kNizhnyPyanj, "info-reply");
    const Run read = stage.chapar(kNizhnyPyanj, {"inbox", "show", std::to_string(reply)});
    const std::string text = read.results.empty() ? "" : json::serialize(read.results.front());
    step.demand(read.ok() && text.find("FOUND") != std::string::npos, "the answer");
    const std::string id = asked.results.empty() ? "-" : text_at(asked.results[0], "message");
    step.demand(text.find(id) != std::string::npos, "the answer names its request");
    const Run taken = stage.chapar(kNizhnyPyanj, {"inbox", "ack", std::to_string(reply)});
    step.demand(taken.ok(), "acknowledgement: " + taken.code());
    ++story.expected[std::string(kShirKhan)];
    ++story.expected[std::string(kNizhnyPyanj)];
    step.note("request", id);
    step.note("asked_by", kNizhnyPyanj);
    step.note("answered_by", kShirKhan);
    step.say("a number plate asked across the river, FOUND came back and was acknowledged");
}

void policy_refused(Story& story, Step& step) {
    Stage& stage = story.stage;
    const std::uint64_t waiting = stage.figure("waiting");
    const std::uint64_t accepted = stage.figure("accepted");
    const Run refused = stage.chapar(
        kNizhnyPyanj, {"send", "request", stage.data("request-to-the-gulf.json").string()});
    const json::object shown = refused.results.empty() ? json::object{} : refused.results.front();
    const json::value* problem = shown.if_contains("problem");
    const std::string rule =
        problem && problem->is_object() ? text_at(problem->as_object(), "rule") : "";
    step.demand(refused.exit == 4, "exit code 4");
    step.demand(refused.code() == "policy.refused", "code policy.refused");
    step.demand(rule == kGulfRule, "the rule that refused");
    step.demand(stage.figure("waiting") == waiting && stage.figure("accepted") == accepted,
                "nothing was delivered to anyone");
    const Run explained =
        stage.chapar(kNizhnyPyanj, {"policy", "explain", "--to", std::string(kGulfDesk), "--to",
                                    std::string(kCariccDesk), "--kind", "info-request"});
    const std::string lines =
        explained.results.empty() ? "" : json::serialize(explained.results.front());
    step.demand(explained.exit == 4 && lines.find(kGulfRule) != std::string::npos,
                "policy explain gives the same reason");
    step.note("rule", rule);
    step.note("code", refused.code());
    step.note("exit", refused.exit);
    step.note("entry", shown.contains("entry") ? shown.at("entry") : json::value());
    step.say("a request to the Gulf refused by " + rule + ", ledgered, delivered to no one");
}

void recalled(Story& story, Step& step) {
    Stage& stage = story.stage;
    const auto target = std::ranges::find_if(story.alerts, [](const SentAlert& alert) {
        return alert.home == kNizhnyPyanj && alert.offices.size() >= 2;
    });
    step.demand(target != story.alerts.end(), "an alert to recall");
    if (target == story.alerts.end()) return;
    const Run asked = stage.chapar(
        kNizhnyPyanj, {"recall", target->message, "--reason", "sent to the wrong audience"});
    step.demand(asked.ok(), "recall: " + asked.code());
    look_at_disk(story);
    std::vector<Stage::Order> takes, lists;
    for (const std::string& office : target->offices) {
        ++story.expected[office];
        takes.push_back({office, {"inbox", "watch", "--once"}});
        lists.push_back({office, {"inbox", "ls"}});
    }
    (void)stage.chapar_each(takes);
    const std::vector<Run> inboxes = stage.chapar_each(lists);
    std::size_t unreadable = 0;
    for (std::size_t i = 0; i < inboxes.size(); ++i) {
        unreadable += recalled_and_gone(story, target->offices[i], inboxes[i], target->message);
    }
    step.demand(unreadable == target->offices.size(), "the text is gone everywhere");
    const Run outbox = stage.chapar(kNizhnyPyanj, {"outbox", "retry"});
    const auto stages = stages_of(outbox, target->number);
    step.demand(all_are(stages, "recalled"), "a signed proof from every recipient");
    step.note("message", target->message);
    step.note("offices", target->offices.size());
    step.note("proofs", stages.size());
    step.say("one alert recalled: deleted at " + std::to_string(unreadable) +
             " offices, each signed that it did");
}

}  // namespace chapar::client
