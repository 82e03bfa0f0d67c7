#include "crypto/vault.h"

#include "crypto/aead.h"
#include "crypto/hkdf.h"
#include "schemas/base/layout.h"

namespace chapar::crypto {
namespace {

Secret32 record_key(const Secret32& vault_key, ByteView context) {
    return hmac_sha256(vault_key.expose(), {view("record"), context});
}

}  // namespace

Bytes seal_record(const Secret32& vault_key, ByteView context, ByteView plaintext, Random& random) {
    const auto nonce = random_value<WideNonce>(random);
    Bytes out = to_bytes(nonce.view());
    append(out, xchacha_seal(record_key(vault_key, context), nonce, context, plaintext));
    return out;
}

Result<SecretBuffer> open_record(const Secret32& vault_key, ByteView context, ByteView sealed) {
    LayoutReader in(sealed);
    const auto nonce = in.fixed<WideNonce>();
    const ByteView text = in.raw(in.remaining());
    if (!in.ok() || text.size() < kTagBytes) return Error(Errc::OpenFailed, "record");
    return xchacha_open(record_key(vault_key, context), nonce, context, text);
}

}  // namespace chapar::crypto
