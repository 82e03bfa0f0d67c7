#include "client/core/imports.h"

#include "client/core/recall.h"
#include "client/core/reseal.h"
#include "client/core/store_keys.h"
#include "client/core/tables.h"
#include "schemas/base/assert.h"
#include "schemas/base/layout.h"

namespace chapar::client {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::string_view kRow = "import row";
constexpr std::string_view kReference = "import reference";

struct Stored {
    MessageId message;
    std::uint64_t row = 0;
    TimeMs at;
};

Bytes encode(const Stored& stored) {
    return LayoutWriter()
        .u8(kVersion)
        .raw(stored.message.view())
        .u64(stored.row)
        .u64(stored.at.value)
        .take();
}

Result<Stored> decode(ByteView bytes) {
    LayoutReader in(bytes);
    if (in.u8() != kVersion) return Error(Errc::VersionUnknown, "imports");
    Stored stored;
    stored.message = in.fixed<MessageId>();
    stored.row = in.u64();
    stored.at = TimeMs(in.u64());
    if (!in.finish("imports")) return Error(Errc::StoreDamaged, "imports");
    return stored;
}

// What counts of it: an envelope that was refused may have gone again, under another message id.
// Empty: that one was dropped.
Result<std::optional<OutboxItem>> latest_of(const storage::ReadTxn& txn, OutboxItem item) {
    while (item.reseal.instead) {
        auto next = outbox_item(txn, *item.reseal.instead);
        if (!next && next.error().code == Errc::NotFound) return std::optional<OutboxItem>();
        item = CHAPAR_TRY(std::move(next));
    }
    return std::optional(std::move(item));
}

// Nobody has it, and nothing sends it again: the row may be.
Result<bool> is_refused_for_good(const storage::ReadTxn& txn, const OutboxItem& item, TimeMs now) {
    if (item.stage != schemas::Stage::Refused) return false;
    return !goes_again_by_itself(item, now) || CHAPAR_TRY(is_recalled(txn, item));
}

Result<std::optional<ImportedRow>> find_row(const storage::ReadTxn& txn, const Hash& key,
                                            TimeMs now) {
    const auto bytes = CHAPAR_TRY(txn.get(tables::kImports, key.view()));
    if (!bytes) return std::optional<ImportedRow>();
    const Stored stored = CHAPAR_TRY(decode(*bytes));
    const auto number =
        CHAPAR_TRY(get_number(txn, tables::kOutboxIds, stored.message.view())).value_or(0);
    if (number == 0) return std::optional<ImportedRow>();  // dropped
    OutboxItem first = CHAPAR_TRY(outbox_item(txn, OutboxNumber(number)));
    auto item = CHAPAR_TRY(latest_of(txn, std::move(first)));
    if (!item || CHAPAR_TRY(is_refused_for_good(txn, *item, now))) {
        return std::optional<ImportedRow>();
    }
    return std::optional(ImportedRow{*std::move(item), stored.row, stored.at});
}

}  // namespace

Result<ImportFound> find_import(const storage::ReadTxn& txn, const crypto::Vault& vault,
                                const ImportRow& row, TimeMs now) {
    const Hash key = vault.digest(kRow, view(row.content));
    if (auto found = CHAPAR_TRY(find_row(txn, key, now))) {
        return ImportFound{ImportState::Known, std::move(found)};
    }
    if (row.reference.empty()) return ImportFound{};
    const Hash named = vault.digest(kReference, view(row.reference));
    const auto bytes = CHAPAR_TRY(txn.get(tables::kImports, named.view()));
    if (!bytes) return ImportFound{};
    const auto before = Hash::from(*bytes);
    if (!before) return Error(Errc::StoreDamaged, "imports");
    auto found = CHAPAR_TRY(find_row(txn, *before, now));
    if (!found) return ImportFound{};
    return ImportFound{ImportState::Changed, std::move(found)};
}

Result<std::vector<OutboxNumber>> add_imports(storage::Txn& txn, const Device& device,
                                              std::span<const Draft> drafts,
                                              std::span<const ImportRow> rows, TimeMs now,
                                              crypto::Random& random) {
    CHAPAR_ASSERT(drafts.size() == rows.size());
    auto numbers = CHAPAR_TRY(add_drafts(txn, device, drafts, now, random));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Hash key = device.vault.digest(kRow, view(rows[i].content));
        const OutboxItem item = CHAPAR_TRY(outbox_item(txn, numbers[i]));
        CHAPAR_TRY(txn.put(tables::kImports, key.view(), encode({item.message, rows[i].row, now})));
        if (rows[i].reference.empty()) continue;
        const Hash named = device.vault.digest(kReference, view(rows[i].reference));
        CHAPAR_TRY(txn.put(tables::kImports, named.view(), key.view()));
    }
    return numbers;
}

}  // namespace chapar::client
