#include "crypto/check_words.h"

#include "crypto/transcript.h"

namespace chapar::crypto {
namespace {

constexpr std::string_view kConsonants = "bdfghjklmnprstvz";
constexpr std::string_view kVowels = "aiou";
constexpr std::size_t kWords = 6;

}  // namespace

std::string proquint(std::uint16_t word) {
    return {kConsonants[word >> 12], kVowels[word >> 10 & 3], kConsonants[word >> 6 & 15],
            kVowels[word >> 4 & 3], kConsonants[word & 15]};
}

std::string check_words(const Hash& hash) {
    std::string out;
    for (std::size_t i = 0; i < kWords; ++i) {
        const auto high = std::to_integer<unsigned>(hash.bytes.at(2 * i));
        const auto low = std::to_integer<unsigned>(hash.bytes.at(2 * i + 1));
        if (i > 0) out += ' ';
        out += proquint(static_cast<std::uint16_t>(high << 8 | low));
    }
    return out;
}

std::string check_words(std::initializer_list<ByteView> parts) {
    return check_words(transcript_hash(Label::CheckWords, parts));
}

}  // namespace chapar::crypto
