#include "tests/load/traffic.h"

#include <poll.h>
#include <sys/prctl.h>

#include <algorithm>
#include <cstring>
#include <ctime>

#include "crypto/envelope.h"
#include "crypto/statement.h"
#include "schemas/base/limits.h"
#include "schemas/frames_codec.h"

namespace chapar::testing {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint32_t kCredit = 4096;
constexpr std::size_t kSignedTogether = 64;
constexpr int kFramesInARow = 64;
constexpr std::uint64_t kLongestWait = 50'000'000;
constexpr std::uint64_t kNever = ~std::uint64_t{0};

std::uint64_t now() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * kSecond +
           static_cast<std::uint64_t>(time.tv_nsec);
}

std::uint32_t microseconds(std::uint64_t nanoseconds) {
    return static_cast<std::uint32_t>(nanoseconds / 1000);
}

}  // namespace

std::uint32_t percentile(const std::vector<std::uint32_t>& ascending, double part) {
    if (ascending.empty()) return 0;
    const auto last = static_cast<double>(ascending.size() - 1);
    return ascending[static_cast<std::size_t>(last * part + 0.5)];
}

std::size_t Traffic::FirstBytes::operator()(const EnvelopeHash& hash) const {
    std::size_t out = 0;
    std::memcpy(&out, hash.bytes.data(), sizeof out);
    return out;
}

Traffic::Traffic(const Centre& centre, const std::string& endpoint,
                 const std::vector<const EdgeDevice*>& senders,
                 const std::vector<const EdgeDevice*>& recipients)
    : centre_(centre) {
    // A frame that is due is sent when it is due, not 50 us later.
    prctl(PR_SET_TIMERSLACK, 1);
    for (const EdgeDevice* device : senders) {
        senders_.push_back(std::make_unique<DeviceLink>(context_, endpoint, centre, *device));
        CHAPAR_ASSERT(senders_.back()->greet());
    }
    for (const EdgeDevice* device : recipients) {
        readers_.push_back({std::make_unique<DeviceLink>(context_, endpoint, centre, *device), {}});
        CHAPAR_ASSERT(readers_.back().link->greet());
        CHAPAR_ASSERT(readers_.back().link->send(schemas::encode_frame(schemas::Credit{kCredit})));
    }
}

void Traffic::prepare(std::span<const SealedFrame> frames, const TrafficPlan& plan) {
    flights_.clear();
    figures_ = {};
    expected_ = 0;
    for (const SealedFrame& frame : frames) expected_ += frame.envelopes.size();
    flights_.reserve(expected_);
    figures_.receipt.reserve(expected_);
    figures_.delivery.reserve(expected_);
    open_.assign(senders_.size(), 0);
    next_frame_.clear();
    due_.clear();
    const auto each = static_cast<double>(frames.empty() ? 1 : frames.front().envelopes.size());
    if (plan.rate > 0) {
        gap_ =
            static_cast<Nanoseconds>(1e9 * static_cast<double>(senders_.size()) * each / plan.rate);
    }
    const Nanoseconds start = now();
    for (std::size_t i = 0; i < senders_.size(); ++i) {
        next_frame_.push_back(i);
        due_.push_back(start + gap_ * i / senders_.size());
    }
}

bool Traffic::send_one(std::size_t sender, std::span<const SealedFrame> frames,
                       const TrafficPlan& plan) {
    std::size_t& index = next_frame_[sender];
    if (index >= frames.size()) return false;
    const SealedFrame& frame = frames[index];
    const Nanoseconds time = now();
    const bool may = plan.rate > 0 ? due_[sender] <= time
                                   : open_[sender] + frame.envelopes.size() <= plan.window;
    if (!may || !senders_[sender]->send(frame.frame)) return false;
    const Nanoseconds since = plan.rate > 0 ? due_[sender] : time;
    for (const EnvelopeHash& envelope : frame.envelopes) {
        flights_.emplace(envelope, Flight{since, sender});
    }
    open_[sender] += frame.envelopes.size();
    figures_.sent += frame.envelopes.size();
    index += senders_.size();
    due_[sender] = index < frames.size() ? due_[sender] + gap_ : kNever;
    return true;
}

void Traffic::send_due(std::span<const SealedFrame> frames, const TrafficPlan& plan) {
    for (std::size_t i = 0; i < senders_.size(); ++i) {
        int sent = 0;
        while (sent < kFramesInARow && send_one(i, frames, plan)) ++sent;
    }
}

bool Traffic::take_receipts() {
    bool any = false;
    for (std::size_t i = 0; i < senders_.size(); ++i) {
        while (const auto frame = senders_[i]->receive()) {
            any = true;
            const auto* outcomes = std::get_if<schemas::Outcomes>(&*frame);
            if (outcomes == nullptr) continue;
            const Nanoseconds time = now();
            for (const schemas::ItemOutcome& item : outcomes->items) {
                const auto flight = flights_.find(EnvelopeHash{item.about.bytes});
                if (flight == flights_.end()) continue;
                --open_[i];
                figures_.receipt.push_back(microseconds(time - flight->second.since));
                if (item.code.empty()) continue;
                ++figures_.refused;
                figures_.refusal = item.code;
            }
        }
    }
    return any;
}

