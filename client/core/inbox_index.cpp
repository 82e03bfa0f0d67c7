#include "client/core/inbox_index.h"

#include <array>
#include <utility>

#include "client/core/inbox_store.h"
#include "client/core/inbox_substances.h"
#include "client/core/store_errors.h"
#include "client/core/store_keys.h"
#include "client/core/substance_names.h"
#include "client/core/tables.h"

namespace chapar::client::inbox_index {
namespace {

// Up to which number all items have rows. Its name changes with their form.
constexpr std::string_view kThrough = "inbox.index/1";
constexpr std::size_t kNamesAtOnce = 1024;  // items whose names wait to be written together

Bytes prefix_of(schemas::Urgency urgency) {
    return LayoutWriter().u8(static_cast<std::uint8_t>(urgency)).take();
}
Bytes prefix_of(schemas::Kind kind) {
    return LayoutWriter().u16(static_cast<std::uint16_t>(kind)).take();
}
Bytes prefix_of(const CaseId& case_id) { return to_bytes(case_id.view()); }

struct Row {
    const storage::Table* table;
    Bytes key;
};
std::array<Row, 3> rows_of(const InboxItem& item) {
    const std::uint64_t number = item.number.value;
    return {Row{&tables::kInboxByUrgency, numbered_key(prefix_of(item.urgency), number)},
            Row{&tables::kInboxByKind, numbered_key(prefix_of(item.kind), number)},
            Row{&tables::kInboxByCase, numbered_key(prefix_of(item.case_id), number)}};
}

Result<std::uint64_t> through(const storage::ReadTxn& txn) {
    return CHAPAR_TRY(get_number(txn, tables::kState, view(kThrough))).value_or(0);
}
// The last number that an item got.
Result<std::uint64_t> last_given(const storage::ReadTxn& txn) {
    const auto last = CHAPAR_TRY(get_number(txn, tables::kState, view(tables::kInbox.name)));
    return last.value_or(0);
}

Status erase_all(storage::Txn& txn, const storage::Table& table) {
    const auto cursor = txn.cursor(table);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
        CHAPAR_TRY(txn.erase(table, to_bytes(cursor->key())));
    }
    return Done{};
}

Status put_rows(storage::Txn& txn, const InboxItem& item) {
    for (const Row& row : rows_of(item)) CHAPAR_TRY(txn.put(*row.table, row.key, {}));
    return Done{};
}

// Empty where the text is gone or does not open.
Result<std::set<std::string>> named_by(const storage::ReadTxn& txn, const Device& device,
                                       InboxNumber number) {
    const auto text = inbox_text(txn, device, number);
    if (text) return substances_of(text->content.payload);
    if (is_store_error(text.error().code)) return text.error();
    return std::set<std::string>();
}

}  // namespace

Status add(storage::Txn& txn, const InboxItem& item) {
    CHAPAR_TRY(put_rows(txn, item));
    // After a gap it stays behind: is_whole() finds it.
    const std::uint64_t before = CHAPAR_TRY(through(txn));
    if (before + 1 != item.number.value) return Done{};
    return put_number(txn, tables::kState, view(kThrough), item.number.value);
}

Status erase(storage::Txn& txn, const InboxItem& item) {
    for (const Row& row : rows_of(item)) CHAPAR_TRY(txn.erase(*row.table, row.key));
    return Done{};
}

Result<bool> is_whole(const storage::ReadTxn& txn) {
    const std::uint64_t last = CHAPAR_TRY(last_given(txn));
    return CHAPAR_TRY(through(txn)) == last;
}

Result<std::uint64_t> make_again(storage::Txn& txn, const Device& device, crypto::Random& random) {
    for (const storage::Table* table : {&tables::kInboxByUrgency, &tables::kInboxByKind,
                                        &tables::kInboxByCase, &tables::kInboxSubstances}) {
        CHAPAR_TRY(erase_all(txn, *table));
    }
    std::uint64_t items = 0;
    inbox_substances::Names names;
    const auto cursor = txn.cursor(tables::kInbox);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
        const InboxNumber number(number_at_end(cursor->key()));
        const InboxItem item = CHAPAR_TRY(inbox_store::decode_item(number, cursor->value()));
        CHAPAR_TRY(put_rows(txn, item));
        const auto named = CHAPAR_TRY(named_by(txn, device, number));
        if (!named.empty()) names.emplace(number, named);
        if (names.size() == kNamesAtOnce) {
            CHAPAR_TRY(inbox_substances::put(txn, device, names, random));
            names.clear();
        }
        ++items;
    }
    CHAPAR_TRY(inbox_substances::put(txn, device, names, random));
    const std::uint64_t last = CHAPAR_TRY(last_given(txn));
    CHAPAR_TRY(put_number(txn, tables::kState, view(kThrough), last));
    return items;
}

Walk::Walk(const storage::ReadTxn& txn, const storage::Table& table, Bytes prefix)
    : prefix_(std::move(prefix)), cursor_(txn.cursor(table)) {}

Walk Walk::all(const storage::ReadTxn& txn) { return {txn, tables::kInbox, {}}; }
Walk Walk::of(const storage::ReadTxn& txn, schemas::Urgency urgency) {
    return {txn, tables::kInboxByUrgency, prefix_of(urgency)};
}
Walk Walk::of(const storage::ReadTxn& txn, schemas::Kind kind) {
    return {txn, tables::kInboxByKind, prefix_of(kind)};
}
Walk Walk::of(const storage::ReadTxn& txn, const CaseId& case_id) {
    return {txn, tables::kInboxByCase, prefix_of(case_id)};
}

std::optional<std::uint64_t> Walk::here() const {
    if (!cursor_->at_record() || !starts_with(cursor_->key(), prefix_)) return std::nullopt;
    return number_at_end(cursor_->key());
}

Result<std::optional<std::uint64_t>> Walk::at_most(std::uint64_t most) {
    auto number = here();
    if (number && *number <= most) return number;
    if (number) {
        // The next one is often the one: cheaper than a search.
        CHAPAR_TRY(cursor_->previous());
        number = here();
        if (!number || *number <= most) return number;
    }
    CHAPAR_TRY(cursor_->seek_before(numbered_key(prefix_, most + 1)));
    return here();
}

}  // namespace chapar::client::inbox_index
