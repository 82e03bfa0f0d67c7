// The members of an export: an uncompressed POSIX ustar file, or the same tree as a directory.
//
// Owns the open file. Reads a member when asked, so that a large ledger is never in memory whole.
// Does not know what the members mean.
#pragma once

#include <cstdint>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "crypto/verify/bytes.h"

namespace verify {

class Archive {
  public:
    // Empty, with a sentence in `why`, if the path cannot be read as either form or is cut short.
    static std::optional<Archive> open(const std::string& path, std::string& why);

    bool has(const std::string& name) const { return members_.contains(name); }
    std::vector<std::string> names() const;
    // Empty if absent or unreadable.
    std::optional<Bytes> read(const std::string& name);

  private:
    struct Member {
        std::uint64_t offset;
        std::uint64_t size;
    };
    bool index_tar(std::string& why);
    bool index_directory(std::string& why);

    std::string path_;
    std::ifstream file_;  // closed for the directory form
    std::map<std::string, Member> members_;
};

}  // namespace verify
