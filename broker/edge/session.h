// One authenticated connection: what the broker remembers about it, none of it durable.
//
// Owns: identity, state, credit, what is in flight and what could not be sent yet. Does not know
// sockets or the store. It may vanish at any moment without loss: clients send again, and mailbox
// rows stay until their device has signed for them.
//
// Value-like record with a few rules; loop thread.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>

#include "broker/core/ingress.h"
#include "broker/core/mailbox.h"
#include "broker/edge/byte_budget.h"
#include "broker/edge/download.h"
#include "broker/edge/router.h"
#include "broker/edge/session_state.h"
#include "schemas/base/ids.h"
#include "schemas/base/time.h"
#include "schemas/frames.h"

namespace chapar::broker {

// Bytes handed to a session that has said nothing since, from which on it gets no more mail. A
// client of ours signs for what it gets, or grants credit again.
constexpr std::size_t kMailUnheard = 512 * 1024;

using SessionNumber = std::uint64_t;  // never given twice in one process

// Who the hello has proven.
struct Greeted {
    CertificateHash device;
    AgencyId agency;
    OfficeId office;
    std::uint16_t roles = 0;
};

struct Session {
    SessionNumber number = 0;
    RoutingId routing_id;
    CurveKey key;
    Link link;
    SessionState state = SessionState::Fresh;
    DurationMs hello_by;  // TimeSource::elapsed() at which an ungreeted session ends
    schemas::ChallengeBytes challenge;
    std::optional<Greeted> greeted;  // if and only if Active

    // Greeted while no quorum of witnesses has confirmed the ledger: its WELCOME waits for that.
    bool welcome_due = false;

    // The checkpoint sent last: consistency proofs start there.
    TreeSize told;

    std::size_t unanswered = 0;  // operations submitted without an outcome yet
    std::size_t credit = 0;      // deliveries it is ready to take
    bool had_mail = false;       // its mailbox was looked into
    bool mail = true;            // its mailbox may hold rows that were not handed out here
    // Its next row. What it has passed was handed out here, or may not be: none is looked at twice,
    // but after a refused Withhold.
    MailboxPlace place;
    // Handed out last and alone (unanswered.h): while it waits, no other such row is, unless the
    // session has spoken long enough after it. A reader that died of it does not.
    std::optional<MailboxPosition> alone;
    DurationMs alone_since;            // TimeSource::elapsed()
    DurationMs heard;                  // of its newest frame
    std::deque<MailboxPosition> last;  // those after it, as they were when they were looked for

    // Asked about, and not covered by a quorum of witnesses yet.
    std::set<EntryIndex> awaiting_witnesses;

    // Frames that its socket could not take yet.
    struct Unsent {
        Bytes frame;
        ByteBudget::Share share;
    };
    std::deque<Unsent> outbox;
    std::size_t outbox_bytes = 0;
    // Mail and answers handed to its socket since it last said something.
    std::size_t sent_unheard = 0;

    std::size_t frame_bytes = 0;  // of the frame of it that is being handled
    std::size_t unverified = 0;   // frames
    std::size_t questions = 0;    // not answered yet

    std::size_t uploads = 0;  // UPLOAD and CHUNK frames without an answer yet
    Download download;
};

}  // namespace chapar::broker
