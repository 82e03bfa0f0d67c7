// Which substances the texts of the inbox name, kept beside the texts and sealed as they are.
//
// Owns: the records of inbox.substances. One holds 256 numbers, so that a search opens a few
// hundred records and not a hundred thousand texts; sealed, it shows a reader of the disk how many
// names there are (to the next 64) and not which, nor which items share one. What is erased is
// sealed under a new key: the old one goes with the next sweep of the vault, so that no key that is
// left opens what a text that is gone said. Does not know what a payload is. For the inbox's own
// files.
//
// Errors: those of a broken store or vault. A record that its key does not open (RecordKeyGone,
// RecordKeyDamaged, OpenFailed) is an error to a reader, and begun anew by a writer: inbox_index.h
// makes it again from the texts.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "client/core/device.h"
#include "client/core/inbox.h"
#include "crypto/random.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::client::inbox_substances {

using Tag = std::array<std::byte, 8>;
[[nodiscard]] Tag tag_of(std::string_view name);
// Whether a record is lost, and not the store or the vault broken.
[[nodiscard]] bool is_lost(Errc code);

// Of substances_of().
using Names = std::map<InboxNumber, std::set<std::string>>;
// In place of what was there for these numbers.
[[nodiscard]] Status put(storage::Txn& txn, const Device& device, const Names& names,
                         crypto::Random& random);
[[nodiscard]] Status erase(storage::Txn& txn, const Device& device, InboxNumber number,
                           crypto::Random& random);

// Walks the numbers that have one of these names, downwards. Borrows both; keeps one record open.
class Walk {
  public:
    Walk(const storage::ReadTxn& txn, const Device& device, const std::set<std::string>& names);
    // The greatest number that is at most `most`. REQUIRES: that never grows from call to call.
    [[nodiscard]] Result<std::optional<std::uint64_t>> at_most(std::uint64_t most);

  private:
    [[nodiscard]] Status open(std::uint64_t block);

    const Device& device_;
    std::set<Tag> tags_;
    std::unique_ptr<storage::Cursor> cursor_;
    std::optional<std::uint64_t> block_;
    std::set<std::uint8_t> places_;  // in this block, of these names
};

}  // namespace chapar::client::inbox_substances
