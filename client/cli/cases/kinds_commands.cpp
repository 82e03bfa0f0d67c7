#include "client/cli/cases/kinds_commands.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "client/cases/case_rules.h"
#include "client/cli/terminal/table.h"
#include "schemas/kinds.h"
#include "schemas/kinds/kind_examples.h"
#include "schemas/kinds/kind_json.h"

namespace chapar::client {
namespace {

namespace json = boost::json;

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
    Table table(invocation.output,
                {{"code"}, {"kind"}, {"urgency"}, {"purpose"}, {"link"}, {"answer"}, {"what"}},
                Heading::None);
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
        table.add(
            {std::move(out),
             {std::to_string(code), std::string(kind.name),
              std::string(schemas::text_of(kind.base_urgency)),
              std::string(schemas::text_of(kind.purpose)), std::string(text_of_link(kind.link)),
              awaited ? "answer awaited" : "", schemas::kind_label(kind.kind, invocation.language)},
             {}});
    }
    table.print();
}

// Over the messages of a case: what a sender's client does about it.
std::string words_of(const CaseRuleLine& line) {
    const std::string weight =
        line.weight == CaseWeight::Refuse ? "" : " (" + std::string(text_of(line.weight)) + ")";
    return std::string(line.sentence) + ", in its case" + weight;
}

void describe_text(const Output& output, const schemas::KindInfo& kind) {
    output.result({}, std::to_string(static_cast<unsigned>(kind.kind)) + " " +
                          std::string(kind.name) + "   (! must be given)");
    Table fields(output, {{""}, {"path"}, {"allowed"}}, Heading::None);
    for (const schemas::FieldLine& line : schemas::field_lines(kind.kind)) {
        fields.add({{}, {line.must ? "!" : "", line.path, line.allowed}, {}});
    }
    fields.print();
    output.result({}, "rules");
    Table rules(output, {{""}, {"name"}, {"path"}, {"sentence"}}, Heading::None);
    for (const schemas::RuleLine& line : schemas::rule_lines(kind.kind)) {
        rules.add({{},
                   {"", line.name, line.path, line.sentence + (line.warns ? " (a warning)" : "")},
                   {}});
    }
    for (const CaseRuleLine& line : case_rule_lines(kind.kind)) {
        rules.add({{}, {"", std::string(line.name), std::string(line.path), words_of(line)}, {}});
    }
    rules.print();
}

void describe(Invocation& invocation, const schemas::KindInfo& kind) {
    if (invocation.output.form() == Output::Form::Text) {
        return describe_text(invocation.output, kind);
    }
    json::array fields;
    for (const schemas::FieldLine& line : schemas::field_lines(kind.kind)) {
        fields.push_back({{"path", line.path}, {"must", line.must}, {"allowed", line.allowed}});
    }
    json::array rules;
    for (const schemas::RuleLine& line : schemas::rule_lines(kind.kind)) {
        rules.push_back({{"name", line.name},
                         {"path", line.path},
                         {"sentence", line.sentence},
                         {"warns", line.warns}});
    }
    for (const CaseRuleLine& line : case_rule_lines(kind.kind)) {
        rules.push_back({{"name", line.name},
                         {"path", line.path},
                         {"sentence", line.sentence},
                         {"warns", line.weight != CaseWeight::Refuse},
                         {"over", "case"}});
    }
    invocation.output.result(json::object{{"code", static_cast<unsigned>(kind.kind)},
                                          {"kind", kind.name},
                                          {"fields", std::move(fields)},
                                          {"rules", std::move(rules)}},
                             std::string_view());
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
