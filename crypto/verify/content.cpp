#include "crypto/verify/content.h"

#include "crypto/verify/capnp.h"
#include "crypto/verify/content_fields.h"
#include "crypto/verify/content_payloads.h"

namespace verify {
namespace {

constexpr int kDeepest = 16;
constexpr std::size_t kMostLines = 10000;

std::string data_text(const Bytes& data) { return hex(data.data(), data.size()); }

// Walks a struct by the table; what is absent is left out.
class Walk {
  public:
    Walk(WireSegment& segment, std::vector<ContentLine>& out) : segment_(segment), out_(out) {}

    void show(std::string_view type, const Struct& s, const std::string& prefix, int depth) {
        if (depth > kDeepest || out_.size() > kMostLines) return;
        for (const ContentField& field : kContentFields) {
            if (field.owner == type) show_field(field, s, prefix + std::string(field.name), depth);
        }
    }

  private:
    void line(const std::string& field, const std::string& value) {
        out_.push_back({field, value});
    }

    void show_field(const ContentField& field, const Struct& s, const std::string& name,
                    int depth) {
        switch (field.form) {
            case 'n':
            case 'i':
                return show_number(field, s, name);
            case 't':
                if (const auto text = segment_.text(s, field.at)) line(name, *text);
                return;
            case 'd':
                if (const auto data = segment_.data(s, field.at)) line(name, data_text(*data));
                return;
            case 'N':  // of eight bits, all of them: their list is encoded as data is
                if (const auto data = segment_.data(s, field.at)) {
                    for (const std::uint8_t n : *data) line(name, std::to_string(n));
                }
                return;
            case 'T':
                for (const std::string& text : segment_.texts(s, field.at)) line(name, text);
                return;
            case 's':
                if (const auto child = segment_.child(s, field.at)) {
                    show(field.type, *child, name + ".", depth + 1);
                }
                return;
            default:
                break;
        }
        std::size_t i = 0;
        for (const Struct& each : segment_.structs(s, field.at)) {
            show(field.type, each, name + "[" + std::to_string(i++) + "].", depth + 1);
        }
    }

    void show_number(const ContentField& field, const Struct& s, const std::string& name) {
        const std::uint64_t n = segment_.number(s, field.at, field.width);
        if (n == 0) return;  // the value that stands for "not given"
        const bool narrow = field.form == 'i' && field.width == 32;
        line(name, narrow ? std::to_string(static_cast<std::int32_t>(n)) : std::to_string(n));
    }

    WireSegment& segment_;
    std::vector<ContentLine>& out_;
};

// One segment with its table: u32 0, u32 words, little-endian, and exactly so many words.
std::optional<Bytes> only_segment(const Bytes& message) {
    if (message.size() < 8) return std::nullopt;
    std::uint64_t table = 0;
    for (std::size_t i = 8; i-- > 0;) table = table << 8 | message[i];
    const bool one = (table & 0xffffffff) == 0 && (table >> 32) * 8 == message.size() - 8;
    if (!one) return std::nullopt;
    return Bytes(message.begin() + 8, message.end());
}

bool repeats(WireSegment& segment, const Struct& manifest, const Header& header) {
    return segment.data(manifest, 0) == header.message &&
           segment.data(manifest, 1) == header.sender &&
           segment.data(manifest, 2) == header.case_id &&
           segment.number(manifest, 0, 8) == header.classification &&
           segment.number(manifest, 16, 16) == header.kind;
}

}  // namespace

std::optional<Content> read_content(const Bytes& stream0, std::size_t attachments,
                                    const Header& header) {
    const std::size_t before = 32 + 32 * attachments;
    if (stream0.size() < before) return std::nullopt;
    const auto words =
        only_segment(Bytes(stream0.begin() + static_cast<std::ptrdiff_t>(before), stream0.end()));
    if (!words) return std::nullopt;
    WireSegment segment(*words);
    const auto root = segment.root();
    const auto manifest = root ? segment.child(*root, 0) : std::nullopt;
    const auto payload = root ? segment.child(*root, 1) : std::nullopt;
    const std::uint64_t tag = root ? segment.number(*root, 0, 16) : kPayloads.size();
    if (!manifest || !payload || tag >= kPayloads.size()) return std::nullopt;
    Content out;
    out.repeats_header = repeats(segment, *manifest, header);
    Walk walk(segment, out.lines);
    walk.show("Manifest", *manifest, "manifest.", 0);
    const auto& [name, type] = kPayloads.at(tag);
    walk.show(type, *payload, std::string(name) + ".", 0);
    out.attachments = segment.structs(*manifest, 3).size();
    if (!segment.ok()) return std::nullopt;
    return out;
}

}  // namespace verify
