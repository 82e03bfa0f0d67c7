#include "crypto/verify/archive.h"

#include <filesystem>

namespace verify {
namespace {

constexpr std::uint64_t kBlock = 512;
constexpr std::uint64_t kLargestMember = 1ULL << 30;

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

}  // namespace

std::optional<Archive> Archive::open(const std::string& path, std::string& why) {
    Archive out;
    out.path_ = path;
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) {
        if (!out.index_directory(why)) return std::nullopt;
        return out;
    }
    out.file_.open(path, std::ios::binary);
    if (!out.file_) {
        why = "cannot open " + path;
        return std::nullopt;
    }
    if (!out.index_tar(why)) return std::nullopt;
    return out;
}

bool Archive::index_tar(std::string& why) {
    std::error_code error;
    const std::uint64_t total = std::filesystem::file_size(path_, error);
    std::uint64_t at = 0;
    std::array<char, kBlock> block{};
    while (!error) {
        file_.seekg(static_cast<std::streamoff>(at));
        if (!file_.read(block.data(), kBlock)) {
            why = "the archive ends without its closing blocks";
            return false;
        }
        at += kBlock;
        if (all_zero(block)) return true;
        const auto size = octal(block.data() + 124, 12);
        if (!checksum_fits(block) || !size || *size > kLargestMember) {
            why = "a member's head is damaged at byte " + std::to_string(at - kBlock);
            return false;
        }
        const std::string prefix = text_field(block.data() + 345, 155);
        const std::string name = text_field(block.data(), 100);
        if (*size > total || at > total - *size) {
            why = "member " + name + " is cut short";
            return false;
        }
        const char type = block.at(156);
        if (type == '0' || type == '\0') {
            const std::string full = prefix.empty() ? name : prefix + "/" + name;
            if (!members_.emplace(full, Member{at, *size}).second) {
                why = "member " + full + " stands twice";
                return false;
            }
        }
        at += (*size + kBlock - 1) / kBlock * kBlock;
    }
    why = "cannot read " + path_;
    return false;
}

bool Archive::index_directory(std::string& why) {
    namespace fs = std::filesystem;
    std::error_code error;
    for (fs::recursive_directory_iterator it(path_, error), end; !error && it != end;
         it.increment(error)) {
        if (!it->is_regular_file(error)) continue;
        const std::string name = fs::relative(it->path(), path_, error).generic_string();
        members_.emplace(name, Member{0, it->file_size(error)});
    }
    if (error) why = "cannot read " + path_;
    return !error;
}

std::vector<std::string> Archive::names() const {
    std::vector<std::string> out;
    for (const auto& [name, member] : members_) out.push_back(name);
    return out;
}

std::optional<Bytes> Archive::read(const std::string& name) {
    const auto found = members_.find(name);
    if (found == members_.end()) return std::nullopt;
    Bytes out(found->second.size);
    std::ifstream single;
    std::ifstream* source = &file_;
    if (!file_.is_open()) {
        single.open(path_ + "/" + name, std::ios::binary);
        source = &single;
    }
    source->clear();
    source->seekg(static_cast<std::streamoff>(found->second.offset));
    if (!out.empty() && !source->read(reinterpret_cast<char*>(out.data()),
                                      static_cast<std::streamsize>(out.size()))) {
        return std::nullopt;
    }
    return out;
}

}  // namespace verify
