#include "crypto/keystore.h"

#include <sodium.h>

#include <algorithm>

#include "crypto/aead.h"
#include "crypto/private_file.h"
#include "crypto/secret_layout.h"
#include "crypto/sodium_bytes.h"
#include "schemas/base/layout.h"

namespace chapar::crypto {
namespace {

constexpr std::string_view kMagic = "chapar keystore\n";
constexpr std::uint8_t kVersion = 1;
// What stands between the file and its key.
constexpr std::uint8_t kGivenKey = 1;
constexpr std::uint8_t kArgon2id = 2;
constexpr std::size_t kHeaderBytes = 16 + 1 + 1 + 8 + 8 + 16;
constexpr std::size_t kMaxNameBytes = 255;
constexpr std::size_t kMaxSecretBytes = 65535;
constexpr KeystoreCost kNoCost{0, 0};
constexpr std::uint64_t kMebibyte = 1024ULL * 1024;

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

// `lock`: the one the caller can open.
Result<Header> read_header(ByteView bytes, std::uint8_t lock) {
    LayoutReader in(bytes);
    const Error malformed(Errc::MalformedLayout, "keystore");
    if (!equal(in.raw(kMagic.size()), view(kMagic))) return malformed;
    const std::uint8_t version = in.u8();
    const std::uint8_t found = in.u8();
    if (version != kVersion || (found != kArgon2id && found != kGivenKey)) {
        return Error(Errc::VersionUnknown, "keystore");
    }
    if (found != lock) return malformed;
    Header header;
    header.cost.passes = in.u64();
    header.cost.memory_bytes = in.u64();
    header.salt = in.raw(crypto_pwhash_SALTBYTES);
    const bool fits = lock == kArgon2id ? is_allowed(header.cost) : header.cost == kNoCost;
    if (!in.ok() || !fits) return malformed;
    return header;
}

Status check_new_passphrase(const SecretBuffer& passphrase, const KeystoreCost& cost) {
    if (!is_allowed(cost)) return Error(Errc::FieldInvalid, "keystore cost");
    if (passphrase.size() == 0) return Error(Errc::FieldInvalid, "passphrase");
    return Done{};
}

}  // namespace

KeystoreCost scaled_cost(DurationMs floor_took, DurationMs target, std::uint64_t memory_limit) {
    // Argon2id's time grows with memory times passes.
    const std::uint64_t took = std::max<std::uint64_t>(floor_took.value, 1);
    // So that the products below stay far from the end of their type.
    const std::uint64_t wanted = std::min(target.value, kMinute.value);
    const std::uint64_t limit = std::clamp(memory_limit, KeystoreCost::kFloorMemoryBytes,
                                           KeystoreCost::kCeilingMemoryBytes);
    const std::uint64_t affordable =
        KeystoreCost::kFloorMemoryBytes / kMebibyte * wanted / took * kMebibyte;
    KeystoreCost cost;
    cost.memory_bytes = std::clamp(affordable, KeystoreCost::kFloorMemoryBytes, limit);
    const std::uint64_t passes = KeystoreCost::kFloorPasses * KeystoreCost::kFloorMemoryBytes /
                                 kMebibyte * wanted / took / (cost.memory_bytes / kMebibyte);
    cost.passes = std::clamp(passes, KeystoreCost::kFloorPasses, KeystoreCost::kCeilingPasses);
    return cost;
}

Result<KeystoreCost> calibrate_cost(const std::function<DurationMs()>& stopwatch) {
    const SecretBuffer passphrase(1);
    const std::array<std::byte, crypto_pwhash_SALTBYTES> salt{};
    const DurationMs before = stopwatch();
    CHAPAR_TRY(derive_key(passphrase, KeystoreCost{}, salt));
    const DurationMs after = stopwatch();
    const DurationMs took(after.value - std::min(before.value, after.value));
    return scaled_cost(took, kUnlockTarget, kUnlockMemoryLimit);
}

Result<Keystore> Keystore::create(const SecretBuffer& passphrase, KeystoreCost cost,
                                  Random& random) {
    static_assert(kSaltBytes == crypto_pwhash_SALTBYTES);
    CHAPAR_TRY(check_new_passphrase(passphrase, cost));
    Salt salt{};
    random.fill(salt);
    return Keystore(cost, salt, CHAPAR_TRY(derive_key(passphrase, cost, salt)));
}

Result<Keystore> Keystore::open(const std::filesystem::path& path, const SecretBuffer& passphrase) {
    const SecretBuffer file = CHAPAR_TRY(read_private_file(path, kMaxFileBytes));
    const Header header = CHAPAR_TRY(read_header(file.expose(), kArgon2id));
    Salt salt{};
    std::ranges::copy(header.salt, salt.begin());
    Keystore keystore(header.cost, salt, CHAPAR_TRY(derive_key(passphrase, header.cost, salt)));
    const Status opened = keystore.read_sealed(file.expose());
    if (!opened && opened.error().code == Errc::OpenFailed) {
        return Error(Errc::PassphraseWrong, path.filename().string());
    }
    CHAPAR_TRY(opened);
    return keystore;
}

Keystore Keystore::create_under(const Secret32& key) {
    return Keystore(kNoCost, Salt{}, key.duplicate());
}

Result<Keystore> Keystore::open_under(const std::filesystem::path& path, const Secret32& key) {
    const SecretBuffer file = CHAPAR_TRY(read_private_file(path, kMaxFileBytes));
    CHAPAR_TRY(read_header(file.expose(), kGivenKey));
    Keystore keystore = create_under(key);
    CHAPAR_TRY(keystore.read_sealed(file.expose()));
    return keystore;
}

Status Keystore::change_passphrase(const SecretBuffer& passphrase, KeystoreCost cost,
                                   Random& random) {
    CHAPAR_TRY(check_new_passphrase(passphrase, cost));
    Salt salt{};
    random.fill(salt);
    key_ = CHAPAR_TRY(derive_key(passphrase, cost, salt));
    salt_ = salt;
    cost_ = cost;
    return Done{};
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
    out.raw(view(kMagic)).u8(kVersion).u8(cost_ == kNoCost ? kGivenKey : kArgon2id);
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

// REQUIRES: a file whose header was read, and is this keystore's.
Status Keystore::read_sealed(ByteView file) {
    LayoutReader in(file.subspan(kHeaderBytes));
    const auto nonce = in.fixed<WideNonce>();
    const ByteView text = in.raw(in.remaining());
    if (!in.ok()) return Error(Errc::MalformedLayout, "keystore");
    const Bytes head = header();
    if (!equal(head, file.first(kHeaderBytes))) return Error(Errc::MalformedLayout, "keystore");
    const SecretBuffer opened = CHAPAR_TRY(xchacha_open(key_, nonce, head, text));
    return read_plaintext(opened.expose());
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
