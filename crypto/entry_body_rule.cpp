#include "crypto/entry_body_rule.h"

#include "crypto/statement.h"
#include "schemas/base/limits.h"

namespace chapar::crypto {
namespace {

constexpr BodyIds kAlways = bit(BodyId::Event) | bit(BodyId::Time);
constexpr BodyIds kMessage =
    kAlways | bit(BodyId::SenderAgency) | bit(BodyId::RecipientAgency) | bit(BodyId::EnvelopeHash);
constexpr BodyIds kSubmission = kMessage | bit(BodyId::Envelope) | bit(BodyId::Item) |
                                bit(BodyId::Blind) | bit(BodyId::Stanzas) | bit(BodyId::Decision);
constexpr BodyIds kLater = kMessage | bit(BodyId::Accepted);
constexpr BodyIds kStatement = kLater | bit(BodyId::Item) | bit(BodyId::Statement);
constexpr BodyIds kWithheld = kLater | bit(BodyId::Reason) | bit(BodyId::Devices);
constexpr BodyIds kExpired = kLater | bit(BodyId::Reason) | bit(BodyId::Cause);
constexpr BodyIds kRecord = kAlways | bit(BodyId::Record);

std::optional<BodyRule> message_rule(std::uint8_t event) {
    switch (static_cast<MessageEvent>(event)) {
        case MessageEvent::Accepted:
        case MessageEvent::Rejected:
            return BodyRule{kSubmission};
        case MessageEvent::Delivered:
        case MessageEvent::Opened:
        case MessageEvent::Acked:
        case MessageEvent::Unopenable:
        case MessageEvent::Recalled:
            return BodyRule{kStatement};
        case MessageEvent::Withheld:
            return BodyRule{kWithheld};
        case MessageEvent::Expired:
            return BodyRule{kExpired, bit(BodyId::Devices)};
        case MessageEvent::Forwarded:
            return BodyRule{kLater};
    }
    return std::nullopt;
}

std::optional<BodyRule> only(bool event_exists, BodyRule rule) {
    if (!event_exists) return std::nullopt;
    return rule;
}

Error malformed(const char* what) { return Error(Errc::MalformedLayout, what); }

BodyIds ids_of(const EntryBody& body) {
    BodyIds ids = bit(BodyId::Event) | bit(BodyId::Time);
    const auto add = [&](BodyId id, bool present) { ids |= present ? bit(id) : 0; };
    add(BodyId::SenderAgency, body.sender_agency.has_value());
    add(BodyId::RecipientAgency, body.recipient_agency.has_value());
    add(BodyId::Envelope, body.envelope.has_value());
    add(BodyId::Item, body.item.has_value());
    add(BodyId::Blind, body.blind.has_value());
    add(BodyId::Stanzas, body.stanzas.has_value());
    add(BodyId::Decision, body.decision.has_value());
    add(BodyId::Accepted, body.accepted.has_value());
    add(BodyId::Statement, body.statement.has_value());
    add(BodyId::Reason, body.reason.has_value());
    add(BodyId::Record, body.record.has_value());
    add(BodyId::Devices, !body.devices.empty());
    add(BodyId::Nonce, body.nonce.has_value());
    add(BodyId::Build, body.build.has_value());
    add(BodyId::Cause, body.cause.has_value());
    add(BodyId::EnvelopeHash, body.envelope_hash.has_value());
    add(BodyId::Step, body.step.has_value());
    return ids;
}

Status check_contents(LeafKind kind, const EntryBody& body) {
    const bool withheld =
        kind == LeafKind::Message && body.event == event_number(MessageEvent::Withheld);
    if (withheld && body.devices.size() != 1) return malformed("body devices");
    if (body.statement && body.statement->size() != DeliveryStatement::kBytes) {
        return malformed("body statement");
    }
    if (body.stanzas && (body.stanzas->empty() || body.stanzas->size() > limits::kStanzas)) {
        return malformed("body stanzas");
    }
    if (!body.decision) return Done{};
    const bool permit = body.decision->effect == PolicyEffect::Permit;
    const bool accepted = body.event == event_number(MessageEvent::Accepted);
    if (permit != body.decision->code.empty() || permit != accepted) {
        return malformed("body decision");
    }
    for (const DecisionLine& line : body.decision->lines) {
        if (!line.rule.empty() && !is_rule_id(line.rule)) return malformed("body decision");
    }
    return Done{};
}

}  // namespace

std::optional<BodyRule> body_rule(LeafKind kind, std::uint8_t event) {
    switch (kind) {
        case LeafKind::Message:
            return message_rule(event);
        case LeafKind::Key:
            return only(event >= event_number(KeyEvent::Agency) &&
                            event <= event_number(KeyEvent::Reinstate),
                        {kRecord});
        case LeafKind::Admin:
            return only(event >= event_number(AdminEvent::Founded) &&
                            event <= event_number(AdminEvent::Override),
                        {kRecord});
        case LeafKind::Policy:
        case LeafKind::Ladder:
            return only(event == kNoEvent, {kRecord});
        case LeafKind::Epoch:
            return only(event == kNoEvent, {kAlways | bit(BodyId::Nonce) | bit(BodyId::Build)});
        case LeafKind::Time:
            if (event == event_number(TimeEvent::Stepped)) {
                return BodyRule{kAlways | bit(BodyId::Step)};
            }
            return only(event == event_number(TimeEvent::Advanced), {kAlways});
        case LeafKind::Anchor:
            return only(event == kNoEvent, {kAlways, bit(BodyId::Record)});
        case LeafKind::Shred:
        case LeafKind::Prune:
        case LeafKind::Hold:
            return only(event == kNoEvent, {kRecord});
    }
    return std::nullopt;
}

Status EntryBody::check(LeafKind kind) const {
    const std::optional<BodyRule> rule = body_rule(kind, event);
    if (!rule) return malformed("body event");
    const BodyIds ids = ids_of(*this);
    if ((ids & rule->must) != rule->must || (ids & ~(rule->must | rule->may)) != 0) {
        return malformed("body records of the event");
    }
    return check_contents(kind, *this);
}

}  // namespace chapar::crypto
