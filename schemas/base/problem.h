// Errors as the programs show them: a problem object for machines, three lines for people.
//
// Owns: the form, the same for every program, and JSON text that is safe in logs and terminals.
// The words are the error catalogue's. Pure.
#pragma once

#include <string>
#include <string_view>

#include "schemas/base/result.h"

namespace chapar {

// The text as the inside of a JSON string, in ASCII: control characters, quotes and everything
// beyond ASCII as escapes (so no bidirectional marks reach a terminal); broken UTF-8 as U+FFFD.
[[nodiscard]] std::string json_escape(std::string_view text);

// {"problem":code,"sentence":..,"unchanged":..,"next":..,"exit":N,"context":..}, no newline;
// without "context" if there is none.
[[nodiscard]] std::string problem_json(const Error& error);

// "code: sentence", where (as shown() has it, one line), what was left unchanged and what to do
// next; no final newline.
[[nodiscard]] std::string problem_text(const Error& error);

}  // namespace chapar
