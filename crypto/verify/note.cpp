#include "crypto/verify/note.h"

#include <charconv>

#include "crypto/verify/tree.h"

namespace verify {
namespace {

constexpr std::string_view kSignaturePrefix = "\xe2\x80\x94 ";  // em dash, space

// The text up to and including the newline before the blank line, and the signature lines.
struct Parts {
    std::string text;
    std::vector<std::string> lines;
};

std::optional<Parts> split(const Bytes& note) {
    const std::string all = text_of(note);
    const std::size_t blank = all.rfind("\n\n");
    if (blank == std::string::npos || all.empty() || all.back() != '\n') return std::nullopt;
    Parts out{all.substr(0, blank + 1), {}};
    std::size_t at = blank + 2;
    while (at < all.size()) {
        const std::size_t end = all.find('\n', at);
        out.lines.push_back(all.substr(at, end - at));
        if (!out.lines.back().starts_with(kSignaturePrefix)) return std::nullopt;
        at = end + 1;
    }
    if (out.lines.empty()) return std::nullopt;
    return out;
}

std::optional<Checkpoint> parse_text(const std::string& text) {
    const std::size_t first = text.find('\n');
    const std::size_t second = text.find('\n', first + 1);
    const std::size_t third = second == std::string::npos ? second : text.find('\n', second + 1);
    if (third == std::string::npos || third + 1 != text.size()) return std::nullopt;
    Checkpoint out;
    out.origin = text.substr(0, first);
    const std::string size = text.substr(first + 1, second - first - 1);
    const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), out.size);
    if (error != std::errc() || end != size.data() + size.size()) return std::nullopt;
    if (size != std::to_string(out.size)) return std::nullopt;
    const auto root = from_base64(std::string_view(text).substr(second + 1, third - second - 1));
    if (!root || root->size() != out.root.size()) return std::nullopt;
    std::copy(root->begin(), root->end(), out.root.begin());
    return out;
}

}  // namespace

std::optional<LogKey> parse_vkey(std::string_view line, std::uint8_t type) {
    while (!line.empty() && line.back() == '\n') line.remove_suffix(1);
    const std::size_t first = line.find('+');
    const std::size_t second = first == line.npos ? line.npos : line.find('+', first + 1);
    if (second == line.npos || first == 0) return std::nullopt;
    const auto id = from_hex(line.substr(first + 1, second - first - 1));
    const auto key = from_base64(line.substr(second + 1));
    if (!id || id->size() != 4 || !key || key->size() != 33 || key->front() != type) {
        return std::nullopt;
    }
    LogKey out{std::string(line.substr(0, first)), *id, Bytes(key->begin() + 1, key->end())};
    Bytes named = bytes_of(out.name);
    named.push_back('\n');
    named.insert(named.end(), key->begin(), key->end());
    const Hash hash = sha256(named);
    if (!std::equal(id->begin(), id->end(), hash.begin())) return std::nullopt;
    return out;
}

std::optional<Checkpoint> open_checkpoint(const Bytes& note, const LogKey& key, std::string& why) {
    const auto parts = split(note);
    if (!parts) {
        why = "not a signed note";
        return std::nullopt;
    }
    bool good = false;
    const std::string own = std::string(kSignaturePrefix) + key.name + " ";
    for (const std::string& line : parts->lines) {
        if (!line.starts_with(own)) continue;
        const auto blob = from_base64(std::string_view(line).substr(own.size()));
        if (!blob || blob->size() != 4 + 64) continue;
        if (!std::equal(key.id.begin(), key.id.end(), blob->begin())) continue;
        if (!signature(bytes_of(parts->text), key.key, Bytes(blob->begin() + 4, blob->end()))) {
            why = "the signature of " + key.name + " is wrong";
            return std::nullopt;
        }
        good = true;
    }
    if (!good) {
        why = "no signature of " + key.name;
        return std::nullopt;
    }
    const auto checkpoint = parse_text(parts->text);
    if (!checkpoint || checkpoint->origin != key.name) {
        why = "not a checkpoint of " + key.name;
        return std::nullopt;
    }
    return checkpoint;
}

std::optional<Note> parse_note(const Bytes& note) {
    const auto parts = split(note);
    if (!parts) return std::nullopt;
    Note out{parts->text, {}};
    for (const std::string& line : parts->lines) {
        const std::string_view rest = std::string_view(line).substr(kSignaturePrefix.size());
        const std::size_t blank = rest.find(' ');
        if (blank == rest.npos) return std::nullopt;
        const auto blob = from_base64(rest.substr(blank + 1));
        if (!blob || blob->size() < 5) return std::nullopt;
        out.lines.push_back({std::string(rest.substr(0, blank)),
                             Bytes(blob->begin(), blob->begin() + 4),
                             Bytes(blob->begin() + 4, blob->end())});
    }
    return out;
}

std::string signers_of(const Bytes& note) {
    const auto parsed = parse_note(note);
    if (!parsed) return "nobody: no signed note";
    std::string out;
    for (const SignatureLine& line : parsed->lines) {
        out += (out.empty() ? "" : ", ") + line.name + "+" + hex(line.id.data(), line.id.size());
    }
    return out;
}

std::optional<Checkpoint> claimed_checkpoint(const Bytes& note) {
    const auto parts = split(note);
    return parts ? parse_text(parts->text) : std::nullopt;
}

}  // namespace verify
