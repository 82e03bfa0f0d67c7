#include "broker/program.h"

#include <cstdio>

#include "broker/core/tables.h"
#include "broker/edge/store_gate.h"
#include "crypto/process_memory.h"
#include "crypto/self_test.h"
#include "schemas/base/problem.h"

namespace chapar::broker {

Result<BrokerDirectory> BrokerDirectory::open(const std::filesystem::path& path,
                                              crypto::Random& random) {
    CHAPAR_TRY(crypto::harden_process());
    CHAPAR_TRY(crypto::start());
    Config config = CHAPAR_TRY(read_config(path / "chapard.toml"));
    FileDescriptor lock = CHAPAR_TRY(lock_file(path / "lock"));
    NodeKeys node = CHAPAR_TRY(NodeKeys::read(path));
    LedgerKeyFile ledger_keys =
        CHAPAR_TRY(LedgerKeyFile::open(path / "ledger.keys", path / config.ledger.kek, random));
    const auto tables = store_tables();
    auto store = CHAPAR_TRY(storage::LmdbStore::open(
        path / "store", tables, {.map_size = config.map_size, .reserve = StoreGate::kReserve}));
    return BrokerDirectory{path,
                           std::move(config),
                           std::move(lock),
                           std::move(node),
                           std::move(ledger_keys),
                           std::move(store)};
}

int exit_with(const Error& error) {
    const std::string line = problem_json(error) + "\n";
    std::fwrite(line.data(), 1, line.size(), stderr);
    return static_cast<int>(text_of(error.code).exit);
}

}  // namespace chapar::broker
