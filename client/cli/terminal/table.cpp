#include "client/cli/terminal/table.h"

namespace chapar::client {

Table::Table(const Output& output, std::vector<TextColumn> columns, Heading heading)
    : output_(output), columns_(std::move(columns)), heading_(heading) {}

void Table::add(TableRow row) {
    if (output_.form() == Output::Form::Json) {
        output_.result(row.object, std::string_view());
    } else {
        row.object.clear();
        rows_.push_back(std::move(row));
    }
}

void Table::print() {
    if (rows_.empty()) return;
    TextColumns columns(columns_);
    for (const TableRow& row : rows_) columns.fit(row.cells);
    if (heading_ == Heading::Shown) output_.result({}, columns.heading());
    for (const TableRow& row : rows_) {
        output_.result({}, columns.row(row.cells));
        output_.result({}, row.under);
    }
    rows_.clear();
}

}  // namespace chapar::client
