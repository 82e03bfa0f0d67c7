// All that can be checked of a received frame without the broker's state: on worker threads.
//
// Owns: the stateless checks of SUBMIT, STATEMENTS and PUBLISH frames: sizes, strict layouts,
// header and header rules, batch path and signature, stanza root, duplicates, auditors, ciphertext
// of inline streams, approval signatures, sender and home. Streams that are files are the edge's to
// check (stream_files.h). Does not know whether a certificate is valid
// now, or anything else that the fold decides; keeps nothing; reads no clock.
//
// A certificate is found by hash in an append-only cache: absent or right, never stale. Whether it
// may be used at operation time is decided in apply.
//
// A bad structure, root or signature anywhere refuses the whole frame (the Result's error; the
// session ends after it). What concerns one envelope alone is that envelope's verdict.
// Thread: any number at once; the cache must allow concurrent reads.
// Source: crypto.md 2 "Envelope", "Receive"; architecture.md 3.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "broker/core/operation.h"
#include "crypto/certificate.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/frames.h"

namespace chapar::broker {

// What ingress needs of a certificate.
struct CertificateFacts {
    crypto::VerifyingKey sign_key;
    CurveKey curve_key;  // for the edge: who the link belongs to
    AgencyId agency;
    OfficeId office;
};
// KeyInvalid if the signing key is no valid point; never for a record the directory has taken.
[[nodiscard]] Result<CertificateFacts> certificate_facts(const crypto::DeviceRecord& record);

// A seam: the edge keeps the cache, filled from the directory at start and from Effects::enrolled.
class CertificateLookup {
  public:
    CertificateLookup() = default;
    CertificateLookup(const CertificateLookup&) = delete;
    CertificateLookup& operator=(const CertificateLookup&) = delete;
    virtual ~CertificateLookup() = default;
    // Null if it was never in the directory. It stays where it is for the lifetime of the lookup.
    [[nodiscard]] virtual const CertificateFacts* find(const CertificateHash& hash) const = 0;
};

// Who speaks on the session, and to which centre and ledger.
struct SessionFacts {
    CertificateHash device;
    Home home;
    LedgerNumber ledger;
};

// An operation from outside whose stateless checks have all passed: there is no other way to one.
class VerifiedOperation {
  public:
    [[nodiscard]] const OperationBody& body() const { return body_; }
    [[nodiscard]] Operation stamped(Stamp stamp) && { return {stamp, std::move(body_)}; }

  private:
    friend class Ingress;
    explicit VerifiedOperation(OperationBody body) : body_(std::move(body)) {}
    OperationBody body_;
};

struct Verdict {
    Hash about;  // eh, TH("delivery", D) or record hash: names the item in OUTCOMES
    Result<VerifiedOperation> operation;
};

class Ingress {
  public:
    // One verdict per envelope, in the order of the frame. Equal (B, sig) are verified once.
    [[nodiscard]] static Result<std::vector<Verdict>> check(schemas::Submit frame,
                                                            const SessionFacts& session,
                                                            const CertificateLookup& certificates);
    // One verdict per statement. All must be signed by the session's device.
    [[nodiscard]] static Result<std::vector<Verdict>> check(schemas::Statements frame,
                                                            const SessionFacts& session,
                                                            const CertificateLookup& certificates);
    // Layout and size only: the keys that must have signed a record are in the directory. A device
    // may publish its own BUNDLE and whatever an agency's own keys sign, but no AGENCY; `device`
    // empty = the Unix socket, which may publish any record.
    [[nodiscard]] static Result<Verdict> check_record(Bytes record,
                                                      const std::optional<CertificateHash>& device);
};

}  // namespace chapar::broker
