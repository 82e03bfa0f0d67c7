#include "broker/edge/intake.h"

#include <algorithm>

#include "schemas/base/result.h"

namespace chapar::broker {
namespace {

// More than have a session at a time; from then on idle ones are forgotten.
constexpr std::size_t kDevicesRemembered = 20'000;

std::uint64_t quarter_of(std::uint64_t whole) { return std::max<std::uint64_t>(whole / 4, 1); }

}  // namespace

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

bool Intake::within_rate(const AgencyId& agency, const CertificateHash& device,
                         std::size_t envelopes, DurationMs now) {
    const Rate& all = bounds_.envelopes;
    TokenBucket& of_agency = rates_.try_emplace(agency, all, now).first->second;
    if (!of_agency.holds(std::max<std::uint64_t>(all.burst / 2, 1), now)) {
        if (!of_agency.holds(1, now)) return false;
        if (device_rates_.size() >= kDevicesRemembered) {
            std::erase_if(device_rates_, [&](const auto& entry) { return entry.second.full(now); });
        }
        const Rate share{quarter_of(all.per_second), quarter_of(all.burst)};
        TokenBucket& of_device = device_rates_.try_emplace(device, share, now).first->second;
        if (!of_device.holds(1, now)) return false;
        of_device.owe(envelopes, now);
    }
    of_agency.owe(envelopes, now);
    return true;
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
