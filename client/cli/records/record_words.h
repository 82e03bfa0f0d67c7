// What a record says, in plain words: shown to a person before they sign it.
//
// Owns: the words, complete: nothing in a record that changes its meaning is left out. Does not
// judge it, nor know who must sign it (signing.h). Names in records come from strangers: characters
// that steer a terminal or turn the order of writing are made visible by shown(). Pure.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "client/edge/ceremony_file.h"
#include "crypto/policy_record.h"
#include "schemas/base/result.h"
#include "schemas/base/shown.h"

namespace chapar::client {

struct RecordWords {
    std::string kind;      // "device", as in JSON
    std::string headline;  // "device laptop of TJ-NPJ-BLO"
    std::vector<std::string> lines;
    std::string check;  // six check words
};

// MalformedLayout for a record that does not say anything; RecordRefused for a bundle, which no
// person signs by hand.
[[nodiscard]] Result<RecordWords> words_for(const crypto::SignedRecord& record);

// `headline`, the lines, the check words; indented, no final newline.
[[nodiscard]] std::string as_text(const RecordWords& words);
[[nodiscard]] boost::json::object as_json(const RecordWords& words);

// "2 of 3 roots, check words ..".
[[nodiscard]] std::string roots_text(const AgencyRoots& roots);
[[nodiscard]] std::string role_names(std::uint16_t roles);
// Of one name; FieldInvalid (context: --role and the names there are).
[[nodiscard]] Result<std::uint16_t> role_bit(std::string_view name);
[[nodiscard]] std::string_view reason_text(crypto::RevokeReason reason);
[[nodiscard]] Result<crypto::RevokeReason> reason_named(std::string_view name);

}  // namespace chapar::client
