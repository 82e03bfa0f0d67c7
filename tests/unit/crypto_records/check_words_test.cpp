#include "crypto/check_words.h"

#include <doctest/doctest.h>

#include "crypto/transcript.h"

namespace chapar::testing {

// Fails if a bit is taken from another place or a letter stands elsewhere in its alphabet.
TEST_CASE("proquints are those of the published examples") {
    struct Example {
        std::uint32_t address;
        const char* text;
    };
    // arXiv:0901.4016, as IPv4 addresses.
    constexpr Example kExamples[] = {
        {0x7f000001, "lusab-babad"}, {0x3f54dcc1, "gutih-tugad"}, {0x3f760723, "gutuk-bisog"},
        {0x8c62c18d, "mudof-sakat"}, {0x40ff06c8, "haguz-biram"}, {0x801e342d, "mabiv-gibot"},
        {0x93437702, "natag-lisaf"}, {0xd43afd44, "tibup-zujah"}, {0xd82344d7, "tobog-higil"},
        {0xd844e815, "todah-vobij"}, {0xc6518188, "sinid-makam"}, {0x0c6e6ecc, "budov-kuras"},
    };
    for (const Example& example : kExamples) {
        const auto high = static_cast<std::uint16_t>(example.address >> 16);
        const auto low = static_cast<std::uint16_t>(example.address & 0xffff);
        CHECK(crypto::proquint(high) + "-" + crypto::proquint(low) == example.text);
    }
}

TEST_CASE("check words are six words of the first twelve bytes of the hash") {
    Hash hash;
    hash.bytes[0] = std::byte{0x7f};
    hash.bytes[3] = std::byte{0x01};
    hash.bytes[11] = std::byte{0x01};
    CHECK(crypto::check_words(hash) == "lusab babad babab babab babab babad");
    hash.bytes[12] = std::byte{0xff};
    CHECK(crypto::check_words(hash) == "lusab babad babab babab babab babad");
}

// Fails if the parts are joined before they are hashed.
TEST_CASE("check words differ when a byte moves from one part to the next") {
    const auto words = crypto::check_words({view("key"), view("ab")});
    CHECK(words == crypto::check_words({view("key"), view("ab")}));
    CHECK(words != crypto::check_words({view("keya"), view("b")}));
    CHECK(words != crypto::check_words({view("keyab")}));
    CHECK(words == crypto::check_words(crypto::transcript_hash(crypto::Label::CheckWords,
                                                               {view("key"), view("ab")})));
}

}  // namespace chapar::testing
