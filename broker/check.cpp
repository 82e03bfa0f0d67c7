#include "broker/check.h"

#include <algorithm>

#include "broker/core/ledger_tables.h"
#include "broker/core/tables.h"
#include "schemas/base/hex.h"

namespace chapar::broker {
namespace {

// Every record is read, and so held against its checksum; a Raw one against its least length.
Status check_rows(const CheckScene& scene, const storage::Table& table, PartVerdict& verdict) {
    const auto cursor = scene.txn.cursor(table);
    Status moved = cursor->seek_first();
    for (; !moved || cursor->at_record(); moved = cursor->next()) {
        ++verdict.looked_at;
        if (moved) {
            // A walk comes past rows that a damaged page above them hides from whoever asks by key.
            const auto found = scene.txn.get(table, cursor->key());
            if (!found && !is_damage(found.error().code)) return found.error();
            if (!found || !*found) verdict.find("a row that its key does not find");
            continue;
        }
        if (!is_damage(moved.error().code)) return moved;
        verdict.find(std::string(text_of(moved.error().code).code) + " " + moved.error().context);
    }
    return Done{};
}

// The tables from which all others follow, and those that no replay knows.
bool is_kept(const storage::Table& table) {
    constexpr std::array kept{kLeafTable,  kBodyTable,    kCheckpointTable, kPayloadTable,
                              kFilesTable, kFileUseTable, kLostTable};
    return std::ranges::any_of(kept, [&](const auto& one) { return one.name == table.name; });
}

}  // namespace

bool is_damage(Errc code) {
    return code == Errc::StoreDamaged || code == Errc::LedgerDamaged ||
           code == Errc::VersionUnknown || code == Errc::LeafInvalid ||
           code == Errc::MalformedLayout || code == Errc::OpenFailed;
}

std::vector<CheckPart> check_parts() {
    std::vector<CheckPart> parts;
    for (const storage::Table& table : store_tables()) {
        parts.push_back({std::string(table.name),
                         is_kept(table) ? PartKind::Kept : PartKind::Derived,
                         [table](const CheckScene& scene, PartVerdict& verdict) {
                             return check_rows(scene, table, verdict);
                         }});
    }
    parts.push_back({"links", PartKind::Derived, check_links});
    parts.push_back({"ledger", PartKind::Derived, check_ledger_tree});
    parts.push_back({"bodies", PartKind::Kept, check_ledger_bodies});
    parts.push_back({"notes", PartKind::Kept, check_notes});
    parts.push_back({"high-water", PartKind::Kept, check_high_water});
    parts.push_back({"attachments", PartKind::Kept, check_files});
    parts.push_back({"replay", PartKind::Derived, check_replay});
    return parts;
}

}  // namespace chapar::broker
