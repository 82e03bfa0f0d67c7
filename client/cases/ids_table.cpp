#include "client/cases/ids_table.h"

#include <algorithm>

#include "client/cases/csv_write.h"
#include "client/cases/ids_time.h"
#include "client/cases/ids_words.h"
#include "schemas/base/shown.h"
#include "schemas/base/text_prefix.h"

namespace chapar::client {
namespace {

using schemas::DateOrder;

// What tables write where they have nothing to say; folded.
constexpr std::array<std::string_view, 12> kNothing{
    "-",    "--",        "---",     "\xE2\x80\x93",  "\xE2\x80\x94", "n/a",
    "n.a.", "not known", "unknown", "not specified", "неизвестно",   "не указано"};

constexpr std::size_t kMostNamed = 8;  // columns that one sentence names

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kNoBreak = "\xC2\xA0";
    for (bool more = true; more && !text.empty();) {
        more = false;
        if (is_blank(text.front())) {
            text.remove_prefix(1);
            more = true;
        } else if (text.starts_with(kNoBreak)) {
            text.remove_prefix(kNoBreak.size());
            more = true;
        }
    }
    for (bool more = true; more && !text.empty();) {
        more = false;
        if (is_blank(text.back())) {
            text.remove_suffix(1);
            more = true;
        } else if (text.ends_with(kNoBreak)) {
            text.remove_suffix(kNoBreak.size());
            more = true;
        }
    }
    return text;
}

std::string quoted(std::string_view text) {
    constexpr std::size_t kMost = 60;
    const std::string_view cut = text_prefix(text, kMost);
    return "\"" + shown(cut) + (cut.size() < text.size() ? ".." : "") + "\"";
}

bool is_ignored(std::string_view header, const IdsOptions& options) {
    return std::ranges::any_of(
        options.ignored, [&](const std::string& name) { return folded(name) == folded(header); });
}

void list_names(std::vector<std::string>& out, std::string_view begin,
                const std::vector<std::string>& names) {
    if (names.empty()) return;
    std::string sentence(begin);
    for (std::size_t i = 0; i < std::min(names.size(), kMostNamed); ++i) {
        sentence += (i == 0 ? " " : ", ") + names[i];
    }
    if (names.size() > kMostNamed) sentence += " and " + std::to_string(names.size() - kMostNamed);
    out.push_back(std::move(sentence));
}

void find_columns(IdsTable& table, const IdsOptions& options) {
    std::vector<std::string> unknown;
    std::vector<std::string> ignored;
    std::vector<std::string> not_sent;
    for (std::size_t i = 0; i < table.headers.size(); ++i) {
        const std::string& header = table.headers[i];
        const std::string where = quoted(header) + " (column " + column_letters(i + 1) + ")";
        if (is_ignored(header, options)) {
            ignored.push_back(where);
            continue;
        }
        const auto column = ids_column_named(header);
        if (!column) {
            unknown.push_back(where);
            continue;
        }
        auto& at = table.at[static_cast<std::size_t>(*column)];
        if (at) {
            table.faults.push_back("the columns " + column_letters(*at + 1) + " and " +
                                   column_letters(i + 1) + " are both " +
                                   quoted(ids_column(*column).header) +
                                   ": remove one, or pass it over with --ignore");
            continue;
        }
        at = i;
        if (ids_column(*column).use == IdsUse::NotSent) not_sent.push_back(where);
    }
    list_names(table.faults,
               "not known, name it as the table of client/cases/tables.md does or pass it over "
               "with --ignore:",
               unknown);
    list_names(table.told, "passed over, as asked:", ignored);
    list_names(table.told, "not sent, it follows from the rest:", not_sent);
    table.ours = table.has(IdsColumn::Message);
}

// What one cell proves, and where the first cell stands that proved it.
template <typename What>
struct Evidence {
    What first{};
    std::uint64_t first_row = 0;
    std::uint64_t other_row = 0;  // proves the opposite

