#include "client/core/code_archive.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "schemas/text_check.h"
#include "storage/tar.h"

namespace chapar::client {
namespace {

constexpr std::size_t kBlock = 512;

struct Field {
    std::size_t at, size;
};
constexpr Field kName{0, 100}, kSize{124, 12}, kSum{148, 8}, kMagic{257, 6}, kVersion{263, 2},
    kPrefix{345, 155};
constexpr std::size_t kType = 156;

std::string_view field_of(std::string_view block, Field field) {
    return block.substr(field.at, field.size);
}

// Up to the first zero byte; after it only zeros.
std::optional<std::string_view> text_of(std::string_view field) {
    const std::string_view text = field.substr(0, field.find('\0'));
    if (field.find_first_not_of('\0', text.size()) != std::string_view::npos) return std::nullopt;
    return text;
}

// Octal digits, then a zero byte or blanks.
std::optional<std::uint64_t> number_of(std::string_view field) {
    std::size_t used = 0;
    std::uint64_t value = 0;
    while (used < field.size() && field[used] >= '0' && field[used] <= '7') {
        value = value * 8 + static_cast<std::uint64_t>(field[used++] - '0');
    }
    const std::string_view rest = field.substr(used);
    const bool ended = std::ranges::all_of(rest, [](char c) { return c == '\0' || c == ' '; });
    if (used == 0 || rest.empty() || !ended) return std::nullopt;
    return value;
}

std::uint64_t sum_of(std::string_view block) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < kBlock; ++i) {
        const bool is_sum = i >= kSum.at && i < kSum.at + kSum.size;
        sum += is_sum ? std::uint64_t{' '} : static_cast<unsigned char>(block[i]);
    }
    return sum;
}

bool is_zero(std::string_view bytes) {
    return bytes.find_first_not_of('\0') == std::string_view::npos;
}

Error fault(std::size_t at, const char* what) {
    return Error(Errc::MalformedLayout, "archive, byte " + std::to_string(at) + ": " + what);
}

struct Head {
    std::string name;
    std::size_t size = 0;
};

Result<Head> read_head(std::string_view block, std::size_t at) {
    if (number_of(field_of(block, kSum)) != sum_of(block)) return fault(at, "a wrong checksum");
    // "ustar\0" and version 00; GNU tar writes blanks in both.
    const std::string_view magic = block.substr(kMagic.at, kMagic.size + kVersion.size);
    const bool gnu = magic == std::string_view("ustar  \0", 8);
    if (!gnu && magic != std::string_view("ustar\00000", 8)) return fault(at, "no ustar header");
    if (block[kType] != '0' && block[kType] != '\0') return fault(at, "not a regular file");
    if (!is_zero(field_of(block, kPrefix))) return fault(at, "a name with a folder");
    const auto name = text_of(field_of(block, kName));
    if (!name || !schemas::is_file_name(*name)) return fault(at, "not the name of a file");
    const auto size = number_of(field_of(block, kSize));
    if (!size || *size > kCodeArchiveBytes) return fault(at, "a size that cannot be");
    return Head{std::string(*name), static_cast<std::size_t>(*size)};
}

}  // namespace

Result<std::vector<ArchiveFile>> read_code_archive(ByteView bytes) {
    if (bytes.size() > kCodeArchiveBytes) return Error(Errc::TooLarge, "archive");
    const std::string whole = to_string(bytes);
    const std::string_view all = whole;
    std::vector<ArchiveFile> files;
    std::size_t at = 0;
    while (true) {
        if (all.size() - at < kBlock) return fault(at, "it is cut short");
        const std::string_view block = all.substr(at, kBlock);
        if (is_zero(block)) break;
        const Head head = CHAPAR_TRY(read_head(block, at));
        if (files.size() == kCodeArchiveFiles) return fault(at, "too many files");
        if (std::ranges::find(files, head.name, &ArchiveFile::name) != files.end()) {
            return fault(at, "a file stands twice");
        }
        at += kBlock;
        const std::size_t stored = (head.size + kBlock - 1) / kBlock * kBlock;
        if (all.size() - at < stored) return fault(at, "it is cut short");
        files.push_back({head.name, std::string(all.substr(at, head.size))});
        if (!is_zero(all.substr(at + head.size, stored - head.size))) {
            return fault(at + head.size, "bytes after the end of a file");
        }
        at += stored;
    }
    if (all.size() - at < 2 * kBlock) return fault(at, "it is cut short");
    if (!is_zero(all.substr(at))) return fault(at, "bytes after the end");
    return files;
}

Bytes write_code_archive(const std::vector<ArchiveFile>& files) {
    std::vector<storage::Member> members;
    for (const ArchiveFile& file : files) members.push_back({file.name, to_bytes(view(file.text))});
    return storage::encode_tar(members);
}

}  // namespace chapar::client
