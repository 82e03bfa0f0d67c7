// The background scrub: the whole stored ledger is hashed again about once a day.
//
// Owns: the pace (a walk is spread over kWalk, at most kTilesAtOnce tiles a call, so that no caller
// waits), where it stands, and the file DIR/ledger.damaged: which tile was found wrong. With that
// file a start looks at that tile first, so that a restart does not sign on over known damage. Does
// not know what is done about damage (ledger_guard.h).
//
// Errors: FileFailed (the mark cannot be read), and the store's but for damage. REQUIRES: what it
// is given outlives it. Resource type; loop thread. Source: design ledger.md 2.12 (bit flip).
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "broker/core/ledger_scrub.h"
#include "schemas/base/time.h"

namespace chapar::broker {

class Scrubber {
  public:
    Scrubber(const storage::Store& store, const crypto::LedgerKeys& keys,
             const std::filesystem::path& directory)
        : store_(store), keys_(keys), mark_(directory / "ledger.damaged") {}

    // What the mark of an earlier run says, if that tile is still wrong; else the mark goes.
    [[nodiscard]] Result<std::optional<std::string>> known_damage(TreeSize size);
    // Looks at what is due. Damage, for the operator: it is marked, and the walk ends there.
    [[nodiscard]] Result<std::optional<std::string>> work(TreeSize size, DurationMs now);

    struct Figures {
        std::uint64_t checked = 0;      // tiles, in this walk
        std::uint64_t tiles = 0;        // of all
        std::optional<DurationMs> age;  // of the last whole walk; empty: none since the start
    };
    [[nodiscard]] Figures figures(TreeSize size, DurationMs now) const;

    static constexpr DurationMs kWalk = kDay;
    static constexpr std::uint64_t kTilesAtOnce = 16;

  private:
    [[nodiscard]] Result<std::optional<std::string>> check(const TileName& tile) const;
    [[nodiscard]] Status mark(const TileName& tile, const std::string& what) const;

    const storage::Store& store_;
    const crypto::LedgerKeys& keys_;
    std::filesystem::path mark_;
    std::optional<DurationMs> began_;  // of this walk
    std::optional<TileName> last_;     // looked at in it
    std::uint64_t checked_ = 0;
    std::optional<DurationMs> finished_;  // the last whole walk
};

}  // namespace chapar::broker
