#include "broker/edge/intake.h"

#include "schemas/base/result.h"

namespace chapar::broker {

Intake::Share::~Share() {
    if (held_) held_->intake->give_back(held_->session, held_->agency, held_->bytes);
}

Intake::Share Intake::Share::split(std::size_t bytes) {
    if (!held_) return {};
    CHAPAR_ASSERT(bytes <= held_->bytes);
    held_->bytes -= bytes;
    return Share({held_->intake, held_->session, held_->agency, bytes});
}

std::optional<Intake::Share> Intake::admit(std::uint64_t session, const AgencyId& agency,
                                           std::size_t frames, std::size_t bytes) {
    const auto used_by = [](const auto& counts, const auto& whom) {
        const auto found = counts.find(whom);
        return found == counts.end() ? std::size_t{0} : found->second;
    };
    const std::size_t free = bounds_.bytes - used_;
    if (frames >= bounds_.session_frames || bytes > free ||
        used_by(sessions_, session) + bytes > bounds_.session_bytes ||
        used_by(agencies_, agency) + bytes > free) {
        return std::nullopt;
    }
    used_ += bytes;
    sessions_[session] += bytes;
    agencies_[agency] += bytes;
    return Share({this, session, agency, bytes});
}

bool Intake::within_rate(const AgencyId& agency, std::size_t envelopes, DurationMs now) {
    return rates_.try_emplace(agency, bounds_.envelopes, now).first->second.take(envelopes, now);
}

void Intake::give_back(std::uint64_t session, const AgencyId& agency, std::size_t bytes) {
    const auto less = [bytes](auto& counts, const auto& whom) {
        const auto found = counts.find(whom);
        if (found == counts.end()) return;
        found->second -= bytes;
        if (found->second == 0) counts.erase(found);
    };
    used_ -= bytes;
    less(sessions_, session);
    less(agencies_, agency);
}

}  // namespace chapar::broker
