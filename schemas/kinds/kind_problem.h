// What is wrong with one field of a payload, in words for the person who wrote it.
#pragma once

#include <string>

#include "schemas/base/result.h"

namespace chapar::schemas {

struct KindProblem {
    Errc code = Errc::FieldInvalid;  // FieldMissing, FieldInvalid or FieldUnknown
    std::string path;                // JSON names: "legs[1].window.until"; "" is the payload itself
    std::string found;               // what stands there, cut and safe to show; "" if nothing does
    std::string allowed;             // "a code of units: KGM GRM ..", "RFC 3339 in UTC"
    bool operator==(const KindProblem&) const = default;
};

// "found 'tomorrow'; allowed: RFC 3339 in UTC".
[[nodiscard]] inline std::string found_and_allowed(const KindProblem& problem) {
    const std::string found = problem.found.empty() ? "" : "found " + problem.found;
    const std::string allowed = problem.allowed.empty() ? "" : "allowed: " + problem.allowed;
    return found + (found.empty() || allowed.empty() ? "" : "; ") + allowed;
}

// The same behind the place, which is the path, or how a caller shows it.
[[nodiscard]] inline Error error_of(const KindProblem& problem, const std::string& place) {
    const std::string words = found_and_allowed(problem);
    return Error(problem.code, words.empty() ? place : place + ": " + words);
}
[[nodiscard]] inline Error error_of(const KindProblem& problem) {
    return error_of(problem, problem.path);
}

// What was seen is sent as it was seen: a number that fails its check digit, a plate without its
// country.
struct KindWarning {
    std::string path;
    std::string sentence;
    bool operator==(const KindWarning&) const = default;
};

}  // namespace chapar::schemas
