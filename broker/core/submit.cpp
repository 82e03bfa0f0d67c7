#include "broker/core/submit.h"

#include "broker/core/addressees.h"
#include "broker/core/agency_mail.h"
#include "broker/core/directory_view.h"
#include "broker/core/envelope_row.h"
#include "broker/core/heads.h"
#include "broker/core/mailbox.h"
#include "crypto/admit.h"
#include "crypto/batch.h"
#include "crypto/transcript.h"
#include "schemas/base/limits.h"
#include "schemas/header_codec.h"

namespace chapar::broker {
namespace {

using crypto::MessageEvent;
using crypto::StanzaDigest;

// A submission, parsed. Borrows the operation.
struct Received {
    const Submit& submit;
    EnvelopeHash hash;
    crypto::EnvelopeStatement statement;
    schemas::Header header;
    crypto::BatchItem item;
    std::vector<StanzaDigest> stanzas;
};

Result<Received> parse(const Submit& submit) {
    auto statement = CHAPAR_TRY(crypto::EnvelopeStatement::decode(submit.envelope));
    auto header = CHAPAR_TRY(schemas::decode_header(statement.header));
    auto item = CHAPAR_TRY(crypto::BatchItem::decode(submit.item));
    std::vector<StanzaDigest> stanzas;
    for (const SubmittedStanza& stanza : submit.stanzas) {
        const auto label = CHAPAR_TRY(crypto::StanzaLabel::decode(stanza.label.view()));
        stanzas.push_back({label, stanza.sealed});
    }
    if (stanzas.empty()) return Error(Errc::MalformedLayout, "stanzas");
    return Received{submit,
                    crypto::envelope_hash(submit.envelope),
                    std::move(statement),
                    std::move(header),
                    std::move(item),
                    std::move(stanzas)};
}

crypto::BodyDecision decision_record(Effect effect, std::string_view code,
                                     const std::vector<DecisionLine>& lines) {
    crypto::BodyDecision out{effect, std::string(code), {}};
    for (const DecisionLine& line : lines) {
        out.lines.push_back({line.direction, line.agency, line.rule, line.policy});
    }
    return out;
}

crypto::RetentionClass retention_of(const schemas::Header& header) {
    return crypto::retention_class(header.created, header.retain_until);
}

// What ACCEPTED and REJECTED entries have in common.
EntryDraft submission_draft(const Moment& moment, const Received& in, MessageEvent event,
                            const AgencyId& sender, const AgencyId& recipient) {
    EntryDraft draft = draft_at(moment, crypto::LeafKind::Message, event_number(event));
    draft.body.sender_agency = sender;
    draft.body.recipient_agency = recipient;
    draft.body.envelope = in.submit.envelope;
    draft.body.item = in.submit.item;
    draft.body.blind = in.submit.blind;
    draft.body.envelope_hash = in.hash;
    draft.readers = EntryReaders{sender, recipient, retention_of(in.header)};
    return draft;
}

enum class OperationId : std::uint8_t { Fresh, Taken };

// One REJECTED entry, all labels in full, for the sender's agency.
Plan rejected(const Moment& moment, const Received& in, const AgencyId& sender, const Error& error,
              OperationId id, std::vector<DecisionLine> lines = {}) {
    Plan plan = refusal(as_hash(in.hash), error);
    EntryDraft draft = submission_draft(moment, in, MessageEvent::Rejected, sender, sender);
    draft.body.stanzas.emplace();
    for (const StanzaDigest& stanza : in.stanzas) {
        draft.body.stanzas->push_back({stanza.label, stanza.seal_hash});
    }
    draft.body.decision = decision_record(Effect::Deny, text_of(error.code).code, lines);
    add_draft(plan, moment, std::move(draft));
    plan.outcome.lines = lines;
    EnvelopeRow row{in.header.sender, in.header.message_id, moment.next, 1,
                    error.code,       std::move(lines),     std::nullopt};
    plan.write = [hash = in.hash, row = std::move(row), id](storage::Txn& txn) -> Status {
        CHAPAR_TRY(write_envelope(txn, hash, row));
        if (id == OperationId::Taken) return Done{};
        return write_operation(txn, row.sender, row.message, hash);
    };
    return plan;
}

// The stanzas as one agency may see them: its own in full, the others' as leaf values.
std::vector<crypto::BodyStanza> stanzas_for(const Received& in, const Addressees& to,
                                            std::size_t agency) {
    std::vector<crypto::BodyStanza> out;
    for (std::size_t i = 0; i < in.stanzas.size(); ++i) {
        const StanzaDigest& stanza = in.stanzas[i];
        if (to.agency_of_stanza[i] == agency) {
            out.push_back({stanza.label, stanza.seal_hash});
        } else {
            const Bytes label = stanza.label.encode();
            out.push_back(
                {std::nullopt,
                 crypto::transcript_hash(crypto::Label::Stanza, {label, stanza.seal_hash.view()})});
        }
    }
    return out;
}

// Everything the state says about a submission that is new.
struct Examination {
    crypto::OfficeRecord sender;
    Addressees to;
    Conditions conditions;
};

EnvelopeRow accepted_row(const Moment& moment, const Received& in,
                         const crypto::OfficeRecord& sender, const Addressees& to,
                         const std::vector<DecisionLine>& lines, const Conditions& conditions) {
    const schemas::Header& header = in.header;
    return {header.sender,
            header.message_id,
            moment.next,
            static_cast<std::uint32_t>(to.agencies.size()),
            std::nullopt,
            lines,
            Addressing{sender.office, sender.agency, static_cast<std::uint16_t>(header.kind),
                       static_cast<std::uint8_t>(header.classification),
                       static_cast<std::uint8_t>(header.urgency), retention_of(header),
                       header.expires_at, to.agencies, conditions}};
}

// The decision as one agency may see it: the pairs with its own offices. Who else received the
// envelope, and by which rule, is not its business.
std::vector<DecisionLine> lines_for(const Decision& decision, const Addressees& to,
                                    const AgencyId& agency) {
    CHAPAR_ASSERT(decision.lines.size() == 2 * to.offices.size());
    Decision own{decision.effect, {}};
    for (std::size_t i = 0; i < to.offices.size(); ++i) {
        if (to.offices[i].agency != agency) continue;
        own.lines.push_back(decision.lines[2 * i]);
        own.lines.push_back(decision.lines[2 * i + 1]);
    }
    return lines_to_record(own);
}

Plan accepted(const Moment& moment, const Received& in, const Examination& facts,
              const Decision& decision) {
    const crypto::OfficeRecord& sender = facts.sender;
    const Addressees& to = facts.to;
    std::vector<DecisionLine> lines = lines_to_record(decision);
    Plan plan;
    plan.outcome.about = as_hash(in.hash);
    for (std::size_t i = 0; i < to.agencies.size(); ++i) {
        EntryDraft draft =
            submission_draft(moment, in, MessageEvent::Accepted, sender.agency, to.agencies[i]);
        draft.body.stanzas = stanzas_for(in, to, i);
        draft.body.decision =
            decision_record(Effect::Permit, "", lines_for(decision, to, to.agencies[i]));
        add_draft(plan, moment, std::move(draft));
    }
    std::vector<Deposit> deposits;
    for (std::size_t i = 0; i < in.stanzas.size(); ++i) {
        const CertificateHash& device = in.stanzas[i].label.certificate;
        deposits.push_back(
            {device, moment.entry(to.agency_of_stanza[i]), static_cast<std::uint16_t>(i)});
        plan.outcome.effects.mail.push_back(device);
    }
    plan.write = [&submit = in.submit, hash = in.hash,
                  row = accepted_row(moment, in, sender, to, lines, facts.conditions),
                  deposits = std::move(deposits)](storage::Txn& txn) -> Status {
        CHAPAR_TRY(write_envelope(txn, hash, row));
        CHAPAR_TRY(write_operation(txn, row.sender, row.message, hash));
        return deposit(txn, hash, row, deposits, submit);
    };
    plan.outcome.lines = std::move(lines);
    return plan;
}

Result<crypto::OfficeRecord> check_sender(const DirectoryView& directory, const Received& in,
                                          TimeMs at) {
    const auto sender = CHAPAR_TRY(directory.in_force(in.header.sender, at));
    if ((sender.office.roles & crypto::office_role::kLiaison) == 0) {
        return Error(Errc::NotPermitted, "sender");
    }
    return sender.office;
}

// Home and times: refusals that are ledgered.
Status check_times(const Centre& centre, const Moment& moment, const schemas::Header& header) {
    if (header.home != centre.home) return Error(Errc::WrongHome);
    if (header.created > moment.time + limits::kClockAhead) return Error(Errc::ClockAhead);
    if (header.expires_at <= moment.time) return Error(Errc::Expired);
    if (header.expires_at > moment.time + limits::kEnvelopeLife) {
        return Error(Errc::HeaderRule, "expiresAt");
    }
    return Done{};
}

Status check_quota(const storage::ReadTxn& txn, const Capacity& capacity, const Received& in,
                   const Examination& facts) {
    const MailAccount account = account_of(static_cast<std::uint16_t>(in.header.kind));
    std::vector<WaitingMail> more(facts.to.agencies.size(), {0, facts.conditions.size});
    for (std::size_t i = 0; i < in.stanzas.size(); ++i) {
        const CertificateHash& device = in.stanzas[i].label.certificate;
        if (account == MailAccount::Mail &&
            CHAPAR_TRY(waiting_count(txn, device)) >= capacity.mailbox_rows) {
            return Error(Errc::QuotaExceeded);
        }
        ++more[facts.to.agency_of_stanza[i]].rows;
    }
    for (std::size_t i = 0; i < more.size(); ++i) {
        CHAPAR_TRY(check_agency_room(
            txn, capacity, {facts.sender.agency, facts.to.agencies[i], account}, more[i]));
    }
    return Done{};
}

Result<Examination> examine(const DirectoryView& directory, const Centre& centre,
                            const Moment& moment, const Received& in) {
    auto sender = CHAPAR_TRY(check_sender(directory, in, moment.time));
    auto to = CHAPAR_TRY(find_addressees(directory, in.stanzas, moment.time));
    CHAPAR_TRY(check_approvers(directory, in.statement, in.header.sender, moment.time));
    CHAPAR_TRY(crypto::check_audience(in.statement, in.stanzas, in.submit.blind, to.by_hash));
    CHAPAR_TRY(check_times(centre, moment, in.header));
    auto conditions = CHAPAR_TRY(conditions_of(directory, in.statement, in.header.sender));
    return Examination{std::move(sender), std::move(to), std::move(conditions)};
}

// The first outcome, for a resend of the same bytes.
Plan first_outcome(const EnvelopeHash& hash, EnvelopeRow row) {
    Plan plan = duplicate(as_hash(hash), row.first, row.count);
    plan.outcome.code = row.refused;
    plan.outcome.lines = std::move(row.lines);
    return plan;
}

Result<Plan> decide(const DirectoryView& directory, const Centre& centre, const Moment& moment,
                    const Received& in, const std::optional<RuleName>& without) {
    const storage::ReadTxn& txn = directory.txn();
    if (auto row = CHAPAR_TRY(read_envelope(txn, in.hash))) {
        return first_outcome(in.hash, std::move(*row));
    }
    const DeviceEntry* device = CHAPAR_TRY(directory.device(in.header.sender));
    if (device == nullptr) return Error(Errc::CertificateUnknown, "sender");
    const AgencyId& agency = device->record.request.request.agency;
    if (CHAPAR_TRY(read_operation(txn, in.header.sender, in.header.message_id))) {
        return rejected(moment, in, agency, Error(Errc::Conflict), OperationId::Taken);
    }
    auto facts = examine(directory, centre, moment, in);
    if (!facts) {
        if (is_failure(facts.error().code)) return facts.error();
        return rejected(moment, in, agency, facts.error(), OperationId::Fresh);
    }
    CHAPAR_TRY(check_seen_head(txn, centre, moment.frontier, in.item.head.seen));
    CHAPAR_TRY(check_quota(txn, moment.capacity, in, *facts));
    const Subject subject{static_cast<std::uint16_t>(in.header.kind),
                          static_cast<std::uint8_t>(in.header.classification), facts->conditions};
    const auto decision =
        CHAPAR_TRY(decide_policy(directory, facts->sender, facts->to.offices, subject, without));
    if (decision.effect == Effect::Deny) {
        return rejected(moment, in, agency, decision.refusal(), OperationId::Fresh,
                        lines_to_record(decision));
    }
    return accepted(moment, in, *facts, decision);
}

}  // namespace

Result<Plan> decide_submit(const DirectoryView& directory, const Centre& centre,
                           const Moment& moment, const Submit& submit,
                           const std::optional<RuleName>& without) {
    const auto in = parse(submit);
    const Hash about = as_hash(crypto::envelope_hash(submit.envelope));
    if (!in) return refusal(about, in.error());
    auto plan = decide(directory, centre, moment, *in, without);
    if (plan || is_failure(plan.error().code)) return plan;
    return refusal(about, plan.error());
}

}  // namespace chapar::broker
