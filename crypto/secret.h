// Secrets in memory: fixed (`SecretBytes<N>`) and of any length (`SecretBuffer`).
//
// Move-only, wiped when they die or are moved from, not comparable, not printable. The bytes are
// reached only through `expose()`, so each use can be found by its name. They lie in the locked
// arena (arena.h), except buffers longer than kArenaBuffer, which are texts and lie in ordinary
// memory, wiped. A move hands over the block and copies nothing. Does not know what the secret is
// for. See crypto/keystore.md, "Memory".
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <utility>

#include "crypto/random.h"
#include "schemas/base/assert.h"
#include "schemas/base/bytes.h"
#include "schemas/base/result.h"

namespace chapar::crypto {

// Zeroes memory in a way that the compiler keeps.
void wipe(std::span<std::byte> bytes);
// Equal contents, in a time that depends on the lengths only.
[[nodiscard]] bool equal_in_constant_time(ByteView a, ByteView b);

// The longest buffer that lies in the arena.
constexpr std::size_t kArenaBuffer = 4096;

// A block of zeros that is wiped when it goes; empty when moved from. For the two classes below.
class SecretBlock {
  public:
    SecretBlock() = default;
    explicit SecretBlock(std::size_t size);
    ~SecretBlock() { release(); }
    SecretBlock(SecretBlock&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    SecretBlock& operator=(SecretBlock&& other) noexcept {
        if (this != &other) {
            release();
            data_ = std::exchange(other.data_, nullptr);
            size_ = std::exchange(other.size_, 0);
        }
        return *this;
    }
    SecretBlock(const SecretBlock&) = delete;
    SecretBlock& operator=(const SecretBlock&) = delete;

    [[nodiscard]] ByteView view() const { return {data_, size_}; }
    [[nodiscard]] std::span<std::byte> span() { return {data_, size_}; }

  private:
    void release() noexcept;

    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

template <std::size_t N>
class SecretBytes {
  public:
    static constexpr std::size_t kSize = N;
    static_assert(N >= 1 && N <= kArenaBuffer);

    SecretBytes() : block_(N) {}  // zeros, to be filled through expose_mutable()
    ~SecretBytes() = default;
    SecretBytes(SecretBytes&&) noexcept = default;
    SecretBytes& operator=(SecretBytes&&) noexcept = default;
    SecretBytes(const SecretBytes&) = delete;
    SecretBytes& operator=(const SecretBytes&) = delete;
    bool operator==(const SecretBytes&) const = delete;

    // Empty unless `from` has exactly N bytes. The caller wipes `from`.
    [[nodiscard]] static std::optional<SecretBytes> from(ByteView from) {
        if (from.size() != N) return std::nullopt;
        SecretBytes out;
        std::copy(from.begin(), from.end(), out.expose_mutable().begin());
        return out;
    }
    [[nodiscard]] static SecretBytes random(Random& random) {
        SecretBytes out;
        random.fill(out.expose_mutable());
        return out;
    }
    // A second copy, for the rare place where two owners need the secret.
    [[nodiscard]] SecretBytes duplicate() const { return *from(expose()); }

    // A view that lives as long as this object, and stays where it is when the object is moved.
    // REQUIRES: not moved from.
    [[nodiscard]] ByteView expose() const {
        CHAPAR_ASSERT(block_.view().size() == N);
        return block_.view();
    }
    [[nodiscard]] std::span<std::byte> expose_mutable() {
        CHAPAR_ASSERT(block_.view().size() == N);
        return block_.span();
    }

  private:
    SecretBlock block_;
};

using Secret32 = SecretBytes<32>;

// Room for so many more, in locked memory; MemoryUnlocked if it cannot be had. To be asked before
// keeping secrets in a number that an input decides: without room, making one stops the process.
[[nodiscard]] Status reserve_secrets(std::size_t count);

// Plaintext or key material of any length. Never grows, so no copy is left behind. Empty when moved
// from.
class SecretBuffer {
  public:
    SecretBuffer() = default;
    explicit SecretBuffer(std::size_t size) : block_(size), size_(size) {}
    ~SecretBuffer() = default;
    SecretBuffer(SecretBuffer&& other) noexcept
        : block_(std::move(other.block_)), size_(std::exchange(other.size_, 0)) {}
    SecretBuffer& operator=(SecretBuffer&& other) noexcept {
        block_ = std::move(other.block_);
        if (this != &other) size_ = std::exchange(other.size_, 0);
        return *this;
    }
    SecretBuffer(const SecretBuffer&) = delete;
    SecretBuffer& operator=(const SecretBuffer&) = delete;
    bool operator==(const SecretBuffer&) const = delete;

    [[nodiscard]] static SecretBuffer copy_of(ByteView from);

    [[nodiscard]] std::size_t size() const { return size_; }
    // Cuts the end off, wiping it. REQUIRES: size <= this->size().
    void truncate(std::size_t size);

    [[nodiscard]] ByteView expose() const { return block_.view().first(size_); }
    [[nodiscard]] std::span<std::byte> expose_mutable() { return block_.span().first(size_); }

  private:
    SecretBlock block_;
    std::size_t size_ = 0;
};

}  // namespace chapar::crypto
