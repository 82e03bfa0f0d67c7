// The last step of an export: the members of a staged segment in their order, digests behind them.
// Inside; for ledger_export_write.cpp only. Blocks. FileFailed, ExportIncomplete.
#pragma once

#include <string>
#include <vector>

#include "storage/export_layout.h"
#include "storage/export_stage.h"
#include "storage/tar.h"

namespace chapar::storage {

struct SegmentParts {
    ExportRange range;
    std::vector<Member> head;          // before the tiles
    std::vector<std::uint64_t> notes;  // sizes of cp/ members
};

// One ustar file at `path`: written beside it, synced, renamed.
[[nodiscard]] Status pack_archive(const ExportStage& stage, const SegmentParts& parts,
                                  const std::string& path);
// The members that are not staged yet, into the staged folder. What is there beside the segment's
// members is removed.
[[nodiscard]] Status complete_directory(const ExportStage& stage, const SegmentParts& parts);

}  // namespace chapar::storage
