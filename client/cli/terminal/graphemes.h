// What a person sees as one character, and how many cells of a terminal it takes.
//
// Owns: extended grapheme clusters (Unicode 15, UAX #29, by utf8proc) and their width: that of the
// widest code point; two for flags and for what U+FE0F turns into a picture. Terminals differ where
// pictures are joined; letters of the languages here are the same in all. Does not know tables, nor
// what is hidden (schemas/base/shown.h): give it text that shown() has passed; of other text,
// controls count as nothing. Pure; one thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace chapar::client {

struct Cluster {
    std::string_view text;   // of the text that was given
    std::size_t width = 0;   // cells; 0 for marks that have no letter
    std::size_t points = 0;  // code points
};

// Takes the first cluster off a text that is not empty. A byte that is not UTF-8 is one of its own.
[[nodiscard]] Cluster take_cluster(std::string_view& text);

// Cells of the whole text in one line.
[[nodiscard]] std::size_t display_width(std::string_view text);

// Whether any letter or digit of it runs from right to left.
[[nodiscard]] bool has_right_to_left(std::string_view text);

}  // namespace chapar::client
