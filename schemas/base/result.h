// `Result<T>`: a value, or a named error. For everything hostile or expected.
//
// A subset of std::expected's interface (g++ 12 has it only under C++23). Broken invariants are
// CHAPAR_ASSERT; exceptions stop at the edge that called the throwing library.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "schemas/base/assert.h"
#include "schemas/base/errors.h"

namespace chapar {

// `context` is for the person or log that is allowed to see it (a field name, a path, a line); it
// never carries payload, names or keys.
struct Error {
    Errc code;
    std::string context;

    explicit Error(Errc error_code, std::string error_context = {})
        : code(error_code), context(std::move(error_context)) {}
    bool operator==(const Error&) const = default;
};

template <typename T>
class [[nodiscard]] Result {
  public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit
    Result(Errc code) : state_(std::in_place_index<1>, Error(code)) {}         // NOLINT: implicit

    [[nodiscard]] bool has_value() const { return state_.index() == 0; }
    explicit operator bool() const { return has_value(); }

    // REQUIRES: has_value().
    T& value() & { return checked(); }
    const T& value() const& {
        CHAPAR_ASSERT(has_value());
        return *std::get_if<0>(&state_);
    }
    T&& value() && { return std::move(checked()); }
    T& operator*() & { return checked(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(checked()); }
    T* operator->() { return &checked(); }
    const T* operator->() const { return &value(); }

    // REQUIRES: !has_value().
    [[nodiscard]] const Error& error() const {
        CHAPAR_ASSERT(!has_value());
        return *std::get_if<1>(&state_);
    }

  private:
    T& checked() {
        CHAPAR_ASSERT(has_value());
        return *std::get_if<0>(&state_);
    }
    std::variant<T, Error> state_;
};

struct Done {
    bool operator==(const Done&) const = default;
};
using Status = Result<Done>;

}  // namespace chapar

// Evaluates to the value of a Result expression, or returns its error from the enclosing function.
#define CHAPAR_TRY(expression)                                    \
    __extension__({                                               \
        auto chapar_try_result = (expression);                    \
        if (!chapar_try_result) return chapar_try_result.error(); \
        std::move(chapar_try_result).value();                     \
    })
