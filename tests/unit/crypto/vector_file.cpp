#include "unit/crypto/vector_file.h"

#include <fstream>
#include <sstream>
#include <stdexcept>

#include "schemas/base/hex.h"

namespace chapar::testing {
namespace {

std::map<std::string, int>& cases() {
    static std::map<std::string, int> counts;
    return counts;
}

}  // namespace

std::string read_vector_file(const std::string& name) {
    std::ifstream file(std::string(CHAPAR_SOURCE_DIR) + "/tests/vectors/crypto/" + name,
                       std::ios::binary);
    if (!file) throw std::runtime_error("no vector file " + name);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

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

void count_case(const std::string& name) { ++cases()[name]; }

const std::map<std::string, int>& counted_cases() { return cases(); }

}  // namespace chapar::testing
