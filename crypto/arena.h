// The one region of locked memory where secrets live.
//
// Owns: its pages (never swapped, never in a core file, unreachable pages before and after) and
// small blocks of them. Does not know what is in a block. The one global of crypto/, because a
// limit on locked memory is the process's. For secret.h and self_test.h only.
//
// It grows by kStepBytes up to kLimitBytes; whoever takes a block gets one. That it is full, or
// that a step cannot be locked once lock() has succeeded, stops the process: whoever keeps secrets
// in numbers that an input decides asks reserve() before (crypto/keystore.md, "Memory", counts
// them). Thread: any. A few tens of nanoseconds a block.
#pragma once

#include <cstddef>

#include "schemas/base/result.h"

namespace chapar::crypto::arena {

constexpr std::size_t kStepBytes = std::size_t{1} << 20;
constexpr std::size_t kLimitBytes = 64 * kStepBytes;
constexpr std::size_t kBlockBytes = 4096;  // the largest block

// Locks what is there, and everything taken later. MemoryUnlocked if the system refuses: the
// program must not start. Until then blocks are given, but may not be locked.
[[nodiscard]] Status lock();

// Makes room for so many bytes, and kReserveBytes for what is needed beside them: MemoryUnlocked if
// that cannot be had.
constexpr std::size_t kReserveBytes = 256 * 1024;
[[nodiscard]] Status reserve(std::size_t bytes);

// Zeros. REQUIRES: 1 <= size <= kBlockBytes.
[[nodiscard]] std::byte* take(std::size_t size);
// Wipes it. REQUIRES: from take(), with the same size.
void give_back(std::byte* block, std::size_t size);

// For tests and logs.
[[nodiscard]] bool owns(const std::byte* address);
[[nodiscard]] std::size_t bytes_locked();

}  // namespace chapar::crypto::arena
