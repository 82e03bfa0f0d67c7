// What a device hands over to a centre that has lost entries: receipts with what they prove.
//
// Owns: the layout of that file, sealed to the centre's CURVE key (the manifest's), so that whoever
// carries it learns nothing of who wrote to whom. In it: signed notes; entries, each with the path
// that proves its leaf under one of them and with its body in the clear where the device may read
// it; ciphertexts of envelopes, for those that still wait. No text, no secret key: all of it the
// broker has had before. Does not know whether any of it is true: whoever opens a file must check
// every entry. The whole file is in memory.
//
//     "chapar-contribution/1\n" || counted8 origin                            the header, clear
//     || enc[32] || sealed[48]    HPKE base, info "chapar/contribution/v1", aad the header, of
//     s[32]
//     || chunks                   stream_keys_of(s): crypto/stream.h, 65,536 bytes of text each
//     text = rows, then u8 0
//     row  = u8 1 || counted16 note                      numbered from 0
//          | u8 2 || u32 note || u64 index || counted16 leaf || u8 n || n x hash[32]
//            || counted32 body || salt[32]
//          | u8 3 || eh[32] || u16 n || n x (enc[32] || counted16 ct) || u16 m || m x counted32
//            stream
//
// Errors: TooLarge; MalformedLayout (context: what; also if it is cut short), WrongHome (another
// ledger's, or sealed to another key). Source: RFC 9180; crypto/ledger.md, "Contribution".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/body_seal.h"
#include "crypto/secret.h"
#include "crypto/stream.h"
#include "crypto/x25519.h"
#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"

namespace chapar::crypto {

constexpr std::size_t kContributionBytes = std::size_t{64} << 20;

struct ContributedEntry {
    EntryIndex index;
    Bytes leaf;
    std::vector<Hash> path;  // leaf upward
    std::uint32_t note = 0;  // under which the path proves it: its place in Contribution::notes
    Bytes body;              // in the clear; empty: the device may not read it
    BodySalt salt;
    bool operator==(const ContributedEntry&) const = default;
};

// Everything that an accepted envelope was sealed into, and no ledger holds.
struct ContributedPayload {
    struct Sealed {
        PublicKey enc;
        Bytes ciphertext;
        bool operator==(const Sealed&) const = default;
    };
    EnvelopeHash envelope;
    std::vector<Sealed> stanzas;  // in the order of SR
    std::vector<Bytes> streams;   // ciphertexts, all of them
    bool operator==(const ContributedPayload&) const = default;
};

struct Contribution {
    std::vector<std::string> notes;
    std::vector<ContributedEntry> entries;
    std::vector<ContributedPayload> payloads;
};

// TooLarge if the file would be larger than kContributionBytes. KeyInvalid for a centre's key of
// low order. REQUIRES: every `note` is one of notes; lengths of a ledger's own.
[[nodiscard]] Result<Bytes> write_contribution(std::string_view origin, const PublicKey& centre,
                                               const Contribution& contribution, Random& random);
[[nodiscard]] Result<Contribution> open_contribution(ByteView file, std::string_view origin,
                                                     const Secret32& centre);

}  // namespace chapar::crypto
