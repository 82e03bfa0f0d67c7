#include "client/cli/mail/correction_view.h"

#include <algorithm>
#include <string>

#include "client/cases/form_path.h"
#include "client/cases/message_json.h"
#include "client/core/corrections.h"
#include "schemas/base/uuid.h"

namespace chapar::client {
namespace {

namespace json = boost::json;
using schemas::Language;

std::string in(Language language, std::string_view english, std::string_view russian) {
    return std::string(language == Language::Russian ? russian : english);
}

void add_line(ReadingView& view, const std::string& line) {
    TextColumns one({{""}});
    one.fit({&line, 1});
    view.lines.push_back(one.row({&line, 1}));
}

std::string item_name(MessageWay way, std::uint64_t number, Language language) {
    const std::string name = "#" + std::to_string(number);
    return way == MessageWay::Received ? name : name + in(language, " of the outbox", " исходящих");
}

std::string field_name(schemas::Kind kind, const std::string& field, Language language) {
    const auto path = find_path(kind, field);
    return path ? path->label(language) : field;
}

std::string value_name(const std::string& value, Language language) {
    return value.empty() ? in(language, "nothing", "ничего") : value;
}

json::array changes_array(const std::vector<ChangedField>& fields) {
    json::array out;
    for (const ChangedField& one : fields) {
        json::object change{{"field", one.field}};
        if (!one.before.empty()) change["before"] = one.before;
        if (!one.after.empty()) change["after"] = one.after;
        out.push_back(std::move(change));
    }
    return out;
}

json::object correction_object(const AppliedCorrection& applied) {
    const KnownCorrection& one = *applied.correction;
    json::object out{{"number", one.number},
                     {"way", text_of(one.way)},
                     {"message", uuid_text(one.header.message_id.view())},
                     {"at", utc(one.at)},
                     {"changes", changes_array(applied.fields)}};
    if (applied.problem) out["problem"] = applied.problem->context;
    return out;
}

// The head, and a line for each field: "Goods / Quantity: 12.450 -> 11".
void add_correction(ReadingView& view, schemas::Kind kind, const AppliedCorrection& applied,
                    Language language) {
    const KnownCorrection& one = *applied.correction;
    const std::string head = in(language, "corrected by ", "исправлено: ") +
                             item_name(one.way, one.number, language) + ", " + utc(one.at);
    if (applied.problem) {
        return add_line(view, head +
                                  in(language, "; it does not fit and changes nothing: ",
                                     "; не подходит и ничего не меняет: ") +
                                  applied.problem->context);
    }
    add_line(view, head);
    for (const ChangedField& field : applied.fields) {
        add_line(view, "  " + field_name(kind, field.field, language) + ": " +
                           value_name(field.before, language) + " -> " +
                           value_name(field.after, language));
    }
}

void add_corrected_by(const Corrections& known, const InboxItem& item, const InboxText& text,
                      Language language, ReadingView& view) {
    const auto after =
        with_corrections(text.content.payload, known.of(item.message, item.sender_office));
    json::array out;
    for (const AppliedCorrection& one : after.applied) {
        out.push_back(correction_object(one));
        add_correction(view, item.kind, one, language);
    }
    if (!out.empty()) view.object["corrected_by"] = std::move(out);
}

// Why the target is not what this correction says; empty: it counts.
std::string why_not(const Corrections& known, const InboxItem& item, const CorrectionTarget& target,
                    Language language) {
    if (target.office != item.sender_office) {
        return in(language, "another office sent that one", "его отправило другое подразделение");
    }
    const auto of = known.of(target.header.message_id, item.sender_office);
    const auto own = std::ranges::find_if(of, [&](const KnownCorrection& one) {
        return one.way == MessageWay::Received && one.number == item.number.value;
    });
    if (own == of.end()) {
        return in(language, "nothing may rest on it yet", "опираться на него пока нельзя");
    }
    const auto after = corrected(target.payload, own->changes);
    const auto* problem = std::get_if<schemas::KindProblem>(&after);
    return problem == nullptr ? "" : error_of(*problem).context;
}

Status add_corrects(const OpenedMessage& opened, const Corrections& known, const MessageId& message,
                    Language language, ReadingView& view) {
    const InboxItem& item = opened.item;
    json::object out{{"message", uuid_text(message.view())}};
    const auto target = CHAPAR_TRY(
        correction_target(opened.txn, opened.device, message, item.sender_office, item.accepted));
    std::string line = in(language, "corrects ", "исправляет: ");
    if (!target) {
        line +=
            uuid_text(message.view()) + in(language, ", which is not here", ", которого здесь нет");
    } else {
        const schemas::Kind kind = schemas::kind_of(target->payload);
        const std::string problem = why_not(known, item, *target, language);
        out["number"] = target->number;
        out["way"] = text_of(target->way);
        out["kind"] = kind_text(kind);
        out["counts"] = problem.empty();
        line += item_name(target->way, target->number, language) + " (" + kind_text(kind) + ")";
        if (!problem.empty()) {
            out["problem"] = why_not(known, item, *target, Language::English);
            line += in(language, "; it changes nothing: ", "; ничего не меняет: ") + problem;
        }
    }
    view.object["corrects"] = std::move(out);
    add_line(view, line);
    return Done{};
}

}  // namespace

Status add_corrections(const OpenedMessage& opened, Language language, ReadingView& view) {
    const Corrections known = CHAPAR_TRY(Corrections::read(opened.txn, opened.device));
    if (const auto* said = std::get_if<schemas::Correction>(&opened.text.content.payload)) {
        return add_corrects(opened, known, said->target, language, view);
    }
    add_corrected_by(known, opened.item, opened.text, language, view);
    return Done{};
}

}  // namespace chapar::client