    void note(What shown, std::uint64_t row) {
        if (shown == What{}) return;
        if (first == What{}) {
            first = shown;
            first_row = row;
        } else if (shown != first && other_row == 0) {
            other_row = row;
        }
    }
};

std::string_view word_of(DecimalMark mark) {
    return mark == DecimalMark::Comma ? "comma" : "point";
}
std::string_view word_of(DateOrder order) {
    return order == DateOrder::MonthFirst ? "month-first" : "day-first";
}

// The person's word, else what the file proves.
template <typename What>
What settled(IdsTable& table, What said, const Evidence<What>& evidence, std::string_view what,
             std::string_view option) {
    if (said != What{}) return said;
    if (evidence.other_row != 0) {
        table.faults.push_back(std::string(what) + ": row " + std::to_string(evidence.first_row) +
                               " can only be read as " + std::string(word_of(evidence.first)) +
                               ", row " + std::to_string(evidence.other_row) +
                               " only the other way; say which with " + std::string(option));
        return What{};
    }
    if (evidence.first != What{}) {
        table.told.push_back(std::string(what) + ": " + std::string(word_of(evidence.first)) +
                             ", as row " + std::to_string(evidence.first_row) + " shows");
    }
    return evidence.first;
}

void weigh_evidence(IdsTable& table, const IdsOptions& options) {
    Evidence<DecimalMark> mark;
    Evidence<DateOrder> order;
    for (const CsvRow& row : table.rows) {
        if (row.problem) continue;
        const std::string amount = table.cell(row, IdsColumn::Quantity);
        mark.note(mark_shown(amount_parts(amount).number), row.row);
        for (const IdsColumn column :
             {IdsColumn::Purity, IdsColumn::Latitude, IdsColumn::Longitude}) {
            mark.note(mark_shown(table.cell(row, column)), row.row);
        }
        const std::string date = table.cell(row, IdsColumn::SeizureDate);
        order.note(schemas::order_shown(date_part(date)), row.row);
    }
    table.decimal = settled(table, options.decimal, mark, "decimal mark", "--decimal point|comma");
    table.dates =
        settled(table, options.dates, order, "order of dates", "--dates day-first|month-first");
}

void read_rows(std::string_view bytes, IdsTable& table) {
    CsvReader reader(CsvBounds{.rows = kIdsRows + 1});
    reader.give(bytes);
    reader.end();
    for (bool header = true;; header = false) {
        CsvNext next = reader.next();
        if (auto* row = std::get_if<CsvRow>(&next)) {
            if (!header) {
                table.rows.push_back(std::move(*row));
            } else if (row->problem) {
                table.faults.push_back(sentence(*row->problem));
                return;
            } else {
                for (const std::string& cell : row->cells)
                    table.headers.emplace_back(trimmed(cell));
            }
            continue;
        }
        if (const auto* problem = std::get_if<CsvProblem>(&next)) {
            table.faults.push_back(sentence(*problem));
        }
        return;
    }
}

}  // namespace

std::string IdsTable::cell(const CsvRow& row, IdsColumn column) const {
    const auto place = at[static_cast<std::size_t>(column)];
    if (!place || *place >= row.cells.size()) return {};
    std::string text(trimmed(row.cells[*place]));
    if (text.empty()) return text;
    if (ours) text = unguarded(text);
    // Longer than any word that says nothing.
    constexpr std::size_t kShort = 32;
    if (text.size() <= kShort && std::ranges::find(kNothing, folded(text)) != kNothing.end()) {
        return {};
    }
    return text;
}

std::string IdsTable::header(IdsColumn column) const {
    const auto place = at[static_cast<std::size_t>(column)];
    return place ? headers[*place] : std::string(ids_column(column).header);
}

IdsTable read_ids_table(std::string_view bytes, const IdsOptions& options) {
    IdsTable table;
    if (bytes.size() > kIdsFileBytes) {
        table.faults.emplace_back("larger than 16 MiB: divide it");
        return table;
    }
    read_rows(bytes, table);
    if (table.faults.empty() && table.headers.empty()) table.faults.emplace_back("it has no rows");
    if (!table.faults.empty()) return table;
    find_columns(table, options);
    if (table.faults.empty()) weigh_evidence(table, options);
    return table;
}

AmountParts amount_parts(std::string_view cell) {
    const auto whole = read_number(cell);
    if (whole.value || whole.fault == NumberFault::Exponent) return {cell, {}};
    for (std::size_t i = 0; i < cell.size(); ++i) {
        const auto c = static_cast<unsigned char>(cell[i]);
        const auto next = i + 1 < cell.size() ? static_cast<unsigned char>(cell[i + 1]) : 0U;
        const bool latin = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        const bool cyrillic = c == 0xD0 || c == 0xD1;
        // Digits and marks of numbers stand among the Arabic letters: U+0660 to U+066C, U+06F0 ..
        const bool digits = (c == 0xD9 && next >= 0xA0 && next <= 0xAC) ||
                            (c == 0xDB && next >= 0xB0 && next <= 0xB9);
        const bool arabic = c >= 0xD8 && c <= 0xDB && !digits;
        if (latin || cyrillic || arabic) return {cell.substr(0, i), cell.substr(i)};
    }
    return {cell, {}};
}

}  // namespace chapar::client
