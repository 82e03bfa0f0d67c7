// Where the keys of records lie: a file of slots of one size, overwritten in place.
//
// Owns: the seam (`SlotFile`) and its file on the disk. Does not know what a slot holds: vault.h
// seals the keys before they come here. A slot that holds nothing is zeros. Resource types, one
// thread. Blocks on the disk. Source: crypto/README.md, "Vault".
//
// Errors: FileFailed, StoreFull (no room on the disk), KeystoreExposed (others may read the file),
// StoreInUse (another process has it open).
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <memory>

#include "schemas/base/number.h"
#include "schemas/base/result.h"

namespace chapar::crypto {

// A slot lies within one sector, so that a write cut short by a crash spoils no other.
constexpr std::size_t kSlotBytes = 128;
using Slot = std::array<std::byte, kSlotBytes>;
using SlotNumber = StrongNumber<struct SlotNumberTag>;  // from 0

class SlotFile {
  public:
    SlotFile() = default;
    SlotFile(const SlotFile&) = delete;
    SlotFile& operator=(const SlotFile&) = delete;
    virtual ~SlotFile() = default;

    // Slots there are; 0 for a file that is not there yet.
    [[nodiscard]] virtual Result<std::size_t> count() = 0;
    // REQUIRES for both: number < count().
    [[nodiscard]] virtual Result<Slot> read(SlotNumber number) = 0;
    // In place; on the disk when it returns.
    [[nodiscard]] virtual Status write(SlotNumber number, const Slot& slot) = 0;
    // Appends slots of zeros; on the disk when it returns.
    [[nodiscard]] virtual Status grow(std::size_t slots) = 0;
};

// The file is opened, made (0600) and locked at its first use, not here.
[[nodiscard]] std::unique_ptr<SlotFile> slot_file(std::filesystem::path path);

}  // namespace chapar::crypto
