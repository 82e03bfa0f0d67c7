// The entries of an export, in one or several segments, as a recorded ledger.
//
// Owns: the order of the segments and that they are of one ledger. Does not prove anything. Blocks
// on the disk. Errors: those of storage::ExportReader; ExportIncomplete for an index that no
// segment has, WrongHome for a segment of another manifest.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "broker/core/replay.h"
#include "storage/ledger_export_read.h"

namespace chapar::broker {

class ExportSource final : public RecordedLedger {
  public:
    // REQUIRES: at least one path. Segments may be given in any order.
    [[nodiscard]] static Result<std::unique_ptr<ExportSource>> open(
        const std::vector<std::string>& paths);

    [[nodiscard]] const Bytes& manifest() const { return segments_.front().manifest(); }
    // One a segment, signed notes.
    [[nodiscard]] std::vector<std::string> checkpoints() const;

    // The end of what follows without a gap from the first segment's start; or less, once cut.
    [[nodiscard]] std::uint64_t size() const override { return size_; }
    [[nodiscard]] Result<RecordedEntry> read(EntryIndex index) override;
    // From now on the record ends at `size`.
    void cut(std::uint64_t size) { size_ = std::min(size_, size); }

  private:
    explicit ExportSource(std::vector<storage::ExportReader> segments);
    std::vector<storage::ExportReader> segments_;
    std::uint64_t size_ = 0;
};

}  // namespace chapar::broker
