// Everything that can change the broker's durable state: plain data, in one order.
//
// Owns: the shapes. Time is part of the data (`Stamp`); nothing here reads a clock or draws random
// bytes. Does not know where an operation came from, nor whether it will be accepted. What ingress
// must have checked before an operation from outside may exist is in ingress.h; fold.h takes them
// as they are, so that a replay can rebuild them from the ledger.
//
// Value types. Source: design README "The fold".
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "crypto/entry_body.h"
#include "crypto/leaf.h"
#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/time.h"

namespace chapar::broker {

using Clock = crypto::LeafClock;

// `time` is a proposal: the operation happens at max(time of the newest entry, `time`), and its
// clock is Held where that differs.
struct Stamp {
    TimeMs time;
    Clock clock = Clock::Disciplined;
    bool operator==(const Stamp&) const = default;
};

// A stanza's label as received: u8 type || blind[16] || certHash[32] || keyId || got || pskId.
using LabelBytes = FixedBytes<struct LabelBytesTag, 69>;

struct SubmittedStanza {
    LabelBytes label;
    Hash sealed;  // SHA-256(enc || ct)
    bool operator==(const SubmittedStanza&) const = default;
};

struct SealedStanza {
    PublicKey enc;
    Bytes ct;
    bool operator==(const SealedStanza&) const = default;
};

// What is delivered and nothing else: no decision reads it, and a replay has none.
struct Payload {
    std::vector<SealedStanza> stanzas;  // as many as, and in the order of, Submit::stanzas; or none
    std::vector<Bytes> streams;         // ciphertext of stream j; empty: a file (stream_files.h)
    bool operator==(const Payload&) const = default;
};

// Entry 0: the centre's own signed manifest; or, where this ledger follows one that was closed, the
// SUCCESSION record that holds it.
struct Found {
    Bytes manifest;
};
// Every start of the process, before anything else.
struct OpenEpoch {
    Hash nonce;
    std::string build;
};
// A ledger key (spec: purpose BUCKET, TAG or PAD). `record` is its public KEY record; the secret is
// in LedgerKeys before this is proposed.
struct OpenKey {
    Bytes record;
};
// A record of the directory with its signatures: any type but MANIFEST.
struct PutRecord {
    Bytes record;
};
struct Submit {
    Bytes envelope;  // E
    Bytes item;      // B || sig || u16 index || path
    AudienceBlind blind;
    std::vector<SubmittedStanza> stanzas;
    Payload payload;
};
struct Confirm {
    Bytes statement;  // D
    Bytes item;
};
// Delivery has found that a waiting row may not be handed out (withhold.h).
struct Withhold {
    EnvelopeHash envelope;
    CertificateHash device;
};
// Time passes: what is due by the operation's own time happens. Proposed when next_deadline() is
// due; where nothing is due it leaves no entry.
struct Advance {};
// The wall clock moved against the time since boot.
struct Step {
    crypto::ClockStep step;
};

using OperationBody =
    std::variant<Found, OpenEpoch, OpenKey, PutRecord, Submit, Confirm, Withhold, Advance, Step>;

struct Operation {
    Stamp stamp;
    OperationBody body;
};

}  // namespace chapar::broker
