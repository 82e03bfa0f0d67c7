// Forms on standard input: asks, shows, and keeps every answer before it asks on.
//
// Owns: the loop between a person (or a script on a pipe) and a Form, the rows of its draft, and
// that a form is sent once: its message id is drawn and kept before it is handed over, and a draft
// whose message is in the outbox is not sent again. Questions go to stderr, so that stdout has
// results only. Does not know what is asked (cases/form.h) nor how a message is sent
// (send_commands.h). One thread.
#pragma once

#include <optional>
#include <string>

#include "client/cases/form.h"
#include "client/cli/device/device_context.h"
#include "client/core/form_drafts.h"

namespace chapar::client {

// A message that was asked for and is to be sent.
struct AskedForm {
    FormNumber number;
    std::string message;  // JSON as `send --from-json` reads it
};

class FormDesk {
  public:
    // Borrows both.
    FormDesk(Invocation& invocation, DeviceContext& context)
        : invocation_(invocation), context_(context) {}

    [[nodiscard]] FormSetting setting() const;
    // Empty if the person stopped, or dropped it; what was said stays as a draft, if anything was.
    // FieldMissing, with the draft, if the input ended first; Usage if nothing was said by then.
    [[nodiscard]] Result<std::optional<AskedForm>> ask(Form form);
    // NotFound; Conflict if it was handed over before: the draft is then dropped.
    [[nodiscard]] Result<std::optional<AskedForm>> go_on(FormNumber number);
    // The draft goes once its message is in the outbox. Else it stays as it was.
    [[nodiscard]] Status settle(FormNumber number);
    [[nodiscard]] Status drop(FormNumber number);
    [[nodiscard]] Result<Form> form(FormNumber number) const;

    // What a form says, in columns where it has cells, on stderr.
    static void say(const std::vector<std::vector<std::string>>& rows);

  private:
    [[nodiscard]] Result<std::optional<AskedForm>> run(Form form, std::optional<FormNumber> number);
    void tell_kept(const Form& form, FormNumber number) const;
    [[nodiscard]] Status keep(const Form& form, std::optional<FormNumber>& number);
    [[nodiscard]] Result<AskedForm> ready(Form form, std::optional<FormNumber> number);
    // The outbox item that a form was handed over as.
    [[nodiscard]] Result<std::optional<OutboxNumber>> handed_over(const Form& form) const;

    Invocation& invocation_;
    DeviceContext& context_;
};

// The rows of a form as lines that are safe to print.
[[nodiscard]] std::vector<ShownText> shown_rows(const std::vector<std::vector<std::string>>& rows);

}  // namespace chapar::client
