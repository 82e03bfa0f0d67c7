// The fold against what anybody may send twice, too much of, or out of turn: an envelope is decided
// once, and what waits for a device is never more than it may be and never less than nothing.
#include <map>
#include <memory>

#include "broker/core/mailbox.h"
#include "broker/edge/byte_budget.h"
#include "tests/unit/broker/world.h"
#include "tests/unit/properties/property.h"

namespace chapar::testing {
namespace {

constexpr std::uint32_t kRows = 3;

// One centre for all cases: it costs more than a case does. What it has seen goes on with it.
class Centre {
  public:
    Centre() {
        using enum crypto::PolicyDirection;
        for (const char* agency : {"TJ-DCA", "UZ-NCDC"}) {
            world.agency(agency);
            for (const auto direction : {Export, Import}) {
                const std::string id = direction == Export ? "out" : "in";
                world.rule(agency, {id, direction, crypto::PolicyEffect::Permit, {}, 3, {}, {}});
            }
        }
        world.office("TJ-ONE", "TJ-DCA", "TJ", crypto::office_role::kLiaison);
        world.office("UZ-ONE", "UZ-NCDC", "UZ", crypto::office_role::kLiaison);
        world.device("tj", "TJ-ONE");
        world.device("uz", "UZ-ONE");
        world.device("uz-2", "UZ-ONE");
        world.capacity.mailbox_rows = kRows;
    }

    void step() {
        switch (drawn(0, 5)) {
            case 0:
            case 1:
                submit();
                break;
            case 2:
            case 3:
                repeat();
                break;
            case 4:
                confirm();
                break;
            default:
                squat();
        }
        compare();
    }

  private:
    struct Known {
        SentEnvelope sent;
        broker::Outcome first;
        std::set<std::string> waiting;
    };

    std::uint64_t size() const { return world.frontier.size().value; }

    void submit() {
        SendPlan plan;
        plan.from = "tj";
        plan.to = {"UZ-ONE"};
        SentEnvelope sent = world.seal(plan);
        const std::uint64_t before = size();
        const bool room = waiting_["uz"] < kRows && waiting_["uz-2"] < kRows;
        auto outcome = world.submit(sent);
        // Fails if a full mailbox takes one more, or a refusal for want of room leaves an entry.
        RC_ASSERT(outcome.code.has_value() == !room);
        if (!room) {
            RC_ASSERT(size() == before && outcome.count == 0);
            return;
        }
        RC_ASSERT(outcome.freshness == broker::Freshness::New && size() > before);
        ++waiting_["uz"];
        ++waiting_["uz-2"];
        known_.push_back({std::move(sent), std::move(outcome), {"uz", "uz-2"}});
        if (known_.size() > 20) known_.erase(known_.begin());
    }

    // The same envelope again, as after a lost answer: the same outcome, and nothing new.
    void repeat() {
        if (known_.empty()) return;
        const Known& one = known_[drawn(0, known_.size() - 1)];
        const std::uint64_t before = size();
        const auto outcome = world.submit(one.sent);
        RC_ASSERT(outcome.freshness == broker::Freshness::Duplicate);
        RC_ASSERT(outcome.code == one.first.code && outcome.lines == one.first.lines);
        RC_ASSERT(outcome.first == one.first.first && outcome.count == one.first.count);
        RC_ASSERT(size() == before && outcome.effects.mail.empty());
    }

    // Another envelope under a message id that was used: refused, and the first one stands.
    void squat() {
        if (known_.empty() || waiting_["uz"] >= kRows || waiting_["uz-2"] >= kRows) return;
        SendPlan plan;
        plan.from = "tj";
        plan.to = {"UZ-ONE"};
        plan.message_id = known_[drawn(0, known_.size() - 1)].sent.message_id;
        const auto outcome = world.submit(world.seal(plan));
        RC_ASSERT(outcome.code == Errc::Conflict);
        RC_ASSERT(outcome.effects.mail.empty());
    }

    void confirm() {
        if (known_.empty()) return;
        Known& one = known_[drawn(0, known_.size() - 1)];
        const std::string device = drawn(0, 1) == 0 ? "uz" : "uz-2";
        const std::uint64_t before = size();
        const auto outcome =
            world.confirm(device, one.sent.hash, one.first.first, crypto::DeliveryEvent::Delivered);
        RC_ASSERT(!outcome.code);
        if (one.waiting.erase(device) == 1) {
            --waiting_[device];
            RC_ASSERT(size() > before);
        } else {
            RC_ASSERT(outcome.freshness == broker::Freshness::Duplicate && size() == before);
        }
    }

    void compare() {
        const auto txn = world.read();
        for (const char* name : {"uz", "uz-2"}) {
            const CertificateHash device = world.device_named(name).hash;
            const std::uint32_t counted = broker::waiting_count(*txn, device).value();
            RC_ASSERT(counted <= kRows && counted == waiting_[name]);
            RC_ASSERT(broker::waiting_rows(*txn, device, {}, 99).value().size() == counted);
        }
    }

    World world{StoreKind::Memory, 5};
    std::map<std::string, std::uint32_t> waiting_;
    std::vector<Known> known_;
};

}  // namespace

TEST_CASE("what is sent again is decided once, and no mailbox passes its bound") {
    Centre centre;
    holds([&centre] { centre.step(); });
}

TEST_CASE("a budget gives no more bytes than it has, and has all of them again at the end") {
    holds([] {
        const std::size_t most = drawn(0, 1000);
        broker::ByteBudget budget(most);
        std::vector<std::pair<broker::ByteBudget::Share, std::size_t>> shares;
        std::size_t used = 0;
        for (std::uint64_t steps = drawn(1, 40); steps > 0; --steps) {
            if (drawn(0, 2) == 0 && !shares.empty()) {
                std::swap(shares[drawn(0, shares.size() - 1)], shares.back());
                used -= shares.back().second;
                shares.pop_back();
            } else {
                // Near the end of the numbers, too: a sum that wraps would fit.
                const std::size_t bytes =
                    drawn(0, 9) == 0 ? ~std::size_t{0} - drawn(0, 9) : drawn(0, 400);
                auto share = budget.take(bytes);
                RC_ASSERT(share.has_value() == (bytes <= most - used));
                if (share) {
                    shares.emplace_back(std::move(*share), bytes);
                    used += bytes;
                }
            }
            RC_ASSERT(budget.used() == used && used <= most);
        }
        shares.clear();
        RC_ASSERT(budget.used() == 0);
    });
}

}  // namespace chapar::testing
