// One row's cells to the fields of an alert, as JSON.
//
// Owns: which cell says which field, how it is read, and what is noted about it. Does not check
// what the rules of the kind check (message_json.h), nor look at other rows. For ids_rows.cpp only.
// Pure. Sources: csv-design in ux.md 4; ids/words.csv for words.
#pragma once

#include <boost/json.hpp>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "client/cases/ids_rows.h"
#include "client/cases/ids_table.h"
#include "client/cases/ids_words.h"

namespace chapar::client {

// Meanings that were looked up, for the next row: a table repeats its words.
class IdsMeanings {
  public:
    [[nodiscard]] const WordMeaning& of(const schemas::CodeFile& list, const std::string& word);

  private:
    std::map<std::pair<std::string_view, std::string>, WordMeaning> known_;
};

class IdsFields {
  public:
    // Borrows all but the row's verdict, which it writes.
    IdsFields(const IdsTable& table, const IdsOptions& options, IdsMeanings& meanings,
              const CsvRow& row, RowVerdict& verdict)
        : table_(table), options_(options), meanings_(meanings), row_(row), verdict_(verdict) {}

    // The alert, `to` left out; with one line of goods.
    [[nodiscard]] boost::json::object read();

  private:
    [[nodiscard]] std::string cell(IdsColumn column) const { return table_.cell(row_, column); }
    // The verdict becomes `state` if that is worse.
    void note(IdsColumn column, RowState state, std::string said);
    void put_text(boost::json::object& to, std::string_view name, IdsColumn column) const;
    // A code of `list` by whatever word; empty if there is none, which is noted.
    [[nodiscard]] std::string code_of(IdsColumn column, std::string_view list);
    void put_code(boost::json::object& to, std::string_view name, IdsColumn column,
                  std::string_view list);
    void put_count(boost::json::object& to, std::string_view name, IdsColumn column);
    // "12.450"; empty if the cell has none, or two readings, which is noted.
    [[nodiscard]] std::string number_of(IdsColumn column, std::string_view written);

    void read_when(boost::json::object& alert);
    void read_place(boost::json::object& alert);
    void read_country(boost::json::object& place);
    void read_coordinate(boost::json::object& place, std::string_view name, IdsColumn column);
    void read_substance(boost::json::object& goods);
    void read_quantity(boost::json::object& goods);
    void read_unit(boost::json::object& quantity, std::string number, std::string_view beside);
    void read_purity(boost::json::object& goods);
    void read_conveyance(boost::json::object& alert);
    void read_route(boost::json::object& alert);
    void read_others(boost::json::object& alert);
    void read_remarks(boost::json::object& alert);
    void read_around(boost::json::object& alert);
    [[nodiscard]] std::string country_of(IdsColumn column, const std::string& word);

    const IdsTable& table_;
    const IdsOptions& options_;
    IdsMeanings& meanings_;
    const CsvRow& row_;
    RowVerdict& verdict_;
};

// "250.5" moved by -3 places: "0.2505". Exact. REQUIRES: a PlainNumber's text.
[[nodiscard]] std::string moved_point(std::string_view number, int places);

}  // namespace chapar::client
