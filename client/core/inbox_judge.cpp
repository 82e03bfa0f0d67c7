#include "client/core/inbox_judge.h"

#include <utility>

namespace chapar::client::inbox_judge {
namespace {

// The sender's doubt is told before an approver's; that a key is missing counts before either.
Doubt worse(Doubt first, Doubt second) {
    if (first == Doubt::SignerNotHeld || second == Doubt::SignerNotHeld) {
        return Doubt::SignerNotHeld;
    }
    return first == Doubt::None ? second : first;
}

Result<crypto::VerifyingKey> key_of(const DeviceEntry& entry) {
    return crypto::VerifyingKey::create(entry.record.request.request.sign_key);
}

}  // namespace

Result<Judged> judge(const DirectoryView& directory, const Device& device,
                     const inbox_examine::Examined& examined) {
    const crypto::Leaf& leaf = examined.entry.leaf();
    const crypto::EntryBody& body = *examined.entry.body();
    const LedgerPosition at{leaf.index, leaf.last_dir, body.time};
    Believable sender =
        CHAPAR_TRY(may_believe(directory, device.roots, examined.header.sender, at));
    Judged judged{sender.doubt, sender.standing, std::move(sender.signer), std::nullopt};
    if (judged.sender && judged.sender->record.request.request.agency != body.sender_agency) {
        return Error(Errc::LeafInvalid, "sender agency");
    }
    std::map<CertificateHash, crypto::VerifyingKey> approvers;
    for (const crypto::Approval& approval : examined.received.statement().approvals) {
        if (approval.approver == examined.header.sender) {
            return Error(Errc::ApprovalSignature, "the sender's own");
        }
        const Believable approver =
            CHAPAR_TRY(may_believe(directory, device.roots, approval.approver, at));
        judged.doubt = worse(judged.doubt, approver.doubt);
        if (!approver.signer) continue;
        approvers.emplace(approval.approver, CHAPAR_TRY(key_of(*approver.signer)));
    }
    if (judged.doubt == Doubt::SignerNotHeld) return judged;
    CHAPAR_ASSERT(judged.sender.has_value());
    judged.signers = crypto::Signers{device.card.home(), CHAPAR_TRY(key_of(*judged.sender)),
                                     std::move(approvers)};
    return judged;
}

Errc code_of(Doubt doubt) {
    switch (doubt) {
        case Doubt::Unconfirmed:
            return Errc::PeerUnconfirmed;
        case Doubt::KeyChanged:
            return Errc::PeerKeyChanged;
        case Doubt::None:
        case Doubt::DirectoryBehind:
        case Doubt::SignerNotHeld:
            return Errc::Provisional;
    }
    return Errc::Provisional;
}

}  // namespace chapar::client::inbox_judge
