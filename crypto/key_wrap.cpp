#include "crypto/key_wrap.h"

#include <algorithm>

#include "crypto/aead.h"
#include "crypto/secret_hex.h"
#include "schemas/base/hex.h"
#include "schemas/base/layout.h"

namespace chapar::crypto {
namespace {

constexpr std::string_view kPrefix = WrappingKey::kFilePrefix;
constexpr std::size_t kIdDigits = WrappingKey::kIdDigits;
constexpr std::size_t kSecretDigits = 64;
constexpr std::size_t kTextBytes = kPrefix.size() + kIdDigits + 1 + kSecretDigits + 1;

using KekId = FixedBytes<struct KekIdTag, kIdDigits / 2>;

}  // namespace

WrappingKey WrappingKey::generate(Random& random) {
    std::string id = to_hex(random_value<KekId>(random).view());
    return {std::move(id), Secret32::random(random)};
}

Result<WrappingKey> WrappingKey::parse(ByteView text) {
    const std::string_view line(reinterpret_cast<const char*>(text.data()), text.size());
    const Error invalid(Errc::FieldInvalid, "KEK file");
    if (line.size() != kTextBytes || !line.starts_with(kPrefix) || line.back() != '\n') {
        return invalid;
    }
    std::string id(line.substr(kPrefix.size(), kIdDigits));
    const auto bytes = from_hex(id);
    auto secret = secret_from_hex(line.substr(kTextBytes - 1 - kSecretDigits, kSecretDigits));
    const bool separated = line[kPrefix.size() + kIdDigits] == ' ';
    if (!bytes || to_hex(*bytes) != id || !secret || !separated) return invalid;
    return WrappingKey(std::move(id), std::move(*secret));
}

SecretBuffer WrappingKey::encode() const {
    SecretBuffer text(kTextBytes);
    const auto out = text.expose_mutable();
    const std::string head = std::string(kPrefix) + id_ + " ";
    std::ranges::copy(view(head), out.begin());
    secret_to_hex(secret_, out.subspan(head.size(), kSecretDigits));
    out.back() = std::byte{'\n'};
    return text;
}

Bytes WrappingKey::wrap(const LedgerKeyScope& scope, const Secret32& secret, Random& random) const {
    const auto nonce = random_value<WideNonce>(random);
    LayoutWriter out;
    out.raw(nonce.view());
    return out.raw(xchacha_seal(secret_, nonce, scope.encode(), secret.expose())).take();
}

Result<Secret32> WrappingKey::unwrap(const LedgerKeyScope& scope, ByteView wrapped) const {
    if (wrapped.size() != kWrappedBytes) return Error(Errc::OpenFailed, "ledger key");
    const auto nonce = WideNonce::from(wrapped.first(WideNonce::kSize));
    const SecretBuffer opened = CHAPAR_TRY(
        xchacha_open(secret_, *nonce, scope.encode(), wrapped.subspan(WideNonce::kSize)));
    auto secret = Secret32::from(opened.expose());
    if (!secret) return Error(Errc::OpenFailed, "ledger key");
    return std::move(*secret);
}

}  // namespace chapar::crypto
