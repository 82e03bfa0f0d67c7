#include "client/cases/form.h"

#include <algorithm>

#include "client/cases/form_questions.h"
#include "client/cases/form_words.h"
#include "client/cases/message_json.h"
#include "client/cases/reading.h"
#include "client/cases/transliteration.h"
#include "schemas/base/assert.h"
#include "schemas/base/shown.h"
#include "schemas/base/time_text.h"
#include "schemas/kinds.h"
#include "schemas/script.h"

namespace chapar::client {
namespace {

namespace json = boost::json;
using schemas::FieldNode;
using schemas::FieldType;
using schemas::Language;

constexpr std::size_t kQuestions = 512;  // waiting at once
constexpr std::size_t kLineBytes = 20'000;
constexpr std::size_t kCandidates = 20;
constexpr std::size_t kFoundBytes = 60;

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r";
    const std::size_t first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

bool is_lines(const FieldNode& node) { return node.notes.form == schemas::ValueForm::Lines; }

// What a person typed, short and safe.
std::string found_words(std::string_view line) {
    std::string out;
    std::string_view rest = line;
    while (!rest.empty() && out.size() < kFoundBytes) {
        const std::string_view before = rest;
        (void)take_code_point(rest);
        out += before.substr(0, before.size() - rest.size());
    }
    return "'" + shown(out) + (rest.empty() ? "'" : "..'");
}

// "/goods/0/quantity/unit" -> "goods[0].quantity.unit"
std::string path_of_pointer(std::string_view pointer) {
    std::string out;
    while (!pointer.empty() && pointer.front() == '/') {
        pointer.remove_prefix(1);
        const std::size_t end = std::min(pointer.find('/'), pointer.size());
        const std::string_view step = pointer.substr(0, end);
        const bool index =
            !step.empty() && std::ranges::all_of(step, [](char c) { return c >= '0' && c <= '9'; });
        if (index) {
            out += "[" + std::string(step) + "]";
        } else {
            out += (out.empty() ? "" : ".") + std::string(step);
        }
        pointer.remove_prefix(end);
    }
    return out;
}

// "a.b" and "c" -> "a.c"
std::string sibling(const std::string& path, std::string_view name) {
    const std::size_t dot = path.rfind('.');
    return (dot == std::string::npos ? "" : path.substr(0, dot + 1)) + std::string(name);
}

bool begins(std::string_view path, std::string_view with) {
    return path.starts_with(with) &&
           (path.size() == with.size() || path[with.size()] == '.' || path[with.size()] == '[');
}

}  // namespace

Form::Form(schemas::Kind kind, FormSetting setting)
    : kind_(kind), setting_(std::move(setting)), musts_(must_questions(kind)) {
    ask_missing();
}

Result<Form> Form::resume(std::string_view kept, FormSetting setting) {
    const auto damaged = [] { return Error(Errc::StoreDamaged, "drafts"); };
    boost::system::error_code error;
    const json::value document = json::parse(kept, error);
    const json::object* object = error ? nullptr : document.if_object();
    if (object == nullptr) return damaged();
    const json::value* name = object->if_contains("kind");
    const json::value* fields = object->if_contains("fields");
    const json::value* ask = object->if_contains("ask");
    const bool whole = name != nullptr && name->is_string() && fields != nullptr &&
                       fields->is_object() && ask != nullptr && ask->is_array();
    const schemas::KindInfo* info =
        whole ? schemas::find_kind(std::string_view(name->as_string())) : nullptr;
    if (info == nullptr) return damaged();
    Form form(info->kind, std::move(setting));
    form.fields_ = fields->as_object();
    form.ask_.clear();
    for (const json::value& path : ask->as_array()) {
        if (!path.is_string() || form.ask_.size() >= kQuestions) return damaged();
        form.ask_.emplace_back(path.as_string());
    }
    form.forget_placeless();  // with what a newer program asked for
    return form;
}

std::string Form::kept() const {
    json::array ask;
    for (const std::string& path : ask_) ask.emplace_back(path);
    return json::serialize(
        json::object{{"kind", kind_text(kind_)}, {"fields", fields_}, {"ask", std::move(ask)}});
}

std::string Form::message() const {
    json::object out{{"kind", kind_text(kind_)}};
    for (const auto& field : fields_) out[field.key()] = field.value();
    return json::serialize(out);
}

void Form::give(std::string_view name, json::value value) {
    fields_[name] = std::move(value);
    std::erase_if(ask_, [&](const std::string& path) { return path == name; });
}

bool Form::is_given(std::string_view path) const {
    const auto found = path_of(path);
    return found && value_at(fields_, *found) != nullptr;
}

bool Form::is_must(std::string_view path) const {
    return std::ranges::find(musts_, path) != musts_.end();
}

std::size_t Form::missing() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(musts_, [this](const std::string& path) { return !is_given(path); }));
}

void Form::ask_missing() {
    for (const std::string& path : musts_) {
        if (!is_given(path) && std::ranges::find(ask_, path) == ask_.end()) ask_.push_back(path);
    }
}

