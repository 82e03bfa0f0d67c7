// Attacks by enrolled devices over good sessions: what never ends, what is never read, and the name
// of another.
#include <algorithm>
#include <set>

#include "schemas/frames_codec.h"
#include "tests/hostile/attack.h"
#include "tests/hostile/pace.h"
#include "tests/hostile/session_peer.h"

namespace chapar::hostile {
namespace {

// So many sessions of hostile devices, opened anew when they end.
class Sessions : public Attack {
  public:
    Sessions(Target& target, std::size_t sessions, std::size_t devices)
        : target_(target), most_(sessions), devices_(devices), pace_(100) {}

    void turn(int most_ms) override {
        for (const auto& peer : crowd_.peers()) {
            if (peer->state() == CurvePeer::State::Closed) welcome_.erase(peer.get());
        }
        count("sessions ended by the broker") += crowd_.bury();
        while (crowd_.size() < most_ && pace_.due()) {
            const std::size_t device = started_ % devices_;
            const auto source = static_cast<std::uint8_t>(kFirstSource + started_ % 40);
            ++started_;
            ++count("sessions");
            SessionScript with = script();
            with.welcomed = [this, next = with.welcomed](CurvePeer& peer) {
                welcome_.insert(&peer);
                ++count("welcomed");
                next(peer);
            };
            crowd_.add(session_peer(target_, device, target_.as(device, source), with));
        }
        crowd_.turn(std::min(most_ms, 2));
        for (CurvePeer* peer : welcome_) {
            if (peer->state() == CurvePeer::State::Ready) act(*peer);
        }
    }

  protected:
    virtual SessionScript script() { return {}; }
    virtual void act(CurvePeer&) {}
    Target& target_;

  private:
    std::size_t most_;
    std::size_t devices_;
    Pace pace_;
    Crowd crowd_;
    std::set<CurvePeer*> welcome_;
    std::size_t started_ = 0;
};

// A message of ever more parts: libzmq's water marks count whole messages.
class EndlessMultipart final : public Sessions {
  public:
    explicit EndlessMultipart(Target& target) : Sessions(target, 4, 4) {}

  private:
    void act(CurvePeer& peer) override {
        static const Bytes kPart(60'000);
        for (int i = 0; i < 4 && peer.idle() && peer.state() == CurvePeer::State::Ready; ++i) {
            peer.send(kPart, CurvePeer::Part::More);
            count("bytes") += kPart.size();
        }
    }
};

// Asks for the largest answer there is, again and again, and takes none from its socket.
class NeverReads final : public Attack {
  public:
    explicit NeverReads(Target& target) : pace_(400) {
        for (std::size_t i = 0; i < kLinks; ++i) {
            links_.push_back(std::make_unique<testing::DeviceLink>(
                context_, target.broker().endpoint(), target.centre(), target.enrolled()[i % 4],
                kWaterMark));
            if (links_.back()->greet()) ++count("sessions");
        }
    }
    void turn(int most_ms) override {
        const timespec pause{0, std::min(most_ms, 2) * 1'000'000L};
        nanosleep(&pause, nullptr);
        static const Bytes kAsk = schemas::encode_frame(schemas::DirectoryAsk{});
        while (pace_.due()) {
            if (links_[next_++ % kLinks]->send(kAsk)) ++count("questions");
        }
    }

  private:
    static constexpr std::size_t kLinks = 32;
    static constexpr int kWaterMark = 2;
    broker::ZmqContext context_;
    std::vector<std::unique_ptr<testing::DeviceLink>> links_;
    Pace pace_;
    std::size_t next_ = 0;
};

// Asks as much as it may and reads all of it: work, not memory.
class Questions final : public Sessions {
  public:
    explicit Questions(Target& target) : Sessions(target, 16, 4) {}

  private:
    SessionScript script() override {
        SessionScript script;
        script.welcomed = [](CurvePeer& peer) {
            for (int i = 0; i < 4; ++i) ask(peer);
        };
        script.frame = [this](CurvePeer& peer, const schemas::Frame&) {
            ++count("answers");
            if (peer.state() == CurvePeer::State::Ready) ask(peer);
        };
        return script;
    }
    static void ask(CurvePeer& peer) { peer.send(schemas::encode_frame(schemas::DirectoryAsk{})); }
};

// Opens 16 sessions a device and 40 times as many again: the oldest must go, and nobody else's.
class Crowding final : public Sessions {
  public:
    explicit Crowding(Target& target) : Sessions(target, 160, 4) {}
};

// Another's routing id, another's certificate, another's envelope.
class Takeover final : public Attack {
  public:
    explicit Takeover(Target& target) : target_(target), pace_(50) {
        CurvePeer::Plan plan = target.as(0, kFirstSource);
        plan.routing_id = kName;
        SessionScript script;
        script.frame = [this](CurvePeer&, const schemas::Frame& frame) {
            if (std::holds_alternative<schemas::Explained>(frame)) ++count("owner's answers");
            if (std::holds_alternative<schemas::ErrorFrame>(frame)) ++owner_errors_;
        };
        script.welcomed = [this](CurvePeer&) { owner_welcome_ = true; };
        owner_ = &crowd_.add(session_peer(target, 0, plan, std::move(script)));
    }
    void turn(int most_ms) override {
        crowd_.turn(std::min(most_ms, 2));
        if (!owner_welcome_ || !pace_.due()) return;
        if (owner_->state() == CurvePeer::State::Ready) ask_as_owner();
        if (crowd_.size() < kAtOnce) return begin(started_++ % 3);
        for (const auto& peer : crowd_.peers()) {
            if (peer.get() != owner_) peer->leave();
        }
        // The owner stays in its place: it is the first, and never closed by us.
        if (owner_->state() != CurvePeer::State::Closed) crowd_.bury();
    }
    std::string complaint() const override {
        if (owner_->state() == CurvePeer::State::Closed || owner_errors_ > 0) {
            return "the owner of a routing id lost its session";
        }
        if (let_in_ > 0) return std::to_string(let_in_) + " spoke for another";
        return {};
    }