void Traffic::take(Reader& reader, const schemas::Deliver& frame) {
    const Nanoseconds time = now();
    timespec wall{};
    clock_gettime(CLOCK_REALTIME, &wall);
    const TimeMs stamp(static_cast<std::uint64_t>(wall.tv_sec) * 1000);
    for (const schemas::Delivery& delivery : frame.deliveries) {
        const EnvelopeHash hash = crypto::envelope_hash(delivery.envelope);
        reader.unsigned_.push_back({crypto::DeliveryEvent::Delivered, hash,
                                    reader.link->device().hash, delivery.proof.index, stamp, 0});
        const auto flight = flights_.find(hash);
        if (flight == flights_.end()) continue;
        figures_.delivery.push_back(microseconds(time - flight->second.since));
    }
    const auto more = static_cast<std::uint32_t>(frame.deliveries.size());
    CHAPAR_ASSERT(reader.link->send(schemas::encode_frame(schemas::Credit{more})));
}

void Traffic::sign(Reader& reader) {
    const std::size_t some = std::min(reader.unsigned_.size(), limits::kBatchItems);
    const std::vector<crypto::DeliveryStatement> statements(
        reader.unsigned_.begin(), reader.unsigned_.begin() + static_cast<std::ptrdiff_t>(some));
    const auto batch =
        crypto::sign_statements(centre_.nothing_seen(), statements, reader.link->device().key);
    schemas::Statements frame;
    frame.batch = batch.head.encode();
    append(frame.batch, batch.signature.view());
    for (const auto& statement : statements) frame.statements.push_back({statement.encode(), {}});
    if (!reader.link->send(schemas::encode_frame(std::move(frame)))) return;
    reader.unsigned_.erase(reader.unsigned_.begin(),
                           reader.unsigned_.begin() + static_cast<std::ptrdiff_t>(some));
}

bool Traffic::take_mail(const TrafficPlan& plan) {
    bool any = false;
    for (Reader& reader : readers_) {
        while (const auto frame = reader.link->receive()) {
            any = true;
            if (const auto* deliver = std::get_if<schemas::Deliver>(&*frame))
                take(reader, *deliver);
            if (const auto* outcomes = std::get_if<schemas::Outcomes>(&*frame)) {
                for (const auto& item : outcomes->items) {
                    figures_.confirmed += item.code.empty() ? 1 : 0;
                }
            }
            if (reader.unsigned_.size() >= kSignedTogether) sign(reader);
        }
        // At a rate nobody waits for more; nor at the end.
        const bool now_or_never = plan.rate > 0 || !any;
        if (now_or_never && !reader.unsigned_.empty()) sign(reader);
    }
    return any;
}

bool Traffic::finished() const {
    if (figures_.receipt.size() < expected_) return false;
    if (readers_.empty()) return true;
    const std::size_t accepted = expected_ - figures_.refused;
    return figures_.delivery.size() >= accepted && figures_.confirmed >= accepted;
}

void Traffic::wait(const TrafficPlan& plan) const {
    // Readable until its signals are read, and every socket was asked in this round.
    std::vector<pollfd> descriptors;
    for (const auto& link : senders_) descriptors.push_back({link->descriptor(), POLLIN, 0});
    for (const Reader& reader : readers_) {
        descriptors.push_back({reader.link->descriptor(), POLLIN, 0});
    }
    Nanoseconds most = kLongestWait;
    if (plan.rate > 0) {
        const Nanoseconds next = *std::min_element(due_.begin(), due_.end());
        const Nanoseconds time = now();
        most = std::min(most, next > time ? next - time : 0);
    }
    const timespec timeout{0, static_cast<long>(most)};
    ppoll(descriptors.data(), descriptors.size(), &timeout, nullptr);
}

TrafficFigures Traffic::run(std::span<const SealedFrame> frames, const TrafficPlan& plan,
                            double patience) {
    prepare(frames, plan);
    const Nanoseconds start = now();
    Nanoseconds last = start;
    Nanoseconds last_receipt = start;
    const auto most = static_cast<Nanoseconds>(patience * 1e9);
    while (!finished() && now() - last < most) {
        const std::size_t sent = figures_.sent;
        send_due(frames, plan);
        const bool receipts = take_receipts();
        const bool mail = take_mail(plan);
        if (receipts) last_receipt = now();
        if (receipts || mail || figures_.sent != sent) {
            last = now();
        } else {
            wait(plan);
        }
    }
    figures_.seconds = static_cast<double>(last_receipt - start) / 1e9;
    std::ranges::sort(figures_.receipt);
    std::ranges::sort(figures_.delivery);
    return std::move(figures_);
}

}  // namespace chapar::testing
