// A table of seizures as a file has it: its columns, its rows, and what the file as a whole proves.
//
// Owns: finding the columns by their headers; the evidence: which decimal mark and which order of
// day and month the cells prove, and whether two of them prove opposite things; what is wrong with
// the file itself, so that none of its rows is read. Does not map rows (ids_rows.h). Bounds: 16 MiB
// and 10,000 rows besides the header. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/cases/csv.h"
#include "client/cases/ids_columns.h"
#include "client/cases/written_number.h"
#include "schemas/base/ids.h"
#include "schemas/base/time.h"
#include "schemas/written_date.h"

namespace chapar::client {

constexpr std::size_t kIdsFileBytes = std::size_t{16} * 1024 * 1024;
constexpr std::uint64_t kIdsRows = 10'000;

// What the person says of a file, and the time by the device's clock.
struct IdsOptions {
    DecimalMark decimal = DecimalMark::Unknown;
    schemas::DateOrder dates = schemas::DateOrder::Unknown;
    std::optional<int> zone;  // minutes east; for rows without an offset
    bool day_only = false;    // rows without a time mean the day
    std::string agency;       // for rows without one
    std::vector<OfficeId> to;
    std::vector<std::string> ignored;  // headers of columns that are passed over
    TimeMs now;
};

struct IdsTable {
    std::vector<std::string> headers;  // as written
    // Where a column stands; of the file's columns, from 0.
    std::array<std::optional<std::size_t>, kIdsColumns> at{};
    std::vector<CsvRow> rows;  // without the header
    DecimalMark decimal = DecimalMark::Unknown;
    schemas::DateOrder dates = schemas::DateOrder::Unknown;
    bool ours = false;                // our own export: its texts are guarded
    std::vector<std::string> told;    // about the file as a whole
    std::vector<std::string> faults;  // with one, no row is to be read

    // The cell without blanks around it; empty where there is no such column or it says "not
    // known".
    [[nodiscard]] std::string cell(const CsvRow& row, IdsColumn column) const;
    // The file's own word for a column; ours where it has none.
    [[nodiscard]] std::string header(IdsColumn column) const;
    [[nodiscard]] bool has(IdsColumn column) const {
        return at[static_cast<std::size_t>(column)].has_value();
    }
};

[[nodiscard]] IdsTable read_ids_table(std::string_view bytes, const IdsOptions& options);

// "24,6 кг" in two: up to the first letter, and from there.
struct AmountParts {
    std::string_view number;
    std::string_view unit;
};
[[nodiscard]] AmountParts amount_parts(std::string_view cell);

}  // namespace chapar::client
