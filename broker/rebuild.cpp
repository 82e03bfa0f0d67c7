#include "broker/rebuild.h"

#include <fcntl.h>
#include <stdio.h>

#include <vector>

#include "broker/core/deadline.h"
#include "broker/core/ledger_open.h"
#include "broker/core/ledger_proof.h"
#include "broker/core/ledger_tables.h"
#include "broker/core/lost_payload.h"
#include "broker/core/old_rows.h"
#include "broker/core/rebuild_writing.h"
#include "broker/core/stanza_row.h"
#include "broker/core/tables.h"
#include "broker/edge/config.h"
#include "broker/edge/high_water.h"
#include "broker/edge/ledger_key_file.h"
#include "broker/edge/node_keys.h"
#include "broker/edge/store_gate.h"
#include "broker/stored_replay.h"
#include "crypto/checkpoint.h"
#include "crypto/process_memory.h"
#include "crypto/random.h"
#include "crypto/self_test.h"
#include "storage/lmdb/lmdb_store.h"

namespace chapar::broker {
namespace {

constexpr std::size_t kAll = static_cast<std::size_t>(-1);

class Rebuild {
  public:
    Rebuild(const storage::ReadTxn& old, storage::Store& fresh, RebuildReport& report)
        : old_(old), fresh_(fresh), writing_(fresh), report_(report) {}

    Status replay_ledger(const crypto::LedgerKeys& keys, crypto::Random& random) {
        StoredReplay replayed = CHAPAR_TRY(replay_stored(old_, fresh_, keys, random));
        report_.size = replayed.size;
        report_.operations = replayed.operations;
        gaps_ = std::move(replayed.gaps);
        return Done{};
    }

    // What was signed is the proof that the leaves were not changed together with their bodies.
    Status check_notes(const crypto::NoteVerifier& log, const std::optional<HighWater>& mark) {
        const auto txn = CHAPAR_TRY(fresh_.begin_read());
        const Frontier frontier = CHAPAR_TRY(open_ledger(*txn));
        const auto check = [&](const std::string& note) -> Status {
            const auto head = CHAPAR_TRY(crypto::open_checkpoint(note, log));
            if (head.size <= frontier.size() &&
                CHAPAR_TRY(root_at(*txn, frontier, head.size)) == head.root) {
                return Done{};
            }
            return Error(Errc::LedgerDamaged,
                         "a signed head of " + std::to_string(head.size.value) + " entries");
        };
        if (mark) CHAPAR_TRY(check(mark->note));
        const auto notes = old_.cursor(kCheckpointTable);
        Status moved = notes->seek_first();
        for (; !moved || notes->at_record(); moved = notes->next()) {
            if (!moved && moved.error().code == Errc::StoreDamaged) continue;
            CHAPAR_TRY(moved);
            CHAPAR_TRY(check(to_string(notes->value())));
        }
        return Done{};
    }

    Status carry_over() {
        // Bodies as they were sealed: the same under every key, but for their nonces.
        for (const storage::Table& table :
             {kBodyTable, kCheckpointTable, kPruneTable, kPayloadTable, kFilesTable, kFileUseTable,
              kLostTable}) {
            CHAPAR_TRY(copy(table));
        }
        if (!gaps_.empty()) {
            OldRows rows = CHAPAR_TRY(take_old_rows(old_, fresh_, writing_, gaps_));
            report_.carried += rows.carried;
            report_.left_out += rows.left_out;
            report_.erased = rows.erased;
            report_.differs = rows.differs;
            report_.first_difference = std::move(rows.first_difference);
        }
        CHAPAR_TRY(mark_what_is_lost());
        return writing_.finish();
    }

  private:
    // All rows that are right.
    Status copy(const storage::Table& table) {
        const auto rows = old_.cursor(table);
        Status moved = rows->seek_first();
        for (; !moved || rows->at_record(); moved = rows->next()) {
            if (!moved && moved.error().code == Errc::StoreDamaged) {
                ++report_.left_out;
                continue;
            }
            CHAPAR_TRY(moved);
            CHAPAR_TRY(writing_.put(table, rows->key(), rows->value()));
            ++report_.carried;
        }
        return Done{};
    }

