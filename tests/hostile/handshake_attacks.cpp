// Attacks on the CURVE handshake: each step done wrong, done right with a key that nobody knows,
// and, so that a refusal says something, done right with a key that is enrolled.
#include <algorithm>
#include <chrono>

#include "tests/hostile/attack.h"
#include "tests/hostile/pace.h"

namespace chapar::hostile {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kAtOnce = 96;
constexpr double kStartedASecond = 200;
// Then we give up ourselves: the broker's time for a handshake is longer.
constexpr std::chrono::seconds kPatience{2};

// Peers with one flaw after the other; none but those without any may ever be let in.
class Handshakes final : public Attack {
  public:
    explicit Handshakes(Target& target) : target_(target) {}

    void turn(int most_ms) override {
        while (crowd_.size() < kAtOnce && pace_.due()) begin();
        crowd_.turn(std::min(most_ms, 2));
        judge();
    }
    std::string complaint() const override {
        return let_in_ == 0 ? "" : std::to_string(let_in_) + " were let in";
    }

  private:
    void begin() {
        const auto source = static_cast<std::uint8_t>(kFirstSource + started_ % 40);
        CurvePeer::Plan plan = target_.as(0, source);
        // One round in two with an enrolled device's key.
        const bool known = (started_ / kFlaws) % 2 == 0;
        plan.flaw = static_cast<Flaw>(started_ % kFlaws);
        if (!known) plan.own = &target_.stranger();
        ++started_;
        ++count("handshakes");
        crowd_.add(std::make_unique<CurvePeer>(plan, target_.centre().random,
                                               [](CurvePeer&, ByteView) {}));
        begun_.push_back({SteadyClock::now(), known && plan.flaw == Flaw::None});
    }
    void judge() {
        const auto now = SteadyClock::now();
        for (std::size_t i = 0; i < crowd_.size(); ++i) {
            CurvePeer& peer = *crowd_.peers()[i];
            const bool over = peer.state() == CurvePeer::State::Closed;
            if (over) ++count("ended by the broker");
            if (peer.was_ready()) {
                begun_[i].right ? ++count("right ones let in") : ++let_in_;
                peer.leave();
            }
            if (!over && now - begun_[i].since > kPatience) {
                ++count("given up by us");
                peer.leave();
            }
        }
        std::size_t kept = 0;
        for (std::size_t i = 0; i < crowd_.size(); ++i) {
            if (crowd_.peers()[i]->state() == CurvePeer::State::Closed) continue;
            begun_[kept++] = begun_[i];
        }
        begun_.resize(kept);
        crowd_.bury();
    }

    Target& target_;
    Crowd crowd_;
    struct Begun {
        SteadyClock::time_point since;
        bool right = false;
    };
    std::vector<Begun> begun_;  // of each of the crowd
    std::size_t started_ = 0;
    std::size_t let_in_ = 0;
    Pace pace_{kStartedASecond};
};

}  // namespace

void add_handshake_attacks(std::vector<Scenario>& to) {
    to.push_back(
        {"bad-curve",
         "200 handshakes a second, each wrong in one of eleven ways or with an unknown key",
         [](Target& target) { return std::make_unique<Handshakes>(target); },
         {{"handshakes", 2 * kFlaws}, {"handshakes", 0, 50}, {"right ones let in", 1}}});
}

}  // namespace chapar::hostile
