// Keys of the client's tables: numbers big-endian, names with a zero byte after them.
//
// Owns: their bytes, and counters kept as records. Does not know which table they are for.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "schemas/base/bytes.h"
#include "schemas/base/layout.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::client {

[[nodiscard]] inline Bytes number_key(std::uint64_t number) {
    return LayoutWriter().u64(number).take();
}
// `prefix || u64`: all numbers of one prefix stand together, in order. REQUIRES: prefixes of one
// table have one length, or end with a byte that none contains.
[[nodiscard]] inline Bytes numbered_key(ByteView prefix, std::uint64_t number) {
    return LayoutWriter().raw(prefix).u64(number).take();
}
[[nodiscard]] inline Bytes name_key(std::string_view name) {
    return LayoutWriter().raw(view(name)).u8(0).take();
}
// The u64 at the end of a key. REQUIRES: at least 8 bytes.
[[nodiscard]] inline std::uint64_t number_at_end(ByteView key) {
    CHAPAR_ASSERT(key.size() >= 8);
    return LayoutReader(key.last(8)).u64();
}
[[nodiscard]] inline bool starts_with(ByteView bytes, ByteView prefix) {
    return bytes.size() >= prefix.size() && equal(bytes.first(prefix.size()), prefix);
}

// A u64 kept under a key; empty if there is none. StoreDamaged for another length.
[[nodiscard]] Result<std::optional<std::uint64_t>> get_number(const storage::ReadTxn& txn,
                                                              const storage::Table& table,
                                                              ByteView key);
[[nodiscard]] Status put_number(storage::Txn& txn, const storage::Table& table, ByteView key,
                                std::uint64_t number);
// Numbers for a table's new records, from 1; none is given twice, even after an erasure. Counted in
// the state table.
[[nodiscard]] Result<std::uint64_t> take_number(storage::Txn& txn, const storage::Table& table);

}  // namespace chapar::client
