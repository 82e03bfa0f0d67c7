// The code lists in use: those that were built in, or a newer signed set of this home.
//
// Owns: what a row and a list are, and which set is in use. Built-in files are compiled in
// (schemas/codes/embed.py), so a program always has the lists that its schemas name; another set
// (code_set.h) takes their place for the life of a CodesInUse, which the main function makes before
// anything else looks and before a second thread. Does not know which fields use them, nor who
// signed them. Views live as long as the set. Source: codes/README.md.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace chapar::schemas {

struct CodeRow {
    std::uint16_t number;                       // 0 where the text itself is carried
    std::string_view code;                      // "KGM"
    std::string_view en;                        // what a person sees
    std::string_view ru;                        // the same in Russian; may be empty
    std::string_view until;                     // last day on which it was offered; empty: still is
    bool verified = false;                      // everything that the row says was read in a source
    std::span<const std::string_view> cells{};  // as the file's columns
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
    std::string_view source{};
    std::string_view note{};
    std::span<const std::string_view> columns{};

    // In either case of ASCII letters. Null if it is not in the list.
    [[nodiscard]] const CodeRow* find(std::string_view code) const;
    [[nodiscard]] const CodeRow* find(std::uint64_t number) const;
    // Whether a text has the form of the codes: as long, with letters and digits where they have.
    [[nodiscard]] bool has_form(std::string_view code) const;
    // "a code of units: KGM GRM ..", with the number of codes where they are many.
    [[nodiscard]] std::string allowed() const;
    // Of a row of this list, by the name of the column ("alpha3"). Empty where there is none.
    [[nodiscard]] std::string_view cell(const CodeRow& row, std::string_view column) const;
    // In a language by its two letters; in English where the list has no such word.
    [[nodiscard]] std::string_view label(const CodeRow& row, std::string_view language) const;
};

[[nodiscard]] std::span<const CodeFile> code_files();
[[nodiscard]] const CodeFile* find_codes(std::string_view name);

class CodeSet;

// While it lives, the lists in use are those of `set`; then those before. The set outlives it.
class CodesInUse {
  public:
    explicit CodesInUse(const CodeSet& set);
    ~CodesInUse();
    CodesInUse(const CodesInUse&) = delete;
    CodesInUse& operator=(const CodesInUse&) = delete;

  private:
    const CodeSet* before_;
};
[[nodiscard]] const CodeSet& codes_in_use();

}  // namespace chapar::schemas
