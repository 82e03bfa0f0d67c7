#include "client/cases/json_text.h"

#include <boost/json/basic_parser_impl.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "schemas/base/shown.h"

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
    std::optional<std::string> twice;  // may be the empty name

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
        if (!open.back().insert(name).second) {
            twice = name;
            code = json::error::syntax;
        }
        name.clear();
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

// As an editor counts them: from 1, a character a column.
std::string place_of(std::string_view text, std::size_t offset) {
    std::string_view before = text.substr(0, offset);
    std::size_t line = 1, column = 1;
    while (!before.empty()) {
        const auto point = take_code_point(before);
        line += point == U'\n' ? 1 : 0;
        column = point == U'\n' ? 1 : column + 1;
    }
    return "line " + std::to_string(line) + ", column " + std::to_string(column) + ": ";
}

std::string found_at(std::string_view text, std::size_t offset) {
    if (offset >= text.size()) return "; the text ends there";
    const std::string_view found = text.substr(offset);
    std::string_view rest = found;
    (void)take_code_point(rest);
    return "; found '" + shown(found.substr(0, found.size() - rest.size())) + "'";
}

// Of what stops the parser, with its place; the values are made only from what passes.
Status check_text(std::string_view text, const json::parse_options& options) {
    json::basic_parser<NameHandler> parser(options);
    Code code;
    const std::size_t offset = parser.write_some(false, text.data(), text.size(), code);
    if (const auto& twice = parser.handler().twice) {
        return Error(Errc::JsonInvalid, place_of(text, offset) + "the name '" + shown(*twice) +
                                            "' stands twice in one object");
    }
    if (!code && offset < text.size()) code = json::error::extra_data;
    if (!code) return Done{};
    return Error(Errc::JsonInvalid,
                 place_of(text, offset) + code.message() + found_at(text, offset));
}

}  // namespace

Result<json::value> parse_json(std::string_view text) {
    json::parse_options options;
    options.max_depth = kDepth;
    CHAPAR_TRY(check_text(text, options));
    Code problem;
    json::value document = json::parse(text, problem, {}, options);
    if (problem) return Error(Errc::JsonInvalid, problem.message());
    return document;
}

}  // namespace chapar::client
