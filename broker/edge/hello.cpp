#include "broker/edge/hello.h"

#include "broker/core/directory.h"
#include "broker/core/ledger_proof.h"
#include "crypto/checkpoint.h"
#include "crypto/hello.h"

namespace chapar::broker {
namespace {

Status check_signature(const schemas::Hello& hello, const Session& session,
                       const CertificateFacts& facts, const NodeKeys& node) {
    const Bytes proven = crypto::hello_bytes(session.challenge.view(), node.home,
                                             node.manifest.curve_key, hello.device);
    return facts.sign_key.verify(crypto::Label::Hello, proven, hello.signature);
}

Result<TreeSize> check_note(const std::string& note, const HelloContext& context) {
    if (note.empty()) return TreeSize(0);
    const crypto::Checkpoint seen =
        CHAPAR_TRY(crypto::open_checkpoint(note, context.node.log.verifier()));
    if (seen.size > context.frontier.size()) return Error(Errc::HeadUnknown);
    const Hash root = CHAPAR_TRY(root_at(context.txn, context.frontier, seen.size));
    if (root != seen.root) return Error(Errc::HeadMismatch);
    return seen.size;
}

}  // namespace

Result<Greeting> check_hello(const schemas::Hello& hello, const Session& session,
                             const HelloContext& context) {
    const CertificateFacts* facts = context.certificates.find(hello.device);
    if (facts == nullptr || facts->curve_key != session.key ||
        !check_signature(hello, session, *facts, context.node)) {
        return Error(Errc::HelloRefused);
    }
    auto valid = in_force(context.txn, hello.device, context.now);
    if (!valid) {
        const Errc code = valid.error().code;
        const bool expected =
            code == Errc::CertificateUnknown || code == Errc::CertificateRevoked ||
            code == Errc::CertificateSuspended || code == Errc::CertificateExpired;
        // By now it has proven that the certificate is its own: it may know why.
        return expected ? Error(code) : valid.error();
    }
    const TreeSize seen = CHAPAR_TRY(check_note(hello.note, context));
    return Greeting{{hello.device, facts->agency, facts->office, valid->office.roles}, seen};
}

}  // namespace chapar::broker
