// ledger_verified, replayed, tamper_detected: what an auditor does, with programs that share no
// code with the broker (chapar-verify) or take its decisions again (chapar-replay).
#include <algorithm>
#include <fstream>

#include "client/cli/demo/story.h"
#include "storage/archive_file.h"

namespace chapar::client {
namespace {
namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::string_view kAlertRule = "TJ-DCA/export.alerts";

fs::path export_file(const Story& story) { return story.stage.folder() / "ledger.chapar"; }

Run verify(Story& story, const fs::path& archive) {
    return story.stage.run("chapar-verify",
                           {archive.string(), "--card", story.stage.card().string(), "--policy",
                            (story.stage.broker_folder() / "witness.policy").string(), "--json"});
}

bool rule_holds(const Run& run, std::string_view rule) {
    const auto found = std::ranges::find_if(
        run.results, [&](const json::object& o) { return text_at(o, "rule") == rule; });
    return found != run.results.end() && found->at("ok").as_bool();
}

Run replay(Story& story, std::vector<std::string> more) {
    std::vector<std::string> arguments{export_file(story).string(), "--key",
                                       (story.stage.root_folder() / "audit.keystore").string(),
                                       "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return story.stage.run("chapar-replay", arguments);
}

std::size_t length_at(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value && value->is_array() ? value->as_array().size() : 0;
}

struct Tampering {
    std::string_view what;
    std::string_view member;  // the first member whose name begins so
    std::size_t offset;       // of the changed byte
    std::string_view rule;    // that must fail
};

// Inside the second leaf, inside its body, inside a hash, inside the root's base64.
constexpr std::array kTamperings{
    Tampering{"leaf", "tile/entries/", 2 + 64 + 2 + 40, "entries.root"},
    Tampering{"body", "body/", 4 + 20, "body.digest"},
    Tampering{"tile", "tile/0/", 32 + 7, "tiles.match"},
    Tampering{"checkpoint", "checkpoint", 40, "checkpoint.signature"},
};

// A copy of the export with one byte of one member changed. False if there is no such byte.
bool change_byte(const std::vector<storage::Member>& members, const Tampering& tampering,
                 const fs::path& copy) {
    std::vector<storage::Member> changed = members;
    const auto member = std::ranges::find_if(
        changed, [&](const storage::Member& m) { return m.name.starts_with(tampering.member); });
    if (member == changed.end() || member->bytes.size() <= tampering.offset) return false;
    // Letters of base64: the checkpoint stays a well-formed note, whose signature is wrong.
    std::byte& byte = member->bytes[tampering.offset];
    byte = byte == std::byte{'Q'} ? std::byte{'R'} : std::byte{'Q'};
    return static_cast<bool>(storage::write_archive(copy.string(), changed));
}

}  // namespace

void ledger_verified(Story& story, Step& step) {
    const Run exported =
        story.stage.chapar(kAuditor, {"ledger", "export", "--out", export_file(story).string()});
    step.demand(exported.ok(), "export: " + exported.code());
    const Run verified = verify(story, export_file(story));
    const auto rules =
        static_cast<std::size_t>(std::ranges::count_if(verified.results, [](const json::object& o) {
            return o.contains("rule") && text_at(o, "rule") != "verdict" && o.at("ok").as_bool();
        }));
    step.demand(verified.ok() && rules >= 12, "every rule of chapar-verify");
    const std::uint64_t entries =
        exported.results.empty()
            ? 0
            : json::value_to<std::uint64_t>(exported.results.front().at("entries"));
    step.demand(entries > 0, "entries in the export");
    step.note("entries", entries);
    step.note("rules", rules);
    step.say(std::to_string(entries) + " entries proven by a program apart, " +
             std::to_string(rules) + " rules hold");
}

void replayed(Story& story, Step& step) {
    const Run same = replay(story, {});
    const json::object report = same.results.empty() ? json::object{} : same.results.back();
    step.demand(same.ok(), "replay: " + same.code());
    const std::string root = text_at(report, "root");
    step.demand(!root.empty() && root == text_at(report, "recorded_root"), "the same root");
    step.demand(root == text_at(story.stage.status(), "root"), "the broker's own root");
    step.demand(length_at(report, "differences") == 0, "no difference");

    const Run changed = replay(story, {"--without-rule", std::string(kAlertRule)});
    const json::object other = changed.results.empty() ? json::object{} : changed.results.back();
    const std::size_t decisions = length_at(other, "changed");
    step.demand(changed.ok(), "replay without a rule: " + changed.code());
    step.demand(decisions == story.decisions_of_alert_rule,
                "exactly the decisions that rest on " + std::string(kAlertRule));
    const json::value* taken = report.if_contains("decisions");
    step.note("decisions", taken ? *taken : json::value(0));
    step.note("root", root);
    step.note("rule_removed", kAlertRule);
    step.note("decisions_changed", decisions);
    step.say("every decision taken again from an empty store, same root; without " +
             std::string(kAlertRule) + " " + std::to_string(decisions) + " would change");
}

void tamper_detected(Story& story, Step& step) {
    const auto members = storage::read_archive(export_file(story).string());
    step.demand(static_cast<bool>(members), "the export can be read");
    if (!members) return;
    json::object verdicts;
    for (const Tampering& tampering : kTamperings) {
        const fs::path copy = story.stage.folder() / "tampered.chapar";
        step.demand(change_byte(*members, tampering, copy), "a byte to change");
        const Run run = verify(story, copy);
        const bool caught = run.exit == 5 && !rule_holds(run, tampering.rule);
        bool others_hold = true;
        for (const Tampering& other : kTamperings) {
            if (other.rule != tampering.rule && !rule_holds(run, other.rule)) others_hold = false;
        }
        // A changed checkpoint says nothing true about a root: the rules that compare with it fail
        // too, if the byte was in the root.
        const bool own = others_hold || tampering.what == "checkpoint";
        step.demand(caught && own, "a changed " + std::string(tampering.what));
        verdicts[tampering.what] = tampering.rule;
    }
    step.note("tampered", kTamperings.size());
    step.note("rules", verdicts);
    step.say(
        "one byte changed in a leaf, a body, a tile and the checkpoint: 4 of 4 caught, each "
        "by its own rule");
}

}  // namespace chapar::client
