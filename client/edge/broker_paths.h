// Where a broker's configuration puts the files that `chapar broker` copies.
//
// Owns: three settings of DIR/chapard.toml and their defaults, which are chapard's. Does not check
// the rest of the file: chapard does. Relative paths are in the broker's directory. Errors:
// ConfigInvalid, FileFailed. Blocks. Source: ops/config/chapard.toml.
#pragma once

#include <filesystem>

#include "schemas/base/result.h"

namespace chapar::client {

struct BrokerPaths {
    std::filesystem::path kek = "kek/ledger.kek";
    std::filesystem::path witness_policy;  // empty: no witnesses

    // The defaults, where there is no configuration.
    [[nodiscard]] static Result<BrokerPaths> read(const std::filesystem::path& broker);
};

}  // namespace chapar::client
