#include "broker/edge/hello.h"

#include "broker/core/directory.h"
#include "crypto/hello.h"

namespace chapar::broker {
namespace {

Status check_signature(const schemas::Hello& hello, const Session& session,
                       const CertificateFacts& facts, const NodeKeys& node) {
    const Bytes proven = crypto::hello_bytes(session.challenge.view(), node.home,
                                             node.manifest.curve_key, hello.device);
    return facts.sign_key.verify(crypto::Label::Hello, proven, hello.signature);
}

Result<std::optional<JudgedNote>> check_note(const std::string& note, const HelloContext& context) {
    if (note.empty()) return std::optional<JudgedNote>();
    JudgedNote seen =
        CHAPAR_TRY(judge_note(note, context.node.log.verifier(), context.txn, context.frontier));
    if (seen.verdict == NoteVerdict::Beyond) return Error(Errc::HeadUnknown);
    if (seen.verdict == NoteVerdict::Beside) return Error(Errc::HeadMismatch);
    return std::optional<JudgedNote>(seen);
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
    auto seen = CHAPAR_TRY(check_note(hello.note, context));
    return Greeting{{hello.device, facts->agency, facts->office, valid->office.roles},
                    std::move(seen)};
}

}  // namespace chapar::broker
