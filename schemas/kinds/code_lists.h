// The code lists of schemas/codes/, as they were when this program was built.
//
// Owns: the rows. The files are compiled in (schemas/codes/embed.py), so a program always has the
// lists that its schemas name. Does not know which fields use them. Pure. Source: codes/README.md.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace chapar::schemas {

struct CodeRow {
    std::uint16_t number;    // 0 where the text itself is carried
    std::string_view code;   // "KGM"
    std::string_view en;     // what a person sees
    std::string_view ru;     // the same in Russian; may be empty
    std::string_view until;  // last day on which it was offered; empty: still is
};

enum class CodeCarried : std::uint8_t { Number, Text };
// Whether a reader with an older file passes a number that it does not know.
enum class CodeGrowth : std::uint8_t { Closed, Open };

struct CodeFile {
    std::string_view name;   // "units"
    std::string_view dated;  // "2026-11-22"
    CodeCarried carried;
    CodeGrowth growth;
    std::span<const CodeRow> rows;

    // In either case of ASCII letters. Null if it is not in the list.
    [[nodiscard]] const CodeRow* find(std::string_view code) const;
    [[nodiscard]] const CodeRow* find(std::uint64_t number) const;
    // Whether a text has the form of the codes: as long, with letters and digits where they have.
    [[nodiscard]] bool has_form(std::string_view code) const;
    // "a code of units: KGM GRM ..", with the number of codes where they are many.
    [[nodiscard]] std::string allowed() const;
};

[[nodiscard]] std::span<const CodeFile> code_files();
[[nodiscard]] const CodeFile* find_codes(std::string_view name);

}  // namespace chapar::schemas
