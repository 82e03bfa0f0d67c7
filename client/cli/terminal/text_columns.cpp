#include "client/cli/terminal/text_columns.h"

#include <algorithm>

#include "client/cli/terminal/graphemes.h"
#include "schemas/base/assert.h"
#include "schemas/base/shown.h"

namespace chapar::client {
namespace {

constexpr std::size_t kPointsOfOne = 16;  // of one cluster; more are marks piled up to hide text
constexpr std::size_t kGap = 2;           // blanks between columns
constexpr std::size_t kCutWidth = 1;
constexpr std::string_view kCut = "\xE2\x80\xA6";           // one cell wide
constexpr std::string_view kDottedCircle = "\xE2\x97\x8C";  // carries marks
constexpr std::string_view kIsolate = "\xE2\x81\xA8";       // FSI
constexpr std::string_view kIsolateEnd = "\xE2\x81\xA9";    // PDI

// The first code points of a cluster that has too many.
std::string_view first_points(std::string_view cluster) {
    std::string_view rest = cluster;
    for (std::size_t i = 0; i < kPointsOfOne; ++i) (void)take_code_point(rest);
    return cluster.substr(0, cluster.size() - rest.size());
}

// Nothing in it steers, hides or piles up.
std::string tame(std::string_view foreign) {
    const std::string visible = shown(foreign);
    std::string out;
    std::string_view rest = visible;
    while (!rest.empty()) {
        const Cluster cluster = take_cluster(rest);
        // Joiners have no width either; they join, and carry nothing.
        const bool joiner = cluster.text == "\xE2\x80\x8C" || cluster.text == "\xE2\x80\x8D";
        if (cluster.width == 0 && !joiner) out += kDottedCircle;
        if (cluster.points > kPointsOfOne) {
            out += first_points(cluster.text);
            out += kCut;
        } else {
            out += cluster.text;
        }
    }
    return out;
}

// REQUIRES: width > 0.
std::string cut(std::string_view text, std::size_t width) {
    if (display_width(text) <= width) return std::string(text);
    std::string out;
    std::size_t used = 0;
    while (!text.empty()) {
        const Cluster cluster = take_cluster(text);
        if (used + cluster.width > width - kCutWidth) break;
        used += cluster.width;
        out += cluster.text;
    }
    out += kCut;
    return out;
}

}  // namespace

TextColumns::TextColumns(std::vector<TextColumn> columns) : columns_(std::move(columns)) {
    CHAPAR_ASSERT(!columns_.empty());
    std::vector<std::string> headings;
    for (const TextColumn& column : columns_) {
        widths_.push_back(std::max<std::size_t>(column.least, 1));
        headings.push_back(column.heading);
    }
    fit(headings);
}

void TextColumns::fit(std::span<const std::string> cells) {
    CHAPAR_ASSERT(cells.size() == columns_.size());
    for (std::size_t i = 0; i < cells.size(); ++i) {
        std::size_t width = std::max(widths_[i], display_width(tame(cells[i])));
        if (columns_[i].most != 0) width = std::min(width, columns_[i].most);
        widths_[i] = width;
    }
}

ShownText TextColumns::heading() const {
    std::vector<std::string> headings;
    for (const TextColumn& column : columns_) headings.push_back(column.heading);
    return row(headings);
}

ShownText TextColumns::row(std::span<const std::string> cells) const {
    CHAPAR_ASSERT(cells.size() == columns_.size());
    std::string out;
    std::size_t owed = 0;  // blanks before the next text, so that a line ends with none
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const std::string text = cut(tame(cells[i]), widths_[i]);
        const std::size_t blanks = widths_[i] - std::min(widths_[i], display_width(text));
        if (columns_[i].side == Side::Right) owed += blanks;
        if (!text.empty()) {
            out.append(owed, ' ');
            owed = 0;
            const bool isolated = has_right_to_left(text);
            if (isolated) out += kIsolate;
            out += text;
            if (isolated) out += kIsolateEnd;
        }
        if (columns_[i].side == Side::Left) owed += blanks;
        owed += kGap;
    }
    return ShownText(std::move(out));
}

}  // namespace chapar::client
