#include "tests/powercut/opened.h"

#include "broker/check.h"
#include "broker/core/stream_files.h"
#include "broker/core/tables.h"
#include "broker/edge/body_store.h"
#include "crypto/chunk_verifier.h"

namespace chapar::powercut {

Status Opened::start() {
    const auto tables = broker::store_tables();
    keys_.emplace(CHAPAR_TRY(broker::LedgerKeyFile::open(
        directory_ / "ledger.keys", directory_ / config_.ledger.kek, random_)));
    store_ = CHAPAR_TRY(
        storage::LmdbStore::open(directory_ / "store", tables, {.map_size = config_.map_size}));
    tick_.emplace(CHAPAR_TRY(
        broker::Tick::open({*store_, *keys_, node_.log, random_, broker::capacity_of(config_)})));
    notes_.emplace(*store_, node_.log.verifier());
    guard_.emplace(CHAPAR_TRY(broker::LedgerGuard::open(
        {node_, directory_, *store_, *tick_, *notes_, time_, random_},
        broker::HighWaterFile(directory_ / config_.ledger.high_water, node_.manifest.origin),
        broker::Witnesses::None)));
    if (guard_->standing() == broker::Standing::Checked) return Done{};
    return Error(Errc::LedgerDamaged, guard_->reason());
}

Status Opened::check() {
    const auto txn = CHAPAR_TRY(store_->begin_read());
    const broker::CheckScene scene{directory_,           config_, node_.manifest.origin,
                                   node_.log.verifier(), *txn,    &keys_->keys(),
                                   tick_->frontier()};
    for (const broker::CheckPart& part : broker::check_parts()) {
        broker::PartVerdict verdict;
        verdict.part = part.name;
        CHAPAR_TRY(part.check(scene, verdict));
        if (verdict.wrong > 0) return Error(Errc::StoreDamaged, part.name + verdict.first);
    }
    return Done{};
}

Status Opened::commit() {
    CHAPAR_TRY(guard_->begin());
    return Done{};
}

Result<Bytes> Opened::body(const Hash& root, std::uint64_t size) {
    const auto txn = CHAPAR_TRY(store_->begin_read());
    const auto in_use = [&](const Hash& one) { return broker::file_in_use(*txn, one); };
    const auto bodies = CHAPAR_TRY(broker::BodyStore::open(directory_, {1U << 30U, 0}, in_use));
    if (!bodies->is_complete(root, size)) return Error(Errc::StreamMissing);
    const auto leaves = CHAPAR_TRY(bodies->leaves(root));
    const crypto::StreamCommitment commitment{Hash{}, root, size};
    const auto verifier = CHAPAR_TRY(crypto::ChunkVerifier::create(commitment, leaves));
    Bytes whole;
    for (std::uint64_t i = 0; i < verifier.chunks(); ++i) {
        const Bytes chunk = CHAPAR_TRY(bodies->chunks(root, i, 1));
        CHAPAR_TRY(verifier.check(i, chunk));
        append(whole, chunk);
    }
    return whole;
}

}  // namespace chapar::powercut
