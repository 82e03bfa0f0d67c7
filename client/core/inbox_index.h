// Which items of the inbox have an urgency, a kind, a case or a substance: rows beside the items,
// written in the transaction that writes the item.
//
// Owns: the rows of what the summary says in clear (their tables are in clear, as it is), that the
// substances of the text stand beside the text (inbox_substances.h), and making all of it where it
// is missing: a home that an older program wrote has no rows, or none of its newest items. Does not
// know who asks (inbox_page.h). For the inbox's own files and who opens a home.
#pragma once

#include <cstdint>
#include <optional>

#include "client/core/device.h"
#include "client/core/inbox.h"
#include "crypto/random.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::client::inbox_index {

// REQUIRES: no item has this number yet. What they say of an item never changes.
[[nodiscard]] Status add(storage::Txn& txn, const InboxItem& item);
[[nodiscard]] Status erase(storage::Txn& txn, const InboxItem& item);

// Whether every item has its rows.
[[nodiscard]] Result<bool> is_whole(const storage::ReadTxn& txn);
// Makes all rows from the items and their texts; a text that does not open names nothing. How many
// items.
[[nodiscard]] Result<std::uint64_t> make_again(storage::Txn& txn, const Device& device,
                                               crypto::Random& random);

// Walks the numbers with one urgency, kind or case, or all of them, downwards. Borrows the
// transaction.
class Walk {
  public:
    [[nodiscard]] static Walk all(const storage::ReadTxn& txn);
    [[nodiscard]] static Walk of(const storage::ReadTxn& txn, schemas::Urgency urgency);
    [[nodiscard]] static Walk of(const storage::ReadTxn& txn, schemas::Kind kind);
    [[nodiscard]] static Walk of(const storage::ReadTxn& txn, const CaseId& case_id);
    // The greatest number that is at most `most`. REQUIRES: that never grows from call to call.
    [[nodiscard]] Result<std::optional<std::uint64_t>> at_most(std::uint64_t most);

  private:
    Walk(const storage::ReadTxn& txn, const storage::Table& table, Bytes prefix);
    [[nodiscard]] std::optional<std::uint64_t> here() const;

    Bytes prefix_;
    std::unique_ptr<storage::Cursor> cursor_;
};

}  // namespace chapar::client::inbox_index
