#include "unit/crypto/vector_file.h"

#include <cstdlib>

#include "schemas/base/hex.h"

namespace chapar::testing {

VectorFolder& crypto_vectors() {
    // The interoperation test brings vectors that the other implementation has just made.
    const char* other = std::getenv("CHAPAR_CRYPTO_VECTORS");
    static VectorFolder folder(other != nullptr
                                   ? std::string(other)
                                   : std::string(CHAPAR_SOURCE_DIR) + "/tests/vectors/crypto");
    return folder;
}

std::string read_vector_file(const std::string& name) { return crypto_vectors().read(name); }

boost::json::value load_vectors(const std::string& name) {
    return boost::json::parse(read_vector_file(name));
}

Bytes hex_of(const boost::json::value& text) {
    const auto& string = text.as_string();
    return from_hex(std::string_view(string.data(), string.size())).value();
}

Bytes hex_at(const boost::json::value& object, std::string_view key) {
    return hex_of(object.at(boost::json::string_view(key.data(), key.size())));
}

std::string text_at(const boost::json::value& object, std::string_view key) {
    const auto& text = object.at(boost::json::string_view(key.data(), key.size())).as_string();
    return {text.data(), text.size()};
}

void count_case(const std::string& name) { crypto_vectors().count(name); }

}  // namespace chapar::testing
