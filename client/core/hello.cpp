#include "client/core/hello.h"

#include "crypto/hello.h"

namespace chapar::client {

schemas::Hello hello_of(const Device& device, const schemas::ChallengeBytes& challenge,
                        std::string note) {
    const Bytes proven = crypto::hello_bytes(challenge.view(), device.card.home(),
                                             device.card.manifest().curve_key, device.certificate);
    return {device.certificate, device.signing_key.sign(crypto::Label::Hello, proven),
            std::move(note)};
}

}  // namespace chapar::client
