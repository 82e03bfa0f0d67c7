// Attacks by enrolled devices with frames that no encoder of ours makes: Cap'n Proto read for more
// than it is.
#include <algorithm>
#include <cstring>

#include "schemas/base/limits.h"
#include "schemas/frames_codec.h"
#include "tests/hostile/attack.h"
#include "tests/hostile/pace.h"
#include "tests/hostile/session_peer.h"

namespace chapar::hostile {
namespace {

using Words = std::vector<std::uint64_t>;

// Pointers of the encoding specification: struct, list, far.
std::uint64_t struct_pointer(std::int32_t offset, std::uint64_t data, std::uint64_t pointers) {
    return (static_cast<std::uint64_t>(static_cast<std::uint32_t>(offset) << 2)) | data << 32 |
           pointers << 48;
}
std::uint64_t list_pointer(std::int32_t offset, std::uint64_t size_code, std::uint64_t elements) {
    return (static_cast<std::uint64_t>(static_cast<std::uint32_t>(offset) << 2)) | 1 |
           size_code << 32 | elements << 35;
}
std::uint64_t far_pointer(std::uint64_t segment, std::uint64_t word, bool two_words) {
    return 2 | (two_words ? 4U : 0U) | word << 3 | segment << 32;
}

Bytes framed(const Words& words, std::uint32_t segments = 1) {
    Bytes out(4);
    const std::uint32_t last = segments - 1;
    std::memcpy(out.data(), &last, 4);
    // All words in the first segment; the others are empty.
    Bytes sizes(std::size_t{segments} * 4);
    const auto count = static_cast<std::uint32_t>(words.size());
    std::memcpy(sizes.data(), &count, 4);
    append(out, sizes);
    out.resize((out.size() + 7) / 8 * 8);
    append(out, std::as_bytes(std::span(words)));
    return out;
}

Words words_of(ByteView frame) {
    Words out((frame.size() - 8) / 8);
    std::memcpy(out.data(), frame.data() + 8, out.size() * 8);
    return out;
}

bool is_pointer(std::uint64_t word) { return word != 0 && (word & 3) < 2 && word >> 32 != 0; }

// A SUBMIT of 256 envelopes whose pointers all lead to the same bytes: a few KiB that read as many
// MiB.
Words overlapping(const Words& submit) {
    Words out = submit;
    std::size_t largest = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
        const bool bytes = (out[i] & 3) == 1 && ((out[i] >> 32) & 7) == 2;
        if (bytes && out[i] >> 35 > out[largest] >> 35) largest = i;
    }
    const auto target = static_cast<std::int64_t>(largest) + 1 +
                        static_cast<std::int32_t>(static_cast<std::uint32_t>(out[largest])) / 4;
    for (std::size_t i = 0; i < out.size(); ++i) {
        if (!is_pointer(out[i]) || (out[i] & 3) != 1 || ((out[i] >> 32) & 7) != 2) continue;
        const auto offset = static_cast<std::int32_t>(target - static_cast<std::int64_t>(i) - 1);
        out[i] = list_pointer(offset, 2, out[largest] >> 35);
    }
    return out;
}

// Every pointer of a good frame replaced, in turn, by each of these.
void mutate(std::vector<Bytes>& to, const Bytes& good) {
    const Words words = words_of(good);
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (!is_pointer(words[i])) continue;
        const auto back = static_cast<std::int32_t>(-static_cast<std::int64_t>(i) - 1);
        for (const std::uint64_t hostile :
             {struct_pointer(-1, 0, 1),              // to itself
              struct_pointer(back, 0xFFFF, 0xFFFF),  // to the root, larger than all
              list_pointer(back, 6, (1U << 29) - 1), list_pointer(back, 7, words.size() - 1),
              list_pointer(0, 0, (1U << 29) - 1),  // half a milliard elements of no size
              list_pointer(-1, 6, 1), far_pointer(0, i, false), far_pointer(0, 0, true),
              far_pointer(16'000, 0, false), std::uint64_t{3} | std::uint64_t{1} << 32}) {
            Words changed = words;
            changed[i] = hostile;
            to.push_back(framed(changed));
        }
    }
}

std::vector<Bytes> hostile_frames(Target& target) {
    std::vector<Bytes> out;
    const Bytes submit = target.captured().frame;
    mutate(out, submit);
    mutate(out, schemas::encode_frame(
                    schemas::ExplainAsk{target.honest().office, {target.honest().office}, {}, {}}));
    out.push_back(framed(overlapping(words_of(submit))));
    for (const std::uint32_t segments : {2U, 512U, 16'384U, 60'000U}) {
        out.push_back(framed(words_of(submit), segments));
        // Each far pointer leads to the next segment.
        out.push_back(framed({far_pointer(1, 0, false)}, segments));
    }
    for (const std::uint32_t last : {0x3FFFU, 0x7FFFFFFFU, 0xFFFFFFFFU}) {
        Bytes table(64);
        std::memcpy(table.data(), &last, 4);
        out.push_back(table);
    }
    Bytes claimed = framed(words_of(submit));
    const std::uint32_t huge = 0xFFFFFFFF;
    std::memcpy(claimed.data() + 4, &huge, 4);  // 32 GiB in one segment
    out.push_back(claimed);
    out.push_back(Bytes(limits::kFrameBytes));
    out.push_back(Bytes(limits::kFrameBytes, std::byte{0xFF}));
    return out;
}

// Sends them one after the other; a session that was ended for it is followed by another.
class Frames final : public Attack {
  public:
    explicit Frames(Target& target)
        : target_(target), frames_(hostile_frames(target)), pace_(300), opening_(150) {
        count("kinds of frames") = frames_.size();
    }
    void turn(int most_ms) override {
        count("sessions ended by the broker") += crowd_.bury();
        while (crowd_.size() < kAtOnce && opening_.due()) {
            const std::size_t device = started_++ % target_.enrolled().size();
            const auto source = static_cast<std::uint8_t>(kFirstSource + device % 40);
            SessionScript script;
            script.welcomed = [this](CurvePeer& peer) { send_next(peer); };
            script.frame = [this](CurvePeer& peer, const schemas::Frame& frame) {
                judge(frame);
                if (peer.state() == CurvePeer::State::Ready) send_next(peer);
            };
            crowd_.add(session_peer(target_, device, target_.as(device, source), script));
        }
        crowd_.turn(std::min(most_ms, 2));
    }
    std::string complaint() const override {
        return accepted_ == 0 ? "" : std::to_string(accepted_) + " were taken for mail";
    }

  private:
    static constexpr std::size_t kAtOnce = 16;

    void send_next(CurvePeer& peer) {
        if (!pace_.due()) return peer.leave();
        peer.send(frames_[next_++ % frames_.size()]);
        ++count("frames");
    }
    void judge(const schemas::Frame& frame) {
        if (const auto* error = std::get_if<schemas::ErrorFrame>(&frame)) ++count(error->code);
        const auto* outcomes = std::get_if<schemas::Outcomes>(&frame);
        if (outcomes == nullptr) return;
        for (const auto& item : outcomes->items) accepted_ += item.code.empty() ? 1 : 0;
    }

    Target& target_;
    std::vector<Bytes> frames_;
    Pace pace_;
    Pace opening_;
    Crowd crowd_;
    std::size_t started_ = 0;
    std::size_t next_ = 0;
    std::size_t accepted_ = 0;
};

}  // namespace

void add_frame_attacks(std::vector<Scenario>& to) {
    to.push_back({"capnp",
                  "enrolled devices send pointer loops, overlaps, far pointers, 60,000 segments",
                  [](Target& target) { return std::make_unique<Frames>(target); },
                  {{"frames", 0, 60}, {"sessions ended by the broker", 0, 20}}});
}

}  // namespace chapar::hostile
