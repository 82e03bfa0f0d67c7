#include "broker/core/core_state.h"

#include "broker/core/tables.h"
#include "schemas/base/layout.h"

namespace chapar::broker {
namespace {

constexpr std::string_view kCentreKey = "centre";
constexpr std::string_view kTimeKey = "time";
constexpr std::string_view kMinimumKey = "minimum";
constexpr std::string_view kTablesKey = "tables";

Result<std::uint64_t> read_number(const storage::ReadTxn& txn, std::string_view key) {
    const auto row = CHAPAR_TRY(txn.get(kCoreTable, view(key)));
    if (!row) return std::uint64_t{0};
    LayoutReader in(*row);
    const std::uint64_t number = in.u64();
    if (!in.finish("core row")) return Error(Errc::StoreDamaged, "core");
    return number;
}

}  // namespace

Result<std::optional<Centre>> read_centre(const storage::ReadTxn& txn) {
    const auto row = CHAPAR_TRY(txn.get(kCoreTable, view(kCentreKey)));
    if (!row) return std::optional<Centre>();
    LayoutReader in(*row);
    Centre centre;
    centre.home = in.fixed<Home>();
    centre.ledger = LedgerNumber(in.u32());
    centre.root = in.fixed<SigningPublicKey>();
    centre.auditor = in.fixed<PublicKey>();
    centre.origin = to_string(in.counted8());
    if (!in.finish("centre row")) return Error(Errc::StoreDamaged, "core");
    return std::optional<Centre>(centre);
}

Status write_centre(storage::Txn& txn, const Centre& centre) {
    LayoutWriter out;
    out.raw(centre.home.view()).u32(centre.ledger.value);
    out.raw(centre.root.view()).raw(centre.auditor.view());
    out.counted8(view(centre.origin));
    CHAPAR_TRY(txn.put(kCoreTable, view(kTablesKey), LayoutWriter().u64(kTablesForm).bytes()));
    return txn.put(kCoreTable, view(kCentreKey), out.bytes());
}

Result<TimeMs> read_time(const storage::ReadTxn& txn) {
    return TimeMs(CHAPAR_TRY(read_number(txn, kTimeKey)));
}

Status write_time(storage::Txn& txn, TimeMs time) {
    return txn.put(kCoreTable, view(kTimeKey), LayoutWriter().u64(time.value).bytes());
}

Result<EntryIndex> read_minimum(const storage::ReadTxn& txn) {
    return EntryIndex(CHAPAR_TRY(read_number(txn, kMinimumKey)));
}

Status write_minimum(storage::Txn& txn, EntryIndex minimum) {
    return txn.put(kCoreTable, view(kMinimumKey), LayoutWriter().u64(minimum.value).bytes());
}

bool is_tables_form(ByteView key) { return equal(key, view(kTablesKey)); }

Status check_tables_form(const storage::ReadTxn& txn, const std::string& directory) {
    if (!CHAPAR_TRY(txn.get(kCoreTable, view(kCentreKey)))) return Done{};
    const std::uint64_t form = CHAPAR_TRY(read_number(txn, kTablesKey));
    if (form == kTablesForm) return Done{};
    if (form > kTablesForm) return Error(Errc::VersionUnknown, "the store's derived tables");
    return Error(Errc::VersionUnknown,
                 "the store's derived tables were made by an older chapard: run `chapard check "
                 "--dir " +
                     directory + " --rebuild`, then start it again");
}

}  // namespace chapar::broker
