// A file of named secrets, under a passphrase or under a key that stands in another keystore.
//
// Owns: the file form, argon2id, its floor and its calibration, permissions, and atomic
// replacement. Does not know what the secrets are. The derived key stays in memory while the
// keystore is open, so saving needs no passphrase. A home has one keystore under its passphrase and
// any others under keys in that one: it opens with one argon2id, and a change of passphrase
// replaces one file. Resource type: movable, not copyable. Blocks on the disk and, under a
// passphrase, for about a second on argon2id. Source: RFC 9106; crypto/keystore.md, "Keystore".
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/secret.h"
#include "schemas/base/bytes.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"

namespace chapar::crypto {

// What a guess at the passphrase costs. Below the floor nothing is written or opened.
struct KeystoreCost {
    static constexpr std::uint64_t kFloorPasses = 3;
    static constexpr std::uint64_t kFloorMemoryBytes = 64ULL * 1024 * 1024;
    static constexpr std::uint64_t kCeilingPasses = 64;
    static constexpr std::uint64_t kCeilingMemoryBytes = 4ULL * 1024 * 1024 * 1024;
    std::uint64_t passes = kFloorPasses;
    std::uint64_t memory_bytes = kFloorMemoryBytes;
    bool operator==(const KeystoreCost&) const = default;
};

// The cost that takes about `target` on a machine where the floor took `floor_took`: more memory up
// to `memory_limit`, then more passes. Never below the floor.
[[nodiscard]] KeystoreCost scaled_cost(DurationMs floor_took, DurationMs target,
                                       std::uint64_t memory_limit);

// Measures the floor once on this machine (about a fifth of a second) and scales it. `stopwatch`
// tells the time passed since any fixed moment. Internal if even the floor's memory cannot be had.
constexpr DurationMs kUnlockTarget{1000};
constexpr std::uint64_t kUnlockMemoryLimit = 256ULL * 1024 * 1024;
[[nodiscard]] Result<KeystoreCost> calibrate_cost(const std::function<DurationMs()>& stopwatch);

class Keystore {
  public:
    static constexpr std::size_t kMaxFileBytes = 1024 * 1024;

    // An empty one, in memory. FieldInvalid below the floor or above the ceiling, or for an empty
    // passphrase.
    [[nodiscard]] static Result<Keystore> create(const SecretBuffer& passphrase, KeystoreCost cost,
                                                 Random& random);
    // KeystoreExposed unless the file is a regular one of this user with mode 0600 or less;
    // NotFound, FileFailed; MalformedLayout if it is no keystore; PassphraseWrong if it does not
    // open, whatever the reason.
    [[nodiscard]] static Result<Keystore> open(const std::filesystem::path& path,
                                               const SecretBuffer& passphrase);

    // The same under a key instead of a passphrase, without argon2id. The key is random, and this
    // file's alone. open_under: OpenFailed if it does not open; else as open().
    [[nodiscard]] static Keystore create_under(const Secret32& key);
    [[nodiscard]] static Result<Keystore> open_under(const std::filesystem::path& path,
                                                     const Secret32& key);

    // From the next save() on, which replaces the file whole: a new salt, a new key. The old
    // passphrase still opens older copies of the file. FieldInvalid as create(); then nothing
    // changed.
    [[nodiscard]] Status change_passphrase(const SecretBuffer& passphrase, KeystoreCost cost,
                                           Random& random);

    // Writes a new file, 0600, synced, and puts it in the place of the old one: after a crash
    // either stands there whole. FileFailed, TooLarge.
    [[nodiscard]] Status save(const std::filesystem::path& path, Random& random) const;

    // REQUIRES: name of 1..255 bytes; secret at most 65535 bytes. Replaces one of the same name.
    void put(std::string name, SecretBuffer secret);
    void put(std::string name, const Secret32& secret);
    // Null if there is none. Lives until it is replaced or erased.
    [[nodiscard]] const SecretBuffer* find(std::string_view name) const;
    // NotFound, or MalformedLayout if it has another length.
    [[nodiscard]] Result<Secret32> find32(std::string_view name) const;
    void erase(std::string_view name);
    // In byte order.
    [[nodiscard]] std::vector<std::string> names() const;
    // Zero under a key.
    [[nodiscard]] const KeystoreCost& cost() const { return cost_; }

  private:
    static constexpr std::size_t kSaltBytes = 16;
    using Salt = std::array<std::byte, kSaltBytes>;
    Keystore(KeystoreCost cost, const Salt& salt, Secret32 key)
        : cost_(cost), salt_(salt), key_(std::move(key)) {}
    [[nodiscard]] Bytes header() const;
    [[nodiscard]] SecretBuffer plaintext() const;
    [[nodiscard]] Status read_sealed(ByteView file);
    [[nodiscard]] Status read_plaintext(ByteView bytes);

    KeystoreCost cost_;
    Salt salt_;
    Secret32 key_;
    std::map<std::string, SecretBuffer, std::less<>> secrets_;
};

}  // namespace chapar::crypto
