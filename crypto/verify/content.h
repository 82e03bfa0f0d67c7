// What a sealed content says, field by field, for a person who reads a package without Chapar.
//
// Reads stream 0 with a table of its own (content_fields.h) and a bounded reader (capnp.h). Codes
// are shown as their numbers: schemas/content.capnp says what they mean. Does not check rules
// between fields.
#pragma once

#include <string>
#include <vector>

#include "crypto/verify/envelope.h"

namespace verify {

struct ContentLine {
    std::string field;  // "payload.seizureAlert.goods[0].substance.name"
    std::string value;  // text as it stands; a number; data in hexadecimal
};

struct Content {
    std::vector<ContentLine> lines;
    std::size_t attachments = 0;
    bool repeats_header = false;  // manifest against header
};

// Of the unpadded stream 0. Empty if it is not a content in its form.
std::optional<Content> read_content(const Bytes& stream0, std::size_t attachments,
                                    const Header& header);

}  // namespace verify
