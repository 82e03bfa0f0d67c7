// A read transaction of any process that has a store open, as its owner sees it.
//
// Value type. As long as it lives, no page that was freed since its state is used again.
#pragma once

#include <compare>
#include <cstdint>

namespace chapar::storage {

struct StoreReader {
    int process = 0;
    std::uint64_t state = 0;   // the commit that it sees
    std::uint64_t behind = 0;  // commits since then
    auto operator<=>(const StoreReader&) const = default;
};

}  // namespace chapar::storage
