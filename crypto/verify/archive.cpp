#include "crypto/verify/archive.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

namespace verify {
namespace {

constexpr std::uint64_t kBlock = 512;
constexpr std::size_t kMostMembers = 4096;  // of one segment: 768 bundles and tiles, and its notes
constexpr std::uint64_t kTile = 8192, kBundle = 256 * 4200, kBodies = 256ULL * 65'700,
                        kSums = 1 << 20, kSmall = 65'536;

// An octal number field of a ustar header, ended by NUL or space.
std::optional<std::uint64_t> octal(const char* field, std::size_t width) {
    std::uint64_t n = 0;
    bool any = false;
    for (std::size_t i = 0; i < width && field[i] != '\0' && field[i] != ' '; ++i) {
        if (field[i] < '0' || field[i] > '7') return std::nullopt;
        n = n * 8 + static_cast<std::uint64_t>(field[i] - '0');
        any = true;
    }
    if (!any) return std::nullopt;
    return n;
}

std::string text_field(const char* field, std::size_t width) {
    return {field, std::string_view(field, width).find('\0') == std::string_view::npos
                       ? width
                       : std::string_view(field, width).find('\0')};
}

bool all_zero(const std::array<char, kBlock>& block) {
    for (const char c : block) {
        if (c != '\0') return false;
    }
    return true;
}

bool checksum_fits(const std::array<char, kBlock>& block) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < kBlock; ++i) {
        sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(block.at(i));
    }
    return octal(block.data() + 148, 8) == sum;
}

// Relative, of plain characters, no empty part, no "." and no "..".
bool is_member_name(std::string_view name) {
    if (name.empty() || name.size() > 100) return false;
    std::string_view part;
    for (std::size_t begin = 0; begin <= name.size(); begin += part.size() + 1) {
        part = name.substr(begin, name.find('/', begin) - begin);
        if (part.empty() || part == "." || part == "..") return false;
    }
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '/' || c == '_' || c == '-';
    });
}

}  // namespace

std::uint64_t largest_member(std::string_view name) {
    if (name.starts_with("tile/entries/")) return kBundle;
    if (name.starts_with("tile/")) return kTile;
    if (name.starts_with("body/")) return kBodies;
    return name == "SHA256SUMS" ? kSums : kSmall;
}

std::optional<Archive> Archive::open(const std::string& path, std::string& why) {
    Archive out;
    out.path_ = path;
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) return out;
    out.file_.open(path, std::ios::binary);
    if (!out.file_) {
        why = "cannot open " + path;
        return std::nullopt;
    }
    if (!out.index_tar(why)) return std::nullopt;
    return out;
}

bool Archive::take_head(const std::array<char, kBlock>& block, std::uint64_t& at,
                        std::uint64_t total, std::string& why) {
    const auto size = octal(block.data() + 124, 12);
    const std::string place = "at byte " + std::to_string(at - kBlock);
    const std::string name = text_field(block.data(), 100);
    if (!checksum_fits(block) || !size || std::string_view(block.data() + 257, 5) != "ustar") {
        why = "a member's head is damaged " + place;
    } else if (block.at(156) != '0') {
        why = "a member that is no regular file (a link?) " + place;
    } else if (!is_member_name(name) || block.at(345) != 0) {
        why = "a member whose name does not belong here " + place;
    } else if (*size > largest_member(name)) {
        why = "member " + name + " says it is larger than it can be";
    } else if (*size > total || at > total - *size) {
        why = "member " + name + " is cut short";
    } else if (order_.size() == kMostMembers || !members_.emplace(name, Member{at, *size}).second) {
        why = "member " + name + " stands twice, or there are too many";
    } else {
        order_.push_back(name);
        at += (*size + kBlock - 1) / kBlock * kBlock;
        return true;
    }
    return false;
}

bool Archive::index_tar(std::string& why) {
    std::error_code error;
    const std::uint64_t total = std::filesystem::file_size(path_, error);
    std::array<char, kBlock> block{};
    bool ended = false;
    for (std::uint64_t at = 0; !error;) {
        file_.clear();
        file_.seekg(static_cast<std::streamoff>(at));
        if (!file_.read(block.data(), kBlock)) {
            why = "the archive ends without its closing blocks";
            return ended && at == total;
        }
        at += kBlock;
        const bool zero = all_zero(block);
        if (ended && !zero) {
            why = "there is something behind the end of the archive";
            return false;
        }
        ended = ended || zero;
        if (!zero && !take_head(block, at, total, why)) return false;
    }
    why = "cannot read " + path_;
    return false;
}

bool Archive::has(const std::string& name) const {
    if (!is_directory()) return members_.contains(name);
    struct stat info {};
    return ::lstat((path_ + "/" + name).c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

void Archive::walk(const std::function<bool(const std::string&, bool)>& use) const {
    namespace fs = std::filesystem;
    std::error_code error;
    for (fs::recursive_directory_iterator it(path_, error), end; !error && it != end;
         it.increment(error)) {
        const fs::file_status status = it->symlink_status(error);
        if (fs::is_directory(status)) continue;
        const std::string name = it->path().string().substr(path_.size());
        if (!use(name.substr(name.find_first_not_of('/')), fs::is_regular_file(status))) return;
    }
    if (error) use("a folder that cannot be read", false);
}

std::optional<Bytes> Archive::read(const std::string& name) {
    if (!has(name)) return std::nullopt;
    std::ifstream single;
    std::ifstream* source = &file_;
    Member member{0, 0};
    if (is_directory()) {
        single.open(path_ + "/" + name, std::ios::binary | std::ios::ate);
        if (!single) return std::nullopt;
        member.size = static_cast<std::uint64_t>(single.tellg());
        source = &single;
    } else {
        member = members_.at(name);
    }
    if (member.size > largest_member(name)) return std::nullopt;
    Bytes out(member.size);
    source->clear();
    source->seekg(static_cast<std::streamoff>(member.offset));
    if (!out.empty() && !source->read(reinterpret_cast<char*>(out.data()),
                                      static_cast<std::streamsize>(out.size()))) {
        return std::nullopt;
    }
    return out;
}

Lines::Lines(Archive& archive, const std::string& name) {
    whole_ = archive.has(name);
    if (whole_ && archive.is_directory()) {
        file_.open(archive.path() + "/" + name, std::ios::binary);
    } else if (whole_) {
        text_ = text_of(archive.read(name).value_or(Bytes{}));
    }
}

std::optional<std::string> Lines::next() {
    constexpr std::size_t kLongestLine = 256;
    if (file_.is_open()) {
        std::array<char, kLongestLine> line{};
        if (!file_.getline(line.data(), line.size())) {
            whole_ = file_.eof() && file_.gcount() == 0;
            return std::nullopt;
        }
        if (file_.eof()) whole_ = false;
        return whole_ ? std::optional<std::string>(line.data()) : std::nullopt;
    }
    const std::size_t end = text_.find('\n', at_);
    if (end == std::string::npos) {
        whole_ = whole_ && at_ == text_.size();
        return std::nullopt;
    }
    std::string line = text_.substr(at_, end - at_);
    at_ = end + 1;
    return line;
}

}  // namespace verify
