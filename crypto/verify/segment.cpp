#include "crypto/verify/segment.h"

#include <charconv>

#include "crypto/verify/entry.h"

namespace verify {
namespace {

constexpr std::size_t kMostNotes = 1024, kMostNodes = 128;

std::optional<std::uint64_t> decimal(std::string_view text) {
    std::uint64_t out = 0;
    const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (bad != std::errc() || end != text.data() + text.size() || text != std::to_string(out)) {
        return std::nullopt;
    }
    return out;
}

// Base64 hashes, one a line; before them, if `first` is given, a line that goes there. Empty if the
// member is not that.
std::optional<std::vector<Hash>> hashes_in(Archive& archive, const std::string& name,
                                           std::string* first) {
    Lines lines(archive, name);
    if (first != nullptr) *first = lines.next().value_or("");
    std::vector<Hash> out;
    while (const auto line = lines.next()) {
        const auto bytes = from_base64(*line);
        if (!bytes || bytes->size() != 32 || out.size() == kMostNodes) return std::nullopt;
        std::copy(bytes->begin(), bytes->end(), out.emplace_back().begin());
    }
    if (!lines.whole()) return std::nullopt;
    return out;
}

// Sizes of the notes in SHA256SUMS, as they stand there.
std::vector<std::uint64_t> notes_in(Archive& archive) {
    constexpr std::string_view kFolder = "  cp/";
    std::vector<std::uint64_t> out;
    Lines lines(archive, "SHA256SUMS");
    while (const auto line = lines.next()) {
        if (line->size() <= 64 || line->compare(64, kFolder.size(), kFolder) != 0) continue;
        const auto size = decimal(line->substr(64 + kFolder.size()));
        if (size && out.size() < kMostNotes) out.push_back(*size);
    }
    return out;
}

}  // namespace

std::optional<Segment> read_segment(Archive& archive, std::string& why) {
    Segment out;
    const auto refuse = [&](const char* sentence) {
        why = sentence;
        return std::nullopt;
    };
    const auto note = archive.read("checkpoint");
    const auto head = note ? claimed_checkpoint(*note) : std::nullopt;
    if (!head) return refuse("it has no checkpoint");
    out.checkpoint = *note;
    out.head = *head;
    Range& range = out.members.range;
    range.size = range.end = head->size;
    std::string start = "0";
    if (archive.has("previous")) {
        const auto peaks = hashes_in(archive, "previous", &start);
        const auto path = hashes_in(archive, "consistency", nullptr);
        if (!peaks || !path) return refuse("`previous` or `consistency` is not in its form");
        out.previous = *peaks;
        out.consistency = *path;
    }
    const auto number = decimal(start);
    if (!number || *number % kSegment != 0 || *number > range.size ||
        (*number == 0) != out.previous.empty()) {
        return refuse("it does not say where it starts");
    }
    range.start = *number;
    if (archive.has("onward")) {
        const auto path = hashes_in(archive, "onward", nullptr);
        if (!path || range.start + kSegment >= range.size) {
            return refuse("`onward` is not in its form");
        }
        out.onward = *path;
        range.end = range.start + kSegment;
    }
    if (!archive.is_directory() && range.end - range.start > kSegment) {
        return refuse("one archive holds at most 65,536 entries");
    }
    out.members.policy = archive.has("policy");
    out.members.notes = notes_in(archive);
    return out;
}

// One member against its line of SHA256SUMS.
bool MemberRules::check_line(Archive& archive, const std::string& name,
                             const std::optional<std::string>& line) {
    if (!line || line->size() < 66 || line->compare(64, std::string::npos, "  " + name) != 0) {
        complete.fail(name + " is missing, or SHA256SUMS does not list it in its place");
        return false;
    }
    const auto bytes = archive.read(name);
    if (!bytes) {
        complete.fail(name + " is missing or larger than it can be");
    } else if (line->compare(0, 64, hex(sha256(*bytes))) != 0) {
        Judge& judge = name.starts_with("body/") ? body_digest : digest;
        judge.fail(name + " does not fit its digest");
    }
    return true;
}

// The members in the order of the archive are the lines of SHA256SUMS in theirs.
void MemberRules::check(Archive& archive, const Segment& segment) {
    std::uint64_t last = segment.members.range.start;
    for (const std::uint64_t size : segment.members.notes) {
        if (size <= last || size > segment.members.range.end) {
            complete.fail("cp/" + std::to_string(size) + " is out of its order or range");
        }
        last = size;
    }
    Lines lines(archive, "SHA256SUMS");
    std::size_t expected = 1;  // SHA256SUMS itself
    const bool listed = for_each_member(segment.members, [&](const std::string& name) {
        ++expected;
        return check_line(archive, name, lines.next());
    });
    if (const auto more = lines.next(); listed && more) {
        complete.fail("SHA256SUMS lists too much: " + *more);
    }
    if (listed && !lines.whole()) digest.fail("SHA256SUMS is cut");
    check_names(archive, segment, expected);
}

// Nothing is there besides.
void MemberRules::check_names(Archive& archive, const Segment& segment, std::size_t expected) {
    members_ += expected;
    if (archive.is_directory()) {
        std::size_t found = 0;
        archive.walk([&](const std::string& name, bool regular) {
            ++found;
            if (!regular) complete.fail(name + " is no file");
            return true;
        });
        if (found != expected) {
            complete.fail(std::to_string(found) + " files are there, an export of this size has " +
                          std::to_string(expected));
        }
        return;
    }
    std::size_t at = 0;
    const auto& order = archive.order();
    const auto is_next = [&](const std::string& name) {
        if (at < order.size() && order[at] == name) {
            ++at;
            return true;
        }
        complete.fail(name + " is not in its place");
        return false;
    };
    if (for_each_member(segment.members, is_next) && is_next("SHA256SUMS") && at != order.size()) {
        complete.fail(order[at] + " does not belong to an export of this size");
    }
}

}  // namespace verify
