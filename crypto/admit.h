// What the broker can check of an envelope without holding any key of it.
//
// Owns: the stateless checks of a submission, each alone and all in order. Does not know the
// directory (the caller looks certificates up), policies, or time. Works from stanza digests, so a
// replay can check again when the seals are gone. Source: crypto/envelope.md, "Admission".
#pragma once

#include <map>
#include <span>
#include <vector>

#include "crypto/batch.h"
#include "crypto/envelope.h"
#include "crypto/stanza.h"

namespace chapar::crypto {

// ApprovalSignature; also for an approver not in the map.
[[nodiscard]] Status check_approvals(const EnvelopeStatement& statement, const Home& home,
                                     const std::map<CertificateHash, VerifyingKey>& approvers);

// ApprovalAudience unless every approval names the offices of all DEVICE and VISIBLE stanzas.
// CertificateUnknown for a stanza whose certificate is not in the map.
[[nodiscard]] Status check_audience(const EnvelopeStatement& statement,
                                    std::span<const StanzaDigest> stanzas,
                                    const AudienceBlind& blind,
                                    const std::map<CertificateHash, OfficeId>& offices);

// StanzaNotInRoot unless these are all stanzas of SR; StanzaDuplicate for a certificate twice.
[[nodiscard]] Status check_stanzas(const EnvelopeStatement& statement,
                                   std::span<const StanzaDigest> stanzas);

// StanzaAuditors unless there is one AUDIT stanza for each auditor of the header and none else, all
// in mode base.
[[nodiscard]] Status check_auditors(std::span<const StanzaDigest> stanzas,
                                    std::span<const CertificateHash> auditors);

// Borrows.
struct Submission {
    ByteView statement;  // E
    const BatchItem& item;
    std::span<const StanzaDigest> stanzas;
    const AudienceBlind& audience_blind;
};

// What the directory and the header say about a submission. Borrows.
struct AdmissionFacts {
    const VerifyingKey& sender;
    const std::map<CertificateHash, VerifyingKey>& approvers;
    const std::map<CertificateHash, OfficeId>& offices;  // of the stanzas' certificates
    std::span<const CertificateHash> auditors;           // auditors[] of the header
};

// All of the above in the order of the specification: layout, batch, audience, approvals, stanzas,
// auditors. Returns the statement.
[[nodiscard]] Result<EnvelopeStatement> admit(const Submission& submission,
                                              const AdmissionFacts& facts);

// StreamRoot unless the ciphertexts are exactly those of the statement.
[[nodiscard]] Status check_streams(const EnvelopeStatement& statement,
                                   std::span<const ByteView> ciphertexts);

}  // namespace chapar::crypto
