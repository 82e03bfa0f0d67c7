#include "client/cli/kinds_commands.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "schemas/kinds.h"
#include "schemas/kinds/kind_examples.h"
#include "schemas/kinds/kind_json.h"

namespace chapar::client {
namespace {

namespace json = boost::json;

constexpr std::size_t kNameColumn = 20;
constexpr std::size_t kPathColumn = 38;

std::string padded(std::string_view text, std::size_t width) {
    std::string out(text);
    out.resize(std::max(width, out.size() + 1), ' ');
    return out;
}

std::string_view text_of_link(schemas::Link link) {
    switch (link) {
        case schemas::Link::None:
            return "";
        case schemas::Link::InReplyTo:
            return "in_reply_to";
        case schemas::Link::Supersedes:
            return "supersedes";
    }
    return "";
}

void list_kinds(Invocation& invocation) {
    for (const schemas::KindInfo& kind : schemas::all_kinds()) {
        const auto code = static_cast<unsigned>(kind.kind);
        const bool awaited = kind.answer == schemas::Answer::Expected;
        json::object out{{"code", code},
                         {"kind", kind.name},
                         {"link", text_of_link(kind.link)},
                         {"answer_awaited", awaited},
                         {"urgency", schemas::text_of(kind.base_urgency)},
                         {"purpose", schemas::text_of(kind.purpose)},
                         {"class_min", schemas::text_of(kind.least)}};
        std::string text = std::to_string(code) + "  " + padded(kind.name, kNameColumn) +
                           padded(schemas::text_of(kind.base_urgency), 10) +
                           padded(schemas::text_of(kind.purpose), 12) +
                           padded(text_of_link(kind.link), 13) + (awaited ? "answer awaited" : "");
        text.erase(text.find_last_not_of(' ') + 1);
        invocation.output.result(std::move(out), text);
    }
}

void describe(Invocation& invocation, const schemas::KindInfo& kind) {
    json::array fields;
    std::string text = std::to_string(static_cast<unsigned>(kind.kind)) + " " +
                       std::string(kind.name) + "   (! must be given)";
    for (const schemas::FieldLine& line : schemas::field_lines(kind.kind)) {
        fields.push_back({{"path", line.path}, {"must", line.must}, {"allowed", line.allowed}});
        text += "\n " + std::string(line.must ? "! " : "  ") + padded(line.path, kPathColumn) +
                line.allowed;
    }
    json::array rules;
    text += "\nrules";
    for (const schemas::RuleLine& line : schemas::rule_lines(kind.kind)) {
        rules.push_back({{"name", line.name},
                         {"path", line.path},
                         {"sentence", line.sentence},
                         {"warns", line.warns}});
        text += "\n   " + padded(line.name, 26) + padded(line.path, 28) + line.sentence +
                (line.warns ? " (a warning)" : "");
    }
    invocation.output.result(json::object{{"code", static_cast<unsigned>(kind.kind)},
                                          {"kind", kind.name},
                                          {"fields", std::move(fields)},
                                          {"rules", std::move(rules)}},
                             text);
}

struct ShowArguments {
    std::string kind;
    bool schema = false;
    bool example = false;
};

Status show(Invocation& invocation, const ShowArguments& given) {
    const schemas::KindInfo* kind = schemas::find_kind(given.kind);
    if (kind == nullptr) return Error(Errc::NotFound, given.kind);
    if (given.schema) {
        json::object schema = schemas::json_schema(kind->kind);
        const std::string text = json::serialize(schema);
        invocation.output.result(std::move(schema), text);
        return Done{};
    }
    if (given.example) {
        const auto examples = schemas::kind_examples();
        const auto found = std::ranges::find(examples, kind->name, &schemas::KindExample::kind);
        if (found == examples.end()) return Error(Errc::NotFound, given.kind);
        std::string text(found->json);
        while (text.ends_with('\n')) text.pop_back();
        invocation.output.result(json::parse(found->json).as_object(), text);
        return Done{};
    }
    describe(invocation, *kind);
    return Done{};
}

}  // namespace

void add_kinds_commands(CLI::App& app, Invocation& invocation) {
    CLI::App* kinds = app.add_subcommand("kinds", "what can be said, and how it is written");
    kinds->require_subcommand(1);
    CLI::App* list = add_command(*kinds, "ls", "every kind of message", "chapar kinds ls");
    invocation.on(list, [&invocation]() -> Status {
        list_kinds(invocation);
        return Done{};
    });
    auto given = std::make_shared<ShowArguments>();
    CLI::App* one = add_command(*kinds, "show", "the fields and rules of one kind",
                                "chapar kinds show cd-consent --example > consent.json");
    one->add_option("kind", given->kind, "its name")->required();
    auto* schema = one->add_flag("--json-schema", given->schema, "as JSON Schema");
    one->add_flag("--example", given->example, "a valid message instead")->excludes(schema);
    invocation.on(one, [&invocation, given] { return show(invocation, *given); });
}

}  // namespace chapar::client
