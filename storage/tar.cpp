#include "storage/tar.h"

#include <set>

namespace chapar::storage {
namespace {

constexpr std::size_t kBlock = 512;
constexpr std::size_t kNameField = 100;
constexpr std::size_t kChecksumAt = 148, kChecksumSize = 8;

void put_text(Bytes& block, std::size_t at, std::string_view text) {
    std::ranges::copy(view(text), block.begin() + static_cast<std::ptrdiff_t>(at));
}

// `width - 1` octal digits and a NUL.
void put_octal(Bytes& block, std::size_t at, std::size_t width, std::uint64_t n) {
    for (std::size_t i = width - 1; i-- > 0; n >>= 3) {
        block[at + i] = static_cast<std::byte>('0' + (n & 7));
    }
}

std::uint64_t checksum(ByteView block) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < kBlock; ++i) {
        const bool own = i >= kChecksumAt && i < kChecksumAt + kChecksumSize;
        sum += own ? std::uint64_t{' '} : std::to_integer<std::uint64_t>(block[i]);
    }
    return sum;
}

std::optional<std::uint64_t> octal(ByteView field) {
    std::uint64_t n = 0;
    std::size_t digits = 0;
    for (const std::byte b : field) {
        const char c = static_cast<char>(b);
        if (c == '\0' || c == ' ') break;
        if (c < '0' || c > '7') return std::nullopt;
        n = n << 3 | static_cast<std::uint64_t>(c - '0');
        ++digits;
    }
    if (digits == 0) return std::nullopt;
    return n;
}

std::string name_of(ByteView head) {
    const ByteView field = head.first(kNameField);
    const auto end = std::ranges::find(field, std::byte{0});
    return to_string(field.first(static_cast<std::size_t>(end - field.begin())));
}

Error cut_short(const std::string& where) { return Error(Errc::ExportIncomplete, where); }

}  // namespace

Bytes tar_head(const std::string& name, std::uint64_t size) {
    CHAPAR_ASSERT(!name.empty() && name.size() <= kNameField);
    Bytes block(kBlock);
    put_text(block, 0, name);
    put_octal(block, 100, 8, 0644);
    put_octal(block, 108, 8, 0);
    put_octal(block, 116, 8, 0);
    put_octal(block, 124, 12, size);
    put_octal(block, 136, 12, 0);
    put_text(block, 156, "0");
    put_text(block, 257, std::string_view("ustar\00000", 8));
    put_octal(block, kChecksumAt, kChecksumSize - 1, checksum(block));
    block[kChecksumAt + kChecksumSize - 1] = std::byte{' '};
    return block;
}

std::size_t tar_filling(std::uint64_t size) { return (kBlock - size % kBlock) % kBlock; }

std::optional<std::pair<std::string, std::uint64_t>> read_tar_head(ByteView head) {
    const auto size = octal(head.subspan(124, 12));
    const auto sum = octal(head.subspan(kChecksumAt, kChecksumSize));
    if (!size || sum != checksum(head) || head[156] != std::byte{'0'}) return std::nullopt;
    // A name in two fields would be another name to who reads both.
    if (to_string(head.subspan(257, 5)) != "ustar" || head[345] != std::byte{0}) {
        return std::nullopt;
    }
    std::string name = name_of(head);
    if (name.empty()) return std::nullopt;
    return std::pair(std::move(name), *size);
}

Bytes encode_tar(const std::vector<Member>& members) {
    Bytes out;
    for (const Member& member : members) {
        append(out, tar_head(member.name, member.bytes.size()));
        append(out, member.bytes);
        out.resize(out.size() + tar_filling(member.bytes.size()));
    }
    out.resize(out.size() + kTarEnd);
    return out;
}

Result<std::vector<Member>> decode_tar(ByteView archive) {
    std::vector<Member> out;
    std::set<std::string> names;
    ByteView rest = archive;
    while (rest.size() >= kBlock) {
        const ByteView head = rest.first(kBlock);
        rest = rest.subspan(kBlock);
        if (std::ranges::all_of(head, [](std::byte b) { return b == std::byte{0}; })) return out;
        const auto member = read_tar_head(head);
        if (!member) return cut_short("damaged head after " + (out.empty() ? "" : out.back().name));
        const auto& [name, size] = *member;
        if (size > rest.size()) return cut_short(name);
        if (!names.insert(name).second) return cut_short(name + " stands twice");
        out.push_back({name, to_bytes(rest.first(size))});
        rest = rest.subspan(std::min(rest.size(), size + tar_filling(size)));
    }
    return cut_short("the closing blocks are missing");
}

}  // namespace chapar::storage
