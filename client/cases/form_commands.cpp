// What a form is told to do: going to a field, listing, showing, clearing, sending.
#include <algorithm>
#include <array>
#include <charconv>

#include "client/cases/form.h"
#include "client/cases/form_questions.h"
#include "client/cases/form_words.h"
#include "client/cases/message_json.h"
#include "client/cases/reading.h"

namespace chapar::client {
namespace {

namespace json = boost::json;
using schemas::FieldNode;

constexpr std::size_t kListed = 80;  // codes of a list that are shown without a search
constexpr std::size_t kNamed = 20;

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

enum class Command : std::uint8_t { Fields, Show, Clear, Send, Stop, Drop };
struct CommandName {
    std::string_view name;
    Command command;
};
constexpr std::array<CommandName, 12> kCommands{{{"fields", Command::Fields},
                                                 {"show", Command::Show},
                                                 {"clear", Command::Clear},
                                                 {"send", Command::Send},
                                                 {"stop", Command::Stop},
                                                 {"drop", Command::Drop},
                                                 {"поля", Command::Fields},
                                                 {"показать", Command::Show},
                                                 {"очистить", Command::Clear},
                                                 {"отправить", Command::Send},
                                                 {"стоп", Command::Stop},
                                                 {"удалить", Command::Drop}}};

// "goods[0].substance.name" -> "name"
std::string_view last_name(const FieldPath& path) {
    for (auto step = path.steps.rbegin(); step != path.steps.rend(); ++step) {
        if (!step->name.empty()) return step->name;
    }
    return "";
}

}  // namespace

std::vector<Form::Offered> Form::offered() const {
    std::vector<Offered> out;
    for (const std::string& path : musts_) out.push_back({path, true});
    for (const FieldNode* tree : {&schemas::field_tree(kind_), &envelope_tree()}) {
        for (const FieldNode& part : tree->parts) {
            if (!is_must(part.name)) out.push_back({part.name, false});
        }
    }
    return out;
}

// Paths of fields that are called so: by number, path, name or label, else by a part of a label.
std::vector<std::string> Form::named(std::string_view name) const {
    const std::vector<Offered> fields = offered();
    std::size_t number = 0;
    const auto [rest, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error == std::errc() && rest == name.data() + name.size()) {
        if (number == 0 || number > fields.size()) return {};
        return {fields[number - 1].path};
    }
    const std::string wanted = schemas::folded(name);
    if (wanted.empty()) return {};
    std::vector<std::string> exact, parts;
    const auto add = [&](const std::string& text) {
        const auto path = path_of(text);
        if (!path) return;
        const std::string label = schemas::folded(path->node().label(setting_.language));
        std::vector<std::string>* out = nullptr;
        if (schemas::folded(last_name(*path)) == wanted || label == wanted) out = &exact;
        if (out == nullptr && label.find(wanted) != std::string::npos) out = &parts;
        if (out != nullptr && std::ranges::find(*out, text) == out->end()) out->push_back(text);
    };
    // What is asked for anyway goes before fields of its name elsewhere.
    for (const Offered& field : fields) add(field.path);
    if (exact.size() == 1) return exact;
    if (const auto path = path_of(name); path && has_place(fields_, *path)) {
        return {std::string(name)};
    }
    for (const std::string& path : reachable(kind_, fields_)) add(path);
    return exact.empty() ? parts : exact;
}

void Form::go_to(FormTurn& turn, std::string_view name) {
    const std::vector<std::string> found = named(name);
    if (found.size() == 1 && !questions_of(*path_of(found.front()), fields_).empty()) {
        return open(*path_of(found.front()));
    }
    say(turn, std::string(
                  phrase(found.empty() ? Phrase::NoField : Phrase::WhichField, setting_.language)));
    for (std::size_t i = 0; i < found.size() && i < kNamed; ++i) {
        turn.said.push_back({"  " + found[i], path_of(found[i])->label(setting_.language)});
    }
}

void Form::help(FormTurn& turn, std::string_view search) const {
    if (ask_.empty()) return list_fields(turn);
    const FieldNode& node = path_of(ask_.front())->node();
    if (search.empty()) say(turn, "  " + allowed_answer(node, setting_.language));
    const schemas::CodeFile* list = codes_of(node);
    if (list == nullptr) return;
    const schemas::CodeMatches found = schemas::match_codes(*list, search);
    std::vector<const schemas::CodeRow*> rows = found.parts;
    if (found.exact != nullptr) rows = {found.exact};
    if (search.empty() && list->rows.size() <= kListed) {
        for (const schemas::CodeRow& row : list->rows) {
            if (row.until.empty()) rows.push_back(&row);
        }
    }
    for (const schemas::CodeRow* row : rows) {
        turn.said.push_back({"  " + std::string(row->code),
                             std::string(schemas::label_of(*row, setting_.language))});
    }
    if (rows.empty() && !search.empty()) {
        say(turn, "  " + std::string(phrase(Phrase::NothingFound, setting_.language)));
    }
}

void Form::command(FormTurn& turn, std::string_view line) {
    const std::size_t blank = std::min(line.find(' '), line.size());
    const std::string word = schemas::folded(line.substr(0, blank));
    const std::string_view rest = trimmed(line.substr(blank));
    const auto known = std::ranges::find(kCommands, std::string_view(word), &CommandName::name);
    if (known == kCommands.end()) return go_to(turn, line);
    switch (known->command) {
        case Command::Fields:
            return list_fields(turn);
        case Command::Show:
            return show(turn);
        case Command::Clear:
            return clear(turn, rest);
        case Command::Send: {
            const auto parsed = parse_messages(message());
            if (!parsed) return complain(turn, parsed.error());
            turn.wish = FormWish::Send;
            return;
        }
        case Command::Stop:
            turn.wish = FormWish::Stop;
            return;
        case Command::Drop:
            turn.wish = FormWish::Drop;
            return;
    }
}

void Form::list_fields(FormTurn& turn) const {
    const std::vector<Offered> fields = offered();
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const auto path = path_of(fields[i].path);
        const json::value* value = value_at(fields_, *path);
        turn.said.push_back(
            {std::to_string(i + 1), fields[i].must ? "!" : "", path->label(setting_.language),
             fields[i].path,
             value != nullptr ? value_words(path->node(), *value, setting_.language) : ""});
    }
}

void Form::show(FormTurn& turn) const {
    for (const FieldNode* tree : {&envelope_tree(), &schemas::field_tree(kind_)}) {
        for (const ReadingLine& line : reading_of(*tree, fields_, setting_.language)) {
            turn.said.push_back({std::string(line.depth * 2, ' ') + line.label, line.value});
        }
    }
}

void Form::clear(FormTurn& turn, std::string_view name) {
    const std::vector<std::string> found = named(name);
    if (found.size() != 1 || !is_given(found.front())) return go_to(turn, name);
    const FieldPath path = *path_of(found.front());
    erase_value(fields_, path);
    say(turn, path.label(setting_.language) + ": " +
                  std::string(phrase(Phrase::Cleared, setting_.language)));
    ask_missing();
}

}  // namespace chapar::client
