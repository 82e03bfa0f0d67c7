#include "crypto/keystore.h"

#include <sodium.h>

#include "crypto/aead.h"
#include "crypto/private_file.h"
#include "crypto/secret_layout.h"
#include "crypto/sodium_bytes.h"
#include "schemas/base/layout.h"

namespace chapar::crypto {
namespace {

constexpr std::string_view kMagic = "chapar keystore\n";
constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kArgon2id = 2;
constexpr std::size_t kHeaderBytes = 16 + 1 + 1 + 8 + 8 + 16;
constexpr std::size_t kMaxNameBytes = 255;
constexpr std::size_t kMaxSecretBytes = 65535;

bool is_allowed(const KeystoreCost& cost) {
    return cost.passes >= KeystoreCost::kFloorPasses &&
           cost.passes <= KeystoreCost::kCeilingPasses &&
           cost.memory_bytes >= KeystoreCost::kFloorMemoryBytes &&
           cost.memory_bytes <= KeystoreCost::kCeilingMemoryBytes;
}

// Internal if the memory cannot be had.
Result<Secret32> derive_key(const SecretBuffer& passphrase, const KeystoreCost& cost,
                            ByteView salt) {
    Secret32 key;
    // An empty view may point nowhere, which libsodium does not take even for length 0.
    const ByteView text = passphrase.size() == 0 ? view("") : passphrase.expose();
    const int failed = crypto_pwhash(
        out(key.expose_mutable()), Secret32::kSize, reinterpret_cast<const char*>(text.data()),
        text.size(), in(salt), cost.passes, static_cast<std::size_t>(cost.memory_bytes),
        crypto_pwhash_ALG_ARGON2ID13);
    if (failed != 0) return Error(Errc::Internal, "argon2id");
    return key;
}

struct Header {
    KeystoreCost cost;
    ByteView salt;
};

Result<Header> read_header(ByteView bytes) {
    LayoutReader in(bytes);
    const Error malformed(Errc::MalformedLayout, "keystore");
    if (!equal(in.raw(kMagic.size()), view(kMagic))) return malformed;
    if (in.u8() != kVersion || in.u8() != kArgon2id) {
        return Error(Errc::VersionUnknown, "keystore");
    }
    Header header;
    header.cost.passes = in.u64();
    header.cost.memory_bytes = in.u64();
    header.salt = in.raw(crypto_pwhash_SALTBYTES);
    if (!in.ok() || !is_allowed(header.cost)) return malformed;
    return header;
}

}  // namespace

Result<Keystore> Keystore::create(const SecretBuffer& passphrase, KeystoreCost cost,
                                  Random& random) {
    static_assert(kSaltBytes == crypto_pwhash_SALTBYTES);
    if (!is_allowed(cost)) return Error(Errc::FieldInvalid, "keystore cost");
    if (passphrase.size() == 0) return Error(Errc::FieldInvalid, "passphrase");
    Salt salt{};
    random.fill(salt);
    return Keystore(cost, salt, CHAPAR_TRY(derive_key(passphrase, cost, salt)));
}

Result<Keystore> Keystore::open(const std::filesystem::path& path, const SecretBuffer& passphrase) {
    const SecretBuffer file = CHAPAR_TRY(read_private_file(path, kMaxFileBytes));
    const Header header = CHAPAR_TRY(read_header(file.expose()));
    LayoutReader in(file.expose().subspan(kHeaderBytes));
    const auto nonce = in.fixed<WideNonce>();
    if (!in.ok()) return Error(Errc::MalformedLayout, "keystore");
    Salt salt{};
    std::ranges::copy(header.salt, salt.begin());
    Keystore keystore(header.cost, salt, CHAPAR_TRY(derive_key(passphrase, header.cost, salt)));
    const Result<SecretBuffer> opened =
        xchacha_open(keystore.key_, nonce, keystore.header(), in.raw(in.remaining()));
    if (!opened) return Error(Errc::PassphraseWrong, path.filename().string());
    CHAPAR_TRY(keystore.read_plaintext(opened->expose()));
    return keystore;
}

Status Keystore::save(const std::filesystem::path& path, Random& random) const {
    const auto nonce = random_value<WideNonce>(random);
    const Bytes head = header();
    Bytes file = head;
    append(file, nonce.view());
    append(file, xchacha_seal(key_, nonce, head, plaintext().expose()));
    if (file.size() > kMaxFileBytes) return Error(Errc::TooLarge, "keystore");
    return replace_private_file(path, file, random);
}

void Keystore::put(std::string name, SecretBuffer secret) {
    CHAPAR_ASSERT(!name.empty() && name.size() <= kMaxNameBytes);
    CHAPAR_ASSERT(secret.size() <= kMaxSecretBytes);
    secrets_.insert_or_assign(std::move(name), std::move(secret));
}

void Keystore::put(std::string name, const Secret32& secret) {
    put(std::move(name), SecretBuffer::copy_of(secret.expose()));
}

const SecretBuffer* Keystore::find(std::string_view name) const {
    const auto it = secrets_.find(name);
    return it == secrets_.end() ? nullptr : &it->second;
}

Result<Secret32> Keystore::find32(std::string_view name) const {
    const SecretBuffer* const secret = find(name);
    if (secret == nullptr) return Error(Errc::NotFound, std::string(name));
    std::optional<Secret32> value = Secret32::from(secret->expose());
    if (!value) return Error(Errc::MalformedLayout, std::string(name));
    return std::move(*value);
}

void Keystore::erase(std::string_view name) {
    const auto it = secrets_.find(name);
    if (it != secrets_.end()) secrets_.erase(it);
}

std::vector<std::string> Keystore::names() const {
    std::vector<std::string> out;
    for (const auto& [name, secret] : secrets_) out.push_back(name);
    return out;
}

Bytes Keystore::header() const {
    LayoutWriter out;
    out.raw(view(kMagic)).u8(kVersion).u8(kArgon2id);
    return out.u64(cost_.passes).u64(cost_.memory_bytes).raw(salt_).take();
}

SecretBuffer Keystore::plaintext() const {
    std::size_t size = 2;
    for (const auto& [name, secret] : secrets_) size += 1 + name.size() + 2 + secret.size();
    SecretLayoutWriter out(size);
    out.number(secrets_.size(), 2);
    for (const auto& [name, secret] : secrets_) {
        out.number(name.size(), 1).raw(view(name));
        out.number(secret.size(), 2).raw(secret.expose());
    }
    return out.take();
}

Status Keystore::read_plaintext(ByteView bytes) {
    LayoutReader in(bytes);
    const std::size_t count = in.u16();
    std::string last;
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        std::string name = to_string(in.counted8());
        if (name <= last) return Error(Errc::MalformedLayout, "keystore");
        last = name;
        secrets_.insert_or_assign(std::move(name), SecretBuffer::copy_of(in.counted16()));
    }
    return in.finish("keystore");
}

}  // namespace chapar::crypto
