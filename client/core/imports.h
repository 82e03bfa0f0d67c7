// Which rows of tables this device has sent, so that none is sent twice.
//
// Owns: the table `imports`, written in the transaction that puts the drafts into the outbox: there
// is no moment at which a row is in the one and not in the other. A row counts as sent while its
// item, or the one that went in its place, stands in the outbox and was not refused, or goes again
// by itself (reseal.h); a draft that was dropped is free again.
// Keys are digests under the vault's key: rows are easily guessed, and their texts are sealed.
// Does not know tables or columns (cases/ids_rows.h): a row is a text that says what it says.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "client/core/compose.h"

namespace chapar::client {

struct ImportedRow {
    OutboxItem item;        // the one that counts, where it was sealed again
    std::uint64_t row = 0;  // of the file that it came from
    TimeMs at;              // when it was taken in
};

struct ImportRow {
    std::string content;    // equal for rows that say the same
    std::string reference;  // the author's own number of it; may be empty
    std::uint64_t row = 0;
};

enum class ImportState : std::uint8_t {
    New,
    Known,    // sent before
    Changed,  // something else was sent under its reference
};
struct ImportFound {
    ImportState state = ImportState::New;
    std::optional<ImportedRow> before;  // but for New
};
[[nodiscard]] Result<ImportFound> find_import(const storage::ReadTxn& txn,
                                              const crypto::Vault& vault, const ImportRow& row,
                                              TimeMs now);

// add_drafts(), and that these rows are in them. REQUIRES: a row for each draft.
[[nodiscard]] Result<std::vector<OutboxNumber>> add_imports(storage::Txn& txn, const Device& device,
                                                            std::span<const Draft> drafts,
                                                            std::span<const ImportRow> rows,
                                                            TimeMs now, crypto::Random& random);

}  // namespace chapar::client
