// Mail that was handed out and not answered: how often, and what comes of it.
//
// Owns: a count for each (device, mailbox row), and the three turns a row can have. A client that
// dies of one envelope never answers what came with it, comes back, and dies again. So what was
// handed out kSuspect times is handed out last and alone, the least often handed out first: all
// other mail gets through; a reader that still speaks kApart later, without having answered, did
// not die of it, and gets the next. After kSetAside times the row is set aside: it stays in its
// mailbox, a statement about it is taken as ever, it expires as ever; but it is offered only once a
// kRest. Hand-outs less than kApart apart count as one: links that break are not what this is
// about.
//
// None of it is durable, and no decision of the fold rests on it: a start forgets it. Bounded:
// what is beyond kWatched rows is handed out as if it were new. Does not know sockets or the store.
//
// Units: DurationMs of TimeSource::elapsed(). Value type; loop thread.
// Source: reliability.md 4 "20 deliveries then quarantine", 5 no. 17.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "broker/core/mailbox.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"

namespace chapar::broker {

class Unanswered {
  public:
    static constexpr unsigned kSuspect = 3;
    static constexpr unsigned kSetAside = 20;
    static constexpr std::size_t kWatched = 131'072;  // rows, of all devices
    static constexpr DurationMs kApart{10'000};
    static constexpr DurationMs kRest = kHour;

    enum class Turn : std::uint8_t { Now, Last, Rests };
    [[nodiscard]] Turn turn(const MailboxRow& row, DurationMs now) const;

    // True: this was the hand-out after which it is set aside.
    [[nodiscard]] bool handed_out(const MailboxRow& row, std::uint64_t session, DurationMs now);

    // Rows of the device whose turn is Last and that this session has not been given, or was given
    // before they rested; at most `limit`, the least often handed out first. It looks at every row
    // of the device: ask for several.
    [[nodiscard]] std::vector<MailboxPosition> next_last(const CertificateHash& device,
                                                         std::uint64_t session, DurationMs now,
                                                         std::size_t limit) const;
    // Whether that still holds of this one.
    [[nodiscard]] bool is_next_last(const MailboxRow& row, std::uint64_t session,
                                    DurationMs now) const;
    // Whether the device may have a row whose turn is not Now.
    [[nodiscard]] bool has_suspects(const CertificateHash& device) const;
    [[nodiscard]] std::vector<CertificateHash> devices() const;

    void forget(const CertificateHash& device, const MailboxPosition& row);
    // Rows of the device that have left their mailbox are to be asked for.
    [[nodiscard]] bool is_crowded(const CertificateHash& device) const;
    using StillWaits = std::function<Result<bool>(const MailboxPosition&)>;
    [[nodiscard]] Status forget_gone(const CertificateHash& device, const StillWaits& still_waits);

    [[nodiscard]] std::size_t watched() const { return watched_; }
    // Rows that are set aside, as far as it is known whether they still wait.
    [[nodiscard]] std::size_t set_aside() const { return set_aside_; }

  private:
    struct Count {
        unsigned times = 0;
        DurationMs last;
        std::uint64_t session = 0;
    };
    struct Device {
        std::map<MailboxPosition, Count> rows;
        std::size_t crowded_at = 64;
        std::size_t suspects = 0;
    };
    [[nodiscard]] static Turn turn_of(const Count& count, DurationMs now);
    [[nodiscard]] static bool is_next(const Count& count, std::uint64_t session, DurationMs now);
    std::map<MailboxPosition, Count>::iterator erase(Device& device,
                                                     std::map<MailboxPosition, Count>::iterator at);

    std::map<CertificateHash, Device> devices_;
    std::size_t watched_ = 0;
    std::size_t set_aside_ = 0;
};

}  // namespace chapar::broker
