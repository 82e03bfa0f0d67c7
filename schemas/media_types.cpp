#include "schemas/media_types.h"

#include <algorithm>
#include <array>
#include <string>

namespace chapar::schemas {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kWordType =
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
constexpr std::string_view kSheetType =
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
constexpr std::string_view kOpenDocumentType = "application/vnd.oasis.opendocument.text";

constexpr std::array kTypes{"application/pdf"sv, "image/jpeg"sv,    "image/png"sv, "image/tiff"sv,
                            "image/heic"sv,      "text/plain"sv,    "text/csv"sv,  kWordType,
                            kSheetType,          kOpenDocumentType, "video/mp4"sv, "audio/mpeg"sv,
                            "audio/vnd.wave"sv};

struct Ending {
    std::string_view ending;
    std::string_view type;
};
constexpr std::array kEndings{Ending{".pdf", "application/pdf"}, Ending{".jpg", "image/jpeg"},
                              Ending{".jpeg", "image/jpeg"},     Ending{".png", "image/png"},
                              Ending{".tif", "image/tiff"},      Ending{".tiff", "image/tiff"},
                              Ending{".heic", "image/heic"},     Ending{".txt", "text/plain"},
                              Ending{".csv", "text/csv"},        Ending{".docx", kWordType},
                              Ending{".xlsx", kSheetType},       Ending{".odt", kOpenDocumentType},
                              Ending{".mp4", "video/mp4"},       Ending{".mp3", "audio/mpeg"},
                              Ending{".wav", "audio/vnd.wave"}};

// Bytes that a file of this type has at this place.
struct Mark {
    std::string_view type;
    std::size_t at;
    std::string_view bytes;
};
constexpr std::array kMarks{Mark{"application/pdf", 0, "%PDF-"sv},
                            Mark{"image/jpeg", 0, "\xFF\xD8\xFF"sv},
                            Mark{"image/png", 0, "\x89PNG\r\n\x1A\n"sv},
                            Mark{"image/tiff", 0, "II*\0"sv},
                            Mark{"image/tiff", 0, "MM\0*"sv},
                            Mark{"image/heic", 4, "ftyp"sv},
                            Mark{kWordType, 0, "PK\x03\x04"sv},
                            Mark{kSheetType, 0, "PK\x03\x04"sv},
                            Mark{kOpenDocumentType, 0, "PK\x03\x04"sv},
                            Mark{"video/mp4", 4, "ftyp"sv},
                            Mark{"audio/mpeg", 0, "ID3"sv},
                            Mark{"audio/mpeg", 0, "\xFF\xFB"sv},
                            Mark{"audio/mpeg", 0, "\xFF\xF3"sv},
                            Mark{"audio/mpeg", 0, "\xFF\xF2"sv},
                            Mark{"audio/vnd.wave", 8, "WAVE"sv}};

bool is_text(std::string_view type) { return type.starts_with("text/"); }

// No byte of a program or of another container: a text may begin with anything else.
bool begins_as_text(ByteView first) {
    // (A Windows program has a NUL among its first bytes.)
    constexpr std::array kOthers{"\x7F\x45LF"sv, "#!"sv, "PK\x03\x04"sv};
    if (std::ranges::find(first, std::byte{0}) != first.end()) return false;
    return std::ranges::none_of(kOthers, [first](std::string_view start) {
        return first.size() >= start.size() && equal(first.first(start.size()), view(start));
    });
}

}  // namespace

std::span<const std::string_view> media_types() { return kTypes; }

bool is_allowed_media_type(std::string_view type, Kind kind) {
    if (kind == Kind::ApprovalRequest) return type == kDraftMediaType;
    return std::ranges::find(kTypes, type) != kTypes.end();
}

std::optional<std::string_view> media_type_of_name(std::string_view file_name) {
    std::string small(file_name);
    std::ranges::transform(small, small.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    for (const Ending& row : kEndings) {
        if (small.size() > row.ending.size() && small.ends_with(row.ending)) return row.type;
    }
    return std::nullopt;
}

bool begins_as(std::string_view type, ByteView first) {
    if (is_text(type)) return begins_as_text(first);
    if (type == kDraftMediaType) return true;
    return std::ranges::any_of(kMarks, [&](const Mark& mark) {
        return mark.type == type && first.size() >= mark.at + mark.bytes.size() &&
               equal(first.subspan(mark.at, mark.bytes.size()), view(mark.bytes));
    });
}

}  // namespace chapar::schemas
