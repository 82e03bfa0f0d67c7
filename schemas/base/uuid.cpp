#include "schemas/base/uuid.h"

#include "schemas/base/assert.h"
#include "schemas/base/hex.h"

namespace chapar {
namespace {

constexpr std::array<std::size_t, 4> kDashes{8, 13, 18, 23};

}  // namespace

MessageId uuid_v7(TimeMs time, const UuidRandom& random) {
    MessageId out;
    for (std::size_t i = 0; i < 6; ++i) {
        out.bytes[i] = static_cast<std::byte>(time.value >> (8 * (5 - i)));
    }
    std::copy(random.begin(), random.end(), out.bytes.begin() + 6);
    out.bytes[6] = (out.bytes[6] & std::byte{0x0F}) | std::byte{0x70};
    out.bytes[8] = (out.bytes[8] & std::byte{0x3F}) | std::byte{0x80};
    return out;
}

std::string uuid_text(ByteView bytes) {
    CHAPAR_ASSERT(bytes.size() == 16);
    std::string text = to_hex(bytes);
    for (const std::size_t dash : kDashes) text.insert(dash, 1, '-');
    return text;
}

std::optional<std::array<std::byte, 16>> parse_uuid(std::string_view text) {
    if (text.size() != 36) return std::nullopt;
    std::string digits;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = std::ranges::find(kDashes, i) != kDashes.end();
        if (dash != (text[i] == '-')) return std::nullopt;
        if (!dash) digits.push_back(text[i]);
    }
    const std::optional<Bytes> bytes = from_hex(digits);
    if (!bytes) return std::nullopt;
    std::array<std::byte, 16> out{};
    std::ranges::copy(*bytes, out.begin());
    return out;
}

}  // namespace chapar
