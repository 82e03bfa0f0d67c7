// Vector files: reading them, and counting the cases that ran of each.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "crypto/secret.h"
#include "schemas/base/bytes.h"
#include "support/vector_counts.h"

namespace chapar::testing {

// Shared by the test cases of one program, so that the counts end up in one place.
[[nodiscard]] VectorFolder& crypto_vectors();

// `name` is the path under tests/vectors/crypto.
[[nodiscard]] std::string read_vector_file(const std::string& name);
[[nodiscard]] boost::json::value load_vectors(const std::string& name);

[[nodiscard]] Bytes hex_of(const boost::json::value& text);
[[nodiscard]] Bytes hex_at(const boost::json::value& object, std::string_view key);
[[nodiscard]] std::string text_at(const boost::json::value& object, std::string_view key);

template <typename Fixed>
[[nodiscard]] Fixed fixed_at(const boost::json::value& object, std::string_view key) {
    return Fixed::from(hex_at(object, key)).value();
}

// One more case of this file ran.
void count_case(const std::string& name);

}  // namespace chapar::testing
