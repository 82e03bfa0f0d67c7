// What a newer set of code lists must keep of the one before it.
#include <algorithm>

#include "schemas/kinds/code_set.h"

namespace chapar::schemas {
namespace {

Error broken(std::string_view list, const std::string& what) {
    return Error(Errc::RecordSequence, std::string(list) + ".csv: " + what);
}

bool all_have_form(const CodeFile& file) {
    return std::ranges::all_of(file.rows,
                               [&](const CodeRow& row) { return file.has_form(row.code); });
}

// Every row of before stands where it stood. Rows are compared by code: words may be corrected.
Status check_rows(const CodeFile& before, const CodeFile& after) {
    for (std::size_t i = 0; i < before.rows.size(); ++i) {
        const CodeRow& row = before.rows[i];
        if (i >= after.rows.size()) {
            return broken(after.name, "the code '" + std::string(row.code) +
                                          "' is missing: codes " + "end by 'until' and stay");
        }
        if (after.rows[i].code != row.code) {
            return broken(after.name, "row " + std::to_string(i + 1) + " was '" +
                                          std::string(row.code) + "', is '" +
                                          std::string(after.rows[i].code) +
                                          "': codes are added at the end");
        }
    }
    if (after.rows.size() == before.rows.size()) return Done{};
    if (before.growth == CodeGrowth::Closed) {
        return broken(after.name, "a closed list grows only with a new version of the program");
    }
    const bool formed = before.carried == CodeCarried::Text && all_have_form(before);
    if (formed && !all_have_form(after)) {
        return broken(after.name, "a new code has not the form of the others");
    }
    return Done{};
}

Status check_list(const CodeFile& before, const CodeFile& after, bool is_same_text) {
    if (after.dated < before.dated) {
        return broken(after.name, "dated " + std::string(after.dated) + ", the one held " +
                                      std::string(before.dated));
    }
    if (is_same_text) return Done{};
    if (after.dated == before.dated) {
        return broken(after.name, "changed without a newer date than " + std::string(before.dated));
    }
    if (after.carried != before.carried || after.growth != before.growth) {
        return broken(after.name, "carried and growth never change");
    }
    return check_rows(before, after);
}

}  // namespace

Status check_follows(const CodeSet& held, const CodeSet& next) {
    if (next.dated() < held.dated()) {
        return Error(Errc::RecordSequence, "the set is dated " + std::string(next.dated()) +
                                               ", the one held " + std::string(held.dated()));
    }
    for (const CodeFile& before : held.files()) {
        const CodeFile* const after = next.find(before.name);
        if (after == nullptr) return broken(before.name, "is missing: lists stay");
        CHAPAR_TRY(check_list(before, *after, held.text(before.name) == next.text(before.name)));
    }
    return Done{};
}

std::vector<CodeChange> changes_between(const CodeSet& held, const CodeSet& next) {
    std::vector<CodeChange> out;
    for (const CodeFile& file : next.files()) {
        const CodeFile* const before = held.find(file.name);
        if (before != nullptr && held.text(file.name) == next.text(file.name)) continue;
        const std::size_t rows = before != nullptr ? before->rows.size() : 0;
        out.push_back({std::string(file.name), before == nullptr, file.rows.size() - rows});
    }
    return out;
}

}  // namespace chapar::schemas
