#include "crypto/entry_body_rule.h"

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

}  // namespace

std::optional<BodyRule> body_rule(LeafKind kind, std::uint8_t event) {
    switch (kind) {
        case LeafKind::Message:
            return message_rule(event);
        case LeafKind::Key:
            return only(
                event >= event_number(KeyEvent::Agency) && event <= event_number(KeyEvent::Opened),
                {kRecord});
        case LeafKind::Admin:
            return only(event == event_number(AdminEvent::Founded), {kRecord});
        case LeafKind::Policy:
        case LeafKind::Ladder:
            return only(event == kNoEvent, {kRecord});
        case LeafKind::Epoch:
            return only(event == kNoEvent, {kAlways | bit(BodyId::Nonce) | bit(BodyId::Build)});
        case LeafKind::Time:
            return only(event == kNoEvent, {kAlways});
        case LeafKind::Anchor:
        case LeafKind::Shred:
        case LeafKind::Prune:
        case LeafKind::Hold:
            return only(event == kNoEvent, {kAlways, bit(BodyId::Record)});
    }
    return std::nullopt;
}

}  // namespace chapar::crypto
