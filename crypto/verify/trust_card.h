// The trust card: the one thing a verifier must have got from a source it trusts.
#pragma once

#include <string>

#include "crypto/verify/bytes.h"

namespace verify {

struct TrustCard {
    std::string origin;
    std::string log_key;  // a C2SP vkey line
    Bytes home;
    Bytes centre_root;
};

// Reads the flat JSON object of strings that a card is. Empty, with a sentence in `why`, if it is
// not one or lacks a field.
std::optional<TrustCard> read_trust_card(const std::string& path, std::string& why);

}  // namespace verify
