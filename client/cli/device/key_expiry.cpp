#include "client/cli/device/key_expiry.h"

#include "client/core/trust_list.h"

namespace chapar::client {

std::optional<std::string> expiry_warning(TimeMs now, const std::string& what,
                                          const crypto::Validity& validity,
                                          const std::string& next) {
    if (now >= validity.to) return what + " has ended; " + next;
    const std::uint64_t days = days_left(validity.to, now);
    switch (due_warning(days)) {
        case 0:
            return std::nullopt;
        case 1:
            return what + (days == 0 ? " ends TODAY; " : " ends within 2 days; ") + next;
        case 7:
            return what + " ends in " + std::to_string(days) + " days, this week; " + next;
        default:
            return what + " ends in " + std::to_string(days) + " days; " + next;
    }
}

std::optional<std::string> expiry_warning(TimeMs now, const crypto::DeviceRecord& certificate) {
    const bool over = now >= certificate.validity.to;
    return expiry_warning(
        now, "the certificate of " + certificate.request.request.office.text(),
        certificate.validity,
        over ? "ask for another: chapar key recover" : "ask for the next one: chapar key renew");
}

}  // namespace chapar::client
