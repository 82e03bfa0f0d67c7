#include "client/cli/mail/send_preview.h"

#include <algorithm>
#include <memory>

#include "client/cases/message_json.h"
#include "client/cli/device/device_context.h"
#include "client/cli/records/policy_words.h"
#include "crypto/envelope.h"
#include "crypto/seal.h"
#include "schemas/content_codec.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

// The device, if there is one, and why the broker cannot be asked, if it cannot.
struct Asked {
    std::unique_ptr<DeviceContext> context;
    std::string why_not;
};

Asked open_context(Invocation& invocation) {
    Asked asked;
    if (invocation.home.empty()) {
        asked.why_not = "no home was named";
        return asked;
    }
    auto context = DeviceContext::open(invocation);
    const Status connected = context ? (*context)->connect() : Status(context.error());
    if (!connected) asked.why_not = text_of(connected.error().code).code;
    if (context) asked.context = std::move(context).value();
    return asked;
}

// As a draft of the outbox; none of it is kept.
Status check_recipients(DeviceContext& context, const Draft& draft) {
    const auto txn = CHAPAR_TRY(context.store().begin_write());
    const Device device = context.device();
    const auto numbers =
        CHAPAR_TRY(add_drafts(*txn, device, {&draft, 1}, context.now(), context.random()));
    return check_sealing(*txn, device, numbers.front(), context.now());
}

// Without a line the directory may just be old: then the draft would wait, and so it is only told.
Status check_addressed(const Invocation& invocation, const Asked& asked,
                       const AddressDraft& address, Draft& draft) {
    if (!asked.context) return Done{};
    if (address) CHAPAR_TRY(address(*asked.context, draft));
    const Status found = check_recipients(*asked.context, draft);
    if (found || asked.context->connected()) return found;
    invocation.output.warning(
        "it would wait on this computer: " + std::string(text_of(found.error().code).code) + " " +
        found.error().context);
    return Done{};
}

// Ciphertext bytes of all streams: what a policy's size limit is compared with.
Result<std::uint64_t> sealed_bytes(const Draft& draft) {
    schemas::SealedContent content;
    content.manifest.kind = schemas::kind_of(draft.payload);
    content.manifest.classification = draft.options.classification;
    content.manifest.visible_recipients = draft.options.visible;
    for (const DraftAttachment& one : draft.attachments) {
        content.manifest.attachments.push_back(one.listed);
    }
    content.payload = draft.payload;
    const std::size_t text = CHAPAR_TRY(schemas::encode_content(content)).size();
    std::uint64_t all = crypto::sealed_stream_bytes(crypto::kStreamRandomBytes +
                                                    draft.attachments.size() * Hash::kSize + text);
    for (const DraftAttachment& one : draft.attachments) {
        all += crypto::sealed_stream_bytes(one.listed.length);
    }
    return all;
}

struct Verdict {
    json::object object;
    std::string text;
};

void add_line(const schemas::ExplainLine& line, std::uint64_t bytes, json::array& lines,
              std::string& text) {
    const bool permits = line.effect == schemas::PolicyEffect::Permit;
    const bool too_large = permits && line.size_max != 0 && bytes > line.size_max;
    json::object one{{"agency", line.agency.text()},
                     {"office", line.office.text()},
                     {"effect", permits ? "permit" : "deny"},
                     {"rule", line.rule}};
    if (line.approvals != 0) one["approvals"] = line.approvals;
    if (line.size_max != 0) one["size_max"] = line.size_max;
    if (too_large) one["too_large"] = true;
    lines.push_back(std::move(one));
    const std::string condition = condition_text(line.approvals, line.role, line.size_max);
    text += "\n  " + line.agency.text() + ": " + (permits ? "permits" : "refuses") + " for " +
            line.office.text();
    if (!line.rule.empty()) text += " (" + line.rule + ")";
    if (!condition.empty()) text += " with " + condition;
    if (too_large) text += "; this one has " + std::to_string(bytes);
}

Result<Verdict> ask_policies(DeviceContext& context, const Draft& draft, std::uint64_t bytes) {
    schemas::ExplainAsk ask{context.device().office, draft.options.to,
                            schemas::kind_of(draft.payload), draft.options.classification};
    const schemas::Explained answer = CHAPAR_TRY(context.session().explain(ask));
    const bool permitted = answer.effect == schemas::PolicyEffect::Permit;
    Verdict verdict;
    std::uint8_t approvals = 0;
    json::array lines;
    for (const schemas::ExplainLine& line : answer.lines) {
        approvals = std::max(approvals, line.approvals);
        add_line(line, bytes, lines, verdict.text);
    }
    verdict.object = {{"effect", permitted ? "permit" : "deny"},
                      {"approvals_needed", approvals},
                      {"lines", std::move(lines)}};
    std::string head = permitted ? "\n  policies permit it" : "\n  policies refuse it";
    if (approvals != 0) head += "; approvals needed: " + std::to_string(approvals);
    verdict.text = head + verdict.text;
    return verdict;
}

Verdict verdict_on(const Asked& asked, const Draft& draft, std::uint64_t bytes) {
    if (asked.context && asked.context->connected()) {
        const auto verdict = ask_policies(*asked.context, draft, bytes);
        if (verdict) return *verdict;
        const std::string why(text_of(verdict.error().code).code);
        return {{{"not_asked", why}}, "\n  policies: not asked (" + why + ")"};
    }
    return {{{"not_asked", asked.why_not}}, "\n  policies: not asked (" + asked.why_not + ")"};
}

Status show_one(Invocation& invocation, const Asked& asked, const Draft& draft) {
    const std::uint64_t bytes = CHAPAR_TRY(sealed_bytes(draft));
    json::array to;
    std::string names;
    for (const OfficeId& office : draft.options.to) {
        to.emplace_back(office.text());
        names += " " + office.text();
    }
    json::array attachments;
    std::string files;
    for (const DraftAttachment& one : draft.attachments) {
        attachments.push_back({{"name", one.listed.file_name},
                               {"type", one.listed.media_type},
                               {"bytes", one.listed.length}});
        files += "\n  with " + one.listed.file_name + " (" + one.listed.media_type + ", " +
                 std::to_string(one.listed.length) + " bytes)";
    }
    const std::string payload = render_payload(draft.payload);
    Verdict verdict = verdict_on(asked, draft, bytes);
    json::object out{{"ready", true},
                     {"to", std::move(to)},
                     {"payload", json::parse(payload)},
                     {"bytes", bytes},
                     {"policy", std::move(verdict.object)}};
    if (!attachments.empty()) out["attachments"] = std::move(attachments);
    invocation.output.result(out, "ready for" + names + ": " + payload + files + verdict.text);
    return Done{};
}

}  // namespace

Status show_dry_run(Invocation& invocation, std::vector<Draft> drafts,
                    const AddressDraft& address) {
    const Asked asked = open_context(invocation);
    for (Draft& draft : drafts) {
        CHAPAR_TRY(check_addressed(invocation, asked, address, draft));
        CHAPAR_TRY(show_one(invocation, asked, draft));
    }
    invocation.output.result(json::object{{"sent", 0}}, "Nothing was sent.");
    return Done{};
}

}  // namespace chapar::client