std::optional<json::value> Form::proposal(const FieldPath& path) const {
    const FieldNode& node = path.node();
    if (value_at(fields_, path) != nullptr) return std::nullopt;
    if (path.text == "agency") return json::value(setting_.agency.text());
    if (path.text == "valid.from") return json::value(time_text(setting_.now));
    if (node.on == "Contact" && node.name == "office") return json::value(setting_.office.text());
    if (node.name == "text.language") {
        const auto note = path_of("text.text");
        const json::value* text = note ? value_at(fields_, *note) : nullptr;
        const bool given = text != nullptr && text->is_string();
        const auto script = given ? schemas::script_of(text->as_string()) : std::nullopt;
        if (script == "Cyrl") return json::value("ru");
        if (script == "Latn") return json::value("en");
        return std::nullopt;
    }
    if (node.on != "PersonName" || node.name != "transliteration") return std::nullopt;
    const std::string_view text(path.text);
    const auto own = path_of(std::string(text.substr(0, text.rfind('.'))) + ".text");
    const json::value* name = own ? value_at(fields_, *own) : nullptr;
    if (name == nullptr || !name->is_string() || schemas::script_of(name->as_string()) != "Cyrl") {
        return std::nullopt;
    }
    const auto latin = latin_of_cyrillic(name->as_string());
    return latin ? std::optional(json::value(*latin)) : std::nullopt;
}

std::string Form::prompt() const {
    if (!continued_.empty()) return "  .. ";
    if (ask_.empty()) return std::string(phrase(Phrase::Next, setting_.language)) + "> ";
    const auto path = path_of(ask_.front());
    CHAPAR_ASSERT(path.has_value());
    std::string out;
    const auto must = std::ranges::find(musts_, path->text);
    if (must != musts_.end()) {
        out = "[" + std::to_string(must - musts_.begin() + 1) + "/" +
              std::to_string(musts_.size()) + "] ";
    }
    out += path->label(setting_.language);
    if (must != musts_.end() || (path->node().must() && !path->is_element())) out += "!";
    if (const json::value* given = value_at(fields_, *path)) {
        out += " = " + value_words(path->node(), *given, setting_.language);
    } else if (const auto proposed = proposal(*path)) {
        out += " [" + value_words(path->node(), *proposed, setting_.language) + "]";
    }
    return out + ": ";
}

FormTurn Form::begin() {
    FormTurn turn;
    say(turn, schemas::kind_label(kind_, setting_.language));
    say(turn, std::string(phrase(Phrase::Opening, setting_.language)));
    settle(turn);
    return turn;
}

// Where nothing is left to ask, the rules of the kind say whether the message is whole.
void Form::settle(FormTurn& turn) {
    if (!ask_.empty()) return;
    ask_missing();
    if (!ask_.empty()) return;
    const auto parsed = parse_messages(message());
    if (!parsed) return complain(turn, parsed.error());
    say(turn, std::string(phrase(Phrase::Complete, setting_.language)));
}

void Form::complain(FormTurn& turn, const Error& error) {
    const std::string& words = error.context;
    const std::size_t end = std::min(words.find(": "), words.size());
    std::string text = path_of_pointer(std::string_view(words).substr(0, end));
    // The object around a field that the rules name, where the field itself cannot be asked.
    auto path = path_of(text);
    while (!path && text.find_last_of(".[") != std::string::npos) {
        text = text.substr(0, text.find_last_of(".["));
        path = path_of(text);
    }
    const std::string label = path ? path->label(setting_.language) : words.substr(0, end);
    std::string rest = end < words.size() ? words.substr(end) : "";
    if (error.code == Errc::FieldMissing) {
        rest = " " + std::string(phrase(Phrase::Missing, setting_.language)) + rest;
    }
    say(turn, label + rest);
    if (path) open(*path);
}

void Form::open(const FieldPath& path) {
    std::vector<std::string> questions = questions_of(path, fields_);
    // What must be given stays to be asked; what was opened before and passed does not come twice.
    std::erase_if(ask_, [&](const std::string& waiting) {
        return std::ranges::find(questions, waiting) != questions.end();
    });
    if (ask_.size() + questions.size() > kQuestions) return;
    ask_.insert(ask_.begin(), questions.begin(), questions.end());
}

FormTurn Form::take(std::string_view line) {
    FormTurn turn;
    if (line.size() > kLineBytes || continued_.size() > kLineBytes) {
        continued_.clear();
        say(turn, std::string(phrase(Phrase::LineTooLong, setting_.language)));
        return turn;
    }
    const std::string before = kept();
    const std::string_view text = trimmed(line);
    if (continued_.empty() && text.starts_with(':')) {
        command(turn, trimmed(text.substr(1)));
    } else if (continued_.empty() && text.starts_with('?')) {
        help(turn, trimmed(text.substr(1)));
    } else if (ask_.empty()) {
        if (!text.empty()) go_to(turn, text);
        if (text.empty()) settle(turn);
    } else {
        answer(turn, text);
    }
    forget_placeless();
    turn.changed = kept() != before;
    return turn;
}

