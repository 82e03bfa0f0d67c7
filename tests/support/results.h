// Results in tests: their value, or their error's code; whatever is not there fails the test.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "schemas/base/result.h"

namespace chapar::testing {

template <typename T>
T must(Result<T> result) {
    if (!result) {
        const std::string what =
            std::string(text_of(result.error().code).code) + " " + result.error().context;
        FAIL(what);
    }
    return std::move(result).value();
}
template <typename T>
Errc error_of(const Result<T>& result) {
    REQUIRE_FALSE(result.has_value());
    return result.error().code;
}

}  // namespace chapar::testing
