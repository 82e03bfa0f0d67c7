#include "client/cli/item_view.h"

#include <chrono>
#include <cstdio>

#include "client/core/attachment_name.h"
#include "schemas/base/hex.h"
#include "schemas/base/uuid.h"
#include "schemas/kinds.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

constexpr std::size_t kKindColumn = 19;  // the longest name, and a space

std::string_view kind_name(schemas::Kind kind) {
    const schemas::KindInfo* info = schemas::find_kind(kind);
    return info ? info->name : "unknown kind";
}

std::string padded(std::string_view text, std::size_t width) {
    std::string out(text);
    if (out.size() < width) out.resize(width, ' ');
    return out;
}

// With the time of the newest cosignature; null while no quorum has signed.
void add_witnessed(ItemView& view, const WitnessState& witnessed) {
    if (witnessed.stage == WitnessStage::NoReceipt) return;
    const bool all = witnessed.stage == WitnessStage::Witnessed;
    view.object["witnessed"] = all ? json::value(utc(witnessed.time)) : json::value(nullptr);
    if (witnessed.stage == WitnessStage::Late) view.object["receipt_late"] = true;
}

json::array offices_of(const OutboxItem& item, bool witnessed) {
    json::array out;
    for (const OutboxOffice& office : item.offices) {
        const bool raised = witnessed && office.stage == schemas::Stage::Logged;
        json::object object{
            {"office", office.office.text()},
            {"state", schemas::text_of(raised ? schemas::Stage::Witnessed : office.stage)}};
        if (office.at) object["entry"] = office.at->value;
        out.push_back(std::move(object));
    }
    return out;
}

void add_problem(ItemView& view, const OutboxProblem& problem) {
    if (problem.code.empty()) return;
    json::object object{{"code", problem.code}};
    view.text += "  " + problem.code;
    if (!problem.rule.empty()) {
        object["rule"] = problem.rule;
        object["policy"] = to_hex(problem.policy.view());
        view.text += " (rule " + problem.rule + ")";
    }
    if (!problem.context.empty()) {
        object["context"] = problem.context;
        view.text += " (" + problem.context + ")";
    }
    view.object["problem"] = std::move(object);
}

// What a person must know before believing it, in the order of weight.
void add_standing(json::object& object, std::vector<std::string>& lines, const ShownItem& shown) {
    const InboxItem& item = shown.item;
    object["trust"] = text_of(shown.trust);
    const std::string agency = item.sender_agency.text();
    switch (shown.trust) {
        case Trust::Verified:
            lines.push_back("sender: verified (" + agency + ")");
            break;
        case Trust::KeyChanged:
            lines.push_back("sender: KEY CHANGED. Stop, and call " + agency + " before you act.");
            break;
        case Trust::Unconfirmed:
            lines.push_back("sender: not confirmed. Your agency has not confirmed the keys of " +
                            agency + ".");
            break;
        case Trust::Expired:
            lines.push_back("sender: its certificate was over (" + agency + ")");
            break;
    }
    if (item.state == InboxState::Provisional) {
        object["provisional"] = item.problem;
        const auto code = errc_of(item.problem);
        lines.push_back("provisional: nothing was signed for it, and nothing may rest on it yet. " +
                        std::string(code ? chapar::text_of(*code).sentence : ""));
    }
    if (item.disputed) {
        lines.push_back(
            "disputed: signed after the time from which this key is called "
            "compromised; ask its agency");
    }
    if (item.sent_again) {
        object["sent_again"] = item.sent_again->value;
        lines.push_back("sent again: the same as #" + std::to_string(item.sent_again->value));
    }
}

void add_approvals(json::object& object, std::vector<std::string>& lines,
                   const std::vector<InboxApproval>& approvals) {
    if (approvals.empty()) return;
    json::array out;
    for (const InboxApproval& approval : approvals) {
        out.push_back({{"office", approval.office.text()},
                       {"agency", approval.agency.text()},
                       {"officer", approval.officer},
                       {"certificate", to_hex(approval.approver.view())}});
        lines.push_back("approved by " + approval.officer + ", " + approval.office.text() + " (" +
                        approval.agency.text() + ")");
    }
    object["approvals"] = std::move(out);
}

void add_attachments(json::object& object, std::vector<std::string>& lines,
                     const ShownItem& shown) {
    if (shown.attachments.empty()) return;
    json::array out;
    for (const ShownAttachment& attachment : shown.attachments) {
        const schemas::Attachment& listed = attachment.what.listed;
        const std::string name = safe_file_name(listed.file_name, listed.media_type);
        const bool here = attachment.here == Whereabouts::Here;
        out.push_back({{"number", attachment.what.stream},
                       {"name", name},
                       {"type", listed.media_type},
                       {"bytes", listed.length},
                       {"sha256", to_hex(attachment.what.digest.view())},
                       {"here", here}});
        lines.push_back("attachment " + std::to_string(attachment.what.stream) + ": " + name +
                        ", " + std::to_string(listed.length) + " bytes" +
                        (here ? "" : ", not fetched yet"));
    }
    object["attachments"] = std::move(out);
}

}  // namespace

