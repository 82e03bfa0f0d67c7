// One export archive, read entry by entry: for whoever folds, mirrors or repairs from it.
//
// Owns the open file and the bundle it read last. Reads format 2 (and the members that format 1
// had), as a ustar file or as a directory; a segment knows where it starts. Checks that the bundle
// has its form, not what the entries say nor that they lead to the checkpoint: that is
// crypto/verify's to prove. Resource type, movable. One thread; blocks on the disk.
// Errors: ExportIncomplete (context: the member), FileFailed, TooLarge.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "schemas/base/bytes.h"
#include "schemas/base/result.h"
#include "storage/ledger_export.h"

namespace chapar::storage {

class ExportReader {
  public:
    [[nodiscard]] static Result<ExportReader> open(const std::string& path);
    ExportReader(ExportReader&&) noexcept;
    ExportReader& operator=(ExportReader&&) noexcept;
    ~ExportReader();

    [[nodiscard]] const Bytes& manifest() const;
    [[nodiscard]] const std::string& vkey() const;        // one line, without its newline
    [[nodiscard]] const std::string& checkpoint() const;  // the signed note
    // Entries of this archive: [start, end). `end` may be below the checkpoint's size.
    [[nodiscard]] std::uint64_t start() const;
    [[nodiscard]] std::uint64_t end() const;
    // Ascending indices cost one bundle of 256 each. The leaf of a pruned entry is the tombstone
    // 00 || leaf hash (33 bytes), its body empty. REQUIRES: start() <= index < end().
    [[nodiscard]] Result<ExportedEntry> read(std::uint64_t index);

  private:
    struct Parts;
    explicit ExportReader(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace chapar::storage
