// evidence_verified: one alert before a court, proven by a program that shares no code with ours.
#include <algorithm>
#include <fstream>

#include "client/cli/demo/story.h"

namespace chapar::client {
namespace {
namespace fs = std::filesystem;
namespace json = boost::json;

Run verify(Stage& stage, const fs::path& package) {
    return stage.run("chapar-verify",
                     {"evidence", package.string(), "--card", stage.card().string(), "--json"});
}

// A text that the sender wrote, among the texts that the verifier found in the sealed content.
bool discloses(const Run& verified, std::string_view text) {
    return std::ranges::any_of(
        verified.results, [&](const json::object& line) { return text_at(line, "text") == text; });
}

std::size_t rules_of(const Run& verified) {
    return static_cast<std::size_t>(
        std::ranges::count_if(verified.results, [](const json::object& line) {
            const std::string rule = text_at(line, "rule");
            return !rule.empty() && rule != "verdict" && line.at("ok").as_bool();
        }));
}

// The same file with one byte of its middle changed.
fs::path altered(const fs::path& package) {
    std::string bytes = read_whole(package);
    bytes.at(bytes.size() / 2) ^= 1;
    fs::path out = package;
    out += ".altered";
    std::ofstream(out, std::ios::binary) << bytes;
    return out;
}

}  // namespace

void evidence_verified(Story& story, Step& step) {
    Stage& stage = story.stage;
    // The first alert was recalled, and what was erased is evidence no more.
    const auto alert = std::ranges::find_if(story.alerts, [](const SentAlert& sent) {
        return sent.home == kShirKhan &&
               std::ranges::find(sent.offices, kNizhnyPyanj) != sent.offices.end();
    });
    step.demand(alert != story.alerts.end(), "an alert to prove");
    if (alert == story.alerts.end()) return;
    std::size_t rules = 0;
    for (const std::string_view home : {kShirKhan, kNizhnyPyanj}) {
        const fs::path package = stage.folder() / (std::string(home) + ".evidence");
        const Run written =
            stage.chapar(home, {"case", "evidence", alert->message, "--out", package.string()});
        step.demand(written.ok(), "evidence of " + std::string(home) + ": " + written.code());
        const Run verified = verify(stage, package);
        rules = rules_of(verified);
        step.demand(verified.ok() && rules > 0, "every rule of the verifier");
        step.demand(discloses(verified, "Shir Khan Bandar"), "the text of the alert");
        step.demand(verify(stage, altered(package)).exit == 5, "one byte changed: caught");
    }
    step.note("message", alert->message);
    step.note("rules", rules);
    step.say("one alert proven from its sender's and from its recipient's files: " +
             std::to_string(rules) +
             " rules hold without any key; one byte changed, and they fail");
}

}  // namespace chapar::client
