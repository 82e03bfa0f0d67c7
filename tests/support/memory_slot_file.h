// A slot file in memory, whose slots a test may look at, spoil or make fail.
#pragma once

#include <optional>
#include <vector>

#include "crypto/slot_file.h"

namespace chapar::testing {

class MemorySlotFile final : public crypto::SlotFile {
  public:
    Result<std::size_t> count() override { return slots.size(); }
    Result<crypto::Slot> read(crypto::SlotNumber number) override {
        if (unreadable == number) return Error(Errc::FileFailed, "slot");
        return slots.at(number.value);
    }
    Status write(crypto::SlotNumber number, const crypto::Slot& slot) override {
        if (!writable) return Error(Errc::FileFailed, "slot");
        slots.at(number.value) = slot;
        return Done{};
    }
    Status grow(std::size_t more) override {
        if (!writable) return Error(Errc::StoreFull, "slot");
        slots.resize(slots.size() + more);
        return Done{};
    }

    std::vector<crypto::Slot> slots;
    bool writable = true;
    std::optional<crypto::SlotNumber> unreadable;
};

}  // namespace chapar::testing
