// One file of a code list: its text, and everything that its rows point into.
//
// Owns: the rules of a file: its head, its columns, rows as wide as these, numbers without a gap,
// no code twice, no characters that are not seen. Does not know other lists. Private to
// schemas/kinds. Pure. Errors: MalformedLayout, with file and line. Source: codes/README.md.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/base/result.h"
#include "schemas/kinds/code_lists.h"

namespace chapar::schemas {

struct CodeTable {
    std::string name;  // of the file, without ".csv"
    std::string text;  // the whole file
    // What the text says.
    std::string_view dated, source, note;
    CodeCarried carried = CodeCarried::Number;
    CodeGrowth growth = CodeGrowth::Closed;
    bool from_zero = false;  // the header's own lists
    std::vector<std::string_view> columns;
    std::deque<std::string> unquoted;                 // cells that stand in quotes, without them
    std::deque<std::vector<std::string_view>> cells;  // a row each
    std::vector<CodeRow> rows;
};

// Fills the rest from name and text. The table stays where it is afterwards.
[[nodiscard]] Status read_code_file(CodeTable& table);

}  // namespace chapar::schemas
