// device_revoked: a laptop is stolen while an alert waits for it; and what its owner gets instead.
#include <chrono>

#include "client/cli/demo/story.h"
#include "schemas/base/time_text.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

constexpr std::string_view kAgency = "AF-CNP";
constexpr std::string_view kNewLaptop = "AF-HAI-BLO-2";

std::string own_certificate(Stage& stage, std::string_view home) {
    for (const json::object& line : stage.chapar(home, {"key", "ls"}).results) {
        if (!text_at(line, "certificate").empty()) return text_at(line, "certificate");
    }
    return "";
}

// The first registrar's draft, signed by the second and logged.
Run by_two(Stage& stage, std::vector<std::string> draft, const std::string& file) {
    const std::string path = (stage.folder() / file).string();
    draft.insert(draft.end(), {"--out", path});
    Run first = stage.chapar(registrar_home(kAgency, 1), std::move(draft));
    if (!first.ok()) return first;
    return stage.chapar(registrar_home(kAgency, 2), {"key", "approve", path, "--yes", "--out", path,
                                                     "--broker", stage.broker_folder().string()});
}

void enrol_new_laptop(Stage& stage, Step& step) {
    const std::string request = (stage.folder() / "new-laptop.request").string();
    const Run made = stage.chapar(kNewLaptop, {"key", "init", "--card", stage.card().string(),
                                               "--agency", std::string(kAgency), "--office",
                                               std::string(kHairatan), "--officer", "onyx"});
    step.demand(made.ok(), "keys of the new laptop: " + made.code());
    const Run asked = stage.chapar(kNewLaptop, {"key", "request", "--out", request});
    step.demand(asked.ok(), "its request: " + asked.code());
    const Run granted =
        by_two(stage, {"key", "approve", request, "--yes"}, "new-laptop.certificate");
    step.demand(granted.ok(), "its certificate: " + granted.code());
    const Run installed = stage.chapar(
        kNewLaptop,
        {"key", "install", (stage.folder() / "new-laptop.certificate").string(), "--yes"});
    step.demand(installed.ok(), "its installation: " + installed.code());
    step.demand(stage.chapar(kNewLaptop, {"inbox", "watch", "--once"}).ok(), "its first session");
}

std::size_t count_of(const Run& inbox, std::string_view kind) {
    std::size_t out = 0;
    for (const json::object& item : inbox.results) out += text_at(item, "kind") == kind ? 1 : 0;
    return out;
}

}  // namespace

void device_revoked(Story& story, Step& step) {
    Stage& stage = story.stage;
    const std::string stolen = own_certificate(stage, kHairatan);
    const std::uint64_t waiting = stage.figure("waiting");
    const Run sent = stage.chapar(
        kNizhnyPyanj, {"send", "seizure", stage.data("seizure-for-hairatan.json").string()});
    step.demand(sent.ok() && stage.figure("waiting") == waiting + 1, "an alert that waits for it");
    look_at_disk(story);

    const auto now = std::chrono::system_clock::now() - std::chrono::hours(1);
    const TimeMs since(static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count()));
    const Run revoked =
        by_two(stage, {"key", "revoke", stolen, "--reason", "stolen", "--since", time_text(since)},
               "stolen.revoke");
    step.demand(revoked.ok(), "the revocation: " + revoked.code());
    step.demand(stage.figure("waiting") == waiting, "what waited for it is withheld");
    const Run thief = stage.chapar(kHairatan, {"inbox", "watch", "--once"});
    step.demand(thief.code() == "certificate.revoked" && thief.results.empty(),
                "the stolen laptop gets nothing: " + thief.code());

    enrol_new_laptop(stage, step);
    const Run resealed = stage.chapar(kNizhnyPyanj, {"outbox", "retry"});
    step.demand(resealed.ok(), "sealed again: " + resealed.code());
    look_at_disk(story);
    (void)stage.chapar(kNewLaptop, {"inbox", "watch", "--once"});
    const Run inbox = stage.chapar(kNewLaptop, {"inbox", "ls"});
    step.demand(count_of(inbox, "seizure-alert") == 1, "the alert, on the new laptop");

    story.decisions_of_alert_rule += 2;
    step.note("certificate", stolen);
    step.note("thief_was_told", thief.code());
    step.note("withheld", 1);
    step.note("resealed", count_of(inbox, "seizure-alert"));
    step.say(
        "a laptop stolen with an alert waiting for it: revoked by two registrars, withheld from "
        "the thief, sealed again by its sender for the new laptop");
}

}  // namespace chapar::client