// What was cleared takes along what was to be asked of elements behind it.
void Form::forget_placeless() {
    std::erase_if(ask_, [this](const std::string& asked) {
        const auto path = path_of(asked);
        return !path || !has_place(fields_, *path);
    });
}

void Form::answer(FormTurn& turn, std::string_view line) {
    const auto path = path_of(ask_.front());
    CHAPAR_ASSERT(path.has_value());
    const FieldNode& node = path->node();
    std::string whole = continued_ + std::string(line);
    continued_.clear();
    if (is_lines(node) && whole.ends_with('\\')) {
        whole.back() = '\n';
        continued_ = std::move(whole);
        return;
    }
    if (whole.empty()) {
        const auto proposed = proposal(*path);
        if (!proposed) return pass(turn);
        put(*path, {*proposed, false});
        return settle(turn);
    }
    if (whole == "-" && !is_must(path->text)) return pass(turn);
    const AnswerContext context{setting_.now, setting_.language, whole == refused_};
    const AnswerOrFault read = read_answer(node, whole, context);
    if (const auto* fault = std::get_if<AnswerFault>(&read)) {
        refused_ = whole;
        return refuse(turn, *path, whole, *fault);
    }
    const Answer& given = std::get<Answer>(read);
    if (given.day_only && !day_only_of(*path)) {
        return refuse(turn, *path, whole, {allowed_answer(node, setting_.language)});
    }
    // What was read, where it was not written so.
    const std::string words = value_words(node, given.value, setting_.language);
    if (words != whole && !is_lines(node)) say(turn, "  = " + words);
    put(*path, given);
    settle(turn);
}

void Form::put(const FieldPath& path, const Answer& answer) {
    refused_.clear();
    put_value(fields_, path, answer.value);
    if (const auto day = day_only_of(path)) {
        if (answer.day_only) {
            put_value(fields_, *day, json::value(true));
        } else {
            erase_value(fields_, *day);
        }
    }
    std::erase(ask_, path.text);
    after(path);
}

// The field that says of a time that its hour is not known; empty if it has none.
std::optional<FieldPath> Form::day_only_of(const FieldPath& path) const {
    if (path.node().notes.form != schemas::ValueForm::Time) return std::nullopt;
    return path_of(sibling(path.text, "day_only"));
}

// What follows from an answer at once.
void Form::after(const FieldPath& path) {
    const FieldNode& node = path.node();
    if (path.is_element()) {
        const std::size_t next = path.steps.back().index + 1;
        const std::string list = path.text.substr(0, path.text.rfind('['));
        const std::string element = list + "[" + std::to_string(next) + "]";
        if (path_of(element)) ask_.push_front(element);
    }
    if (node.on == "PersonName" && node.name == "text") {
        const std::string script = sibling(path.text, "script");
        std::erase(ask_, script);
        const auto found = schemas::script_of(value_at(fields_, path)->as_string());
        if (!found) ask_.push_front(script);
        if (found) put_value(fields_, *path_of(script), json::value(*found));
        if (found == "Latn") std::erase(ask_, sibling(path.text, "transliteration"));
    }
    if (node.name == "text.text" && !is_given("text.language")) {
        std::erase(ask_, "text.language");
        ask_.push_front("text.language");
    }
}

// An empty line. What must be given comes again at the end.
void Form::pass(FormTurn& turn) {
    const FieldPath path = *path_of(ask_.front());
    ask_.pop_front();
    refused_.clear();
    if (is_must(path.text) && !is_given(path.text)) {
        ask_.push_back(path.text);
        return;
    }
    // An object whose first field is passed is not wanted.
    const std::string around = path.text.substr(
        0, path.text.find_last_of('.') == std::string::npos ? 0 : path.text.find_last_of('.'));
    if (path.node().must() && !around.empty() && !is_given(around)) {
        std::erase_if(
            ask_, [&](const std::string& each) { return begins(each, around) && !is_must(each); });
    }
    settle(turn);
}

void Form::refuse(FormTurn& turn, const FieldPath& path, std::string_view line,
                  const AnswerFault& fault) const {
    const Language language = setting_.language;
    say(turn, path.label(language) + ": " + std::string(phrase(Phrase::Found, language)) + " " +
                  found_words(line) + "; " + std::string(phrase(Phrase::Allowed, language)) + ": " +
                  fault.allowed);
    for (std::size_t i = 0; i < fault.candidates.size() && i < kCandidates; ++i) {
        const schemas::CodeRow& row = *fault.candidates[i];
        turn.said.push_back(
            {"  " + std::string(row.code), std::string(schemas::label_of(row, language))});
    }
    if (fault.may_stand) say(turn, "  " + std::string(phrase(Phrase::AsWritten, language)));
}

}  // namespace chapar::client
