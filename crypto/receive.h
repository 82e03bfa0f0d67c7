// Receives an envelope, in the one order that is allowed: Received -> Verified -> Opened.
//
// Owns: the checks that need no directory and no state, and their order. Each type can be made only
// from the one before. The caller brings what the directory says (the signers' keys, valid at the
// ACCEPTED index), checks replay between verify() and open(), and compares manifest and header
// afterwards. Errors are named for the recipient's own log; to the network there is only "could not
// be opened". Source: crypto/envelope.md, "Receive".
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "crypto/batch.h"
#include "crypto/envelope.h"
#include "crypto/secret.h"
#include "crypto/stanza.h"
#include "crypto/stanza_seal.h"

namespace chapar::crypto {

// A stanza as the broker hands it out, with its place in SR.
struct HandedStanza {
    Stanza stanza;
    std::uint16_t index = 0;
    std::vector<Hash> path;
    bool operator==(const HandedStanza&) const = default;
};

// Well-formed, and nothing more.
class ReceivedEnvelope {
  public:
    // MalformedLayout. `audit`: all AUDIT stanzas of the envelope.
    [[nodiscard]] static Result<ReceivedEnvelope> parse(ByteView statement, BatchItem item,
                                                        HandedStanza own,
                                                        std::vector<HandedStanza> audit);

    [[nodiscard]] const EnvelopeHash& hash() const { return hash_; }
    [[nodiscard]] ByteView header() const { return statement_.header; }
    [[nodiscard]] const EnvelopeStatement& statement() const { return statement_; }
    [[nodiscard]] const BatchItem& item() const { return item_; }
    [[nodiscard]] const StanzaLabel& own_label() const { return own_.stanza.label; }
    [[nodiscard]] const std::vector<HandedStanza>& audit_stanzas() const { return audit_; }

  private:
    friend class VerifiedEnvelope;
    friend class OpenedMessage;
    ReceivedEnvelope() = default;
    EnvelopeStatement statement_;
    EnvelopeHash hash_;
    BatchItem item_;
    HandedStanza own_;
    std::vector<HandedStanza> audit_;
};

// What the directory says about the signers of one envelope.
struct Signers {
    Home home;
    VerifyingKey sender;
    std::map<CertificateHash, VerifyingKey> approvers;
};

// Signed by its sender and approvers, with stanzas that the signature covers.
class VerifiedEnvelope {
  public:
    // WrongHome, BatchPath, BatchSignature, ApprovalSignature (also for an approver not in the
    // map), StanzaNotInRoot: the first that applies.
    [[nodiscard]] static Result<VerifiedEnvelope> verify(ReceivedEnvelope received,
                                                         const Signers& signers);

    [[nodiscard]] const ReceivedEnvelope& received() const { return received_; }
    [[nodiscard]] const EnvelopeHash& hash() const { return received_.hash(); }
    [[nodiscard]] const Hash& context() const { return context_; }

  private:
    friend class OpenedMessage;
    explicit VerifiedEnvelope(ReceivedEnvelope received, const Hash& context)
        : received_(std::move(received)), context_(context) {}
    ReceivedEnvelope received_;
    Hash context_;
};

// The recipient's own keys for the epoch that the own stanza names.
struct OpeningKeys {
    CertificateHash certificate;
    KeyId key_id;
    EpochSecrets secrets;
    std::optional<Secret32> psk;  // the key that the label's psk id names, if it names one
};

// Public epoch keys of the auditors, by certificate and key id.
using AuditorKeys = std::map<std::pair<CertificateHash, KeyId>, EpochPublicKeys>;

// Opened: the message key is held, all commitments and the own stanza are right.
class OpenedMessage {
  public:
    // HpkeOpen, Commitments, OwnStanza, AuditStanza (also for an auditor not in the map): the first
    // that applies. DELIVERED may be signed after this.
    [[nodiscard]] static Result<OpenedMessage> open(VerifiedEnvelope verified,
                                                    const OpeningKeys& keys,
                                                    const AuditorKeys& auditors);

    [[nodiscard]] const VerifiedEnvelope& envelope() const { return verified_; }
    [[nodiscard]] std::size_t stream_count() const { return streams_.size(); }
    // The text of a stream, whole and verified: StreamRoot, StreamOpen, StreamPadding.
    // REQUIRES: stream < stream_count().
    [[nodiscard]] Result<SecretBuffer> open_stream(std::size_t stream, ByteView ciphertext) const;
    // s_j, for an evidence package: discloses this stream. REQUIRES: stream < stream_count().
    [[nodiscard]] const Secret32& stream_secret(std::size_t stream) const;

  private:
    explicit OpenedMessage(VerifiedEnvelope verified) : verified_(std::move(verified)) {}
    VerifiedEnvelope verified_;
    std::vector<StreamKeys> streams_;
};

}  // namespace chapar::crypto
