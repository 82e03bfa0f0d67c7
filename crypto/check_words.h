// Check words: six words that two people read to each other before one of them signs.
//
// Owns: proquints (five letters for 16 bits, consonants and vowels in turn) and the rule that the
// words are those of the first 96 bits of a TH. Does not know what is compared: the caller names
// every byte that matters, so that two files with the same words say the same. Source: Wilkerson,
// "A Proposal for Proquints", arXiv:0901.4016; crypto/records.md, "Check words".
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"

namespace chapar::crypto {

// 0x7f00 is "lusab".
[[nodiscard]] std::string proquint(std::uint16_t word);

// "lusab babad gutih tugad gutuk bisog", of the first twelve bytes.
[[nodiscard]] std::string check_words(const Hash& hash);

// The words of TH("check-words", parts..). The first part names the kind of thing, so that a record
// and a request never have the same words by construction.
[[nodiscard]] std::string check_words(std::initializer_list<ByteView> parts);

}  // namespace chapar::crypto
