// The members of one export archive: an uncompressed POSIX ustar file, or the same tree as a
// directory.
//
// Owns the open file. Reads a member when asked, so that a large ledger is never in memory whole;
// of a ustar file it keeps the names of at most one segment, of a directory none. Refuses whatever
// a hostile archive does with names, types and sizes. Does not know what the members mean.
#pragma once

#include <cstdint>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "crypto/verify/bytes.h"

namespace verify {

class Archive {
  public:
    // Empty, with a sentence in `why`, if the path cannot be read as either form, is cut short, or
    // holds a member twice, a link, a name that leaves the archive, or an impossible size.
    static std::optional<Archive> open(const std::string& path, std::string& why);

    const std::string& path() const { return path_; }
    bool is_directory() const { return !file_.is_open(); }
    bool has(const std::string& name) const;
    // Empty if absent, unreadable or larger than a member of that name can be.
    std::optional<Bytes> read(const std::string& name);
    // Of a ustar file, as they stand; empty for a directory.
    const std::vector<std::string>& order() const { return order_; }
    // Of a directory: each file, in no order, until `use` returns false. What is neither file nor
    // folder is named with its last argument false.
    void walk(const std::function<bool(const std::string& name, bool regular)>& use) const;

  private:
    struct Member {
        std::uint64_t offset;
        std::uint64_t size;
    };
    bool index_tar(std::string& why);
    bool take_head(const std::array<char, 512>& block, std::uint64_t& at, std::uint64_t total,
                   std::string& why);

    std::string path_;
    std::ifstream file_;  // closed for the directory form
    std::map<std::string, Member> members_;
    std::vector<std::string> order_;
};

// The lines of a text member, without their line feeds, one after the other.
class Lines {
  public:
    Lines(Archive& archive, const std::string& name);
    std::optional<std::string> next();
    // After the last one: the member was there, and its last line ended.
    bool whole() const { return whole_; }

  private:
    std::ifstream file_;  // of a directory: such a member may be long
    std::string text_;    // of a ustar file
    std::size_t at_ = 0;
    bool whole_ = false;
};

// The largest size that a member of this name can have.
std::uint64_t largest_member(std::string_view name);

}  // namespace verify
