// agency_view_complete: one member's auditor proves from an export that nothing of its own is
// missing, and sees nothing of the others.
#include "client/cli/demo/story.h"
#include "crypto/leaf.h"
#include "storage/archive_file.h"
#include "storage/ledger_export.h"

namespace chapar::client {
namespace {
namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::string_view kAgency = "TJ-DCA";

// What this auditor's key makes of an export: the last line of `ledger sync`.
Run view(Story& story, const fs::path& archive, const std::string& mirror) {
    Stage& stage = story.stage;
    return stage.chapar(std::string(kAgency) + "-audit",
                        {"ledger", "sync", "--export", archive.string(), "--card",
                         stage.card().string(), "--mirror", (stage.folder() / mirror).string()});
}

// The same export, as a broker could hand it out that would rather not show its messages.
Status withhold_bodies(const fs::path& archive, const fs::path& copy) {
    const auto members = CHAPAR_TRY(storage::read_archive(archive.string()));
    auto ledger = CHAPAR_TRY(storage::export_of(members));
    for (storage::ExportedEntry& entry : ledger.entries) {
        if (CHAPAR_TRY(crypto::Leaf::decode(entry.leaf)).kind == crypto::LeafKind::Message) {
            entry.body.clear();
        }
    }
    return storage::write_archive(copy.string(), storage::members_of(ledger));
}

std::uint64_t number_at(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value && value->is_number() ? json::value_to<std::uint64_t>(*value) : 0;
}

}  // namespace

void agency_view_complete(Story& story, Step& step) {
    const fs::path archive = story.stage.folder() / "ledger.chapar";
    const Run seen = view(story, archive, "mirror");
    const json::object report = seen.results.empty() ? json::object{} : seen.results.back();
    const std::uint64_t own = number_at(report, "own");
    const std::uint64_t others = number_at(report, "others");
    step.demand(seen.ok(), "the view of " + std::string(kAgency) + ": " + seen.code());
    step.demand(own > 0 && number_at(report, "opened") == own, "all of its own opened");
    step.demand(others > 0, "entries of others that stay closed");

    const fs::path copy = story.stage.folder() / "withheld.chapar";
    step.demand(static_cast<bool>(withhold_bodies(archive, copy)),
                "an export without the sealed bodies");
    const Run withheld = view(story, copy, "mirror-withheld");
    const json::object lacking =
        withheld.results.empty() ? json::object{} : withheld.results.back();
    step.demand(withheld.exit == 5 &&
                    number_at(lacking, "missing_total") + number_at(lacking, "opened") == own,
                "what was withheld is missed: " + withheld.code());
    step.note("agency", kAgency);
    step.note("own", own);
    step.note("others", others);
    step.note("missed_when_withheld", number_at(lacking, "missing_total"));
    step.say(std::string(kAgency) + "'s auditor opened all " + std::to_string(own) +
             " entries of its own and none of " + std::to_string(others) +
             " others; of those whose bodies were withheld it missed every one");
}

}  // namespace chapar::client
