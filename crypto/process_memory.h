// What a process does, before it holds a secret, so that its memory does not reach a disk.
//
// Owns: no core files, no reading by other processes of the user, and finding swap areas that are
// not encrypted. The secrets themselves are in locked memory (arena.h); plaintexts and what other
// libraries copy are not. Does not know how to warn: the program does. Linux. Source:
// crypto/keystore.md, "Memory".
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "schemas/base/result.h"

namespace chapar::crypto {

// RLIMIT_CORE 0, for children too, and PR_SET_DUMPABLE 0, for this process. Each main calls it
// first. Internal if the system refuses.
[[nodiscard]] Status harden_process();

// Where Linux tells about itself; tests have their own.
struct SystemFolders {
    std::filesystem::path proc = "/proc";
    std::filesystem::path sys = "/sys";
};
// Active swap areas that neither are encrypted (dm-crypt at any level) nor lie in memory (zram), as
// the system names them. What cannot be found out counts as not encrypted.
[[nodiscard]] std::vector<std::string> unencrypted_swaps(const SystemFolders& folders = {});

}  // namespace chapar::crypto
