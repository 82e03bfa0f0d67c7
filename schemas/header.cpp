#include "schemas/header.h"

namespace chapar::schemas {

DurationMs reply_deadline(Urgency urgency) {
    switch (urgency) {
        case Urgency::Flash:
            return kHour;
        case Urgency::Urgent:
            return kHour * 8;
        case Urgency::Priority:
            return kDay * 3;
        case Urgency::Routine:
            break;
    }
    return kDay * 7;
}

}  // namespace chapar::schemas
