// A message asked for field by field: the same machine for every kind.
//
// Owns: which question comes next (what must be given first, the rest by name), going to any field,
// what a line means (an answer, ? for what is allowed, : for a command), the proposals, and when a
// message is whole: by the rules of its kind (message_json.h), never by its own. Does not know
// terminals, files or where a draft is kept: after each line the caller keeps kept() if `changed`.
// Lines are hostile; errors name the field, what was found and what is allowed, and change nothing.
// Pure but for the time that it was given. One thread.
//
// Commands: `:4`, `:agency` or a part of a label goes to a field (of a list: to its next element);
// `:fields`, `:show`, `:clear FIELD`, `:send`, `:stop`, `:drop`.
#pragma once

#include <boost/json.hpp>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/cases/form_answer.h"
#include "client/cases/form_path.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"

namespace chapar::client {

// Who asks: what may be proposed.
struct FormSetting {
    OfficeId office;
    AgencyId agency;
    TimeMs now{};
    schemas::Language language = schemas::Language::English;
};

enum class FormWish : std::uint8_t { Ask, Send, Stop, Drop };

struct FormTurn {
    // Lines to show; those of more than one cell stand in columns.
    std::vector<std::vector<std::string>> said;
    FormWish wish = FormWish::Ask;
    bool changed = false;  // kept() is another
};

class Form {
  public:
    // REQUIRES: a kind of sealed content.
    Form(schemas::Kind kind, FormSetting setting);
    // From what kept() gave. StoreDamaged for anything else.
    [[nodiscard]] static Result<Form> resume(std::string_view kept, FormSetting setting);

    // Fields around the payload that are known already, such as `to`; never asked for then.
    void give(std::string_view name, boost::json::value value);
    void take_back(std::string_view name) { fields_.erase(name); }
    [[nodiscard]] FormTurn begin();
    // Before the next line is read: "[3/7] Goods / Substance! [proposal]".
    [[nodiscard]] std::string prompt() const;
    // Without its line feed.
    [[nodiscard]] FormTurn take(std::string_view line);

    [[nodiscard]] schemas::Kind kind() const { return kind_; }
    // As `send --from-json` reads it.
    [[nodiscard]] std::string message() const;
    [[nodiscard]] const boost::json::object& fields() const { return fields_; }
    [[nodiscard]] std::string kept() const;
    // Fields that must be given and are not.
    [[nodiscard]] std::size_t missing() const;

  private:
    struct Offered {
        std::string path;
        bool must = false;
    };
    [[nodiscard]] std::vector<Offered> offered() const;
    [[nodiscard]] std::optional<FieldPath> path_of(std::string_view text) const {
        return find_path(kind_, text);
    }
    [[nodiscard]] bool is_given(std::string_view path) const;
    [[nodiscard]] bool is_must(std::string_view path) const;
    [[nodiscard]] std::optional<boost::json::value> proposal(const FieldPath& path) const;

    void ask_missing();
    void settle(FormTurn& turn);
    void complain(FormTurn& turn, const Error& error);
    void open(const FieldPath& path);
    void forget_placeless();
    void answer(FormTurn& turn, std::string_view line);
    void pass(FormTurn& turn);
    void put(const FieldPath& path, const Answer& answer);
    void after(const FieldPath& path);
    void help(FormTurn& turn, std::string_view search) const;
    void refuse(FormTurn& turn, const FieldPath& path, std::string_view line,
                const AnswerFault& fault) const;
    [[nodiscard]] std::optional<FieldPath> day_only_of(const FieldPath& path) const;
    void command(FormTurn& turn, std::string_view line);
    void go_to(FormTurn& turn, std::string_view name);
    [[nodiscard]] std::vector<std::string> named(std::string_view name) const;
    void list_fields(FormTurn& turn) const;
    void show(FormTurn& turn) const;
    void clear(FormTurn& turn, std::string_view name);
    void say(FormTurn& turn, std::string text) const { turn.said.push_back({std::move(text)}); }

    schemas::Kind kind_;
    FormSetting setting_;
    std::vector<std::string> musts_;  // in the order of asking
    boost::json::object fields_;      // payload and envelope, without "kind"
    std::deque<std::string> ask_;     // paths; the first is asked now
    std::string continued_;           // lines that ended with a backslash
    std::string refused_;             // what was typed last and refused
};

}  // namespace chapar::client
