// The entries of exports, segments of one or of several, and those that devices handed over, as one
// recorded ledger.
//
// Owns: that they are of one ledger, and which source's entry counts: a leaf that a contribution
// proves before an export's; then, of all bodies that are said to belong to a leaf, the one that
// does, as far as it can be told: clear bodies by their commitment, sealed ones once use_keys() was
// called. Does not prove anything about exports. Blocks on the disk.
//
// Errors: those of storage::ExportReader, where no other source has the entry; ExportIncomplete for
// an index that no source has, WrongHome for a source of another manifest, LeafInvalid (context:
// both) where two exports have different leaves at an index and nobody proves one of them.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/core/replay.h"
#include "broker/repair_contributions.h"
#include "storage/ledger_export_read.h"

namespace chapar::broker {

class RepairSource final : public RecordedLedger {
  public:
    // Exports may overlap, and be given in any order. `given` may be null; it is borrowed, as is
    // everything that use_keys() is told. REQUIRES: an export or a contribution.
    [[nodiscard]] static Result<std::unique_ptr<RepairSource>> open(
        const std::vector<std::string>& exports, const Contributions* given = nullptr);

    // Of the exports; empty if there are none.
    [[nodiscard]] std::optional<Bytes> manifest() const;
    // One an export, signed notes.
    [[nodiscard]] std::vector<std::string> checkpoints() const;

    // Where the record ends: behind the last entry that any source has; or less, once cut.
    [[nodiscard]] std::uint64_t size() const override { return size_; }
    [[nodiscard]] Result<RecordedEntry> read(EntryIndex index) override;
    [[nodiscard]] Result<std::vector<RecordedEntry>> candidates(EntryIndex index) override;

    // The first entry from `from` on that cannot be made again: nobody has it, or not its body.
    struct Gap {
        EntryIndex at;
        std::string why;  // a sentence's end; empty where all sources end
    };
    [[nodiscard]] Result<Gap> gap_after(EntryIndex from);
    // From now on the record ends at `size`.
    void cut(std::uint64_t size) { size_ = std::min(size_, size); }
    // Sealed bodies are opened with these; one that does not open, or is not the leaf's, is taken
    // only if there is no other.
    void use_keys(const RecordedKeys& keys) { keys_ = &keys; }

  private:
    struct Named {
        std::string path;
        storage::ExportReader reader;
    };
    RepairSource(std::vector<Named> sources, const Contributions* given);
    [[nodiscard]] bool opens(const std::vector<RecordedEntry>& found, EntryIndex index) const;
    [[nodiscard]] Status add_from_exports(EntryIndex index, std::vector<RecordedEntry>& out);

    std::vector<Named> sources_;
    const Contributions* given_;
    const RecordedKeys* keys_ = nullptr;
    std::uint64_t size_ = 0;
};

}  // namespace chapar::broker
