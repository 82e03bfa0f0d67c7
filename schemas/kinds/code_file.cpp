#include "schemas/kinds/code_file.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "schemas/base/civil_date.h"
#include "schemas/base/shown.h"
#include "schemas/kinds/code_set.h"
#include "schemas/text_check.h"

namespace chapar::schemas {
namespace {

constexpr std::string_view kFirstLine = "# chapar-codes/1";
constexpr std::size_t kMostNumbers = 255;  // UInt8, 0 is "not given"

bool is_date(std::string_view text) {
    if (!matches(text, "0000-00-00")) return false;
    const auto number = [text](std::size_t at, std::size_t length) {
        std::int64_t value = 0;
        std::from_chars(text.data() + at, text.data() + at + length, value);
        return value;
    };
    const CivilDate date{number(0, 4), number(5, 2), number(8, 2)};
    return date.month >= 1 && date.month <= 12 && civil_date(days_of(date)) == date;
}

bool is_plain(std::string_view text) {
    if (!is_clean_text(text, TextForm::Line)) return false;
    while (!text.empty()) {
        const auto point = take_code_point(text);
        if (!point || is_hidden(*point)) return false;
    }
    return true;
}

std::string upper_of(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return out;
}

// Reads one file, line by line; the first fault ends it.
class FileReader {
  public:
    explicit FileReader(CodeTable& table) : table_(table), rest_(table.text) {}

    Status read() {
        CHAPAR_TRY(read_head());
        CHAPAR_TRY(read_columns());
        while (next_line()) CHAPAR_TRY(read_row());
        if (ended_badly_) return fault("the last line has no end");
        if (table_.cells.empty()) return fault("the list has no row");
        return Done{};
    }

  private:
    Error fault(std::string_view what) const {
        return Error(Errc::MalformedLayout,
                     table_.name + ".csv:" + std::to_string(number_) + ": " + shown(what));
    }
    static std::string quoted(std::string_view text) {
        return "'" + std::string(text.substr(0, 40)) + "'";
    }

    bool next_line() {
        if (rest_.empty()) return false;
        ++number_;
        const std::size_t end = rest_.find('\n');
        ended_badly_ = end == std::string_view::npos;
        if (ended_badly_) return false;
        line_ = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        return true;
    }

    Status read_head() {
        if (!next_line() || line_ != kFirstLine) return fault("not '# chapar-codes/1'");
        std::set<std::string_view> seen;
        while (rest_.starts_with('#')) {
            if (!next_line()) return fault("the last line has no end");
            const std::size_t colon = line_.find(": ");
            if (!line_.starts_with("# ") || colon == std::string_view::npos || !is_plain(line_)) {
                return fault("not '# name: value'");
            }
            const std::string_view name = line_.substr(2, colon - 2);
            if (!seen.insert(name).second) return fault(quoted(name) + " stands twice");
            CHAPAR_TRY(take_head(name, line_.substr(colon + 2)));
        }
        for (const std::string_view name : {"list", "dated", "carried", "growth", "source"}) {
            if (!seen.contains(name)) return fault("no '# " + std::string(name) + ": ..' above");
        }
        return Done{};
    }

    Status take_head(std::string_view name, std::string_view value) {
        if (name == "list") {
            if (value != table_.name) return fault("the list is not called as its file");
        } else if (name == "dated") {
            if (!is_date(value)) return fault("not a date YYYY-MM-DD");
            table_.dated = value;
        } else if (name == "carried") {
            const bool is_text = value.starts_with("text");
            if (!is_text && !value.starts_with("number")) return fault("not number or text");
            table_.carried = is_text ? CodeCarried::Text : CodeCarried::Number;
            table_.from_zero = value.find("from 0") != std::string_view::npos;
        } else if (name == "growth") {
            if (value != "open" && value != "closed") return fault("not open or closed");
            table_.growth = value == "open" ? CodeGrowth::Open : CodeGrowth::Closed;
        } else if (name == "source") {
            table_.source = value;
        } else if (name == "note") {
            table_.note = value;
        } else {
            return fault("unknown line " + quoted(name));
        }
        return Done{};
    }

