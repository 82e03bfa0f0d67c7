// The entries of exports, segments of one or of several, as a recorded ledger.
//
// Owns: the order of the segments, that they are of one ledger, and that what one source lacks (an
// entry, or the body of one) is taken from the next that has it. Does not prove anything. Blocks on
// the disk. Errors: those of storage::ExportReader; ExportIncomplete for an index that no source
// has, WrongHome for a source of another manifest, LeafInvalid (context: both) where two have
// different leaves at an index and the first of them has no body for it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "broker/core/replay.h"
#include "storage/ledger_export_read.h"

namespace chapar::broker {

class ExportSource final : public RecordedLedger {
  public:
    // REQUIRES: at least one path. Sources may overlap, and be given in any order: among those
    // that have an entry's body the first is taken.
    [[nodiscard]] static Result<std::unique_ptr<ExportSource>> open(
        const std::vector<std::string>& paths);

    [[nodiscard]] const Bytes& manifest() const { return sources_.front().reader.manifest(); }
    // One a source, signed notes.
    [[nodiscard]] std::vector<std::string> checkpoints() const;

    // The end of what follows without a gap from the first segment's start; or less, once cut.
    [[nodiscard]] std::uint64_t size() const override { return size_; }
    [[nodiscard]] Result<RecordedEntry> read(EntryIndex index) override;
    // From now on the record ends at `size`.
    void cut(std::uint64_t size) { size_ = std::min(size_, size); }

  private:
    struct Named {
        std::string path;
        storage::ExportReader reader;
    };
    explicit ExportSource(std::vector<Named> sources);
    std::vector<Named> sources_;
    std::uint64_t size_ = 0;
};

}  // namespace chapar::broker
