// Writes an export while it is being fetched, without ever holding it whole.
//
// Owns: the folder TARGET.part, in which everything is laid down as it comes, so that an export
// that was cut goes on where it stopped; the tree over what came; and the packing into one ustar
// file a segment, or into the directory form. Does not know where entries come from and checks no
// signature: the caller opened the checkpoint. Memory: one bundle, 256 hashes a level.
// Resource type. One thread; blocks on the disk. Layout: storage/README.md, "Export".
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "storage/ledger_export.h"

namespace chapar::storage {

enum class ExportForm : std::uint8_t { Archive, Directory };

struct ExportPlan {
    std::string target;
    ExportForm form = ExportForm::Archive;
    // The first entry that is kept: a multiple of kSegmentEntries. Entries before it are only
    // hashed.
    std::uint64_t from = 0;
    Bytes manifest;
    std::string vkey;    // one line, without its newline
    std::string policy;  // tlog-policy, may be empty
};

struct WrittenExport {
    std::vector<std::string> files;  // one a segment, or the directory
    std::uint64_t entries = 0;       // from plan.from on
    std::uint64_t size = 0;
    Hash root;
};

class ExportWriter {
  public:
    // Goes on with TARGET.part if it is of the same ledger and plan, else AlreadyExists.
    // AlreadyExists too if the target stands there. Usage: `from` is no start of a segment.
    [[nodiscard]] static Result<ExportWriter> open(ExportPlan plan);
    ExportWriter(ExportWriter&&) noexcept;
    ExportWriter& operator=(ExportWriter&&) noexcept;
    ~ExportWriter();

    // The index of the entry that add() takes next; above 0 after a cut.
    [[nodiscard]] std::uint64_t next() const;
    [[nodiscard]] Status add(const ExportedEntry& entry);
    // A signed note of the ledger at `size`, kept as cp/<size>. The note with most signature lines
    // wins where two have one size.
    [[nodiscard]] Status keep_note(std::uint64_t size, const std::string& note);
    // LedgerDamaged unless the entries lead to this root. Leaves TARGET, removes TARGET.part.
    [[nodiscard]] Result<WrittenExport> finish(const std::string& checkpoint, std::uint64_t size,
                                               const Hash& root);

  private:
    struct Parts;
    explicit ExportWriter(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

// "a.tar" is one segment's file; segment n of several is "a.n.tar" ("a.007" without extension).
[[nodiscard]] std::string segment_file(const std::string& target, std::uint64_t segment,
                                       std::uint64_t segments);

}  // namespace chapar::storage
