#include "crypto/admit.h"

#include <algorithm>
#include <set>

#include "crypto/tree.h"

namespace chapar::crypto {

Status check_approvals(const EnvelopeStatement& statement, const Home& home,
                       const std::map<CertificateHash, VerifyingKey>& approvers) {
    const Hash context = context_hash(statement.header);
    for (const Approval& approval : statement.approvals) {
        const auto key = approvers.find(approval.approver);
        if (key == approvers.end()) return Error(Errc::ApprovalSignature, "unknown");
        CHAPAR_TRY(check_approval(home, context, approval, key->second));
    }
    return Done{};
}

Status check_audience(const EnvelopeStatement& statement, std::span<const StanzaDigest> stanzas,
                      const AudienceBlind& blind,
                      const std::map<CertificateHash, OfficeId>& offices) {
    if (statement.approvals.empty()) return Done{};
    std::set<OfficeId> audience;
    for (const StanzaDigest& stanza : stanzas) {
        if (stanza.label.type == StanzaType::Audit) continue;
        const auto office = offices.find(stanza.label.certificate);
        if (office == offices.end()) return Errc::CertificateUnknown;
        audience.insert(office->second);
    }
    const Hash expected = audience_hash(blind, audience);
    for (const Approval& approval : statement.approvals) {
        if (approval.audience != expected) return Errc::ApprovalAudience;
    }
    return Done{};
}

Status check_stanzas(const EnvelopeStatement& statement, std::span<const StanzaDigest> stanzas) {
    if (stanzas.empty() || stanzas.size() != statement.stanza_count) return Errc::StanzaNotInRoot;
    std::vector<Hash> leaves;
    for (const StanzaDigest& stanza : stanzas) leaves.push_back(stanza_leaf_hash(stanza));
    if (tree_root(leaves) != statement.stanza_root) return Errc::StanzaNotInRoot;
    std::set<CertificateHash> certificates;
    for (const StanzaDigest& stanza : stanzas) {
        // Whatever the type: a certificate gets one stanza.
        if (!certificates.insert(stanza.label.certificate).second) return Errc::StanzaDuplicate;
    }
    return Done{};
}

Status check_auditors(std::span<const StanzaDigest> stanzas,
                      std::span<const CertificateHash> auditors) {
    std::vector<CertificateHash> sealed;
    for (const StanzaDigest& stanza : stanzas) {
        if (stanza.label.type != StanzaType::Audit) continue;
        if (stanza.label.psk_id.value != 0) return Error(Errc::StanzaAuditors, "psk");
        sealed.push_back(stanza.label.certificate);
    }
    std::vector<CertificateHash> named(auditors.begin(), auditors.end());
    std::ranges::sort(sealed);
    std::ranges::sort(named);
    if (sealed != named) return Errc::StanzaAuditors;
    return Done{};
}

Result<EnvelopeStatement> admit(const Submission& submission, const AdmissionFacts& facts) {
    const EnvelopeStatement statement = CHAPAR_TRY(EnvelopeStatement::decode(submission.statement));
    CHAPAR_TRY(check_item(envelope_hash(submission.statement), submission.item, facts.sender));
    CHAPAR_TRY(
        check_audience(statement, submission.stanzas, submission.audience_blind, facts.offices));
    CHAPAR_TRY(check_approvals(statement, submission.item.head.seen.home, facts.approvers));
    CHAPAR_TRY(check_stanzas(statement, submission.stanzas));
    CHAPAR_TRY(check_auditors(submission.stanzas, facts.auditors));
    return statement;
}

Status check_streams(const EnvelopeStatement& statement, std::span<const ByteView> ciphertexts) {
    if (ciphertexts.size() != statement.streams.size()) return Errc::StreamRoot;
    for (std::size_t j = 0; j < ciphertexts.size(); ++j) {
        CHAPAR_TRY(check_stream(statement.streams[j], ciphertexts[j]));
    }
    return Done{};
}

}  // namespace chapar::crypto
