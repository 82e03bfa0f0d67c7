// The high-water file: the newest head that this broker published, kept apart from the store.
//
// Owns: the file's form, its reading, and its replacement such that a crash leaves the old or the
// new one (temporary file, fsync, rename, fsync of the directory). Every start claims the file with
// a nonce of its own, that of its EPOCH entry; whoever finds another nonce at a rewrite shares the
// file with a second live copy of the ledger. Does not know whether the note fits the ledger
// (rollback.h), nor when it is written (ledger_guard.h). It belongs on another volume than the
// store: a restored store is then found by it.
//
//     chapar-high-water/1
//     <origin>
//     <nonce, 64 hexadecimal digits>
//     <bytes of the note, decimal>
//     <the note>
//
// Errors: HighWaterMissing (gone, torn, unreadable, or another origin's), SecondCopy, StoreFull (no
// room: the old file stands and a later rewrite may succeed), FileFailed (it is unknown what the
// disk holds: stop). Value type; one thread. Source: design ledger.md 2.8 (b).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "schemas/base/ids.h"
#include "schemas/base/result.h"

namespace chapar::broker {

struct HighWater {
    Hash nonce;
    std::string note;
    bool operator==(const HighWater&) const = default;
};

[[nodiscard]] std::string encode_high_water(std::string_view origin, const HighWater& content);
// HighWaterMissing for any other form, and for another origin.
[[nodiscard]] Result<HighWater> decode_high_water(std::string_view origin, std::string_view text);

class HighWaterFile {
  public:
    HighWaterFile(std::filesystem::path path, std::string origin)
        : path_(std::move(path)), origin_(std::move(origin)) {}

    // Empty if there is no such file.
    [[nodiscard]] Result<std::optional<HighWater>> read() const;
    // The first rewrite of this start. SecondCopy unless the file still is what this start has
    // read; `before` is empty where there was none, or where two persons have overridden.
    enum class Found : std::uint8_t { Nothing, Overridden };
    [[nodiscard]] Status claim(const HighWater& before, const HighWater& ours);
    [[nodiscard]] Status claim(Found found, const HighWater& ours);
    // The file must still be ours. REQUIRES: claimed.
    [[nodiscard]] Status watch() const;
    // watch(), then the new note.
    [[nodiscard]] Status keep(std::string note);

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    [[nodiscard]] Status replace(const HighWater& content);

    std::filesystem::path path_;
    std::string origin_;
    std::optional<HighWater> ours_;  // as written last
};

}  // namespace chapar::broker
