// The home of a witness: its keys, its card, its store and the forks it holds.
//
//     witness.keystore (cosign, curve)   witness.card   store/   forks/
//
// Owns: making and opening the keys, and the card's JSON form, strictly read: what an operator of a
// centre is given to name this witness in chapard.toml and in a policy. Does not know which logs
// are witnessed. Blocks on the disk and on argon2id. Errors: as keystore_home.h; NameInvalid;
// JsonInvalid, FieldUnknown, FieldMissing, FieldInvalid for a card.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "client/edge/keystore_home.h"
#include "crypto/cosignature.h"
#include "schemas/base/ids.h"
#include "storage/store.h"

namespace chapar::client {

struct WitnessCard {
    crypto::Cosigner key;
    CurveKey curve;

    // Pretty, with a final newline: format, name, vkey, curve_key (hexadecimal).
    [[nodiscard]] std::string json() const;
    [[nodiscard]] static Result<WitnessCard> parse(std::string_view json);
};

struct WitnessPaths {
    std::filesystem::path home;
    [[nodiscard]] std::filesystem::path keystore() const { return home / "witness.keystore"; }
    [[nodiscard]] std::filesystem::path card() const { return home / "witness.card"; }
    [[nodiscard]] std::filesystem::path store() const { return home / "store"; }
    [[nodiscard]] std::filesystem::path forks() const { return home / "forks"; }
};

struct WitnessKeys {
    crypto::NoteCosigner cosigner;
    crypto::Secret32 curve;
    CurveKey curve_public;
};

// `name`: a key name as notes have it; C2SP advises a URL without its scheme.
[[nodiscard]] Result<WitnessCard> create_witness_home(const WitnessPaths& paths,
                                                      const std::string& name,
                                                      const HomeSecurity& security,
                                                      crypto::Random& random);
[[nodiscard]] Result<WitnessCard> read_witness_card(const WitnessPaths& paths);
[[nodiscard]] Result<WitnessKeys> open_witness_keys(const WitnessPaths& paths,
                                                    const crypto::SecretBuffer& passphrase);

// StoreInUse: another process is this witness.
[[nodiscard]] Result<std::unique_ptr<storage::Store>> open_witness_store(const WitnessPaths& paths);

}  // namespace chapar::client
