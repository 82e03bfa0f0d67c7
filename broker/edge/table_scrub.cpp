#include "broker/edge/table_scrub.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "broker/edge/files.h"

namespace chapar::broker {

TableScrub::TableScrub(const storage::Store& store, std::vector<storage::Table> tables,
                       const std::filesystem::path& directory)
    : store_(store), tables_(std::move(tables)), mark_(directory / "tables.damaged") {
    std::erase_if(tables_, [](const storage::Table& table) {
        return table.framing != storage::Framing::Framed;
    });
}

Result<std::optional<std::string>> TableScrub::look(const storage::Table& table, Slice& slice) {
    const auto txn = CHAPAR_TRY(store_.begin_read());
    const auto rows = txn->cursor(table);
    Status moved = rows->seek(key_);
    // A key that was erased meanwhile: the next one has not been looked at.
    if (moved && !key_.empty() && rows->at_record() && equal(rows->key(), key_)) {
        moved = rows->next();
    }
    while (moved && rows->at_record()) {
        key_ = to_bytes(rows->key());
        ++slice.rows;
        slice.bytes += rows->value().size();
        if (slice.rows >= kRowsAtOnce || slice.bytes >= kBytesAtOnce) {
            return std::optional<std::string>();
        }
        moved = rows->next();
    }
    if (!moved && moved.error().code != Errc::StoreDamaged) return moved.error();
    slice.ended = true;
    if (moved) return std::optional<std::string>();
    return std::optional("table " + std::string(table.name) + ": " + moved.error().context);
}

Status TableScrub::mark(const std::string& table, const std::string& what) const {
    const FileDescriptor file(
        open(mark_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file) return Error(Errc::FileFailed, mark_.string());
    CHAPAR_TRY(write_all(file.get(), view(table + "\n" + what + "\n"), mark_));
    if (fsync(file.get()) != 0) return Error(Errc::FileFailed, mark_.string());
    return sync_directory(mark_.parent_path());
}

Result<std::optional<std::string>> TableScrub::known_damage() {
    if (!is_there(mark_)) return std::optional<std::string>();
    const std::string text = to_string(CHAPAR_TRY(read_file(mark_, Exposure::Public)));
    const std::string name = text.substr(0, text.find('\n'));
    const auto table = std::ranges::find(tables_, name, &storage::Table::name);
    if (table == tables_.end()) return std::optional(mark_.string() + " cannot be read");
    std::optional<std::string> damage;
    key_.clear();
    for (Slice slice; !slice.ended && !damage;) {
        slice = {};
        damage = CHAPAR_TRY(look(*table, slice));
    }
    key_.clear();
    if (!damage) std::filesystem::remove(mark_);
    return damage;
}

Result<std::optional<std::string>> TableScrub::work(DurationMs now) {
    if (!walking_ && began_ && now.value < began_->value + kEvery.value) {
        return std::optional<std::string>();
    }
    if (!walking_) {
        walking_ = true;
        began_ = now;
        at_ = 0;
        key_.clear();
    }
    Slice slice;
    while (at_ < tables_.size() && slice.rows < kRowsAtOnce && slice.bytes < kBytesAtOnce) {
        const storage::Table& table = tables_[at_];
        if (auto damage = CHAPAR_TRY(look(table, slice))) {
            walking_ = false;
            if (const Status marked = mark(std::string(table.name), *damage); !marked) {
                *damage += "; a start will not know: " + marked.error().context;
            }
            return damage;
        }
        if (!slice.ended) break;
        slice.ended = false;
        key_.clear();
        ++at_;
    }
    if (at_ < tables_.size()) return std::optional<std::string>();
    walking_ = false;
    finished_ = now;
    return std::optional<std::string>();
}

std::optional<DurationMs> TableScrub::age(DurationMs now) const {
    if (!finished_) return std::nullopt;
    return DurationMs(now.value - finished_->value);
}

}  // namespace chapar::broker
