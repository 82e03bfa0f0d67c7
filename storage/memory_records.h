// The ordered maps behind MemoryStore: committed records, and a writer's changes laid over them.
//
// Owns: looking up and walking two maps as one. Does not know framing, transactions or threads.
// Value types. Not for callers of the store.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "schemas/base/bytes.h"

namespace chapar::storage::memory {

struct BytewiseLess {
    using is_transparent = void;
    bool operator()(ByteView a, ByteView b) const;
};

using Records = std::map<Bytes, Bytes, BytewiseLess>;
// Empty value: erased.
using Changes = std::map<Bytes, std::optional<Bytes>, BytewiseLess>;
// One committed state. Copying it is cheap: tables are shared until one of them is changed.
using Snapshot = std::map<std::string, std::shared_ptr<Records>, std::less<>>;

struct Record {
    ByteView key;
    ByteView value;
};
using FoundRecord = std::optional<Record>;

enum class Bound : std::uint8_t { AtLeast, Greater };

// `base` as changed by `over`. Borrows both; results are views into them.
class Overlaid {
  public:
    Overlaid(const Records& base, const Changes& over) : base_(base), over_(over) {}

    [[nodiscard]] FoundRecord exact(ByteView key) const;
    [[nodiscard]] FoundRecord first() const;
    [[nodiscard]] FoundRecord last() const;
    [[nodiscard]] FoundRecord following(ByteView key, Bound bound) const;
    [[nodiscard]] FoundRecord before(ByteView key) const;

  private:
    [[nodiscard]] FoundRecord forward(Records::const_iterator base,
                                      Changes::const_iterator over) const;
    [[nodiscard]] FoundRecord backward(Records::const_iterator base,
                                       Changes::const_iterator over) const;
    const Records& base_;
    const Changes& over_;
};

}  // namespace chapar::storage::memory