    Status mark_what_is_lost() {
        CHAPAR_TRY(writing_.finish());
        const auto txn = CHAPAR_TRY(fresh_.begin_read());
        for (const DueEnvelope& due :
             CHAPAR_TRY(due_envelopes(*txn, TimeMs(static_cast<std::uint64_t>(-1)), kAll))) {
            bool waits = false;
            for (const DeviceStanza& stanza : CHAPAR_TRY(stanzas_of(*txn, due.first))) {
                waits = waits || stanza.row.waiting.has_value();
            }
            if (!waits || CHAPAR_TRY(has_payload(*txn, due.first))) continue;
            storage::Txn* const writing = CHAPAR_TRY(writing_.txn());
            CHAPAR_TRY(mark_lost(*writing, due.first, due.envelope));
            ++report_.lost;
        }
        return Done{};
    }

    const storage::ReadTxn& old_;
    storage::Store& fresh_;
    RebuildWriting writing_;
    RebuildReport& report_;
    std::vector<bool> gaps_;
};

std::filesystem::path free_name(const std::filesystem::path& directory) {
    for (unsigned number = 1;; ++number) {
        auto name = directory / ("store.damaged-" + std::to_string(number));
        if (!is_there(name)) return name;
    }
}

// The fresh store in place of the old one, in one step: at no time is there none, and whatever cuts
// this short, the old one lies under a name that no later rebuild removes.
Result<std::string> exchange(const std::filesystem::path& directory,
                             const std::filesystem::path& fresh) {
    const auto store = directory / "store";
    const auto damaged = free_name(directory);
    std::error_code failed;
    std::filesystem::rename(fresh, damaged, failed);
    if (failed) return Error(Errc::FileFailed, damaged.string());
    CHAPAR_TRY(sync_directory(directory));
    if (::renameat2(AT_FDCWD, damaged.c_str(), AT_FDCWD, store.c_str(), RENAME_EXCHANGE) != 0) {
        return Error(Errc::FileFailed,
                     "exchange of " + store.string() + " and " + damaged.string());
    }
    CHAPAR_TRY(sync_directory(directory));
    return damaged.string();
}

}  // namespace

Result<RebuildReport> rebuild_store(const std::filesystem::path& directory,
                                    Differences differences) {
    CHAPAR_TRY(crypto::harden_process());
    CHAPAR_TRY(crypto::start());
    crypto::SystemRandom random;
    const Config config = CHAPAR_TRY(read_config(directory / "chapard.toml"));
    const NodeKeys node = CHAPAR_TRY(NodeKeys::read(directory));
    const LedgerKeyFile keys = CHAPAR_TRY(
        LedgerKeyFile::open(directory / "ledger.keys", directory / config.ledger.kek, random));
    const HighWaterFile high_water(directory / config.ledger.high_water, node.manifest.origin);
    const auto fresh_path = directory / "store.rebuilt";
    std::error_code ignored;
    // The rest of an earlier rebuild that was cut short.
    std::filesystem::remove_all(fresh_path, ignored);
    RebuildReport report;
    {
        const auto tables = store_tables();
        const auto old = CHAPAR_TRY(storage::LmdbStore::open_beside(directory / "store", tables));
        const auto fresh = CHAPAR_TRY(storage::LmdbStore::open(
            fresh_path, tables, {.map_size = config.map_size, .reserve = StoreGate::kReserve}));
        const auto txn = CHAPAR_TRY(old->begin_read());
        Rebuild rebuild(*txn, *fresh, report);
        CHAPAR_TRY(rebuild.replay_ledger(keys.keys(), random));
        const auto mark = CHAPAR_TRY(high_water.read());
        CHAPAR_TRY(rebuild.check_notes(node.log.verifier(), mark));
        CHAPAR_TRY(rebuild.carry_over());
    }
    if (report.differs > 0 && differences == Differences::Refused) {
        std::filesystem::remove_all(fresh_path, ignored);
        return report;
    }
    report.damaged_store = CHAPAR_TRY(exchange(directory, fresh_path));
    return report;
}

}  // namespace chapar::broker
