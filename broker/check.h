// What `chapard check` looks at: every table of a store, and all that must agree with it.
//
// Owns: the list of parts and what is right about each: records under their checksums, the rows of
// different tables with each other, leaves, tiles, bodies and head with the tree, kept notes and
// the high-water file with the ledger, files with the rows that name them. Writes nothing. Does not
// know processes (check_run.h): on a damaged file the library below may assert or fault.
//
// A part that finds something wrong counts it and goes on; one that cannot look says why, and is
// neither right nor wrong. An error is one of reading at all.
// Source: design reliability.md 0 and 4; storage/README.md; broker/replay.md.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "broker/core/frontier.h"
#include "broker/edge/config.h"
#include "crypto/ledger_keys.h"
#include "crypto/note.h"
#include "storage/store.h"

namespace chapar::broker {

struct CheckScene {
    const std::filesystem::path& directory;
    const Config& config;
    const std::string& origin;
    const crypto::NoteVerifier& log;
    const storage::ReadTxn& txn;       // one state for all parts
    const crypto::LedgerKeys* keys;    // null: chapard has them, sealed bodies pass unopened
    std::optional<Frontier> frontier;  // empty: the ledger cannot be opened
    std::string no_frontier{};         // why
};

struct PartVerdict {
    std::string part;
    std::uint64_t looked_at = 0;
    std::uint64_t wrong = 0;
    std::string first{};        // what is wrong, the first time
    std::string passed_over{};  // why not all of it was looked at; empty: all was

    void find(std::string what) {
        if (wrong++ == 0) first = std::move(what);
    }
};

// What a rebuild makes anew is in Derived; what only a backup has, in Kept.
enum class PartKind : std::uint8_t { Derived, Kept };

struct CheckPart {
    std::string name;
    PartKind kind = PartKind::Derived;
    std::function<Status(const CheckScene&, PartVerdict&)> check;
};

// One for each table, then "links", "ledger", "bodies", "notes", "high-water",
// "attachments", "replay".
[[nodiscard]] std::vector<CheckPart> check_parts();

// check_links.cpp: rows of different tables with each other.
[[nodiscard]] Status check_links(const CheckScene& scene, PartVerdict& verdict);
// check_ledger.cpp
[[nodiscard]] Status check_ledger_tree(const CheckScene& scene, PartVerdict& verdict);
[[nodiscard]] Status check_ledger_bodies(const CheckScene& scene, PartVerdict& verdict);
[[nodiscard]] Status check_notes(const CheckScene& scene, PartVerdict& verdict);
[[nodiscard]] Status check_high_water(const CheckScene& scene, PartVerdict& verdict);
// Without keys, or of a ledger that is too large or has gaps, it looks at nothing, and says so.
[[nodiscard]] Status check_replay(const CheckScene& scene, PartVerdict& verdict);
[[nodiscard]] Status check_files(const CheckScene& scene, PartVerdict& verdict);

// Whether an error says that stored data is wrong, and not that it could not be read.
[[nodiscard]] bool is_damage(Errc code);

}  // namespace chapar::broker