std::string utc(TimeMs time) {
    using namespace std::chrono;
    const sys_time<milliseconds> point{milliseconds(static_cast<std::int64_t>(time.value))};
    const auto day = floor<days>(point);
    const year_month_day date(day);
    const hh_mm_ss clock(floor<seconds>(point - day));
    char out[32];
    std::snprintf(out, sizeof out, "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()),
                  static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    return out;
}

ItemView view_of(const OutboxItem& item, const WitnessState& witnessed) {
    const bool all = witnessed.stage == WitnessStage::Witnessed;
    // Every entry of the envelope stands under a quorum: what is logged is witnessed.
    const auto stage_of = [all](schemas::Stage stage) {
        return all && stage == schemas::Stage::Logged ? schemas::Stage::Witnessed : stage;
    };
    const auto kind = static_cast<schemas::Kind>(item.kind);
    ItemView out;
    out.object = {{"number", item.number.value},
                  {"message", uuid_text(item.message.view())},
                  {"kind", kind_name(kind)},
                  {"state", schemas::text_of(stage_of(item.stage))},
                  {"envelope", to_hex(item.hash.view())},
                  {"case", to_hex(item.case_id.view())},
                  {"created", utc(item.created)},
                  {"offices", offices_of(item, all)}};
    add_witnessed(out, witnessed);
    if (item.entry) out.object["entry"] = item.entry->value;
    out.text = padded("#" + std::to_string(item.number.value), 6) +
               padded(kind_name(kind), kKindColumn) +
               padded(schemas::text_of(stage_of(item.stage)), 18);
    for (const OutboxOffice& office : item.offices) {
        out.text += " " + office.office.text() + ":" +
                    std::string(schemas::text_of(stage_of(office.stage)));
    }
    if (witnessed.stage == WitnessStage::Late) out.text += "  receipt.late";
    add_problem(out, item.problem);
    return out;
}

ItemView view_of(const InboxItem& item, const WitnessState& witnessed) {
    ItemView out;
    out.object = {{"number", item.number.value},
                  {"message", uuid_text(item.message.view())},
                  {"kind", kind_name(item.kind)},
                  {"state", text_of(item.state)},
                  {"envelope", to_hex(item.hash.view())},
                  {"case", to_hex(item.case_id.view())},
                  {"from", item.sender_office.text()},
                  {"agency", item.sender_agency.text()},
                  {"urgency", schemas::text_of(item.urgency)},
                  {"classification", schemas::text_of(item.classification)},
                  {"created", utc(item.created)},
                  {"entry", item.accepted.value}};
    add_witnessed(out, witnessed);
    if (item.disputed) out.object["disputed"] = true;
    if (!item.problem.empty()) out.object["problem"] = item.problem;
    if (item.attachments > 0) out.object["attachments"] = item.attachments;
    if (item.sent_again) out.object["sent_again"] = item.sent_again->value;
    out.text = padded("#" + std::to_string(item.number.value), 6) +
               padded(schemas::text_of(item.urgency), 9) +
               padded(kind_name(item.kind), kKindColumn) + padded(item.sender_office.text(), 14) +
               padded(text_of(item.state), 13) + utc(item.created) + "  entry " +
               std::to_string(item.accepted.value);
    if (item.attachments > 0) {
        out.text += "  +" + std::to_string(item.attachments) + " attached";
    }
    if (item.sent_again) {
        out.text += "  sent again: #" + std::to_string(item.sent_again->value);
    }
    if (witnessed.stage == WitnessStage::Witnessed) out.text += "  witnessed";
    if (witnessed.stage == WitnessStage::Late) out.text += "  receipt.late";
    if (item.disputed) out.text += "  disputed";
    if (!item.problem.empty()) out.text += "  " + item.problem;
    return out;
}

Result<ItemView> view_in(const storage::ReadTxn& txn, const OutboxItem& item) {
    return view_of(item, CHAPAR_TRY(witness_state(txn, item.hash)));
}

Result<ItemView> view_in(const storage::ReadTxn& txn, const InboxItem& item) {
    return view_of(item, CHAPAR_TRY(witness_state(txn, item.hash)));
}

ItemView view_of(const ShownItem& shown, const std::string& message) {
    ItemView out{json::parse(message).as_object(), message};
    std::vector<std::string> lines;
    add_standing(out.object, lines, shown);
    add_approvals(out.object, lines, shown.approvals);
    add_attachments(out.object, lines, shown);
    for (const std::string& line : lines) out.text += "\n" + line;
    return out;
}

}  // namespace chapar::client
