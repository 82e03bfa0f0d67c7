#include "client/cli/output.h"

#include <cstdio>
#include <string>

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
        line(stdout, boost::json::serialize(object));
    } else if (!text.empty()) {
        line(stdout, text);
    }
}

void Output::warning(std::string_view text) const {
    if (form_ == Form::Json) {
        line(stderr, boost::json::serialize(boost::json::object{{"warning", text}}));
    } else {
        line(stderr, "warning: " + std::string(text));
    }
}

int Output::problem(const Error& error) const {
    const ErrorText& text = text_of(error.code);
    const int exit = static_cast<int>(text.exit);
    if (form_ == Form::Json) {
        boost::json::object object{{"problem", text.code},
                                   {"sentence", text.sentence},
                                   {"unchanged", text.unchanged},
                                   {"next", text.next},
                                   {"exit", exit}};
        if (!error.context.empty()) object["context"] = error.context;
        line(stderr, boost::json::serialize(object));
        return exit;
    }
    std::string shown = std::string(text.code) + ": " + std::string(text.sentence);
    if (!error.context.empty()) shown += "\n  where: " + error.context;
    shown += "\n  " + std::string(text.unchanged) + "\n  next: " + std::string(text.next);
    line(stderr, shown);
    return exit;
}

}  // namespace chapar::client
