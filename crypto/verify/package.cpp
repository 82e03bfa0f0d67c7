#include "crypto/verify/package.h"

#include <algorithm>

namespace verify {
namespace {

constexpr std::size_t kBlock = 512;
constexpr std::size_t kMostHeads = 1024, kMostEntries = 1 << 20, kMostNodes = 64;
constexpr std::array<std::string_view, 9> kMembers{"FORMAT.txt", "manifest", "heads",
                                                   "envelope",   "item",     "accepted",
                                                   "directory",  "stream",   "ciphertext"};
constexpr std::string_view kFormat =
    "chapar evidence package 1\n"
    "One envelope, one of its streams, and what proves them.\n"
    "To check: chapar-verify evidence FILE --card CARD\n"
    "Layout: crypto/README.md, \"Evidence package\".\n";

// The head of a member as the format demands it: there is one for each name and size.
std::array<std::uint8_t, kBlock> head_of(std::string_view name, std::uint64_t size) {
    std::array<std::uint8_t, kBlock> out{};
    const auto put = [&](std::size_t at, std::string_view text) {
        std::copy(text.begin(), text.end(), out.begin() + static_cast<std::ptrdiff_t>(at));
    };
    const auto octal = [](std::uint64_t n, std::size_t digits) {
        std::string text(digits, '0');
        for (; digits-- > 0; n >>= 3) text[digits] = static_cast<char>('0' + (n & 7));
        return text;
    };
    put(0, name);
    put(100, octal(0644, 7));
    put(108, octal(0, 7));
    put(116, octal(0, 7));
    put(124, octal(size, 11));
    put(136, octal(0, 11));
    put(148, "        ");
    put(156, "0");
    put(257, std::string_view("ustar\00000", 8));
    std::uint64_t sum = 0;
    for (const std::uint8_t b : out) sum += b;
    put(148, octal(sum, 6));
    out.at(154) = 0;
    return out;
}

std::optional<std::uint64_t> size_field(const std::uint8_t* head) {
    std::uint64_t n = 0;
    for (std::size_t i = 124; i < 135; ++i) {
        if (head[i] < '0' || head[i] > '7') return std::nullopt;
        n = n << 3 | static_cast<std::uint64_t>(head[i] - '0');
    }
    return n;
}

bool zero(const std::uint8_t* data, std::size_t size) {
    return std::all_of(data, data + size, [](std::uint8_t b) { return b == 0; });
}

bool refuse(std::string& why, const std::string& sentence) {
    why = sentence;
    return false;
}

using Members = std::map<std::string_view, Bytes>;

// The members in their order, each head, each filling byte and the end exactly as they must be.
bool read_members(const Bytes& file, Members& out, std::string& why) {
    std::size_t at = 0;
    for (const std::string_view name : kMembers) {
        const std::string named(name);
        if (file.size() - at < kBlock) return refuse(why, "it ends before member " + named);
        const auto size = size_field(file.data() + at);
        const auto head = head_of(name, size.value_or(0));
        if (!size || !std::equal(head.begin(), head.end(), file.data() + at)) {
            return refuse(why, "the head of member " + named + " is not as it must be");
        }
        at += kBlock;
        if (*size > file.size() - at) return refuse(why, "member " + named + " is cut short");
        const auto begin = file.begin() + static_cast<std::ptrdiff_t>(at);
        out[name] = Bytes(begin, begin + static_cast<std::ptrdiff_t>(*size));
        at += static_cast<std::size_t>(*size);
        const std::size_t filling = (kBlock - at % kBlock) % kBlock;
        if (filling > file.size() - at || !zero(file.data() + at, filling)) {
            return refuse(why, "member " + named + " is not filled up with zeros");
        }
        at += filling;
    }
    const bool ends = file.size() - at == 2 * kBlock && zero(file.data() + at, 2 * kBlock);
    return ends || refuse(why, "it does not end as it must");
}

std::optional<std::vector<Hash>> read_path(Reader& in) {
    const std::uint64_t count = in.number(1);
    if (count > kMostNodes) return std::nullopt;
    std::vector<Hash> out;
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) out.push_back(in.hash());
    return out;
}

std::optional<PackedEntry> read_entry(const Bytes& bytes) {
    Reader in(bytes);
    PackedEntry out;
    out.head = static_cast<std::uint16_t>(in.number(2));
    out.leaf = in.counted(2);
    out.body = in.counted(4);
    out.salt = in.hash();
    const auto path = read_path(in);
    if (!path || !in.complete()) return std::nullopt;
    out.path = *path;
    return out;
}

bool read_heads(const Bytes& bytes, std::vector<PackedHead>& out) {
    Reader in(bytes);
    const std::uint64_t count = in.number(2);
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
        PackedHead head{in.counted(2), {}};
        const auto path = read_path(in);
        if (!path) return false;
        head.path = *path;
        out.push_back(std::move(head));
    }
    return in.complete() && count >= 1 && count <= kMostHeads;
}

bool read_directory(const Bytes& bytes, std::vector<PackedEntry>& out) {
    Reader in(bytes);
    const std::uint64_t count = in.number(4);
    if (count == 0 || count > kMostEntries) return false;
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
        const auto entry = read_entry(in.counted(4));
        if (!entry) return false;
        out.push_back(*entry);
    }
    return in.complete();
}

}  // namespace

std::optional<Package> parse_package(const Bytes& file, std::string& why) {
    Members members;
    if (file.size() > kLargestPackage || file.size() % kBlock != 0) {
        why = "it is too large, or cut";
        return std::nullopt;
    }
    if (!read_members(file, members, why)) return std::nullopt;
    Package out;
    const auto accepted = read_entry(members["accepted"]);
    Reader stream(members["stream"]);
    out.stream = static_cast<std::uint16_t>(stream.number(2));
    out.secret = stream.raw(32);
    if (members["FORMAT.txt"] != bytes_of(kFormat)) {
        why = "another format, or another version of it";
    } else if (!read_heads(members["heads"], out.heads)) {
        why = "the heads are not in their form";
    } else if (!accepted) {
        why = "the acceptance is not in its form";
    } else if (!read_directory(members["directory"], out.directory)) {
        why = "the directory is not in its form";
    } else if (!stream.complete()) {
        why = "the stream's secret is not in its form";
    } else {
        out.accepted = *accepted;
        out.manifest = std::move(members["manifest"]);
        out.envelope = std::move(members["envelope"]);
        out.item = std::move(members["item"]);
        out.ciphertext = std::move(members["ciphertext"]);
        return out;
    }
    return std::nullopt;
}

}  // namespace verify
