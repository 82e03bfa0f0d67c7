// What a disk may hold after a power cut, at each moment of a trace.
//
// Owns: which of the recorded changes are durable and which are pending. Durable: a file's bytes
// and size once that file was synced, or written through O_DSYNC; names once their directory was
// (a rename between two directories: both). All else is pending, and any part of it may be on the
// disk: writes in pieces of a page, of those any sectors. Does not know who wrote, or what must
// hold (check.h).
//
// A `Sabotage` leaves out syncs, as if the program did not ask for them, or the disk did not heed
// them; then the kernel still writes back what is older than kWindow pieces.
//
// REQUIRES: the events outlive the model. Resource type; one thread.
// Source: fsync(2), rename(2), open(2) O_DSYNC; design reliability.md 3.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/powercut/trace.h"

namespace chapar::powercut {

constexpr std::size_t kSector = 512;
constexpr std::size_t kPiece = 4096;

// Of the store's data file: its head page is not synced (LMDB's NOMETASYNC), nothing of it is
// (NOSYNC). Of all files: no sync has an effect.
enum class Sabotage : std::uint8_t { None, NoMetaSync, NoSync, SyncIgnored };

struct File {
    Bytes data;              // what lies behind it, up to `size`, is zero
    std::uint64_t size = 0;  // >= data.size()
};

using Names = std::map<std::string, std::uint64_t>;
using Tree = std::map<std::uint64_t, Names>;  // by directory

// One change that is not durable yet; no part of a write crosses a page.
struct Change {
    enum class Kind : std::uint8_t { Write, Resize, Link, Unlink, Rename };
    std::uint64_t number = 0;  // in order, from 1 on
    Kind kind = Kind::Write;
    std::uint64_t object = 0;          // the file, or the directory of `name`
    std::uint64_t offset = 0;          // Write; Resize: the size
    ByteView data;                     // Write
    std::string name;                  // Link, Unlink, Rename
    std::uint64_t target = 0;          // Link, Rename: what the name stands for
    std::uint64_t to_object = 0;       // Rename
    std::string to_name;               // Rename
    bool appends = false;              // Write beyond what the file had
    std::set<std::uint64_t> unsynced;  // Rename: directories that were not synced since
};

// Which sectors of a written piece reached the disk: bit i is the i-th sector it touches.
using Sectors = std::uint32_t;
constexpr Sectors kAllSectors = ~Sectors{0};

struct Part {
    Sectors sectors = kAllSectors;        // none: the change is missing
    std::optional<std::size_t> cut = {};  // of an append: only so many bytes
    bool operator==(const Part&) const = default;
};

// Of the pending changes, in their order, which are on the disk.
using Choice = std::vector<Part>;

class DiskModel {
  public:
    // Everything under `directory` is durable.
    DiskModel(const std::filesystem::path& directory, Sabotage sabotage);
    // REQUIRES: nothing has been applied yet.
    void sabotage(Sabotage how) { sabotage_ = how; }

    // The change is pending when this returns; an O_DSYNC write too, until settle().
    void apply(const Event& event);
    // Ends the event: what was synced with it is durable.
    void settle(const Event& event);

    [[nodiscard]] const std::vector<Change>& pending() const { return pending_; }
    [[nodiscard]] std::uint64_t changes() const { return changes_; }
    // Numbers that only the choice and what is durable decide: equal ones mean equal images.
    [[nodiscard]] std::uint64_t identity(const Choice& choice) const;

    // Writes the image into `directory`, which is empty; without the files named in `skip`.
    void write(const Choice& choice, const std::filesystem::path& directory,
               const std::set<std::string>& skip) const;
    // As the program sees it: everything, durable or not.
    [[nodiscard]] std::map<std::string, Bytes> everything() const;
    [[nodiscard]] std::string describe(const Choice& choice) const;

    static constexpr std::size_t kWindow = 256;

  private:
    struct Assembled {
        Tree tree;
        std::map<std::uint64_t, File> changed;  // files that are not as they are durably
    };
    void load(const std::filesystem::path& directory, std::uint64_t object);
    [[nodiscard]] std::uint64_t object_at(const std::string& path) const;
    [[nodiscard]] std::string name_of(std::uint64_t object) const;
    void add_write(const Event& event);
    void add(Change change);
    void add_name(const Event& event);
    void add_unlink(const Event& event);
    void add_rename(const Event& event);
    void make_durable(const Change& change);
    [[nodiscard]] bool sync_counts(std::uint64_t object) const;
    [[nodiscard]] Assembled assemble(const Choice& choice) const;

    Sabotage sabotage_;
    Tree durable_tree_;
    Tree tree_;  // as the program sees it
    std::map<std::uint64_t, File> files_;
    std::map<std::uint64_t, std::uint64_t> sizes_;    // as the program sees them
    std::map<std::uint64_t, std::uint64_t> objects_;  // by inode
    std::uint64_t next_object_ = 1;
    std::uint64_t data_file_ = 0;
    std::vector<Change> pending_;
    std::uint64_t changes_ = 0;
};

}  // namespace chapar::powercut
