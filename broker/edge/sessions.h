// The open sessions, by number, routing id and device.
//
// Owns: the registry and its bound. Does not know frames. Ending a session frees its record and
// nothing else; whoever ends it cuts the link. Resource type; loop thread.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "broker/edge/session.h"

namespace chapar::broker {

// Of one CURVE key. A device needs one, and a second while the first one's link is found dead.
constexpr std::size_t kSessionsPerKey = 16;

class Sessions {
  public:
    explicit Sessions(std::size_t most) : most_(most) {}

    // The session of this frame. A routing id that comes over another link or with another key is
    // another peer's: the old session is gone. A key with too many loses its oldest, and that link
    // is cut; so no device, revoked ones included, can take the room of all. Null if there are too
    // many in all.
    [[nodiscard]] Session* find_or_open(const Incoming& incoming, DurationMs hello_by);
    // Null if it has ended.
    [[nodiscard]] Session* find(SessionNumber number);
    void greeted(Session& session, Greeted who);
    [[nodiscard]] std::vector<Session*> of_device(const CertificateHash& device);
    void end(SessionNumber number);

    // `visit` may end sessions, its own included.
    void for_each(const std::function<void(Session&)>& visit);
    [[nodiscard]] std::size_t size() const { return sessions_.size(); }
    [[nodiscard]] std::size_t active() const { return devices_.size(); }
    // That have greeted.
    [[nodiscard]] std::size_t of_agency(const AgencyId& agency) const;
    // For one more of `newcomer`: the oldest of the agency's device that has most ends, and its
    // link is cut, so that no device keeps its colleagues out. False: each other device has one.
    bool make_room(const AgencyId& agency, const CertificateHash& newcomer);

  private:
    std::size_t most_;
    SessionNumber next_ = 1;
    std::map<SessionNumber, Session> sessions_;
    std::map<RoutingId, SessionNumber> routes_;
    std::multimap<CertificateHash, SessionNumber> devices_;
    std::map<CurveKey, std::set<SessionNumber>> keys_;
    std::map<AgencyId, std::size_t> agencies_;
};

}  // namespace chapar::broker
