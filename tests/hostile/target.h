// A centre under attack: chapard as a child, an honest pair with mail, devices that turned hostile.
//
// Owns: founding, the child, who is who. Does not know attacks. Resource type; the honest pair runs
// on a thread of its own.
#pragma once

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "tests/hostile/curve_peer.h"
#include "tests/load/broker_child.h"
#include "tests/load/traffic.h"

namespace chapar::hostile {

struct TargetPlan {
    std::string chapard;
    std::size_t enrolled = 8;  // devices in the attacker's hands
    std::string settings;      // added to chapard.toml
};

// Where attackers come from: 127.0.0.2 and on; the honest come from 127.0.0.1.
constexpr std::uint8_t kFirstSource = 2;

class Target {
  public:
    explicit Target(const TargetPlan& plan);

    [[nodiscard]] testing::Centre& centre() { return centre_; }
    [[nodiscard]] const testing::BrokerChild& broker() const { return *broker_; }
    [[nodiscard]] const std::vector<testing::EdgeDevice>& enrolled() const { return enrolled_; }
    [[nodiscard]] PublicKey curve_key() const {
        return PublicKey{centre_.manifest().curve_key.bytes};
    }
    // A plan for a connection under this device's own key.
    [[nodiscard]] CurvePeer::Plan as(std::size_t device, std::uint8_t source) const;
    // A key that stands in no certificate.
    [[nodiscard]] const crypto::KeyPair& stranger() const { return stranger_; }
    // Of the honest sender, never sent by it.
    [[nodiscard]] testing::SealedFrame captured();
    [[nodiscard]] const testing::EdgeDevice& honest() const { return *centre_.tajik; }

    // Mail of the honest pair at a fixed rate, for so long in all; the figures of so many windows
    // one after the other. REQUIRES: one at a time.
    [[nodiscard]] std::future<std::vector<testing::TrafficFigures>> honest_mail(
        double seconds, std::size_t windows);
    // Milliseconds until a device that comes now is welcome; none within `most_ms`.
    [[nodiscard]] std::future<std::optional<double>> honest_arrival(double most_ms);

  private:
    testing::Centre centre_;
    std::vector<testing::EdgeDevice> enrolled_;
    std::vector<crypto::KeyPair> keys_;  // CURVE keys of `enrolled_`
    crypto::KeyPair stranger_;
    std::unique_ptr<testing::BrokerChild> broker_;
    std::unique_ptr<testing::Traffic> honest_;
};

}  // namespace chapar::hostile
