// Makes an envelope: seals streams and stanzas, and writes E.
//
// Owns: the message key from draw to wipe. Does not know what header and stream 0 say (the client
// writes them; stream 0 begins with 32 random bytes and the SHA-256 of each attachment), nor where
// the recipients' keys came from, nor where large ciphertexts are kept. Signs nothing: batch.h
// does. Source: crypto/envelope.md, "Seal".
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "crypto/envelope.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "crypto/stanza.h"
#include "crypto/stanza_seal.h"

namespace chapar::crypto {

struct Recipient {
    StanzaType type = StanzaType::Device;
    CertificateHash certificate;
    KeyId key_id;
    EpochPublicKeys keys;   // `inner` exactly for type AUDIT
    std::uint32_t got = 0;  // receipts held for this recipient office
    PskId psk_id;           // 0 = mode base
    std::optional<Secret32> psk;
};

struct SealedEnvelope {
    Bytes statement;  // E
    EnvelopeHash hash;
    Hash context;                 // ctx
    std::vector<Stanza> stanzas;  // in the (random) order that SR binds
    std::vector<Bytes> streams;   // ciphertexts; empty for a stream that went to a sink
    std::vector<StreamCommitment> commitments;  // as in E
    std::vector<Secret32> stream_secrets;       // s_j: each discloses its stream and no other
};

// Takes sealed chunks, whole, in order. An error of its own ends the sealing.
using ChunkSink = std::function<Status(ByteView sealed_chunk)>;

// What seal_with_draws() is given instead of drawing it: see there.
struct StanzaDraws {
    std::vector<std::size_t> order;   // recipient of each stanza
    std::vector<StanzaBlind> blinds;  // one for each stanza
};

// Seals piece by piece: of a stream it holds one chunk. Resource type: once begun it is finished or
// dropped, and never used for a second envelope.
//
//     begin -> (begin_stream -> append.. -> end_stream).. -> finish
class Sealer {
  public:
    // TooLarge for an empty or too long header, or too long a stream 0. Copies what it needs.
    [[nodiscard]] static Result<Sealer> begin(ByteView header, ByteView stream0,
                                              const Secret32& device_hedge, Random& random);
    // For known-answer tests: with a value used before, an envelope is not secret.
    [[nodiscard]] static Result<Sealer> begin_with(ByteView header, ByteView stream0,
                                                   const Secret32& device_hedge,
                                                   const Secret32& random32);
    // The next attachment: stream 1, 2, ... TooLarge beyond limits::kStreams. REQUIRES: the one
    // before was ended.
    [[nodiscard]] Status begin_stream(ChunkSink sink);
    // TooLarge beyond limits::kAttachmentBytes; the sink's errors. REQUIRES: a stream is begun.
    [[nodiscard]] Status append(ByteView plaintext);
    // Pads and seals the rest. The commitment: its root names the stream. REQUIRES: begun.
    [[nodiscard]] Result<StreamCommitment> end_stream();

    // 1..256 recipients, no certificate twice; approvals in any order, made over this header.
    // TooLarge, StanzaDuplicate, KeyInvalid for an unusable recipient key, FieldInvalid where psk
    // or inner key contradict the type. REQUIRES: no stream is open.
    [[nodiscard]] Result<SealedEnvelope> finish(std::span<const Recipient> recipients,
                                                std::span<const Approval> approvals,
                                                Random& random) &&;
    [[nodiscard]] Result<SealedEnvelope> finish_with(std::span<const Recipient> recipients,
                                                     std::span<const Approval> approvals,
                                                     const StanzaDraws& draws) &&;

  private:
    // The stream that is being sealed. The last chunk is sealed only at the end, for it carries
    // another flag: so one whole chunk is held back.
    struct OpenStream {
        StreamKeys keys;
        ChunkSink sink;
        SecretBuffer held;
        std::size_t held_size = 0;
        std::uint64_t chunks = 0;
        std::uint64_t plaintext = 0;  // without padding
        std::uint64_t ciphertext = 0;
        std::vector<Hash> leaves;
    };
    Sealer() = default;
    [[nodiscard]] Status feed(ByteView bytes);
    [[nodiscard]] Status seal_held(ChunkPosition position);

    Bytes header_;
    Hash context_;
    Secret32 message_key_;
    Secret32 prk_;
    std::vector<StreamCommitment> commitments_;
    std::vector<Secret32> secrets_;
    Bytes stream0_;  // ciphertext
    std::optional<OpenStream> open_;
};

// A whole envelope of small streams, in memory. Borrows; all of it is alive until seal() returns.
struct SealInput {
    ByteView header;                        // H
    std::span<const ByteView> streams;      // unpadded: stream 0, then the attachments
    std::span<const Recipient> recipients;  // 1..256, no certificate twice
    std::span<const Approval> approvals;    // any order; made over this header
    const Secret32& device_hedge;           // a secret of the device, against a bad Random
};
// The errors of Sealer; `streams` of the result holds all ciphertexts.
[[nodiscard]] Result<SealedEnvelope> seal(const SealInput& input, Random& random);

// All that seal() draws. For known-answer tests: with a value used before, an envelope is not
// secret.
struct SealDraws {
    Secret32 random32;
    std::vector<StanzaBlind> blinds;  // one for each recipient, in stanza order
};
[[nodiscard]] Result<SealedEnvelope> seal_with_draws(const SealInput& input,
                                                     std::span<const std::size_t> order,
                                                     const SealDraws& draws);

// Bytes of ciphertext that a text of this length becomes: padded, with its tags.
[[nodiscard]] std::uint64_t sealed_stream_bytes(std::uint64_t length);

}  // namespace chapar::crypto
