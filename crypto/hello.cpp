#include "crypto/hello.h"

#include "schemas/base/assert.h"
#include "schemas/base/layout.h"

namespace chapar::crypto {

Bytes hello_bytes(ByteView challenge, const Home& home, const CurveKey& broker,
                  const CertificateHash& device) {
    CHAPAR_ASSERT(challenge.size() == 32);
    return LayoutWriter()
        .raw(challenge)
        .raw(home.view())
        .raw(broker.view())
        .raw(device.view())
        .take();
}

}  // namespace chapar::crypto
