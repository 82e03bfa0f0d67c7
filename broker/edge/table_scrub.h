// The background scrub of the tables beside the ledger: every framed record is read, and so held
// against its checksum, about once a day.
//
// Owns: the pace (a slice a call, of so many rows or bytes, each in a transaction of its own),
// where it stands, and the file DIR/tables.damaged: which table was found wrong, so that a start
// does not sign on over known damage. Does not know what is done about damage (ledger_guard.h), nor
// whether rows agree with each other (`chapard check` does). Leaves, tiles and bodies are
// scrubber.h's.
//
// Errors: FileFailed (the mark cannot be read), and the store's but for damage. REQUIRES: what it
// is given outlives it. Resource type; loop thread. Source: design reliability.md P4.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "schemas/base/bytes.h"
#include "schemas/base/time.h"
#include "storage/store.h"

namespace chapar::broker {

class TableScrub {
  public:
    // Of `tables` only the framed ones.
    TableScrub(const storage::Store& store, std::vector<storage::Table> tables,
               const std::filesystem::path& directory);

    // What the mark of an earlier run says, if that table is still wrong; else the mark goes.
    [[nodiscard]] Result<std::optional<std::string>> known_damage();
    // The next slice, if one is due. Damage, for the operator: it is marked, and the walk ends.
    [[nodiscard]] Result<std::optional<std::string>> work(DurationMs now);
    // Since the last whole walk; empty: none since the start.
    [[nodiscard]] std::optional<DurationMs> age(DurationMs now) const;

    static constexpr std::size_t kRowsAtOnce = 512;
    static constexpr std::size_t kBytesAtOnce = std::size_t{1} << 20;
    static constexpr DurationMs kEvery = kDay;

  private:
    struct Slice {
        std::size_t rows = 0;
        std::size_t bytes = 0;
        bool ended = false;  // the table
    };
    [[nodiscard]] Result<std::optional<std::string>> look(const storage::Table& table,
                                                          Slice& slice);
    [[nodiscard]] Status mark(const std::string& table, const std::string& what) const;

    const storage::Store& store_;
    std::vector<storage::Table> tables_;
    std::filesystem::path mark_;
    std::size_t at_ = 0;               // the table
    Bytes key_;                        // looked at last in it; empty: none
    std::optional<DurationMs> began_;  // of this walk, or of the last
    bool walking_ = false;
    std::optional<DurationMs> finished_;
};

}  // namespace chapar::broker
