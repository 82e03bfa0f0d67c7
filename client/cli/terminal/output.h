// The one renderer of the command line: results on stdout, problems on stderr, as text or as JSON
// lines. A command cannot forget `--json`, because it has no other way to speak.
//
// Whatever steers a terminal or hides how a text reads is made visible here (schemas/base/shown.h),
// in JSON by escapes that leave the value as it is; a warning is one line.
//
// Does not know what a result means. Text is for a terminal; JSON objects keep their key order.
#pragma once

#include <boost/json.hpp>
#include <span>
#include <string_view>

#include "client/cli/terminal/text_columns.h"
#include "schemas/base/result.h"

namespace chapar::client {

class Output {
  public:
    enum class Form { Text, Json };

    void set_form(Form form) { form_ = form; }
    [[nodiscard]] Form form() const { return form_; }

    // One result: a JSON line, or `text` and a newline. Empty text prints nothing.
    void result(const boost::json::object& object, std::string_view text) const;
    // The same for a row of a table, printed as it is: its isolates are ours.
    void result(const boost::json::object& object, const ShownText& row) const;
    // The same for a result of several lines. Where there are none, nothing is printed.
    void result(const boost::json::object& object, std::span<const ShownText> rows) const;
    // Something the person should know that is no failure; on stderr.
    void warning(std::string_view text) const;
    // A problem object: code, what happened, what was left unchanged, what to do next. Returns the
    // exit code of its class.
    [[nodiscard]] int problem(const Error& error) const;

  private:
    Form form_ = Form::Text;
};

}  // namespace chapar::client
