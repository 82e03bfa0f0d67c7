// A broker's directory in this process, as a start of chapard opens it: no sockets, no threads.
//
// Owns: key file, store, tick, notes and guard over one directory. Does not know what was done to
// the directory before. LMDB may end the process on damage that no disk leaves by itself.
//
// Errors: those of the parts; a ledger that may only be read is LedgerDamaged. What it is given
// outlives it. Resource type; one thread. REQUIRES: crypto::start() has run.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "broker/edge/config.h"
#include "broker/edge/ledger_guard.h"
#include "broker/edge/node_keys.h"
#include "crypto/random.h"
#include "storage/lmdb/lmdb_store.h"
#include "tests/powercut/afterwards.h"
#include "tests/powercut/contents.h"

namespace chapar::powercut {

class Opened {
  public:
    Opened(const std::filesystem::path& directory, const broker::NodeKeys& node,
           const broker::Config& config)
        : directory_(directory), node_(node), config_(config) {}

    [[nodiscard]] Status start();
    // All below REQUIRE that start() was Done.
    // Every part of `chapard check`; the first that finds something is the error.
    [[nodiscard]] Status check();
    // The first commit of this process.
    [[nodiscard]] Status commit();
    // As a client gets it: leaf list, then every chunk against it.
    [[nodiscard]] Result<Bytes> body(const Hash& root, std::uint64_t size);
    [[nodiscard]] Result<std::unique_ptr<storage::ReadTxn>> read() const {
        return store_->begin_read();
    }
    [[nodiscard]] Reading reading(const storage::ReadTxn& txn) const {
        return {txn, tick_->frontier(), keys_->keys()};
    }

  private:
    const std::filesystem::path& directory_;
    const broker::NodeKeys& node_;
    const broker::Config& config_;
    crypto::SystemRandom random_;
    Afterwards time_;
    std::optional<broker::LedgerKeyFile> keys_;
    std::unique_ptr<storage::LmdbStore> store_;
    std::optional<broker::Tick> tick_;
    std::optional<broker::PublishedNotes> notes_;
    std::optional<broker::LedgerGuard> guard_;
};

}  // namespace chapar::powercut
