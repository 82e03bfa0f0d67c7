// Which bytes of a store's data file mean something: those that a reader of the newest committed
// state can come by.
//
// Owns: LMDB 0.9's layout of head pages, tree pages and overflow pages, as far as it takes to walk
// from the newer head to all that hangs on it. Free pages, the older head and the gap in the middle
// of a page are not live. Does not know what is stored. Pure. REQUIRES: an undamaged file.
// Source: LMDB 0.9.24 mdb.c (MDB_page, MDB_node, MDB_db, MDB_meta).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "schemas/base/bytes.h"

namespace chapar::powercut {

struct LiveRange {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    std::string what;  // "head", "free list", "names", or a table; and which part of a page
};

[[nodiscard]] std::vector<LiveRange> live_ranges(ByteView file);

}  // namespace chapar::powercut
