// The vectors under tests/vectors/ledger.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "support/vector_counts.h"

namespace chapar::testing {

// Shared by the test cases of one program, so that the counts end up in one place.
[[nodiscard]] VectorFolder& ledger_vectors();

[[nodiscard]] boost::json::value ledger_json(const std::string& name);
[[nodiscard]] std::string json_text(const boost::json::value& object, std::string_view key);
[[nodiscard]] std::uint64_t json_number(const boost::json::value& object, std::string_view key);
// A base 64 hash; empty if it has not 32 bytes. Placeholders of 12 bytes ("sha256.." text in cases
// that never hash) are padded with zeros: see the traps in SOURCE.md.
[[nodiscard]] std::optional<Hash> json_hash(const boost::json::value& text);
// An array of them, or null; empty result if one is no hash.
[[nodiscard]] std::optional<std::vector<Hash>> json_path(const boost::json::value& array);

[[nodiscard]] Hash hash_from_hex(std::string_view text);
// 32-byte hashes one after the other: a C2SP tile.
[[nodiscard]] std::vector<Hash> tile_hashes(const std::string& name);

}  // namespace chapar::testing
