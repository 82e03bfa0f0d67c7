#include "client/cli/mail/case_check.h"

#include <algorithm>
#include <set>

#include "client/cases/message_json.h"
#include "client/core/corrections.h"
#include "client/core/directory_replica.h"
#include "schemas/base/hex.h"

namespace chapar::client {
namespace {

namespace json = boost::json;

std::vector<schemas::Attachment> listed(const std::vector<DraftAttachment>& attachments) {
    std::vector<schemas::Attachment> out;
    for (const DraftAttachment& one : attachments) out.push_back(one.listed);
    return out;
}

Result<Circle> circle_of(const storage::ReadTxn& txn, const Device& device,
                         const std::vector<OfficeId>& to) {
    std::set<OfficeId> own;
    for (const auto& office : CHAPAR_TRY(DirectoryView(txn).offices_of(device.agency))) {
        own.insert(office.record.office);
    }
    for (const OfficeId& name : to) {
        if (!own.contains(name)) return Circle::Beyond;
    }
    return Circle::OwnAgency;
}

json::object message_object(const schemas::Payload& payload, const CaseId& case_id) {
    json::object out = json::parse(render_payload(payload)).as_object();
    out["case"] = to_hex(case_id.view());
    return out;
}

// What a correction by this office names; empty for any other kind.
Result<std::optional<CorrectionTarget>> target_of(const storage::ReadTxn& txn, const Device& device,
                                                  const schemas::Payload& payload,
                                                  const OfficeId& corrects,
                                                  std::optional<EntryIndex> before = std::nullopt) {
    const auto* correction = std::get_if<schemas::Correction>(&payload);
    if (correction == nullptr) return std::optional<CorrectionTarget>();
    return correction_target(txn, device, correction->target, corrects, before);
}

std::optional<CaseTarget> case_target(const std::optional<CorrectionTarget>& target,
                                      const OfficeId& corrects, schemas::UnlistedCodes unlisted) {
    if (!target) return std::nullopt;
    const bool own = target->office == corrects;
    return CaseTarget{target->payload, own ? TargetOf::SameOffice : TargetOf::AnotherOffice,
                      unlisted};
}

std::string words_of(const CaseFinding& finding) {
    return finding.path + ": " + finding.sentence + " (" + std::string(finding.rule) + ")";
}

}  // namespace

Result<std::vector<CaseFinding>> check_sending(const Invocation& invocation, DeviceContext& context,
                                               const Draft& draft, std::size_t approvals) {
    if (case_rule_lines(schemas::kind_of(draft.payload)).empty()) return std::vector<CaseFinding>();
    const auto txn = CHAPAR_TRY(context.store().begin_read());
    const Device device = context.device();
    const EnvelopeOptions& options = draft.options;
    const auto attachments = listed(draft.attachments);
    const auto target = CHAPAR_TRY(target_of(*txn, device, draft.payload, device.office));
    if (schemas::kind_of(draft.payload) == schemas::Kind::Correction && !target) {
        invocation.output.warning(
            "what it corrects is not on this computer: nobody has checked whether it applies");
    }
    const CaseSubject subject{draft.payload,
                              options.in_reply_to,
                              attachments,
                              CHAPAR_TRY(circle_of(*txn, device, options.to)),
                              approvals,
                              device.agency,
                              case_target(target, device.office, schemas::UnlistedCodes::Refused)};
    std::vector<CaseMessage> earlier;
    if (options.case_id && looks_at_case(schemas::kind_of(draft.payload))) {
        earlier = CHAPAR_TRY(messages_of_case(*txn, device, *options.case_id));
    }
    std::vector<CaseFinding> proposed;
    for (CaseFinding& finding : check_case(subject, earlier)) {
        if (finding.weight == CaseWeight::Refuse) {
            return Error(finding.code, words_of(finding));
        }
        if (finding.weight == CaseWeight::Warn) invocation.output.warning(words_of(finding));
        if (finding.proposed) proposed.push_back(std::move(finding));
    }
    return proposed;
}

void show_proposed(const Invocation& invocation, const Draft& draft,
                   const std::vector<CaseFinding>& findings) {
    for (const CaseFinding& finding : findings) {
        const std::string kind = kind_text(schemas::kind_of(*finding.proposed));
        json::object message = message_object(*finding.proposed, *draft.options.case_id);
        json::array to;
        for (const OfficeId& office : draft.options.to) to.emplace_back(office.text());
        message["to"] = std::move(to);
        const std::string text =
            "send next: " + kind + " (" + finding.sentence + ")\n" + json::serialize(message);
        invocation.output.result(json::object{{"proposed", kind},
                                              {"rule", finding.rule},
                                              {"because", finding.sentence},
                                              {"message", std::move(message)}},
                                 text);
    }
}

Status add_case_warnings(const Invocation& invocation, const OpenedMessage& opened,
                         json::object& shown) {
    const auto& [txn, device, item, text] = opened;
    if (case_rule_lines(item.kind).empty()) return Done{};
    std::set<std::string> approvers;
    for (const InboxApproval& one : CHAPAR_TRY(inbox_approvals(txn, item.number))) {
        approvers.insert(one.who ? one.who->officer : to_hex(one.approver.view()));
    }
    const Circle circle = item.sender_agency == device.agency ? Circle::OwnAgency : Circle::Beyond;
    const auto target =
        CHAPAR_TRY(target_of(txn, device, text.content.payload, item.sender_office, item.accepted));
    const CaseSubject subject{
        text.content.payload,
        text.header.in_reply_to,
        text.content.manifest.attachments,
        circle,
        approvers.size(),
        item.sender_agency,
        case_target(target, item.sender_office, schemas::UnlistedCodes::AsCarried)};
    std::vector<CaseMessage> earlier;
    if (looks_at_case(item.kind)) {
        earlier = CHAPAR_TRY(messages_of_case(txn, device, item.case_id, item.accepted));
    }
    json::array warnings;
    for (const CaseFinding& finding : check_case(subject, earlier)) {
        json::object warning{
            {"rule", finding.rule}, {"path", finding.path}, {"sentence", finding.sentence}};
        if (finding.proposed) {
            warning["proposed"] = message_object(*finding.proposed, item.case_id);
        }
        if (invocation.output.form() == Output::Form::Text) {
            invocation.output.warning(words_of(finding));
        }
        warnings.push_back(std::move(warning));
    }
    if (!warnings.empty()) shown["warnings"] = std::move(warnings);
    return Done{};
}

}  // namespace chapar::client
