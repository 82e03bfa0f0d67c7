// Secrets in memory: fixed (`SecretBytes<N>`) and of any length (`SecretBuffer`).
//
// Move-only, wiped when they die or are moved from, not comparable, not printable. The bytes are
// reached only through `expose()`, so each use can be found by its name. Does not know what the
// secret is for, and does not lock pages: see crypto/README.md, "Memory".
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "crypto/random.h"
#include "schemas/base/assert.h"
#include "schemas/base/bytes.h"

namespace chapar::crypto {

// Zeroes memory in a way that the compiler keeps.
void wipe(std::span<std::byte> bytes);
// Equal contents, in a time that depends on the lengths only.
[[nodiscard]] bool equal_in_constant_time(ByteView a, ByteView b);

template <std::size_t N>
class SecretBytes {
  public:
    static constexpr std::size_t kSize = N;

    SecretBytes() = default;  // zeros, to be filled through expose_mutable()
    ~SecretBytes() { wipe(bytes_); }
    SecretBytes(SecretBytes&& other) noexcept : bytes_(other.bytes_) { wipe(other.bytes_); }
    SecretBytes& operator=(SecretBytes&& other) noexcept {
        if (this != &other) {
            bytes_ = other.bytes_;
            wipe(other.bytes_);
        }
        return *this;
    }
    SecretBytes(const SecretBytes&) = delete;
    SecretBytes& operator=(const SecretBytes&) = delete;
    bool operator==(const SecretBytes&) const = delete;

    // Empty unless `from` has exactly N bytes. The caller wipes `from`.
    [[nodiscard]] static std::optional<SecretBytes> from(ByteView from) {
        if (from.size() != N) return std::nullopt;
        SecretBytes out;
        std::copy(from.begin(), from.end(), out.bytes_.begin());
        return out;
    }
    [[nodiscard]] static SecretBytes random(Random& random) {
        SecretBytes out;
        random.fill(out.bytes_);
        return out;
    }
    // A second copy, for the rare place where two owners need the secret.
    [[nodiscard]] SecretBytes duplicate() const {
        SecretBytes out;
        out.bytes_ = bytes_;
        return out;
    }

    // A view that lives as long as this object.
    [[nodiscard]] ByteView expose() const { return bytes_; }
    [[nodiscard]] std::span<std::byte> expose_mutable() { return bytes_; }

  private:
    std::array<std::byte, N> bytes_{};
};

using Secret32 = SecretBytes<32>;

// Plaintext or key material of any length. Never grows, so no copy is left behind.
class SecretBuffer {
  public:
    SecretBuffer() = default;
    explicit SecretBuffer(std::size_t size) : bytes_(size) {}
    ~SecretBuffer() { wipe(bytes_); }
    SecretBuffer(SecretBuffer&& other) noexcept : bytes_(std::move(other.bytes_)) {
        other.bytes_.clear();
    }
    SecretBuffer& operator=(SecretBuffer&& other) noexcept {
        if (this != &other) {
            wipe(bytes_);
            bytes_ = std::move(other.bytes_);
            other.bytes_.clear();
        }
        return *this;
    }
    SecretBuffer(const SecretBuffer&) = delete;
    SecretBuffer& operator=(const SecretBuffer&) = delete;
    bool operator==(const SecretBuffer&) const = delete;

    [[nodiscard]] static SecretBuffer copy_of(ByteView from);

    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    // Cuts the end off, wiping it. REQUIRES: size <= this->size().
    void truncate(std::size_t size);

    [[nodiscard]] ByteView expose() const { return bytes_; }
    [[nodiscard]] std::span<std::byte> expose_mutable() { return bytes_; }

  private:
    std::vector<std::byte> bytes_;
};

}  // namespace chapar::crypto
