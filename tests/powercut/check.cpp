#include "tests/powercut/check.h"

#include "broker/core/ledger_read.h"
#include "broker/core/stream_files.h"
#include "broker/core/tables.h"
#include "broker/edge/body_store.h"
#include "broker/edge/ledger_guard.h"
#include "broker/edge/scrubber.h"
#include "crypto/leaf.h"
#include "crypto/tree.h"
#include "schemas/base/hex.h"
#include "storage/compare.h"
#include "storage/lmdb/lmdb_store.h"
#include "tests/powercut/afterwards.h"

namespace chapar::powercut {
namespace {

namespace fs = std::filesystem;

Error broken(const std::string& rule) { return Error(Errc::LedgerDamaged, rule); }

Result<std::unique_ptr<storage::LmdbStore>> open_store(const fs::path& image,
                                                       const broker::Config& config) {
    const auto tables = broker::store_tables();
    return storage::LmdbStore::open(image / "store", tables, {.map_size = config.map_size});
}

Status check_entries(const storage::ReadTxn& txn, const broker::Frontier& frontier,
                     const crypto::LedgerKeys& keys) {
    std::vector<Hash> leaves;
    for (std::uint64_t index = 0; index < frontier.size().value; ++index) {
        const ByteView leaf = CHAPAR_TRY(broker::leaf_bytes(txn, EntryIndex(index)));
        leaves.push_back(crypto::leaf_hash(leaf));
        CHAPAR_TRY(broker::open_entry(txn, keys, EntryIndex(index)));
    }
    if (!leaves.empty() && crypto::tree_root(leaves) != frontier.root()) {
        return broken("the leaves do not give the root");
    }
    return Done{};
}

}  // namespace

// The parts of a start, as program.cpp and daemon.cpp open them.
class Checker::Opened {
  public:
    [[nodiscard]] static Result<std::unique_ptr<Opened>> open(const Checker& checker,
                                                              const fs::path& image);
    [[nodiscard]] Status check_store(const Checker& checker, const Due& due,
                                     const std::optional<Hash>& started) const;
    [[nodiscard]] Status check_bodies(const Checker& checker, const Due& due) const;
    [[nodiscard]] Status begin(const Checker& checker, const Due& due);
    [[nodiscard]] Result<Hash> tables() const;

  private:
    Opened(fs::path image, broker::LedgerKeyFile keys)
        : image_(std::move(image)), keys_(std::move(keys)) {}

