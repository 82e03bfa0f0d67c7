#include "unit/crypto_records/ledger_vectors.h"

#include "crypto/base64.h"
#include "schemas/base/hex.h"
#include "schemas/base/layout.h"

namespace chapar::testing {
namespace {

constexpr std::size_t kPlaceholderBytes = 12;

const boost::json::value& at(const boost::json::value& object, std::string_view key) {
    return object.at(boost::json::string_view(key.data(), key.size()));
}

}  // namespace

VectorFolder& ledger_vectors() {
    static VectorFolder folder(std::string(CHAPAR_SOURCE_DIR) + "/tests/vectors/ledger");
    return folder;
}

boost::json::value ledger_json(const std::string& name) {
    return boost::json::parse(ledger_vectors().read(name));
}

std::string json_text(const boost::json::value& object, std::string_view key) {
    const auto& text = at(object, key).as_string();
    return {text.data(), text.size()};
}

std::uint64_t json_number(const boost::json::value& object, std::string_view key) {
    return at(object, key).to_number<std::uint64_t>();
}

std::optional<Hash> json_hash(const boost::json::value& text) {
    const auto& string = text.as_string();
    std::optional<Bytes> bytes = crypto::from_base64({string.data(), string.size()});
    if (!bytes) return std::nullopt;
    if (bytes->size() == kPlaceholderBytes) bytes->resize(Hash::kSize);
    return Hash::from(*bytes);
}

std::optional<std::vector<Hash>> json_path(const boost::json::value& array) {
    std::vector<Hash> path;
    if (array.is_null()) return path;
    for (const auto& node : array.as_array()) {
        const std::optional<Hash> hash = json_hash(node);
        if (!hash) return std::nullopt;
        path.push_back(*hash);
    }
    return path;
}

Hash hash_from_hex(std::string_view text) { return Hash::from(from_hex(text).value()).value(); }

std::vector<Hash> tile_hashes(const std::string& name) {
    const std::string tile = ledger_vectors().read(name);
    LayoutReader in(view(tile));
    std::vector<Hash> hashes;
    while (in.remaining() >= Hash::kSize) hashes.push_back(in.fixed<Hash>());
    if (!in.finish("tile")) throw std::runtime_error("tile of odd length: " + name);
    return hashes;
}

}  // namespace chapar::testing
