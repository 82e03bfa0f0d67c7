// One seizure as rows of the table of ids_columns.h: a row for each of its goods.
//
// Owns: what stands in each column. The first columns are UNODC's, so that what reads its workbooks
// reads these; quantity and unit are those that were reported, and kilograms stand beside them
// where the unit is one of mass. Persons, seals, documents and numbers without a column are left
// out. Times are UTC; a day without an hour keeps the offset at which its noon was. Does not know
// files, nor how exact a position may be (coarse_position.h). Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "client/cases/ids_columns.h"
#include "client/core/seizure_records.h"

namespace chapar::client {

struct SeizureCell {
    enum class As : std::uint8_t { Text, Number };
    As as = As::Text;
    std::string text;  // a number as PlainNumber has it; empty: nothing is known
};
using SeizureRow = std::array<SeizureCell, kIdsColumns>;

// REQUIRES: goods < record.alert.goods.size().
[[nodiscard]] SeizureRow seizure_row(const SeizureRecord& record, std::size_t goods);

// Empty where the unit is not one of mass.
[[nodiscard]] std::string kilograms_text(const schemas::Quantity& quantity);
// 12450, 3 -> "12.450".
[[nodiscard]] std::string decimal_text(std::int64_t value, unsigned decimals);

}  // namespace chapar::client
