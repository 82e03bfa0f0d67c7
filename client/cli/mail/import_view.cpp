#include "client/cli/mail/import_view.h"

#include <algorithm>

#include "client/cli/terminal/table.h"
#include "schemas/base/time_text.h"
#include "schemas/base/uuid.h"

namespace chapar::client {
namespace {

namespace json = boost::json;

constexpr std::size_t kRowsNamed = 20;  // of those that are undecided, in the last sentence

std::string_view state_of(const ImportLine& line) {
    if (line.found.state == ImportState::Changed) return "changed";
    if (line.found.state == ImportState::Known) return "known";
    return word_of(line.verdict->state);
}

// Of a row that was sent before: which message it is.
std::optional<RowNote> before_of(const ImportLine& line) {
    if (!line.found.before) return std::nullopt;
    const ImportedRow& before = *line.found.before;
    const std::string sent =
        "sent as #" + std::to_string(before.item.number.value) + " on " + time_text(before.at);
    if (line.found.state == ImportState::Known) return RowNote{"", "", sent};
    return RowNote{"Reference", line.verdict->reference,
                   "something else was " + sent +
                       ": send a correction of that message, or give another reference"};
}

std::vector<RowNote> notes_of(const ImportLine& line) {
    std::vector<RowNote> notes = line.verdict->notes;
    if (auto before = before_of(line)) notes.push_back(*std::move(before));
    return notes;
}

json::object object_of_line(const ImportLine& line) {
    json::array notes;
    for (const RowNote& note : notes_of(line)) {
        notes.push_back({{"column", note.column}, {"found", note.found}, {"said", note.said}});
    }
    json::object out{{"row", line.verdict->row},
                     {"line", line.verdict->line},
                     {"state", state_of(line)},
                     {"notes", std::move(notes)}};
    if (line.verdict->joined_to) out["joined_to"] = *line.verdict->joined_to;
    if (line.found.before) {
        out["message"] = uuid_text(line.found.before->item.message.view());
        out["number"] = line.found.before->item.number.value;
    }
    if (line.verdict->message) {
        out["payload"] = json::parse(render_payload(line.verdict->message->draft.payload));
    }
    return out;
}

void show_as_text(const Output& output, std::span<const ImportLine> lines) {
    constexpr std::size_t kColumnWidth = 28;
    constexpr std::size_t kFoundWidth = 32;
    Table table(output, {{"row", 0, Side::Right},
                         {"state"},
                         {"column", kColumnWidth},
                         {"found", kFoundWidth},
                         {"read as, or allowed"}});
    for (const ImportLine& line : lines) {
        // What was sent before is a number in the sum, not a line each.
        if (line.found.state == ImportState::Known) continue;
        for (const RowNote& note : notes_of(line)) {
            table.add({{},
                       {std::to_string(line.verdict->row), std::string(state_of(line)), note.column,
                        note.found, note.said},
                       {}});
        }
    }
    table.print();
}

// "9,997"
std::string grouped(std::uint64_t number) {
    std::string out = std::to_string(number);
    for (std::size_t at = out.size(); at > 3; at -= 3) out.insert(at - 3, ",");
    return out;
}

}  // namespace

ImportSums sums_of(std::span<const ImportLine> lines) {
    ImportSums sums;
    for (const ImportLine& line : lines) {
        if (line.undecided()) {
            sums.undecided.push_back(line.verdict->row);
        } else if (line.verdict->state == RowState::Blank) {
            ++sums.blank;
        } else if (line.found.state == ImportState::Known) {
            ++sums.known;
        } else {
            ++sums.ready;
            if (line.verdict->state == RowState::Read) ++sums.read;
            if (line.verdict->joined_to) ++sums.joined;
        }
    }
    return sums;
}

std::string sentence(const ImportSums& sums) {
    std::string out = grouped(sums.ready) + (sums.ready == 1 ? " row ready" : " rows ready");
    if (sums.joined > 0) out += " (" + grouped(sums.joined) + " in the alert of another)";
    if (sums.known > 0) out += ", " + grouped(sums.known) + " sent before";
    if (sums.blank > 0) out += ", " + grouped(sums.blank) + " blank";
    if (sums.undecided.empty()) return out;
    out += ", " + grouped(sums.undecided.size()) + " undecided (row";
    out += sums.undecided.size() == 1 ? "" : "s";
    for (std::size_t i = 0; i < std::min(sums.undecided.size(), kRowsNamed); ++i) {
        out += (i == 0 ? " " : ", ") + std::to_string(sums.undecided[i]);
    }
    return out + (sums.undecided.size() > kRowsNamed ? ", ..)" : ")");
}

json::object object_of(const ImportSums& sums) {
    json::array undecided(sums.undecided.begin(), sums.undecided.end());
    return {{"ready", sums.ready}, {"read", sums.read},   {"joined", sums.joined},
            {"known", sums.known}, {"blank", sums.blank}, {"undecided", std::move(undecided)}};
}

std::string sentence(const ImportOutcome& outcome, const ImportSums& sums) {
    std::string text = std::to_string(outcome.logged) + " logged";
    if (outcome.waiting > 0) text += ", " + std::to_string(outcome.waiting) + " on this computer";
    if (!outcome.refused.empty()) {
        text +=
            ", " + std::to_string(outcome.refused.size()) + " refused: `chapar outbox ls` has why";
    }
    if (outcome.given_up > 0) {
        text += "; " + std::to_string(outcome.given_up) +
                " not sent and not kept: give the file again when that is mended";
    }
    if (!sums.undecided.empty()) {
        text += "; " + std::to_string(sums.undecided.size()) + " rows undecided and not sent";
    }
    return text;
}

json::object object_of(const ImportOutcome& outcome, const ImportSums& sums) {
    json::array refused;
    for (const OutboxNumber number : outcome.refused) refused.emplace_back(number.value);
    return {{"sums", object_of(sums)},
            {"logged", outcome.logged},
            {"waiting", outcome.waiting},
            {"refused", std::move(refused)},
            {"given_up", outcome.given_up}};
}

Status end_of(const ImportOutcome& outcome) {
    const bool none_left = outcome.refused.empty() && outcome.given_up == 0;
    if (none_left && outcome.waiting > 0) {
        return Error(Errc::Queued, std::to_string(outcome.waiting) + " alerts");
    }
    if (none_left && !outcome.why) return Done{};
    if (none_left && outcome.logged > 0) return Done{};  // what was wrong for a moment has passed
    return outcome.why.value_or(Error(Errc::PolicyRefused, "see `chapar outbox ls`"));
}

void show_lines(const Output& output, std::span<const ImportLine> lines) {
    if (output.form() == Output::Form::Text) return show_as_text(output, lines);
    for (const ImportLine& line : lines) output.result(object_of_line(line), std::string_view());
}

void RowProgress::begin(std::string_view verb, std::uint64_t total) {
    end();
    verb_ = verb;
    total_ = total;
    started_ = now_();
    step(0);
}

std::string RowProgress::line(std::uint64_t done, TimeMs now) const {
    std::string out = verb_;
    out.resize(std::max<std::size_t>(out.size(), 10), ' ');
    out += grouped(done) + " of " + grouped(total_) + " rows";
    const std::uint64_t passed = now.value - std::min(now.value, started_.value);
    if (done == 0 || passed < kSecond.value) return out;
    const std::uint64_t a_second = done * 1000 / passed;
    const std::uint64_t left = (total_ - std::min(done, total_)) * passed / done / 1000;
    const std::string seconds = std::to_string(left % 60);
    out += "  " + std::to_string(a_second) + "/s  " + std::to_string(left / 60) + ":" +
           (seconds.size() < 2 ? "0" : "") + seconds + " left";
    return out;
}

void RowProgress::step(std::uint64_t done) {
    if (form_ == ProgressForm::Silent || verb_.empty()) return;
    if (form_ == ProgressForm::JsonLines) {
        write_(
            json::serialize(json::object{{"progress", verb_}, {"rows", done}, {"total", total_}}) +
            "\n");
        return;
    }
    std::string shown = line(done, now_());
    const std::size_t width = shown.size();
    if (width < width_) shown.append(width_ - width, ' ');
    width_ = width;
    write_("\r" + shown);
}

void RowProgress::end() {
    if (form_ == ProgressForm::Bar && width_ > 0) write_("\n");
    width_ = 0;
    verb_.clear();
}

}  // namespace chapar::client
