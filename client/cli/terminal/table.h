// One table as a result: a JSON line a row at once, or text when all rows are known.
//
// Owns: the rows until they are printed, so that every column is as wide as its widest cell.
// Nothing is cut: what is searched for (grep) is there. Does not know what a cell means. Text that
// is not a row of the table stands under the row that it belongs to. One thread.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "client/cli/terminal/output.h"
#include "client/cli/terminal/text_columns.h"

namespace chapar::client {

enum class Heading : std::uint8_t { Shown, None };

struct TableRow {
    boost::json::object object;
    std::vector<std::string> cells;
    std::string under;  // lines; may be empty
};

class Table {
  public:
    // Borrows the renderer.
    Table(const Output& output, std::vector<TextColumn> columns, Heading heading = Heading::Shown);

    // REQUIRES: a cell for each column.
    void add(TableRow row);
    // What was added and not printed yet. Without a row not even the heading is.
    void print();

  private:
    const Output& output_;
    std::vector<TextColumn> columns_;
    Heading heading_;
    std::vector<TableRow> rows_;
};

}  // namespace chapar::client
