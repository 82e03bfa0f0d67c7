// Sealed mail through a running broker, as one thread of many devices: how long each envelope took.
//
// Owns: the sessions, when each frame is sent, and the times of receipts and deliveries. At a fixed
// rate a time is counted from when the frame should have been sent, so a broker that stands still
// cannot hide it. Recipients sign for what they get, many statements to a signature, as a client
// does. Nothing is opened or proven: it must cost little beside the broker.
//
// Units: microseconds, envelopes a second. Resource type; one thread, sockets included.
#pragma once

#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "tests/load/device_link.h"
#include "tests/load/mail.h"

namespace chapar::testing {

struct TrafficPlan {
    double rate = 0;           // envelopes a second of all senders; 0: as fast as they are answered
    std::size_t window = 256;  // without a receipt, of each sender, at most; unless at a rate
};

struct TrafficFigures {
    double seconds = 0;                   // from the first frame to the last receipt
    std::vector<std::uint32_t> receipt;   // of each envelope, ascending
    std::vector<std::uint32_t> delivery;  // the same
    std::size_t sent = 0;
    std::size_t refused = 0;    // receipts that say no
    std::size_t confirmed = 0;  // statements taken
    std::string refusal;        // code of the last one

    [[nodiscard]] double per_second() const {
        return static_cast<double>(receipt.size()) / seconds;
    }
};
// Of an ascending list; 0 of an empty one.
[[nodiscard]] std::uint32_t percentile(const std::vector<std::uint32_t>& ascending, double part);

class Traffic {
  public:
    // All are greeted when it returns. Nobody takes mail if there are no `recipients`. What it is
    // given outlives it.
    Traffic(const Centre& centre, const std::string& endpoint,
            const std::vector<const EdgeDevice*>& senders,
            const std::vector<const EdgeDevice*>& recipients);

    // Frame i is sender i % n's. Until every envelope has its receipt and, with recipients, was
    // delivered and signed for; or until nothing has come for `patience` seconds.
    [[nodiscard]] TrafficFigures run(std::span<const SealedFrame> frames, const TrafficPlan& plan,
                                     double patience = 20);

  private:
    using Nanoseconds = std::uint64_t;
    struct Flight {
        Nanoseconds since = 0;
        std::size_t sender = 0;
    };
    struct Reader {
        std::unique_ptr<DeviceLink> link;
        std::vector<crypto::DeliveryStatement> unsigned_;
    };
    struct FirstBytes {
        std::size_t operator()(const EnvelopeHash& hash) const;
    };

    void prepare(std::span<const SealedFrame> frames, const TrafficPlan& plan);
    void send_due(std::span<const SealedFrame> frames, const TrafficPlan& plan);
    [[nodiscard]] bool send_one(std::size_t sender, std::span<const SealedFrame> frames,
                                const TrafficPlan& plan);
    // True: something came.
    [[nodiscard]] bool take_receipts();
    [[nodiscard]] bool take_mail(const TrafficPlan& plan);
    void take(Reader& reader, const schemas::Deliver& frame);
    void sign(Reader& reader);
    [[nodiscard]] bool finished() const;
    void wait(const TrafficPlan& plan) const;

    const Centre& centre_;
    broker::ZmqContext context_;
    std::vector<std::unique_ptr<DeviceLink>> senders_;
    std::vector<Reader> readers_;
    // Of one run.
    std::unordered_map<EnvelopeHash, Flight, FirstBytes> flights_;
    std::vector<std::size_t> next_frame_;  // of each sender
    std::vector<std::size_t> open_;        // envelopes without a receipt, of each sender
    std::vector<Nanoseconds> due_;         // of each sender's next frame, at a rate
    Nanoseconds gap_ = 0;
    std::size_t expected_ = 0;
    TrafficFigures figures_;
};

}  // namespace chapar::testing
