#include "client/cli/mail/form_desk.h"

#include <cstdio>
#include <iostream>

#include "client/cases/message_json.h"
#include "client/core/outbox.h"
#include "schemas/base/uuid.h"

namespace chapar::client {
namespace {

namespace json = boost::json;

constexpr std::size_t kLineBytes = 64 * 1024;
constexpr const char* kMessage = "message";  // its id, once it is handed over

void to_stderr(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
}

// One line without its end; empty at the end of the input. What is longer is read and cut.
std::optional<std::string> read_line() {
    std::string line;
    for (int c = std::cin.get(); c != std::char_traits<char>::eof(); c = std::cin.get()) {
        if (c == '\n') return line;
        if (line.size() < kLineBytes) line += static_cast<char>(c);
    }
    return std::nullopt;
}

// Values of several lines stand under each other.
std::vector<std::vector<std::string>> split_lines(const std::vector<std::string>& row) {
    std::vector<std::vector<std::string>> out;
    std::string_view last = row.back();
    for (std::size_t end = 0; end != std::string::npos; last.remove_prefix(end + 1)) {
        end = last.find('\n');
        std::vector<std::string> cells = row;
        if (!out.empty()) std::fill(cells.begin(), cells.end(), "");
        cells.back() = last.substr(0, end);
        out.push_back(std::move(cells));
        if (end == std::string::npos) break;
    }
    return out;
}

void add_block(const std::vector<std::vector<std::string>>& rows, std::vector<ShownText>& out) {
    if (rows.empty()) return;
    TextColumns columns(std::vector<TextColumn>(rows.front().size()));
    std::vector<std::vector<std::string>> lines;
    for (const auto& row : rows) {
        for (auto& line : split_lines(row)) lines.push_back(std::move(line));
    }
    for (const auto& line : lines) columns.fit(line);
    for (const auto& line : lines) out.push_back(columns.row(line));
}

}  // namespace

std::vector<ShownText> shown_rows(const std::vector<std::vector<std::string>>& rows) {
    std::vector<ShownText> out;
    std::vector<std::vector<std::string>> block;
    for (const auto& row : rows) {
        if (!block.empty() && block.front().size() != row.size()) {
            add_block(block, out);
            block.clear();
        }
        block.push_back(row);
    }
    add_block(block, out);
    return out;
}

void FormDesk::say(const std::vector<std::vector<std::string>>& rows) {
    for (const ShownText& line : shown_rows(rows)) to_stderr(line.text() + "\n");
}

FormSetting FormDesk::setting() const {
    const Device device = context_.device();
    return {device.office, device.agency, context_.now(), invocation_.language};
}

Result<std::optional<AskedForm>> FormDesk::ask(Form form) {
    return run(std::move(form), std::nullopt);
}

Result<Form> FormDesk::form(FormNumber number) const {
    const auto txn = CHAPAR_TRY(context_.store().begin_read());
    const FormDraft draft = CHAPAR_TRY(form_draft(*txn, number, context_.device().vault));
    return Form::resume(draft.text, setting());
}

Result<std::optional<OutboxNumber>> FormDesk::handed_over(const Form& form) const {
    const json::value* id = form.fields().if_contains(kMessage);
    const auto message =
        id != nullptr && id->is_string() ? parse_uuid(id->as_string()) : std::nullopt;
    if (!message) return std::optional<OutboxNumber>();
    const auto txn = CHAPAR_TRY(context_.store().begin_read());
    const auto item = outbox_item(*txn, MessageId{*message});
    if (item) return std::optional(item->number);
    if (item.error().code == Errc::NotFound) return std::optional<OutboxNumber>();
    return item.error();
}

Result<std::optional<AskedForm>> FormDesk::go_on(FormNumber number) {
    Form kept = CHAPAR_TRY(form(number));
    if (const auto item = CHAPAR_TRY(handed_over(kept))) {
        CHAPAR_TRY(drop(number));
        return Error(Errc::Conflict, "draft " + std::to_string(number.value) +
                                         " was handed over as outbox #" +
                                         std::to_string(item->value));
    }
    // An id of a message that was given up is not used again.
    kept.take_back(kMessage);
    return run(std::move(kept), number);
}

Result<std::optional<AskedForm>> FormDesk::run(Form form, std::optional<FormNumber> number) {
    FormTurn turn = form.begin();
    while (true) {
        say(turn.said);
        if (turn.changed) CHAPAR_TRY(keep(form, number));
        if (turn.wish == FormWish::Send) return std::optional(CHAPAR_TRY(ready(form, number)));
        if (turn.wish == FormWish::Drop) {
            if (number) CHAPAR_TRY(drop(*number));
            return std::optional<AskedForm>();
        }
        std::optional<std::string> line;
        if (turn.wish == FormWish::Ask) {
            const std::vector<std::vector<std::string>> prompt{{form.prompt()}};
            to_stderr(shown_rows(prompt).front().text() + " ");
            line = read_line();
            if (!line) to_stderr("\n");
        }
        if (!line) break;
        turn = form.take(*line);
    }
    const bool stopped = turn.wish == FormWish::Stop;
    if (!number) {
        if (stopped) return std::optional<AskedForm>();
        return Error(Errc::Usage, "no file was named, and nothing was answered");
    }
    tell_kept(form, *number);
    if (stopped) return std::optional<AskedForm>();
    const std::string text = std::to_string(number->value);
    return Error(Errc::FieldMissing, ":send was not said; draft " + text +
                                         " is kept, sealed: chapar drafts continue " + text);
}

void FormDesk::tell_kept(const Form& form, FormNumber number) const {
    const std::string text = std::to_string(number.value);
    invocation_.output.result(
        json::object{
            {"draft", number.value}, {"kind", kind_text(form.kind())}, {"missing", form.missing()}},
        "draft " + text + " is kept, sealed: chapar drafts continue " + text);
}

Status FormDesk::keep(const Form& form, std::optional<FormNumber>& number) {
    const FormDraft draft{context_.now(), form.kept()};
    number = CHAPAR_TRY(in_transaction(context_.store(), [&](storage::Txn& txn) {
        return put_form(txn, number, draft, context_.device().vault, context_.random());
    }));
    return Done{};
}

// With its message id: whatever happens from here on, it is sent once.
Result<AskedForm> FormDesk::ready(Form form, std::optional<FormNumber> number) {
    UuidRandom bits;
    context_.random().fill(bits);
    form.give(kMessage, json::value(uuid_text(uuid_v7(context_.now(), bits).view())));
    CHAPAR_TRY(keep(form, number));
    return AskedForm{*number, form.message()};
}

Status FormDesk::settle(FormNumber number) {
    const Form kept = CHAPAR_TRY(form(number));
    if (CHAPAR_TRY(handed_over(kept))) return drop(number);
    const std::string text = std::to_string(number.value);
    invocation_.output.warning("it was not sent; draft " + text +
                               " is kept, sealed: chapar drafts continue " + text);
    return Done{};
}

Status FormDesk::drop(FormNumber number) {
    CHAPAR_TRY(in_transaction(context_.store(),
                              [&](storage::Txn& txn) { return erase_form(txn, number); }));
    return forget_form(number, context_.device().vault);
}

}  // namespace chapar::client
