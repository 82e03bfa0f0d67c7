// The labels that separate what is hashed and what is signed: one label, one use.
//
// Owns: the list and its strings. A label is used in TH (transcript.h) or in Sign (sign.h), as its
// row says, and in one place only. Source: crypto/README.md, "Encoding".
#pragma once

#include <cstdint>
#include <string_view>

namespace chapar::crypto {

enum class Label : std::uint8_t {
    Context,     // "ctx"          TH of the header
    Content,     // "content"      TH of stream 0, unpadded
    Envelope,    // "envelope"     TH of E
    Envelopes,   // "envelopes"    Sign of a batch of envelopes
    Delivery,    // "delivery"     TH of a delivery statement
    Deliveries,  // "deliveries"   Sign of a batch of statements
    Approval,    // "approval"     Sign of home, context and audience
    Audience,    // "audience"     TH of blind and office ids
    Stanza,      // "stanza"       TH of label and seal
    Commits,     // "commits"      TH of all stream commitments
    Hello,       // "hello"        Sign of a session's challenge
    Manifest,    // "manifest"     the centre's manifest
    Agency,      // "agency"       Sign of an agency's certificate
    Office,      // "office"       Sign of an office's certificate
    Device,      // "device"       Sign of a device's certificate
    Request,     // "request"      Sign, proof of possession
    Bundle,      // "bundle"       Sign of a prekey bundle
    Revoke,      // "revoke"       Sign of a revocation
    Policy,      // "policy"       policy text
    LedgerKey,   // "ledger-key"   TH of a ledger key's scope: its name
    Registrars,  // "registrars"   Sign of an agency's registrars
    Peers,       // "peers"        Sign of the roots of other agencies
    Suspend,     // "suspend"      Sign of a suspension
    Reinstate,   // "reinstate"    Sign of its end
    Shred,       // "shred"        Sign of the end of a bucket key
    Hold,        // "hold"         Sign of a hold, and of its release
    Prune,       // "prune"        Sign of the pruning of a prefix
    Override,    // "override"     Sign of what lets a stopped ledger go on
    Succession,  // "succession"   Sign of what ledger follows one that is closed
    Carried,     // "carried"      TH of the records that it takes over, one after the other
    CheckWords,  // "check-words"  TH of what two people compare by voice
    Possession,  // "possession"   Sign of a key file by the key in it
};

[[nodiscard]] std::string_view label_text(Label label);

}  // namespace chapar::crypto
