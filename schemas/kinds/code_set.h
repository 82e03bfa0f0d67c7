// A whole set of code lists, read from its files and checked.
//
// Owns: the rules of a file (head, columns, rows, numbers), those of a set, and what a set must
// keep of the one before it: no list, code or number goes, moves or is used again; what grows does
// so at the end; a closed list does not grow; what changed has a newer date. Does not know files,
// archives or signatures. Resource type: rows point into it. Pure.
//
// Errors name file and line ("units.csv:12: .."): MalformedLayout, TooLarge; RecordSequence from
// check_follows(). Source: codes/README.md.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/base/result.h"
#include "schemas/kinds/code_lists.h"

namespace chapar::schemas {

struct CodeText {
    std::string name;  // "units", of units.csv
    std::string text;  // the whole file
};

struct CodeBounds {
    static constexpr std::size_t kLists = 256;
    static constexpr std::size_t kFileBytes = std::size_t{512} * 1024;
    static constexpr std::size_t kRows = 8192;
    static constexpr std::size_t kColumns = 32;
    static constexpr std::size_t kCellBytes = 512;
};

struct CodeTable;

class CodeSet {
  public:
    [[nodiscard]] static Result<CodeSet> parse(std::vector<CodeText> texts);
    // Of this program. Read at the first call.
    [[nodiscard]] static const CodeSet& built_in();

    CodeSet(CodeSet&&) noexcept;
    CodeSet& operator=(CodeSet&&) noexcept;
    ~CodeSet();

    [[nodiscard]] std::span<const CodeFile> files() const { return files_; }
    [[nodiscard]] const CodeFile* find(std::string_view name) const;
    [[nodiscard]] const std::string& text(std::string_view name) const;
    // The newest date of its lists.
    [[nodiscard]] std::string_view dated() const;

  private:
    CodeSet();
    std::vector<std::unique_ptr<CodeTable>> tables_;  // by name
    std::vector<CodeFile> files_;                     // the same order
};

// "a-z, digits and '-'", 1..64 bytes: a name that can be part of no path.
[[nodiscard]] bool is_list_name(std::string_view name);

// RecordSequence if `next` may not take the place of `held`.
[[nodiscard]] Status check_follows(const CodeSet& held, const CodeSet& next);

struct CodeChange {
    std::string list;
    bool is_new = false;
    std::size_t rows_more = 0;
};
// What is new in `next`, in the order of its lists: those whose file is not the same.
[[nodiscard]] std::vector<CodeChange> changes_between(const CodeSet& held, const CodeSet& next);

// The files that were compiled in.
struct BuiltInCodes {
    std::string_view name;
    std::string_view text;
};
[[nodiscard]] std::span<const BuiltInCodes> built_in_codes();

}  // namespace chapar::schemas
