// The high-water file: the newest head that this broker signed, kept apart from the store.
//
// Owns: the file's form, its reading, and its rewriting in place such that a crash leaves the old
// note or the new one. Every start claims the file with a nonce of its own, that of its EPOCH
// entry; whoever finds another nonce shares the file with a second live copy of the ledger. Does
// not know whether the note fits the ledger (rollback.h), nor when it is written (ledger_guard.h).
// It belongs on another volume than the store: a restored store is then found by it.
//
// Two slots of 4096 bytes, written in turn, each with a number one above the other's:
//
//     chapar-high-water/1
//     <origin>
//     <nonce, 64 hexadecimal digits>
//     <number, decimal>
//     <bytes of the note, decimal>
//     <note><SHA-256 of all before, 64 hexadecimal digits>
//     <zeros>
//
// The slot with the larger number counts. A rewrite is one pwrite and one fdatasync: the file was
// made at its full length, its bytes written and synced, so that no block is allotted and no length
// changes any more (on file systems that copy on write a rewrite may still find no room). While the
// older slot is written, the newer one stands. Cut short, a write leaves a slot that is no slot,
// and the other one: a head that is one older. That is still the right bound: the head that was
// being written has not been told to anybody, because keep() had not returned. A file without a
// slot, or of another length, is missing: an older slot is never taken for the newest where the
// file was cut or exchanged by anything but such a write, but for damage that takes exactly the
// newer slot, which cannot be told from one.
//
// Errors: HighWaterMissing (gone, torn, unreadable, or another origin's), SecondCopy, StoreFull (no
// room to make it; nothing has changed), FileFailed (it is unknown what the disk holds: stop).
// Value type; one thread. Source: design ledger.md 2.8 (b).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"

namespace chapar::broker {

struct HighWater {
    Hash nonce;
    std::string note;
    bool operator==(const HighWater&) const = default;
};

struct HighWaterSlot {
    std::uint64_t number = 0;
    HighWater content;
    bool operator==(const HighWaterSlot&) const = default;

    static constexpr std::size_t kBytes = 4096;
};

// kBytes. TooLarge if the note leaves no room for the rest.
[[nodiscard]] Result<Bytes> encode_slot(std::string_view origin, const HighWaterSlot& slot);
// HighWaterMissing for any other bytes, and for another origin.
[[nodiscard]] Result<HighWaterSlot> decode_slot(std::string_view origin, ByteView bytes);

class HighWaterFile {
  public:
    HighWaterFile(std::filesystem::path path, std::string origin)
        : path_(std::move(path)), origin_(std::move(origin)) {}

    // Empty if there is no such file.
    [[nodiscard]] Result<std::optional<HighWater>> read() const;
    // The first rewrite of this start. SecondCopy unless the file still is what this start has
    // read. Found: there was none, which is so no more only if another start has made it
    // (SecondCopy); or two persons have overridden whatever is there.
    enum class Found : std::uint8_t { Nothing, Overridden };
    [[nodiscard]] Status claim(const HighWater& before, const HighWater& ours);
    [[nodiscard]] Status claim(Found found, const HighWater& ours);
    // The file must still be ours. REQUIRES: claimed.
    [[nodiscard]] Status watch() const;
    // watch(), then the new note.
    [[nodiscard]] Status keep(std::string note);

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    // A slot and which of the two it is.
    struct Newest {
        HighWaterSlot slot;
        unsigned place = 0;
    };
    [[nodiscard]] Result<std::optional<Newest>> newest() const;
    [[nodiscard]] Result<Newest> still_ours() const;
    [[nodiscard]] Status make(const HighWater& content);
    [[nodiscard]] Status rewrite(const Newest& after, const HighWater& content);

    std::filesystem::path path_;
    std::string origin_;
    std::optional<HighWater> ours_;  // as written last
};

}  // namespace chapar::broker
