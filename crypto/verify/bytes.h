// Byte strings and encodings of the verifier.
//
// This folder is written from the published layouts alone and includes nothing else of the project:
// a second reading of the specification, so that an error in the broker's own code cannot hide
// here. It links libsodium and the C++ library only.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace verify {

using Bytes = std::vector<std::uint8_t>;
using Hash = std::array<std::uint8_t, 32>;

Bytes bytes_of(std::string_view text);
std::string text_of(const Bytes& bytes);
std::string hex(const std::uint8_t* data, std::size_t size);
inline std::string hex(const Hash& hash) { return hex(hash.data(), hash.size()); }
std::optional<Bytes> from_hex(std::string_view text);
std::optional<Bytes> from_base64(std::string_view text);

// Reads a big-endian layout. After a short read everything reads as zero and `complete()` is false.
class Reader {
  public:
    explicit Reader(const Bytes& input) : data_(input.data()), size_(input.size()) {}
    Reader(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

    std::uint64_t number(std::size_t width);
    Bytes raw(std::size_t size);
    Hash hash();
    // Fills it, if so much is left.
    template <std::size_t N>
    void fixed(std::array<std::uint8_t, N>& out) {
        if (short_ || N > size_ - at_) {
            short_ = true;
            return;
        }
        std::copy_n(data_ + at_, N, out.begin());
        at_ += N;
    }
    Bytes counted(std::size_t width) { return raw(static_cast<std::size_t>(number(width))); }
    std::string name() { return text_of(counted(1)); }
    std::size_t remaining() const { return size_ - at_; }
    // Every byte used, none missing.
    bool complete() const { return !short_ && at_ == size_; }
    bool ok() const { return !short_; }

  private:
    const std::uint8_t* data_;
    std::size_t size_;
    std::size_t at_ = 0;
    bool short_ = false;
};

}  // namespace verify
