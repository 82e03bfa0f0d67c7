#include "schemas/delivery_state.h"

namespace chapar::schemas {

std::optional<StatementEvent> statement_event(std::uint8_t number) {
    if (number < 1 || number > 5) return std::nullopt;
    return static_cast<StatementEvent>(number);
}

std::optional<MessageEvent> message_event(std::uint8_t number) {
    if (number < 1 || number > 10) return std::nullopt;
    return static_cast<MessageEvent>(number);
}

MessageEvent event_of(StatementEvent event) {
    // The entry events repeat the five statement events in their order, after ACCEPTED.
    return static_cast<MessageEvent>(static_cast<std::uint8_t>(event) + 1);
}

std::optional<Stage> stage_of(MessageEvent event) {
    switch (event) {
        case MessageEvent::Accepted:
            return Stage::Logged;
        case MessageEvent::Delivered:
            return Stage::Delivered;
        case MessageEvent::Opened:
            return Stage::Opened;
        case MessageEvent::Acknowledged:
            return Stage::Acknowledged;
        case MessageEvent::RecallDone:
            return Stage::Recalled;
        case MessageEvent::Withheld:
            return Stage::Withheld;
        case MessageEvent::Expired:
            return Stage::Expired;
        case MessageEvent::Rejected:
            return Stage::Refused;
        case MessageEvent::Unopenable:
        case MessageEvent::Forwarded:
            break;
    }
    return std::nullopt;
}

}  // namespace chapar::schemas
