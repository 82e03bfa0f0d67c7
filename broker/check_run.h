// A whole check of a broker's directory, part by part, in child processes.
//
// Owns: what a part's crash means (that part is wrong, the rest is looked at by another child), and
// whether chapard runs meanwhile: then the check reads beside it, one state for each child, and
// keeps the pages freed since from being used again; sealed bodies pass unopened, for the file of
// ledger keys is chapard's. Writes nothing. Does not know how it is told (check_main.cpp).
//
// Errors: those of the directory itself (configuration, keys, no store); damage is none.
// Source: design reliability.md 0: 2,000 flips in a file gave 6 crashes.
#pragma once

#include <filesystem>
#include <vector>

#include "broker/check.h"

namespace chapar::broker {

struct CheckReport {
    std::vector<PartVerdict> parts;
    bool running = false;  // chapard had the directory
    // Nothing is wrong with what was looked at.
    [[nodiscard]] bool right() const;
    // Parts of which not all was looked at.
    [[nodiscard]] std::size_t passed_over() const;
    // All that is wrong can be made anew from the ledger.
    [[nodiscard]] bool rebuildable() const;
};

[[nodiscard]] Result<CheckReport> check_directory(const std::filesystem::path& directory);

}  // namespace chapar::broker