    fs::path image_;
    broker::LedgerKeyFile keys_;
    std::unique_ptr<storage::LmdbStore> store_;
    std::optional<broker::Tick> tick_;
    std::optional<broker::PublishedNotes> notes_;
    Afterwards time_;
};

Result<std::unique_ptr<Checker::Opened>> Checker::Opened::open(const Checker& checker,
                                                               const fs::path& image) {
    const broker::Config& config = checker.config_;
    std::unique_ptr<Opened> opened(
        new Opened(image, CHAPAR_TRY(broker::LedgerKeyFile::open(
                              image / "ledger.keys", image / config.ledger.kek, checker.random_))));
    opened->store_ = CHAPAR_TRY(open_store(image, config));
    opened->tick_.emplace(
        CHAPAR_TRY(broker::Tick::open({*opened->store_, opened->keys_, checker.node_.log,
                                       checker.random_, broker::capacity_of(config)})));
    opened->notes_.emplace(*opened->store_, checker.node_.log.verifier());
    return opened;
}

Status Checker::Opened::check_store(const Checker& checker, const Due& due,
                                    const std::optional<Hash>& started) const {
    const auto txn = CHAPAR_TRY(store_->begin_read());
    const broker::Frontier& frontier = tick_->frontier();
    for (std::size_t i = 0; i < due.entries; ++i) {
        const Told::Entry& told = checker.entries_[i];
        const auto leaf = broker::leaf_bytes(*txn, told.index);
        if (!leaf || crypto::leaf_hash(*leaf) != told.leaf) {
            return broken("entry " + std::to_string(told.index.value) + " was told and is lost");
        }
    }
    if (frontier.size() < due.head) return broken("a head was told and is lost");
    const std::pair ledger(frontier.size().value, keys_.keys().scopes().size());
    if (started || !checker.opened_.contains(ledger)) {
        CHAPAR_TRY(check_entries(*txn, frontier, keys_.keys()));
        // A start that was cut short has entries of its own.
        if (!started) checker.opened_.insert(ledger);
    }
    const Hash tables = CHAPAR_TRY(this->tables());
    if (tables == started) return Done{};
    if (std::ranges::find(checker.commits_, tables) == checker.commits_.end()) {
        return broken("tables of no commit");
    }
    return Done{};
}

Status Checker::Opened::check_bodies(const Checker& checker, const Due& due) const {
    const auto txn = CHAPAR_TRY(store_->begin_read());
    const auto in_use = [&](const Hash& root) { return broker::file_in_use(*txn, root); };
    const auto bodies = CHAPAR_TRY(broker::BodyStore::open(image_, {1U << 30U, 0}, in_use));
    for (std::size_t i = 0; i < due.bodies; ++i) {
        const Told::Body& told = checker.bodies_[i];
        const Bytes& content = checker.load_.attachments().at(told.root);
        const fs::path path = image_ / "bodies" / to_hex(told.root.view());
        if (!bodies->is_complete(told.root, told.size) ||
            CHAPAR_TRY(broker::read_file(path, broker::Exposure::Public)) != content) {
            return broken("body " + path.filename().string() + " was told complete and is not");
        }
    }
    return Done{};
}

Status Checker::Opened::begin(const Checker& checker, const Due& due) {
    broker::HighWaterFile high_water(image_ / checker.config_.ledger.high_water,
                                     checker.node_.manifest.origin);
    auto guard = CHAPAR_TRY(broker::LedgerGuard::open(
        {checker.node_, image_, *store_, *tick_, *notes_, time_, checker.random_},
        std::move(high_water), broker::Witnesses::None));
    broker::Scrubber scrubber(*store_, tick_->keys(), image_);
    if (CHAPAR_TRY(scrubber.known_damage(tick_->frontier().size()))) return broken("a damage mark");
    if (guard.standing() != broker::Standing::Checked) {
        return broken("the broker stays read-only: " + guard.reason());
    }
    if (guard.high_water() < due.head) return broken("a head was told before its high-water mark");
    CHAPAR_TRY(guard.begin());
    if (!guard.signing()) return broken("the broker does not sign");
    return Done{};
}

Result<Hash> Checker::Opened::tables() const {
    const auto txn = CHAPAR_TRY(store_->begin_read());
    return storage::digest(*txn, broker::store_tables());
}

Checker::Checker(const Load& load)
    : load_(load),
      config_(broker::read_config(load.directory() / "chapard.toml").value()),
      node_(broker::NodeKeys::read(load.directory()).value()) {}

void Checker::told(const Told& told) {
    if (told.entry) entries_.push_back(*told.entry);
    if (told.body) bodies_.push_back(*told.body);
    if (told.head) due_.head = std::max(due_.head, *told.head);
    due_.entries = entries_.size();
    due_.bodies = bodies_.size();
}

Status Checker::committed(const fs::path& image) {
    const auto store = CHAPAR_TRY(open_store(image, config_));
    const auto txn = CHAPAR_TRY(store->begin_read());
    commits_.push_back(CHAPAR_TRY(storage::digest(*txn, broker::store_tables())));
    return Done{};
}

Result<Hash> Checker::check(const fs::path& image, const Due& due,
                            const std::optional<Hash>& started) const {
    const auto opened = CHAPAR_TRY(Opened::open(*this, image));
    CHAPAR_TRY(opened->check_store(*this, due, started));
    CHAPAR_TRY(opened->check_bodies(*this, due));
    CHAPAR_TRY(opened->begin(*this, due));
    return opened->tables();
}

}  // namespace chapar::powercut
