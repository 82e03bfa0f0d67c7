// Where the keys of records lie: a row of slots of one size, each overwritten in place.
//
// The seam between vault.h, which is pure, and the file on the disk (record_keys.h); tests have one
// in memory. Does not know what a slot holds: vault.h seals the keys before they come here. A slot
// that holds nothing is zeros. Resource type, one thread.
//
// Errors: FileFailed, StoreFull (no room), KeystoreExposed (others may read it), StoreInUse
// (another process has it open).
#pragma once

#include <array>
#include <cstddef>

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

}  // namespace chapar::crypto
