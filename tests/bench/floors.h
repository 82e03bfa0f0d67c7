// What this machine can do at all, measured in the same run as what stands beside it.
//
// Value types; one thread.
#pragma once

#include <filesystem>

namespace chapar::bench {

struct Floors {
    double verifications = 0;  // Ed25519 a second, one core: libsodium's, through crypto/
    double hashes = 0;         // SHA-256 of 4 KiB a second, one core
    double syncs = 0;          // pwrite of 4 KiB over written bytes and fdatasync, a second
    double appends = 0;        // the same at the end of a growing file
};

[[nodiscard]] Floors measure_floors(const std::filesystem::path& folder);

}  // namespace chapar::bench
