#include "client/core/attachment_name.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "schemas/base/assert.h"
#include "schemas/base/shown.h"
#include "schemas/base/text_prefix.h"
#include "schemas/media_types.h"

namespace chapar::client {
namespace {

bool has_meaning(char32_t code) {
    return code < 0x80 &&
           std::string_view("<>:\"|?*").find(static_cast<char>(code)) != std::string_view::npos;
}

std::string readable(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::string_view from = text;
        const auto point = take_code_point(text);
        if (!point || has_meaning(*point)) {
            out += '_';
        } else if (!is_hidden(*point)) {
            out += from.substr(0, from.size() - text.size());
        }
    }
    return out;
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

void trim(std::string& name) {
    name.erase(0, std::min(name.find_first_not_of(". "), name.size()));
    const std::size_t last = name.find_last_not_of(". ");
    name.erase(last == std::string::npos ? 0 : last + 1);
}

// "con", "com1.tar": names that Windows gives to devices, whatever follows a dot.
bool is_device(std::string_view name) {
    std::string stem = lower(name.substr(0, name.find('.')));
    while (!stem.empty() && stem.back() == ' ') stem.pop_back();
    constexpr std::array<std::string_view, 6> kNames{"con", "prn",    "aux",
                                                     "nul", "conin$", "conout$"};
    if (std::ranges::find(kNames, stem) != kNames.end()) return true;
    const bool port = stem.starts_with("com") || stem.starts_with("lpt");
    if (!port) return false;
    const std::string_view number = std::string_view(stem).substr(3);
    constexpr std::array<std::string_view, 3> kRaised{"\u00B9", "\u00B2", "\u00B3"};
    return (number.size() == 1 && number[0] >= '0' && number[0] <= '9') ||
           std::ranges::find(kRaised, number) != kRaised.end();
}

struct Ending {
    std::string_view media_type;
    std::string_view ending;
};
constexpr std::array kEndings{
    Ending{"application/pdf", ".pdf"},
    Ending{"image/jpeg", ".jpg"},
    Ending{"image/png", ".png"},
    Ending{"image/tiff", ".tif"},
    Ending{"image/heic", ".heic"},
    Ending{"text/plain", ".txt"},
    Ending{"text/csv", ".csv"},
    Ending{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"},
    Ending{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"},
    Ending{"application/vnd.oasis.opendocument.text", ".odt"},
    Ending{"video/mp4", ".mp4"},
    Ending{"audio/mpeg", ".mp3"},
    Ending{"audio/vnd.wave", ".wav"},
};
// Of any other type: nothing that a double click runs.
constexpr std::string_view kOtherEnding = ".bin";

std::string_view ending_for(std::string_view name, std::string_view media_type) {
    if (schemas::media_type_of_name(name) == media_type) return "";
    const auto* found = std::ranges::find(kEndings, media_type, &Ending::media_type);
    return found == kEndings.end() ? kOtherEnding : found->ending;
}

std::size_t ending_at(std::string_view name) {
    const std::size_t dot = name.rfind('.');
    return dot == std::string_view::npos || dot == 0 ? name.size() : dot;
}

// Shortened before its ending, between two characters.
std::string shortened(std::string_view name, std::size_t most) {
    if (name.size() <= most) return std::string(name);
    const std::string_view ending = name.substr(ending_at(name));
    const std::size_t kept_ending = ending.size() <= 16 ? ending.size() : 0;
    return std::string(text_prefix(name, most - kept_ending)) +
           std::string(name.substr(name.size() - kept_ending));
}

}  // namespace

std::string safe_file_name(std::string_view sent, std::string_view media_type) {
    const std::size_t slash = sent.find_last_of("/\\");
    if (slash != std::string_view::npos) sent.remove_prefix(slash + 1);
    std::string name = readable(sent);
    trim(name);
    if (name.empty()) name = "attachment";
    name += ending_for(name, media_type);
    if (is_device(name)) name.insert(0, 1, '_');
    name = shortened(name, kFileNameBytes);
    CHAPAR_ASSERT(!name.empty() && name.find('/') == std::string::npos && name.front() != '.');
    return name;
}

std::string numbered_name(std::string_view name, unsigned number) {
    const std::size_t dot = ending_at(name);
    return std::string(name.substr(0, dot)) + " (" + std::to_string(number) + ")" +
           std::string(name.substr(dot));
}

}  // namespace chapar::client
