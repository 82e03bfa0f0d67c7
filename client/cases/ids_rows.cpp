#include "client/cases/ids_rows.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <map>

#include "client/cases/ids_fields.h"
#include "schemas/base/limits.h"
#include "schemas/base/shown.h"

namespace chapar::client {
namespace {

namespace json = boost::json;

// A row on its way: its alert as JSON, and the rows whose goods it took in.
struct Mapped {
    json::object alert;
    std::vector<std::size_t> goods_of;  // places in the verdicts, one a line of goods
};

void worsen(RowVerdict& verdict, RowState state, RowNote note) {
    verdict.state = std::max(verdict.state, state);
    verdict.notes.push_back(std::move(note));
}

bool has_text(const CsvRow& row) {
    return std::ranges::any_of(row.cells, [](const std::string& cell) {
        return cell.find_first_not_of(" \t\r\n") != std::string::npos;
    });
}

bool is_blank(const IdsTable& table, const CsvRow& row) {
    return !has_text(row) || std::ranges::all_of(ids_columns(), [&](const IdsColumnInfo& info) {
        return info.use == IdsUse::NotSent || table.cell(row, info.column).empty();
    });
}

// Who shall have it: the row's own offices, else those of the command.
std::optional<json::array> offices_of(const IdsTable& table, const IdsOptions& options,
                                      const CsvRow& row, RowVerdict& verdict) {
    json::array to;
    for (const OfficeId& office : options.to) to.emplace_back(office.text());
    std::string written = table.cell(row, IdsColumn::To);
    if (!written.empty()) {
        to.clear();
        std::ranges::replace_if(
            written, [](char c) { return c == ',' || c == ';'; }, ' ');
        for (std::size_t at = 0; at < written.size();) {
            const auto end = std::min(written.find(' ', at), written.size());
            if (end > at) to.emplace_back(written.substr(at, end - at));
            at = end + 1;
        }
    }
    if (to.empty()) {
        worsen(verdict, RowState::Choice,
               {table.header(IdsColumn::To), "", "to whom? fill in the column To, or say --to"});
        return std::nullopt;
    }
    return to;
}

std::string without_goods(const json::object& alert) {
    json::object rest = alert;
    rest.erase("goods");
    return json::serialize(rest);
}

// What equal rows share. The reference belongs to it: two seizures that are alike in all else are
// told apart by it.
std::string content_of(const json::object& alert, const std::string& reference) {
    json::object content = alert;
    content.erase("to");
    if (!reference.empty()) content["reference"] = reference;
    return json::serialize(content);
}

// What is said of the head of a seizure, of which this row is another line.
RowNote not_right(const RowVerdict& line) {
    return {"", "", "row " + std::to_string(line.row) + " of the same seizure is not right"};
}

// Several substances of one seizure: a table has a row for each.
class Joining {
  public:
    Joining(const IdsTable& table, std::vector<RowVerdict>& verdicts,
            std::vector<std::optional<Mapped>>& mapped)
        : table_(table), verdicts_(verdicts), mapped_(mapped) {}

    void add(std::size_t place) {
        RowVerdict& verdict = verdicts_[place];
        if (verdict.reference.empty()) return;
        const auto [found, is_first] = first_.emplace(verdict.reference, place);
        if (is_first) return;
        const std::size_t first = found->second;
        const std::string row = std::to_string(verdicts_[first].row);
        const auto refuse = [&](std::string said) {
            worsen(
                verdict, RowState::Choice,
                {table_.header(IdsColumn::Reference), shown(verdict.reference), std::move(said)});
        };
        if (verdicts_[first].undecided() || !mapped_[first] || !mapped_[place]) {
            if (!verdict.undecided()) {
                refuse("the row " + row + " of the same seizure is undecided");
            } else if (!verdicts_[first].undecided() && mapped_[first]) {
                worsen(verdicts_[first], RowState::Choice, not_right(verdict));
            }
            return;
        }
        Mapped& head = *mapped_[first];
        if (without_goods(head.alert) != without_goods(mapped_[place]->alert)) {
            return refuse("row " + row +
                          " has the same reference, and says another place, time, way or note");
        }
        json::array& goods = head.alert.at("goods").as_array();
        json::value& more = mapped_[place]->alert.at("goods").as_array().front();
        if (std::ranges::find(goods, more) != goods.end()) {
            return refuse("the same goods as row " + row + ": remove one");
        }
        if (goods.size() >= limits::kContentItems) {
            return refuse("a seizure may have " + std::to_string(limits::kContentItems) +
                          " lines of goods; row " + row + " has them");
        }
        goods.push_back(std::move(more));
        head.goods_of.push_back(place);
        verdict.joined_to = verdicts_[first].row;
        mapped_[place].reset();
    }

