// Bytes under a path, for readers that take a path: a file in memory, one a process, written anew
// each time. Resource type; the path is good until the next write().
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "schemas/base/assert.h"
#include "schemas/base/bytes.h"

namespace chapar::testing {

class MemoryFile {
  public:
    MemoryFile() : descriptor_(::memfd_create("fuzz", MFD_CLOEXEC)) {
        CHAPAR_ASSERT(descriptor_ >= 0);
        path_ = "/proc/self/fd/" + std::to_string(descriptor_);
    }
    ~MemoryFile() { ::close(descriptor_); }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;

    const std::string& write(ByteView bytes) {
        CHAPAR_ASSERT(::ftruncate(descriptor_, 0) == 0);
        CHAPAR_ASSERT(::pwrite(descriptor_, bytes.data(), bytes.size(), 0) ==
                      static_cast<::ssize_t>(bytes.size()));
        return path_;
    }

  private:
    int descriptor_;
    std::string path_;
};

}  // namespace chapar::testing
