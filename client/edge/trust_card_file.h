// A trust card as a file.
//
// Owns: its bound. Does not know whether the card is the right one. Errors: those of read_file()
// and of TrustCard::parse().
#pragma once

#include <filesystem>

#include "client/core/trust_card.h"
#include "schemas/base/result.h"

namespace chapar::client {

[[nodiscard]] Result<TrustCard> read_trust_card(const std::filesystem::path& path);

}  // namespace chapar::client