  private:
    static constexpr const char* kName = "owner";
    static constexpr std::size_t kAtOnce = 32;

    void ask_as_owner() {
        schemas::ExplainAsk ask{target_.enrolled()[0].office, {target_.honest().office}, {}, {}};
        owner_->send(schemas::encode_frame(std::move(ask)));
    }
    void begin(std::size_t kind) {
        const std::size_t device = 1 + started_ % 3;
        const auto source = static_cast<std::uint8_t>(kFirstSource + started_ % 40);
        CurvePeer::Plan plan = target_.as(device, source);
        SessionScript script;
        if (kind == 0) {
            ++count("claims of a routing id");
            plan.routing_id = kName;
            // Let in under another name, or not at all: what the owner asked for must not come
            // here.
            script.frame = [this](CurvePeer&, const schemas::Frame& frame) {
                let_in_ += std::holds_alternative<schemas::Explained>(frame) ? 1 : 0;
            };
        } else if (kind == 1) {
            ++count("claims of a certificate");
            script.claimed = &target_.honest();
            script.welcomed = [this](CurvePeer&) { ++let_in_; };
            script.frame = [this](CurvePeer&, const schemas::Frame& frame) {
                note_error(frame, "hello.refused");
            };
        } else {
            ++count("claims of an envelope");
            script.welcomed = [this](CurvePeer& peer) { peer.send(target_.captured().frame); };
            script.frame = [this](CurvePeer&, const schemas::Frame& frame) {
                note_error(frame, "sender.not-session");
                let_in_ += std::holds_alternative<schemas::Outcomes>(frame) ? 1 : 0;
            };
        }
        crowd_.add(session_peer(target_, device, plan, std::move(script)));
    }
    void note_error(const schemas::Frame& frame, const std::string& code) {
        const auto* error = std::get_if<schemas::ErrorFrame>(&frame);
        if (error != nullptr && error->code == code) ++count(code);
    }

    Target& target_;
    Crowd crowd_;
    Pace pace_;
    CurvePeer* owner_ = nullptr;
    bool owner_welcome_ = false;
    std::size_t owner_errors_ = 0;
    std::size_t let_in_ = 0;
    std::size_t started_ = 0;
};

template <typename Kind>
std::unique_ptr<Attack> begin(Target& target) {
    return std::make_unique<Kind>(target);
}

}  // namespace

void add_session_attacks(std::vector<Scenario>& to) {
    constexpr double kMiB = 1024 * 1024;
    // Each of the four beyond what one unfinished message may have.
    to.push_back({"endless-multipart",
                  "4 devices send one message of ever more parts of 60 kB",
                  begin<EndlessMultipart>,
                  {{"welcomed", 8}, {"bytes", 8 * kMiB}, {"sessions ended by the broker", 4}}});
    to.push_back({"never-reads",
                  "32 sessions of 4 devices ask 400 times a second for 256 KiB and read nothing",
                  begin<NeverReads>,
                  {{"sessions", 24}, {"questions", 100, 20}}});
    to.push_back({"questions",
                  "16 sessions of 4 devices keep 4 questions for 256 KiB open each",
                  begin<Questions>,
                  {{"welcomed", 12}, {"answers", 0, 20}}});
    // More than the 16 that each of the four keys may have.
    to.push_back({"crowding",
                  "160 sessions of 4 devices, opened again as they are cut",
                  begin<Crowding>,
                  {{"welcomed", 80}, {"sessions ended by the broker", 16}}});
    to.push_back({"takeover",
                  "enrolled devices claim another's routing id, certificate and envelope",
                  begin<Takeover>,
                  {{"claims of a routing id", 5},
                   {"claims of a certificate", 5},
                   {"claims of an envelope", 5},
                   {"owner's answers", 10},
                   {"hello.refused", 5},
                   {"sender.not-session", 5}}});
}

}  // namespace chapar::hostile
