#include "tests/hostile/session_peer.h"

#include "crypto/hello.h"
#include "schemas/frames_codec.h"

namespace chapar::hostile {
namespace {

void say_hello(Target& target, std::size_t n, const SessionScript& script, CurvePeer& peer,
               const schemas::Challenge& challenge) {
    const testing::EdgeDevice& own = target.enrolled()[n % target.enrolled().size()];
    const CertificateHash& device = script.claimed != nullptr ? script.claimed->hash : own.hash;
    const Bytes proven = crypto::hello_bytes(challenge.challenge.view(), target.centre().home(),
                                             target.centre().manifest().curve_key, device);
    const schemas::Hello hello{device, own.key.sign(crypto::Label::Hello, proven), std::string()};
    peer.send(schemas::encode_frame(hello));
}

}  // namespace

std::unique_ptr<CurvePeer> session_peer(Target& target, std::size_t n, const CurvePeer::Plan& plan,
                                        SessionScript script) {
    auto answer = [&target, n, script = std::move(script)](CurvePeer& peer, ByteView message) {
        if (message.empty()) return peer.send(schemas::encode_frame(schemas::Connect{}));
        const auto frame = schemas::decode_frame(message);
        if (!frame) return;
        if (const auto* challenge = std::get_if<schemas::Challenge>(&*frame)) {
            return say_hello(target, n, script, peer, *challenge);
        }
        if (std::holds_alternative<schemas::Welcome>(*frame)) return script.welcomed(peer);
        script.frame(peer, *frame);
    };
    return std::make_unique<CurvePeer>(plan, target.centre().random, std::move(answer));
}

}  // namespace chapar::hostile
