#include "client/cases/json_text.h"

#include <boost/json/basic_parser_impl.hpp>
#include <set>
#include <string>
#include <vector>

namespace chapar::client {
namespace {

namespace json = boost::json;
using Code = boost::system::error_code;
using Text = json::string_view;

constexpr std::size_t kDepth = 16;

// Keeps the names of the objects that are open; one that comes again ends the parse. The functions
// and their names are what boost::json::basic_parser asks for.
struct NameHandler {
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);

    std::vector<std::set<std::string, std::less<>>> open;
    std::string name;
    bool twice = false;

    bool on_object_begin(Code& /*code*/) {
        open.emplace_back();
        return true;
    }
    bool on_object_end(std::size_t /*size*/, Code& /*code*/) {
        open.pop_back();
        return true;
    }
    bool on_key_part(Text part, std::size_t /*size*/, Code& /*code*/) {
        name += part;
        return true;
    }
    bool on_key(Text part, std::size_t /*size*/, Code& code) {
        name += part;
        twice = !open.back().insert(std::move(name)).second;
        name.clear();
        if (twice) code = json::error::syntax;
        return !twice;
    }

    bool on_document_begin(Code& /*code*/) { return true; }
    bool on_document_end(Code& /*code*/) { return true; }
    bool on_array_begin(Code& /*code*/) { return true; }
    bool on_array_end(std::size_t /*size*/, Code& /*code*/) { return true; }
    bool on_string_part(Text /*part*/, std::size_t /*size*/, Code& /*code*/) { return true; }
    bool on_string(Text /*part*/, std::size_t /*size*/, Code& /*code*/) { return true; }
    bool on_number_part(Text /*part*/, Code& /*code*/) { return true; }
    bool on_int64(std::int64_t /*number*/, Text /*part*/, Code& /*code*/) { return true; }
    bool on_uint64(std::uint64_t /*number*/, Text /*part*/, Code& /*code*/) { return true; }
    bool on_double(double /*number*/, Text /*part*/, Code& /*code*/) { return true; }
    bool on_bool(bool /*value*/, Code& /*code*/) { return true; }
    bool on_null(Code& /*code*/) { return true; }
    bool on_comment_part(Text /*part*/, Code& /*code*/) { return true; }
    bool on_comment(Text /*part*/, Code& /*code*/) { return true; }
};

bool has_name_twice(std::string_view text, const json::parse_options& options) {
    json::basic_parser<NameHandler> parser(options);
    Code code;
    parser.write_some(false, text.data(), text.size(), code);
    return parser.handler().twice;
}

}  // namespace

Result<json::value> parse_json(std::string_view text) {
    json::parse_options options;
    options.max_depth = kDepth;
    if (has_name_twice(text, options)) {
        return Error(Errc::JsonInvalid, "a name stands twice in one object");
    }
    Code problem;
    json::value document = json::parse(text, problem, {}, options);
    if (problem) return Error(Errc::JsonInvalid, problem.message());
    return document;
}

}  // namespace chapar::client
