#include "client/cli/terminal/output.h"

#include <cstdio>
#include <string>

#include "schemas/base/problem.h"
#include "schemas/base/shown.h"

namespace chapar::client {
namespace {

void line(std::FILE* stream, std::string_view text) {
    std::string whole(text);
    whole += '\n';
    std::fwrite(whole.data(), 1, whole.size(), stream);
    std::fflush(stream);
}

}  // namespace

void Output::result(const boost::json::object& object, std::string_view text) const {
    if (form_ == Form::Json) {
        line(stdout, shown_json(boost::json::serialize(object)));
    } else if (!text.empty()) {
        line(stdout, shown(text, ShownForm::Lines));
    }
}

void Output::result(const boost::json::object& object, const ShownText& row) const {
    if (form_ == Form::Json) {
        result(object, std::string_view());
    } else {
        line(stdout, row.text());
    }
}

void Output::result(const boost::json::object& object, std::span<const ShownText> rows) const {
    if (form_ == Form::Json) return result(object, std::string_view());
    for (const ShownText& row : rows) line(stdout, row.text());
}

void Output::warning(std::string_view text) const {
    if (form_ == Form::Json) {
        line(stderr, shown_json(boost::json::serialize(boost::json::object{{"warning", text}})));
    } else {
        line(stderr, "warning: " + shown(text));
    }
}

int Output::problem(const Error& error) const {
    line(stderr, form_ == Form::Json ? problem_json(error) : problem_text(error));
    return static_cast<int>(text_of(error.code).exit);
}

}  // namespace chapar::client
