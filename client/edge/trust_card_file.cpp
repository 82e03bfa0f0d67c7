#include "client/edge/trust_card_file.h"

#include "client/edge/home_files.h"

namespace chapar::client {

Result<TrustCard> read_trust_card(const std::filesystem::path& path) {
    return TrustCard::parse(to_string(CHAPAR_TRY(read_file(path, TrustCard::kMostBytes))));
}

}  // namespace chapar::client
