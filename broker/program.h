// What every program on a broker's directory begins and ends with.
//
// Owns: the order in which DIR is opened: memory kept out of swap and dumps, self-tests, the
// configuration, the lock, the keys, the ledger keys, the store. Does not know what is done with
// them. Errors: those of each part; StoreInUse: another program has the directory.
// Resource type; one thread.
#pragma once

#include <filesystem>
#include <memory>

#include "broker/edge/config.h"
#include "broker/edge/files.h"
#include "broker/edge/ledger_key_file.h"
#include "broker/edge/node_keys.h"
#include "storage/lmdb/lmdb_store.h"

namespace chapar::broker {

struct BrokerDirectory {
    std::filesystem::path path;
    Config config;
    FileDescriptor lock;
    NodeKeys node;
    LedgerKeyFile ledger_keys;
    std::unique_ptr<storage::LmdbStore> store;

    // `random` outlives it.
    [[nodiscard]] static Result<BrokerDirectory> open(const std::filesystem::path& path,
                                                      crypto::Random& random);
};

// Says the error on standard error, as one line of JSON; the exit code of the catalogue.
[[nodiscard]] int exit_with(const Error& error);

}  // namespace chapar::broker
