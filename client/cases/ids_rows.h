// Each row of a table of seizures to what becomes of it: an alert that can be sent, or what is
// wrong, column by column.
//
// Owns: the verdicts; which rows make one alert (the same Reference, and alike in all but the
// goods). No second set of rules: a row becomes the JSON that message_json.h reads, and what that
// says of a field is turned into the column. Never guesses: what has two readings is a choice, with
// both. Does not know what was sent before (core/imports.h). Pure; the time comes with the options.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/cases/ids_table.h"
#include "client/cases/message_json.h"

namespace chapar::client {

enum class RowState : std::uint8_t {
    Blank,   // nothing stands in it, or only in columns that are not sent: then it is told
    Ready,   // is sent as it is written
    Read,    // is ready; something was read otherwise than it is written, and told
    Choice,  // needs a word of the person: the file's, or an option
    Wrong,   // breaks a rule
};
[[nodiscard]] std::string_view word_of(RowState state);

struct RowNote {
    std::string column;  // as the file names it; empty: of the row
    std::string found;   // the cell, safe to show
    std::string said;    // how it was read, or what is allowed
    bool operator==(const RowNote&) const = default;
};

struct RowVerdict {
    std::uint64_t row = 0;  // as spreadsheets count, the header is 1
    std::uint64_t line = 0;
    RowState state = RowState::Ready;
    std::vector<RowNote> notes;
    // Of another row: its goods stand in the alert of that one, and it has no message of its own.
    std::optional<std::uint64_t> joined_to;
    std::string reference;
    // What the alert says, in one form, without its recipients: equal for rows that say the same
    // however they are written. Empty unless the row has a message.
    std::string content;
    std::optional<ParsedMessage> message;

    [[nodiscard]] bool undecided() const {
        return state == RowState::Choice || state == RowState::Wrong;
    }
};

struct IdsReading {
    std::vector<std::string> faults;  // of the file: then there are no rows
    std::vector<std::string> told;
    std::vector<RowVerdict> rows;  // one for each row of the file besides the header
};
[[nodiscard]] IdsReading read_ids(std::string_view bytes, const IdsOptions& options);

}  // namespace chapar::client
