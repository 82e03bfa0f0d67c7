#include "client/core/approval.h"

#include <algorithm>
#include <utility>

#include "client/core/directory_store.h"
#include "client/core/inbox_judge.h"
#include "client/core/peer_trust.h"
#include "client/core/store_errors.h"
#include "crypto/envelope.h"
#include "crypto/sha256.h"
#include "schemas/base/error_catalogue.h"
#include "schemas/base/limits.h"
#include "schemas/header_codec.h"
#include "schemas/kinds.h"
#include "schemas/media_types.h"

namespace chapar::client {
namespace {

using schemas::Stage;

// Answers to one draft that are looked at. Officers of the offices asked are few; a device of
// theirs that answers for ever fills neither the outbox nor the screen.
constexpr std::size_t kAnswers = 256;

template <typename T>
bool contains(const std::vector<T>& list, const T& one) {
    return std::ranges::find(list, one) != list.end();
}

Status check_in_force(Standing standing) {
    switch (standing) {
        case Standing::Valid:
            return Done{};
        case Standing::Unknown:
            return Errc::CertificateUnknown;
        case Standing::NotInForce:
            return Errc::CertificateExpired;
        case Standing::Suspended:
            return Errc::CertificateSuspended;
        case Standing::Disputed:
        case Standing::Revoked:
            return Errc::CertificateRevoked;
    }
    return Errc::CertificateUnknown;
}

using Officer = std::pair<AgencyId, std::string>;

Officer officer_of(const DeviceEntry& device) {
    const auto& request = device.record.request.request;
    return {request.agency, request.officer};
}

// Approvals that count count persons, not devices.
Result<std::set<Officer>> officers_counted(const DirectoryView& directory, const Device& device,
                                           const std::vector<crypto::Approval>& given) {
    std::set<Officer> officers;
    if (const auto own = CHAPAR_TRY(directory.device(device.certificate))) {
        officers.insert(officer_of(*own));
    }
    for (const crypto::Approval& one : given) {
        if (const auto entry = CHAPAR_TRY(directory.device(one.approver))) {
            officers.insert(officer_of(*entry));
        }
    }
    return officers;
}

// One draft that waits, with what its answers are judged by. Borrows.
struct Waiting {
    const DirectoryView& directory;
    const Device& device;
    const StoredDraft& draft;
    OutboxItem& item;
    ApprovalReport& report;
    TimeMs now;
    std::vector<Error> not_yet = {};  // of answers that may count later
};

// What the next records of the directory, a date or a person may end. A signature that fits another
// text or audience, and a revocation, are for ever.
bool may_pass(Errc code) {
    switch (code) {
        case Errc::CertificateUnknown:
        case Errc::CertificateExpired:
        case Errc::CertificateSuspended:
        case Errc::PeerUnconfirmed:
        case Errc::PeerKeyChanged:
            return true;
        default:
            return false;
    }
}

enum class Judged : std::uint8_t { Settled, NotYet };

Result<Judged> take_signature(Waiting& waiting, const InboxItem& answer,
                              const schemas::Approval& approval) {
    const crypto::Approval given{answer.sender, approval.audience, *approval.signature};
    if (const Status fits =
            check_given(waiting.directory, waiting.device, waiting.draft, given, waiting.now);
        !fits) {
        if (is_store_error(fits.error().code)) return fits.error();
        if (may_pass(fits.error().code)) {
            waiting.not_yet.emplace_back(
                fits.error().code,
                "the approval of " + answer.sender_office.text() + " does not count yet");
            return Judged::NotYet;
        }
        waiting.report.alarms.push_back(fits.error());
        return Judged::Settled;
    }
    auto& all = waiting.item.approvals.given;
    const auto officers = CHAPAR_TRY(officers_counted(waiting.directory, waiting.device, all));
    const auto entry = CHAPAR_TRY(waiting.directory.device(answer.sender));
    if (!officers.contains(officer_of(*entry)) && all.size() < limits::kApprovals) {
        all.push_back(given);
    }
    return Judged::Settled;
}

Result<Judged> take_answer(Waiting& waiting, const InboxItem& answer,
                           const schemas::Approval& approval) {
    if (approval.signature) return take_signature(waiting, answer, approval);
    auto& refused_by = waiting.item.approvals.refused_by;
    if (!contains(refused_by, answer.sender)) refused_by.push_back(answer.sender);
    waiting.report.refused.push_back(waiting.item.number);
    return Judged::Settled;
}

// An answer counts only from an office that was asked; anyone may write to us.
bool is_to_be_read(const Waiting& waiting, const InboxItem& answer) {
    const OutboxApprovals& approvals = waiting.item.approvals;
    return contains(approvals.asked, answer.sender_office) &&
           !contains(approvals.answers_seen, answer.number.value) &&
           approvals.answers_seen.size() + waiting.not_yet.size() < kAnswers;
}

// Told once for as long as the draft waits for the same reason; `outbox ls` shows it meanwhile.
void tell_not_yet(Waiting& waiting, const OutboxApprovals& before) {
    OutboxProblem& problem = waiting.item.problem;
    if (waiting.not_yet.empty()) {
        if (waiting.item.approvals.given.size() > before.given.size()) problem = {};
        return;
    }
    const Error& first = waiting.not_yet.front();
    if (problem.code == text_of(first.code).code) return;
    problem = {};
    problem.code = text_of(first.code).code;
    problem.context = first.context;
    for (const Error& one : waiting.not_yet) waiting.report.alarms.push_back(one);
}

// One record that cannot be read holds up nothing but itself; a store that cannot, everything.
Status tell_of_record(const Error& problem, ApprovalReport& report) {
    CHAPAR_TRY(unless_broken(problem));
    report.alarms.push_back(problem);
    return Done{};
}

Status collect_for(storage::Txn& txn, const Device& device, OutboxItem item,
                   const std::vector<InboxItem>& answers, TimeMs now, ApprovalReport& report) {
    const auto draft = stored_draft(txn, device, item.number);
    if (!draft) return tell_of_record(draft.error(), report);
    const DirectoryView directory(txn);
    Waiting waiting{directory, device, *draft, item, report, now};
    const OutboxItem before = item;
    for (const InboxItem& answer : answers) {
        if (!is_to_be_read(waiting, answer)) continue;
        const auto text = inbox_text(txn, device, answer.number);
        if (!text) {
            CHAPAR_TRY(tell_of_record(text.error(), report));
            item.approvals.answers_seen.push_back(answer.number.value);
            continue;
        }
        const auto* approval = std::get_if<schemas::Approval>(&text->content.payload);
        if (approval == nullptr || approval->target != item.message) continue;
        if (CHAPAR_TRY(take_answer(waiting, answer, *approval)) == Judged::Settled) {
            item.approvals.answers_seen.push_back(answer.number.value);
        }
    }
    tell_not_yet(waiting, before.approvals);
    if (item == before) return Done{};
    if (item.approvals.given.size() < item.approvals.needed) return outbox_update(txn, item);
    report.complete.push_back(item.number);
    return outbox_approved(txn, std::move(item));
}

Result<EnvelopeOptions> request_options(const StoredDraft& draft,
                                        std::span<const OfficeId> approvers, TimeMs now) {
    const schemas::Header& header = draft.header;
    const schemas::KindInfo* kind = schemas::find_kind(schemas::Kind::ApprovalRequest);
    CHAPAR_ASSERT(kind != nullptr);
    if (header.expires_at <= now) return Error(Errc::Expired, "draft");
    EnvelopeOptions options;
    options.to.assign(approvers.begin(), approvers.end());
    options.case_id = header.case_id;
    options.classification = header.classification;
    options.handling = header.handling;
    options.purpose = header.purpose;
    // The draft inside is as personal as what it becomes.
    options.personal_data = header.personal_data;
    options.urgency = std::min(kind->base_urgency, header.urgency);
    options.expires = header.expires_at;
    options.retain = header.retain_until;
    options.reply_by = std::min(now + schemas::reply_deadline(*options.urgency), header.expires_at);
    return options;
}

}  // namespace

Status check_given(const DirectoryView& directory, const Device& device, const StoredDraft& draft,
                   const crypto::Approval& approval, TimeMs now) {
    if (approval.audience != crypto::audience_hash(draft.blind, draft.audience())) {
        return Errc::ApprovalAudience;
    }
    const auto entry = CHAPAR_TRY(directory.device(approval.approver));
    if (!entry) return Errc::CertificateUnknown;
    const Standing standing =
        CHAPAR_TRY(directory.standing(approval.approver, directory_store::kNow, now));
    CHAPAR_TRY(check_in_force(standing));
    const Trust trust = CHAPAR_TRY(
        certificate_trust(directory, device.roots, approval.approver, directory_store::kNow, now));
    if (trust == Trust::KeyChanged) return Error(Errc::PeerKeyChanged, "approver");
    if (trust != Trust::Verified) return Error(Errc::PeerUnconfirmed, "approver");
    const auto own = CHAPAR_TRY(directory.device(device.certificate));
    if (approval.approver == device.certificate ||
        (own && officer_of(*own) == officer_of(*entry))) {
        return Error(Errc::ApprovalSignature, "by the sender");
    }
    const auto key =
        CHAPAR_TRY(crypto::VerifyingKey::create(entry->record.request.request.sign_key));
    const Bytes header = schemas::encode_header(draft.header);
    return crypto::check_approval(device.card.home(), crypto::context_hash(header), approval, key);
}

Result<Draft> request_approvals(storage::Txn& txn, const Device& device, OutboxNumber number,
                                std::span<const OfficeId> approvers, std::uint8_t needed,
                                const std::string& text, TimeMs now) {
    if (approvers.empty()) return Error(Errc::FieldMissing, "approvers");
    if (needed == 0 || needed > limits::kApprovals) return Error(Errc::FieldInvalid, "approvals");
    OutboxItem item = CHAPAR_TRY(outbox_item(txn, number));
    const StoredDraft draft = CHAPAR_TRY(stored_draft(txn, device, number));

    Draft request;
    request.options = CHAPAR_TRY(request_options(draft, approvers, now));
    schemas::ApprovalRequest payload;
    payload.target = draft.header.message_id;
    const std::set<OfficeId> audience = draft.audience();
    payload.offices.assign(audience.begin(), audience.end());
    payload.blind = draft.blind;
    if (!text.empty()) payload.remarks.note = {text, "en"};
    request.payload = std::move(payload);

    DraftAttachment attachment;
    Bytes drafted = encode_drafted(schemas::encode_header(draft.header), draft.stream0.expose());
    attachment.listed = {drafted.size(), std::string(schemas::kDraftMediaType), "draft"};
    attachment.digest = crypto::sha256(drafted);
    attachment.source = std::move(drafted);
    request.attachments.push_back(std::move(attachment));

    item.approvals = {};
    item.approvals.needed = needed;
    item.approvals.asked.assign(approvers.begin(), approvers.end());
    CHAPAR_TRY(outbox_await_approvals(txn, std::move(item)));
    return request;
}

Result<ApprovalReport> collect_approvals(storage::Txn& txn, const Device& device, TimeMs now) {
    ApprovalReport report;
    std::vector<OutboxItem> waiting = CHAPAR_TRY(outbox_items(txn));
    std::erase_if(waiting,
                  [](const OutboxItem& item) { return item.stage != Stage::AwaitingApprovals; });
    if (waiting.empty()) return report;
    std::vector<InboxItem> answers = CHAPAR_TRY(inbox_items(txn));
    std::erase_if(answers, [](const InboxItem& item) {
        return item.kind != schemas::Kind::Approval || !is_settled(item);
    });
    for (OutboxItem& item : waiting) {
        CHAPAR_TRY(collect_for(txn, device, std::move(item), answers, now, report));
    }
    return report;
}

}  // namespace chapar::client