  private:
    const IdsTable& table_;
    std::vector<RowVerdict>& verdicts_;
    std::vector<std::optional<Mapped>>& mapped_;
    std::map<std::string, std::size_t> first_;
};

// A pointer of the JSON in two: "/goods/2/quantity/value" is "/goods/quantity/value" of line 2.
struct FieldPlace {
    std::string field;
    std::size_t goods = 0;
};
FieldPlace place_of(std::string_view pointer) {
    constexpr std::string_view kGoods = "/goods/";
    FieldPlace place{std::string(pointer), 0};
    if (!pointer.starts_with(kGoods)) return place;
    const char* const end = pointer.data() + pointer.size();
    const auto [rest, error] = std::from_chars(pointer.data() + kGoods.size(), end, place.goods);
    if (error == std::errc()) place.field = "/goods" + std::string(rest, end);
    return place;
}

// The column that said a field: of those that the file has, the one whose field is the longest
// beginning of it.
std::string column_of(const IdsTable& table, std::string_view field) {
    const IdsColumnInfo* best = nullptr;
    for (const IdsColumnInfo& info : ids_columns()) {
        const bool begins = !info.field.empty() && field.starts_with(info.field);
        if (!begins) continue;
        const bool better = best == nullptr || info.field.size() > best->field.size() ||
                            (info.field.size() == best->field.size() && table.has(info.column) &&
                             !table.has(best->column));
        if (better) best = &info;
    }
    return best != nullptr ? table.header(best->column) : std::string();
}

// "/goods/0/quantity/value: found "-3"; allowed: .." to the column, what was found, and the rest.
void note_problem(const IdsTable& table, const Error& error, const Mapped& mapped,
                  std::vector<RowVerdict>& verdicts) {
    const std::string& context = error.context;
    const auto end = std::min(context.find(": "), context.size());
    const std::string_view pointer = std::string_view(context).substr(0, end);
    std::string_view rest = std::string_view(context).substr(std::min(end + 2, context.size()));
    const FieldPlace place = place_of(pointer);
    RowNote note{column_of(table, place.field), "", ""};
    constexpr std::string_view kFound = "found ";
    constexpr std::string_view kAllowed = "allowed: ";
    if (rest.starts_with(kFound)) {
        const auto allowed = rest.find("; " + std::string(kAllowed));
        note.found = rest.substr(kFound.size(), std::min(allowed, rest.size()) - kFound.size());
        rest = allowed == std::string_view::npos ? "" : rest.substr(allowed + 2);
        const bool quoted =
            note.found.size() >= 2 && note.found.front() == '\'' && note.found.back() == '\'';
        if (quoted) note.found = note.found.substr(1, note.found.size() - 2);
    }
    note.said = rest.empty() ? std::string(text_of(error.code).sentence) : std::string(rest);
    if (note.column.empty()) note.said += " (" + std::string(pointer) + ")";
    const std::size_t line = std::min(place.goods, mapped.goods_of.size() - 1);
    // The head row has the message, or none: its state says so, whichever row was wrong.
    const std::size_t head = mapped.goods_of.front();
    const std::size_t at = mapped.goods_of[line];
    if (at != head) {
        worsen(verdicts[head], RowState::Choice, not_right(verdicts[at]));
    }
    worsen(verdicts[at], RowState::Wrong, std::move(note));
}

void judge(const IdsTable& table, const Mapped& mapped, std::vector<RowVerdict>& verdicts) {
    RowVerdict& verdict = verdicts[mapped.goods_of.front()];
    auto parsed = parse_messages(json::serialize(mapped.alert), schemas::Kind::SeizureAlert);
    if (!parsed) return note_problem(table, parsed.error(), mapped, verdicts);
    for (const FieldWarning& warning : parsed->front().warnings) {
        const FieldPlace place = place_of(warning.pointer);
        const std::size_t line = std::min(place.goods, mapped.goods_of.size() - 1);
        worsen(verdicts[mapped.goods_of[line]], RowState::Read,
               {column_of(table, place.field), "", "sent as written: " + warning.sentence});
    }
    verdict.content = content_of(mapped.alert, verdict.reference);
    verdict.message = std::move(parsed->front());
}

// Two rows that say the same are one written twice, or two seizures: the person knows.
void refuse_twins(const IdsTable& table, std::vector<RowVerdict>& verdicts) {
    std::map<std::string_view, std::uint64_t> seen;
    for (RowVerdict& verdict : verdicts) {
        if (!verdict.message) continue;
        const auto [first, is_new] = seen.emplace(verdict.content, verdict.row);
        if (is_new) continue;
        worsen(verdict, RowState::Choice,
               {table.header(IdsColumn::Reference), shown(verdict.reference),
                "says the same as row " + std::to_string(first->second) +
                    ": remove one, or give each a reference of its own"});
    }
}

// A row whose goods stand in the alert of another goes with that one, or not at all.
void hold_joined(const IdsTable& table, std::vector<RowVerdict>& verdicts) {
    std::map<std::uint64_t, bool> held;
    for (const RowVerdict& verdict : verdicts) held[verdict.row] = verdict.undecided();
    for (RowVerdict& verdict : verdicts) {
        if (!verdict.joined_to || verdict.undecided() || !held[*verdict.joined_to]) continue;
        worsen(verdict, RowState::Choice,
               {table.header(IdsColumn::Reference), shown(verdict.reference),
                "the row " + std::to_string(*verdict.joined_to) +
                    " of the same seizure is undecided"});
    }
}

}  // namespace

std::string_view word_of(RowState state) {
    switch (state) {
        case RowState::Blank:
            return "blank";
        case RowState::Ready:
            return "ready";
        case RowState::Read:
            return "read";
        case RowState::Choice:
            return "choice";
        case RowState::Wrong:
            return "wrong";
    }
    return "wrong";
}

IdsReading read_ids(std::string_view bytes, const IdsOptions& options) {
    IdsReading reading;
    IdsTable table = read_ids_table(bytes, options);
    reading.told = std::move(table.told);
    reading.faults = std::move(table.faults);
    if (!reading.faults.empty()) return reading;

    IdsMeanings meanings;
    std::vector<std::optional<Mapped>> mapped(table.rows.size());
    reading.rows.resize(table.rows.size());
    Joining joining(table, reading.rows, mapped);
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
        const CsvRow& row = table.rows[i];
        RowVerdict& verdict = reading.rows[i];
        verdict.row = row.row;
        verdict.line = row.line;
        if (row.problem) {
            worsen(verdict, RowState::Wrong, {"", "", sentence(*row.problem)});
            continue;
        }
        if (is_blank(table, row)) {
            verdict.state = RowState::Blank;
            if (has_text(row)) {
                verdict.notes.push_back(
                    {"", "", "passed over: nothing stands in the columns that are sent"});
            }
            continue;
        }
        verdict.reference = table.cell(row, IdsColumn::Reference);
        json::object alert = IdsFields(table, options, meanings, row, verdict).read();
        if (auto to = offices_of(table, options, row, verdict)) alert["to"] = *std::move(to);
        if (!verdict.undecided()) mapped[i] = Mapped{std::move(alert), {i}};
        joining.add(i);
    }
    for (const auto& one : mapped) {
        if (one && !reading.rows[one->goods_of.front()].undecided()) {
            judge(table, *one, reading.rows);
        }
    }
    refuse_twins(table, reading.rows);
    hold_joined(table, reading.rows);
    return reading;
}

}  // namespace chapar::client
