#include "client/edge/witness_home.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <utility>

#include "client/core/witness.h"
#include "crypto/x25519.h"
#include "schemas/base/hex.h"
#include "storage/lmdb/lmdb_store.h"

namespace chapar::client {
namespace {

namespace json = boost::json;

constexpr std::string_view kFormat = "chapar-witness/1";
constexpr std::array<std::string_view, 4> kFields{"format", "name", "vkey", "curve_key"};
constexpr std::size_t kCardBytes = 4096;
// Names inside the keystore.
constexpr std::string_view kCosign = "cosign";
constexpr std::string_view kCurve = "curve";

Result<std::string> text_field(const json::object& card, std::string_view name) {
    const json::value* const value = card.if_contains(name);
    if (value == nullptr) return Error(Errc::FieldMissing, "/" + std::string(name));
    if (!value->is_string()) return Error(Errc::FieldInvalid, "/" + std::string(name));
    return std::string(value->as_string());
}

CurveKey as_curve_key(const PublicKey& key) { return CurveKey{key.bytes}; }

}  // namespace

std::string WitnessCard::json() const {
    return "{\n  \"format\": " + json::serialize(json::string(kFormat)) +
           ",\n  \"name\": " + json::serialize(json::string(key.name())) +
           ",\n  \"vkey\": " + json::serialize(json::string(key.vkey())) +
           ",\n  \"curve_key\": \"" + to_hex(curve.view()) + "\"\n}\n";
}

Result<WitnessCard> WitnessCard::parse(std::string_view text) {
    if (text.size() > kCardBytes) return Error(Errc::TooLarge, "witness card");
    boost::system::error_code problem;
    const json::value value = json::parse(text, problem);
    if (problem || !value.is_object()) return Error(Errc::JsonInvalid, "witness card");
    const json::object& card = value.as_object();
    for (const auto& field : card) {
        if (std::ranges::find(kFields, std::string_view(field.key())) == kFields.end()) {
            return Error(Errc::FieldUnknown, "/" + std::string(field.key()));
        }
    }
    if (CHAPAR_TRY(text_field(card, "format")) != kFormat) {
        return Error(Errc::FieldInvalid, "/format");
    }
    const auto key = crypto::Cosigner::parse(CHAPAR_TRY(text_field(card, "vkey")));
    if (!key) return Error(Errc::FieldInvalid, "/vkey");
    if (CHAPAR_TRY(text_field(card, "name")) != key->name()) {
        return Error(Errc::FieldInvalid, "/name");
    }
    const auto bytes = from_hex(CHAPAR_TRY(text_field(card, "curve_key")));
    const auto curve = bytes ? CurveKey::from(*bytes) : std::nullopt;
    if (!curve) return Error(Errc::FieldInvalid, "/curve_key");
    return WitnessCard{*key, *curve};
}

Result<WitnessCard> create_witness_home(const WitnessPaths& paths, const std::string& name,
                                        const HomeSecurity& security, crypto::Random& random) {
    CHAPAR_TRY(refuse_existing(paths.keystore()));
    const auto key = crypto::SigningKey::generate(random);
    const crypto::KeyPair curve = crypto::generate_key_pair(random);
    const WitnessCard card{CHAPAR_TRY(crypto::Cosigner::create(name, key.verifying_key())),
                           as_curve_key(curve.public_key)};
    CHAPAR_TRY(make_folder(paths.home));
    CHAPAR_TRY(write_file(paths.card(), view(card.json())));
    auto keys = CHAPAR_TRY(crypto::Keystore::create(security.passphrase, security.cost, random));
    keys.put(std::string(kCosign), key.seed());
    keys.put(std::string(kCurve), curve.secret);
    CHAPAR_TRY(keys.save(paths.keystore(), random));
    return card;
}

Result<WitnessCard> read_witness_card(const WitnessPaths& paths) {
    return WitnessCard::parse(to_string(CHAPAR_TRY(read_file(paths.card(), kCardBytes))));
}

Result<WitnessKeys> open_witness_keys(const WitnessPaths& paths,
                                      const crypto::SecretBuffer& passphrase) {
    const WitnessCard card = CHAPAR_TRY(read_witness_card(paths));
    const auto keys = CHAPAR_TRY(crypto::Keystore::open(paths.keystore(), passphrase));
    auto seed = CHAPAR_TRY(keys.find32(kCosign));
    auto curve = CHAPAR_TRY(keys.find32(kCurve));
    auto cosigner = CHAPAR_TRY(crypto::NoteCosigner::create(
        card.key.name(), crypto::SigningKey::from_seed(std::move(seed))));
    const CurveKey curve_public = as_curve_key(crypto::x25519_public_key(curve));
    if (cosigner.verifier().vkey() != card.key.vkey() || curve_public != card.curve) {
        return Error(Errc::FieldInvalid, "witness.card is not of these keys");
    }
    return WitnessKeys{std::move(cosigner), std::move(curve), curve_public};
}

Result<std::unique_ptr<storage::Store>> open_witness_store(const WitnessPaths& paths) {
    auto store = CHAPAR_TRY(storage::LmdbStore::open(paths.store(), witness_tables::kAll));
    return std::unique_ptr<storage::Store>(std::move(store));
}

}  // namespace chapar::client
