#include "broker/edge/unanswered.h"

#include <algorithm>

namespace chapar::broker {
namespace {

MailboxPosition position_of(const MailboxRow& row) { return {row.urgency, row.number}; }

bool apart(DurationMs last, DurationMs now, DurationMs by) {
    return now.value >= last.value + by.value;
}

}  // namespace

Unanswered::Turn Unanswered::turn_of(const Count& count, DurationMs now) {
    if (count.times < kSuspect) return Turn::Now;
    if (count.times < kSetAside || apart(count.last, now, kRest)) return Turn::Last;
    return Turn::Rests;
}

Unanswered::Turn Unanswered::turn(const MailboxRow& row, DurationMs now) const {
    const auto device = devices_.find(row.device);
    if (device == devices_.end()) return Turn::Now;
    const auto count = device->second.rows.find(position_of(row));
    return count == device->second.rows.end() ? Turn::Now : turn_of(count->second, now);
}

bool Unanswered::handed_out(const MailboxRow& row, std::uint64_t session, DurationMs now) {
    const auto known = devices_.find(row.device);
    const bool is_new = known == devices_.end() || !known->second.rows.contains(position_of(row));
    if (is_new && watched_ >= kWatched) return false;
    if (is_new) ++watched_;
    Device& device = devices_[row.device];
    Count& count = device.rows[position_of(row)];
    count.session = session;
    if (count.times > 0 && !apart(count.last, now, kApart)) return false;
    count.last = now;
    if (count.times == kSetAside) return false;
    if (++count.times == kSuspect) ++device.suspects;
    if (count.times < kSetAside) return false;
    ++set_aside_;
    return true;
}

bool Unanswered::is_next(const Count& count, std::uint64_t session, DurationMs now) {
    // A session that stays open is offered what has rested as a new one is.
    const bool given = count.session == session && count.times < kSetAside;
    return !given && turn_of(count, now) == Turn::Last;
}

std::vector<MailboxPosition> Unanswered::next_last(const CertificateHash& device,
                                                   std::uint64_t session, DurationMs now,
                                                   std::size_t limit) const {
    const auto known = devices_.find(device);
    if (known == devices_.end() || known->second.suspects == 0) return {};
    std::vector<std::pair<unsigned, MailboxPosition>> due;
    for (const auto& [position, count] : known->second.rows) {
        if (is_next(count, session, now)) due.emplace_back(count.times, position);
    }
    const auto end = due.begin() + static_cast<std::ptrdiff_t>(std::min(limit, due.size()));
    std::partial_sort(due.begin(), end, due.end());
    std::vector<MailboxPosition> out;
    for (auto at = due.begin(); at != end; ++at) out.push_back(at->second);
    return out;
}

bool Unanswered::is_next_last(const MailboxRow& row, std::uint64_t session, DurationMs now) const {
    const auto device = devices_.find(row.device);
    if (device == devices_.end()) return false;
    const auto count = device->second.rows.find(position_of(row));
    return count != device->second.rows.end() && is_next(count->second, session, now);
}

bool Unanswered::has_suspects(const CertificateHash& device) const {
    const auto known = devices_.find(device);
    return known != devices_.end() && known->second.suspects > 0;
}

std::vector<CertificateHash> Unanswered::devices() const {
    std::vector<CertificateHash> out;
    for (const auto& [device, rows] : devices_) out.push_back(device);
    return out;
}

std::map<MailboxPosition, Unanswered::Count>::iterator Unanswered::erase(
    Device& device, std::map<MailboxPosition, Count>::iterator at) {
    --watched_;
    if (at->second.times >= kSuspect) --device.suspects;
    if (at->second.times == kSetAside) --set_aside_;
    return device.rows.erase(at);
}

void Unanswered::forget(const CertificateHash& device, const MailboxPosition& row) {
    const auto known = devices_.find(device);
    if (known == devices_.end()) return;
    const auto at = known->second.rows.find(row);
    if (at != known->second.rows.end()) erase(known->second, at);
    if (known->second.rows.empty()) devices_.erase(known);
}

bool Unanswered::is_crowded(const CertificateHash& device) const {
    const auto known = devices_.find(device);
    return known != devices_.end() && known->second.rows.size() >= known->second.crowded_at;
}

Status Unanswered::forget_gone(const CertificateHash& device, const StillWaits& still_waits) {
    const auto known = devices_.find(device);
    if (known == devices_.end()) return Done{};
    auto& rows = known->second.rows;
    for (auto at = rows.begin(); at != rows.end();) {
        at = CHAPAR_TRY(still_waits(at->first)) ? std::next(at) : erase(known->second, at);
    }
    // Asked again when as many more were handed out: a look at each row, in the long run.
    known->second.crowded_at = std::max(Device{}.crowded_at, 2 * rows.size());
    if (rows.empty()) devices_.erase(known);
    return Done{};
}

}  // namespace chapar::broker
