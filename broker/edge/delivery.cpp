#include "broker/edge/delivery.h"

#include <algorithm>
#include <utility>

#include "broker/core/ledger_read.h"
#include "broker/core/mailbox.h"
#include "broker/core/withhold.h"
#include "broker/edge/answers.h"
#include "schemas/base/limits.h"
#include "schemas/frames_codec.h"

namespace chapar::broker {
namespace {

// Rows looked at for one frame.
constexpr std::size_t kRows = 64;

// Rows that go out last, looked for together: each look passes all that the device was given.
constexpr std::size_t kLast = 1024;

schemas::DeliveredStanza stanza_of(DeliveredStanza stanza) {
    schemas::DeliveredStanza out;
    out.label = stanza.stanza.label.encode();
    out.enc = stanza.stanza.enc;
    out.ct = std::move(stanza.stanza.ciphertext);
    out.index = stanza.index;
    out.path = std::move(stanza.path);
    return out;
}

Result<schemas::Delivery> delivery_of(const storage::ReadTxn& txn, const Tick& tick,
                                      const MailboxRow& row, Delivery loaded) {
    schemas::Delivery out;
    out.number = row.number;
    out.envelope = std::move(loaded.envelope);
    out.item = std::move(loaded.item);
    out.stanza = stanza_of(std::move(loaded.own));
    for (DeliveredStanza& audit : loaded.audits) out.audits.push_back(stanza_of(std::move(audit)));
    out.streams = std::move(loaded.streams);
    out.proof = CHAPAR_TRY(proof_of(txn, tick, row.accepted, Body::Opened));
    return out;
}

// One frame for one session.
class Filling {
  public:
    Filling(const HandoutScene& scene, Session& session)
        : scene_(scene), session_(session), directory_(scene.txn), room_(list_room()) {}

    Result<Handout> run() && {
        const CertificateHash& device = session_.greeted->device;
        const bool first = !std::exchange(session_.had_mail, true);
        if (first || scene_.unanswered.is_crowded(device)) {
            CHAPAR_TRY(scene_.unanswered.forget_gone(
                device, [&](const MailboxPosition& row) { return still_waits(row); }));
        }
        bool all = CHAPAR_TRY(take_in_order());
        // Alone in its frame, too: what stands before it must not go down with it.
        if (all && frame_.deliveries.empty()) CHAPAR_TRY(take_last());
        if (all && !frame_.deliveries.empty()) all = !scene_.unanswered.has_suspects(device);
        session_.mail = !all;
        if (!frame_.deliveries.empty()) handout_.frame = std::move(frame_);
        return std::move(handout_);
    }

  private:
    enum class Taken : std::uint8_t { HandedOut, PassedOver, NoRoom };

    // True: nothing is left but what goes out alone.
    Result<bool> take_in_order() {
        const std::size_t limit = std::min(session_.credit, kRows);
        const auto rows =
            CHAPAR_TRY(waiting_rows(scene_.txn, session_.greeted->device, session_.place, limit));
        for (const MailboxRow& row : rows) {
            const bool now = scene_.unanswered.turn(row, scene_.elapsed) == Unanswered::Turn::Now;
            if (now && CHAPAR_TRY(take(row)) == Taken::NoRoom) return false;
            session_.place.pass(row);
        }
        return rows.size() < limit;
    }

    Status take_last() {
        const CertificateHash& device = session_.greeted->device;
        if (session_.alone) {
            const auto row = CHAPAR_TRY(waiting_row(scene_.txn, device, *session_.alone));
            const bool lives =
                session_.heard.value >= session_.alone_since.value + Unanswered::kApart.value;
            if (row && !is_next_last(*row) && !lives) return Done{};
            if (!row) scene_.unanswered.forget(device, *session_.alone);
            session_.alone.reset();
        }
        while (session_.credit > 0 && !session_.alone) {
            const auto next = next_last();
            if (!next) return Done{};
            const auto row = CHAPAR_TRY(waiting_row(scene_.txn, device, *next));
            if (row && !is_next_last(*row)) continue;  // another session has been given it
            if (row && CHAPAR_TRY(take(*row)) == Taken::HandedOut) {
                session_.alone = *next;
                session_.alone_since = scene_.elapsed;
            } else {
                scene_.unanswered.forget(device, *next);
            }
        }
        return Done{};
    }

    std::optional<MailboxPosition> next_last() {
        std::deque<MailboxPosition>& rows = session_.last;
        if (rows.empty()) {
            const auto found = scene_.unanswered.next_last(session_.greeted->device,
                                                           session_.number, scene_.elapsed, kLast);
            rows.assign(found.begin(), found.end());
        }
        if (rows.empty()) return std::nullopt;
        const MailboxPosition next = rows.front();
        rows.pop_front();
        return next;
    }

    [[nodiscard]] bool is_next_last(const MailboxRow& row) const {
        return scene_.unanswered.is_next_last(row, session_.number, scene_.elapsed);
    }

    Result<bool> still_waits(const MailboxPosition& row) {
        return CHAPAR_TRY(waiting_row(scene_.txn, session_.greeted->device, row)).has_value();
    }

    Result<Taken> take(const MailboxRow& row) {
        const HandOutDecision decision = CHAPAR_TRY(may_hand_out(directory_, row, scene_.now));
        if (decision.verdict == HandOut::No)
            handout_.withheld.push_back({row.envelope, row.device});
        if (decision.verdict != HandOut::Yes) return Taken::PassedOver;
        auto loaded = CHAPAR_TRY(load_delivery(scene_.txn, row));
        // A store that was rebuilt from the ledger has the row and no ciphertext.
        if (!loaded) return Taken::PassedOver;
        auto made = delivery_of(scene_.txn, scene_.tick, row, std::move(*loaded));
        // Shredded or pruned while it waited, which the fold refuses: whoever waits for what cannot
        // be opened any more is not a reason to stop for all others.
        if (!made && is_gone(made.error().code)) return Taken::PassedOver;
        schemas::Delivery delivery = CHAPAR_TRY(std::move(made));
        const std::size_t more = schemas::wire_bytes(delivery);
        if (more > room_ && !frame_.deliveries.empty()) return Taken::NoRoom;
        room_ -= std::min(room_, more);
        frame_.deliveries.push_back(std::move(delivery));
        --session_.credit;
        if (scene_.unanswered.handed_out(row, session_.number, scene_.elapsed)) {
            handout_.set_aside.push_back(row);
        }
        return Taken::HandedOut;
    }

    const HandoutScene& scene_;
    Session& session_;
    DirectoryView directory_;
    std::size_t room_;
    schemas::Deliver frame_;
    Handout handout_;
};

}  // namespace

Result<Handout> next_handout(const HandoutScene& scene, Session& session) {
    return Filling(scene, session).run();
}

}  // namespace chapar::broker