    Status read_columns() {
        if (!next_line()) return fault("no line of names");
        CHAPAR_TRY(split(table_.columns));
        for (const std::string_view column : table_.columns) {
            const bool is_name = !column.empty() && std::ranges::all_of(column, [](char c) {
                return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
            });
            if (!is_name) return fault("not a name of a column: " + quoted(column));
            if (std::ranges::count(table_.columns, column) > 1) {
                return fault(quoted(column) + " stands twice");
            }
        }
        const bool numbered = table_.carried == CodeCarried::Number;
        for (const std::string_view name : {"code", "en", "ru", "until", "mark", "number"}) {
            const bool has = std::ranges::find(table_.columns, name) != table_.columns.end();
            if (has != (name != "number" || numbered)) {
                return fault((has ? "a column " : "no column ") + quoted(name));
            }
        }
        return Done{};
    }

    Status read_row() {
        auto& cells = table_.cells.emplace_back();
        CHAPAR_TRY(split(cells));
        if (cells.size() != table_.columns.size()) return fault("not as many cells as columns");
        if (table_.cells.size() > CodeBounds::kRows) return fault("too many rows");
        CodeRow row{};
        row.verified = true;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            CHAPAR_TRY(take_cell(table_.columns[i], cells[i], row));
        }
        if (row.code.empty() || row.en.empty()) return fault("a row needs a code and its English");
        if (!codes_.insert(upper_of(row.code)).second) {
            return fault("the code " + quoted(row.code) + " is used twice");
        }
        row.cells = cells;
        table_.rows.push_back(row);
        return Done{};
    }

    Status take_cell(std::string_view column, std::string_view cell, CodeRow& row) {
        if (cell.size() > CodeBounds::kCellBytes) return fault("a cell is too long");
        if (!is_plain(cell)) return fault("a cell has characters that are not seen");
        if (column == "number") return take_number(cell, row);
        if (column == "code") row.code = cell;
        if (column == "en") row.en = cell;
        if (column == "ru") row.ru = cell;
        if (column == "until") {
            if (!cell.empty() && !is_date(cell)) return fault("until: not a date YYYY-MM-DD");
            row.until = cell;
        }
        if (column == "mark" && cell != "V" && cell != "S" && cell != "K" && cell != "P") {
            return fault("mark: not V, S, K or P");
        }
        if (column == "verified" || column.ends_with("_verified")) {
            if (!cell.empty() && cell != "true" && cell != "false") {
                return fault(quoted(column) + ": not true or false");
            }
            row.verified = row.verified && cell != "false";
        }
        return Done{};
    }

    // Dense: the next number and no other, so that none can be moved, left out or used again.
    Status take_number(std::string_view cell, CodeRow& row) {
        const std::size_t place = table_.cells.size();
        const std::size_t expected = table_.from_zero ? place - 1 : place;
        if (place > kMostNumbers) return fault("more than 255 numbers");
        if (cell != std::to_string(expected)) {
            return fault("the number is " + quoted(cell) + ", the next one is " +
                         std::to_string(expected));
        }
        row.number = static_cast<std::uint16_t>(place);
        return Done{};
    }

    // RFC 4180, without line feeds in cells.
    Status split(std::vector<std::string_view>& cells) {
        std::string_view left = line_;
        while (true) {
            if (cells.size() == CodeBounds::kColumns) return fault("too many cells");
            if (left.starts_with('"')) {
                CHAPAR_TRY(take_quoted(left, cells));
            } else {
                const std::size_t end = std::min(left.find(','), left.size());
                if (left.substr(0, end).find('"') != std::string_view::npos) {
                    return fault("a quote inside a cell that does not begin with one");
                }
                cells.push_back(left.substr(0, end));
                left.remove_prefix(end);
            }
            if (left.empty()) return Done{};
            if (!left.starts_with(',')) return fault("text after a closing quote");
            left.remove_prefix(1);
        }
    }

    Status take_quoted(std::string_view& left, std::vector<std::string_view>& cells) {
        std::string& out = table_.unquoted.emplace_back();
        left.remove_prefix(1);
        while (true) {
            const std::size_t quote = left.find('"');
            if (quote == std::string_view::npos) return fault("a quote is not closed");
            out += left.substr(0, quote);
            left.remove_prefix(quote + 1);
            if (!left.starts_with('"')) break;
            out += '"';
            left.remove_prefix(1);
        }
        cells.push_back(out);
        return Done{};
    }

    CodeTable& table_;
    std::string_view rest_, line_;
    std::size_t number_ = 0;
    bool ended_badly_ = false;
    std::set<std::string> codes_;
};

}  // namespace

Status read_code_file(CodeTable& table) { return FileReader(table).read(); }

}  // namespace chapar::schemas
