// Lines of a table on a terminal, whatever script its cells are written in.
//
// Owns: the width of each column, cutting between characters as a person sees them (U+2026 marks
// the place), padding, and that no cell reaches out of its own: what steers a terminal or hides is
// made visible (schemas/base/shown.h), text that runs from right to left stands between FSI and PDI
// (UAX #9, 2.4), a mark without a letter stands on a dotted circle, and marks piled on one letter
// are cut. Cells of this program and of strangers are treated alike. Does not know where the lines
// go. Pure; one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace chapar::client {

// Text that was made safe to print as it is: the isolates in it are ours. Only TextColumns makes
// it.
class ShownText {
  public:
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    friend class TextColumns;
    explicit ShownText(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

enum class Side : std::uint8_t { Left, Right };  // where a cell stands in its column

struct TextColumn {
    std::string heading;
    std::size_t most = 0;  // cells of the terminal; 0: as many as its texts need
    Side side = Side::Left;
    std::size_t least = 1;  // room that is kept though no text needs it: lines that come one by one
};

class TextColumns {
  public:
    // REQUIRES: at least one column.
    explicit TextColumns(std::vector<TextColumn> columns);

    // Makes room for a row. REQUIRES, here and below: a cell for each column.
    void fit(std::span<const std::string> cells);

    [[nodiscard]] ShownText heading() const;
    // One line without its end; no blanks at its end. What has no room is cut.
    [[nodiscard]] ShownText row(std::span<const std::string> cells) const;

  private:
    std::vector<TextColumn> columns_;
    std::vector<std::size_t> widths_;
};

}  // namespace chapar::client
