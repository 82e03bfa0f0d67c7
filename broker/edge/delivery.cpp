#include "broker/edge/delivery.h"

#include <algorithm>

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

}  // namespace

Result<Handout> next_handout(const storage::ReadTxn& txn, const Tick& tick, Session& session,
                             TimeMs now) {
    Handout handout;
    schemas::Deliver frame;
    std::size_t room = list_room();
    const std::size_t limit = std::min(session.credit, kRows);
    const auto rows = CHAPAR_TRY(waiting_rows(txn, session.greeted->device, session.place, limit));
    bool all = rows.size() < limit;
    const DirectoryView directory(txn);
    for (const MailboxRow& row : rows) {
        const HandOutDecision decision = CHAPAR_TRY(may_hand_out(directory, row, now));
        if (decision.verdict != HandOut::Yes) {
            if (decision.verdict == HandOut::No) {
                handout.withheld.push_back({row.envelope, row.device});
            }
            session.place.pass(row);
            continue;
        }
        auto loaded = CHAPAR_TRY(load_delivery(txn, row));
        if (!loaded) {
            // A store that was rebuilt from the ledger has the row and no ciphertext.
            session.place.pass(row);
            continue;
        }
        auto made = delivery_of(txn, tick, row, std::move(*loaded));
        if (!made && is_gone(made.error().code)) {
            // Shredded or pruned while it waited, which the fold refuses: whoever waits for what
            // cannot be opened any more is not a reason to stop for all others.
            session.place.pass(row);
            continue;
        }
        schemas::Delivery delivery = CHAPAR_TRY(std::move(made));
        const std::size_t more = schemas::wire_bytes(delivery);
        if (more > room && !frame.deliveries.empty()) {
            all = false;
            break;
        }
        room -= std::min(room, more);
        frame.deliveries.push_back(std::move(delivery));
        session.place.pass(row);
        --session.credit;
    }
    session.mail = !all;
    if (!frame.deliveries.empty()) handout.frame = std::move(frame);
    return handout;
}

}  // namespace chapar::broker
