#include "broker/edge/scrubber.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "broker/edge/files.h"

namespace chapar::broker {
namespace {

bool is_damage(Errc code) { return code == Errc::LedgerDamaged || code == Errc::StoreDamaged; }

std::string name_of(const TileName& tile) {
    return "tile " + std::to_string(tile.level) + "/" + std::to_string(tile.number);
}

// "<level> <number>\n..", as mark() writes it.
std::optional<TileName> parse_mark(const std::string& text) {
    TileName tile;
    const char* const end = text.data() + text.size();
    const auto level = std::from_chars(text.data(), end, tile.level);
    if (level.ec != std::errc() || level.ptr == end || *level.ptr != ' ') return std::nullopt;
    const auto number = std::from_chars(level.ptr + 1, end, tile.number);
    if (number.ec != std::errc() || number.ptr == end || *number.ptr != '\n') return std::nullopt;
    return tile;
}

}  // namespace

Result<std::optional<std::string>> Scrubber::check(const TileName& tile) const {
    const auto txn = CHAPAR_TRY(store_.begin_read());
    Status checked = check_tile(*txn, tile);
    if (checked && tile.level == 0) checked = check_bodies(*txn, keys_, tile);
    if (checked) return std::optional<std::string>();
    if (!is_damage(checked.error().code)) return checked.error();
    return std::optional(name_of(tile) + ": " + checked.error().context);
}

Status Scrubber::mark(const TileName& tile, const std::string& what) const {
    const FileDescriptor file(
        open(mark_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file) return Error(Errc::FileFailed, mark_.string());
    const std::string text =
        std::to_string(tile.level) + " " + std::to_string(tile.number) + "\n" + what + "\n";
    CHAPAR_TRY(write_all(file.get(), view(text), mark_));
    if (fsync(file.get()) != 0) return Error(Errc::FileFailed, mark_.string());
    return sync_directory(mark_.parent_path());
}

Result<std::optional<std::string>> Scrubber::known_damage(TreeSize size) {
    if (!std::filesystem::exists(mark_)) return std::optional<std::string>();
    const auto tile = parse_mark(to_string(CHAPAR_TRY(read_file(mark_, Exposure::Public))));
    if (!tile) return std::optional(mark_.string() + " cannot be read");
    const bool closed =
        tile->level < kTileLevels && tile->number < closed_tiles(tile->level, size.value);
    auto damage = closed ? CHAPAR_TRY(check(*tile)) : std::nullopt;
    if (!damage) std::filesystem::remove(mark_);
    return damage;
}

Result<std::optional<std::string>> Scrubber::work(TreeSize size, DurationMs now) {
    if (began_ && !last_ && now.value < began_->value + kWalk.value)
        return std::optional<std::string>();
    if (!began_ || !last_) {
        began_ = now;
        checked_ = 0;
    }
    const std::uint64_t tiles = count_tiles(size);
    const std::uint64_t passed = std::min(now.value - began_->value, kWalk.value);
    const std::uint64_t due = std::min(
        tiles, tiles / kWalk.value * passed + tiles % kWalk.value * passed / kWalk.value + 1);
    for (std::uint64_t i = 0; i < kTilesAtOnce && checked_ < due; ++i) {
        const TileName tile = last_ ? tile_after(*last_, size).value_or(TileName{}) : TileName{};
        if (auto damage = CHAPAR_TRY(check(tile))) {
            if (const Status marked = mark(tile, *damage); !marked) {
                *damage += "; a start will not know: " + marked.error().context;
            }
            return damage;
        }
        last_ = tile;
        ++checked_;
    }
    if (last_ && tile_after(*last_, size)) return std::optional<std::string>();
    last_.reset();
    finished_ = now;
    return std::optional<std::string>();
}

Scrubber::Figures Scrubber::figures(TreeSize size, DurationMs now) const {
    Figures out{checked_, count_tiles(size), std::nullopt};
    if (finished_) out.age = DurationMs(now.value - finished_->value);
    return out;
}

}  // namespace chapar::broker
