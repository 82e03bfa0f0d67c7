#include "broker/edge/sessions.h"

#include <algorithm>

namespace chapar::broker {

Session* Sessions::find_or_open(const Incoming& incoming, DurationMs hello_by) {
    CHAPAR_ASSERT(incoming.key.has_value());
    const auto route = routes_.find(incoming.from);
    if (route != routes_.end()) {
        Session& known = sessions_.at(route->second);
        if (known.key == *incoming.key && known.link == incoming.link) return &known;
        end(known.number);
    }
    const auto same_key = keys_.find(*incoming.key);
    if (same_key != keys_.end() && same_key->second.size() >= kSessionsPerKey) {
        const SessionNumber oldest = *same_key->second.begin();
        sessions_.at(oldest).link.cut();
        end(oldest);
    }
    if (sessions_.size() >= most_) return nullptr;
    const SessionNumber number = next_++;
    keys_[*incoming.key].insert(number);
    Session& session = sessions_[number];
    session.number = number;
    session.routing_id = incoming.from;
    session.key = *incoming.key;
    session.link = incoming.link;
    session.hello_by = hello_by;
    routes_.emplace(incoming.from, number);
    return &session;
}

Session* Sessions::find(SessionNumber number) {
    const auto found = sessions_.find(number);
    return found == sessions_.end() ? nullptr : &found->second;
}

void Sessions::greeted(Session& session, Greeted who) {
    CHAPAR_ASSERT(session.state == SessionState::Challenged);
    session.state = SessionState::Active;
    devices_.emplace(who.device, session.number);
    ++agencies_[who.agency];
    session.greeted = std::move(who);
}

std::vector<Session*> Sessions::of_device(const CertificateHash& device) {
    std::vector<Session*> found;
    const auto [first, last] = devices_.equal_range(device);
    for (auto it = first; it != last; ++it) found.push_back(&sessions_.at(it->second));
    return found;
}

std::size_t Sessions::of_agency(const AgencyId& agency) const {
    const auto found = agencies_.find(agency);
    return found == agencies_.end() ? 0 : found->second;
}

bool Sessions::make_room(const AgencyId& agency, const CertificateHash& newcomer) {
    std::map<CertificateHash, std::vector<SessionNumber>> of_devices;
    for (const auto& [number, session] : sessions_) {
        if (session.greeted && session.greeted->agency == agency) {
            of_devices[session.greeted->device].push_back(number);
        }
    }
    const auto with_newcomer = [&](const auto& one) {
        return one.second.size() + (one.first == newcomer ? 1 : 0);
    };
    const auto most = std::ranges::max_element(of_devices, {}, with_newcomer);
    if (most == of_devices.end() || with_newcomer(*most) < 2) return false;
    const SessionNumber oldest = most->second.front();
    sessions_.at(oldest).link.cut();
    end(oldest);
    return true;
}

void Sessions::end(SessionNumber number) {
    const auto found = sessions_.find(number);
    if (found == sessions_.end()) return;
    const Session& session = found->second;
    routes_.erase(session.routing_id);
    const auto same_key = keys_.find(session.key);
    same_key->second.erase(number);
    if (same_key->second.empty()) keys_.erase(same_key);
    if (session.greeted) {
        const auto agency = agencies_.find(session.greeted->agency);
        if (--agency->second == 0) agencies_.erase(agency);
        const auto [first, last] = devices_.equal_range(session.greeted->device);
        for (auto it = first; it != last; ++it) {
            if (it->second != number) continue;
            devices_.erase(it);
            break;
        }
    }
    sessions_.erase(found);
}

void Sessions::for_each(const std::function<void(Session&)>& visit) {
    for (auto it = sessions_.begin(); it != sessions_.end();) {
        const SessionNumber number = it->first;
        visit(it->second);
        it = sessions_.upper_bound(number);
    }
}

}  // namespace chapar::broker
