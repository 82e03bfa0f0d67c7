#include "client/edge/signer_home.h"

#include <algorithm>
#include <utility>

#include "crypto/x25519.h"
#include "schemas/base/limits.h"

namespace chapar::client {
namespace {

namespace fs = std::filesystem;

// Names inside the keystores.
constexpr std::string_view kRoot = "root";
constexpr std::string_view kRegistrar = "registrar";
constexpr std::string_view kAudit = "audit";

fs::path card_path(const HomePaths& paths) { return paths.home / "key.card"; }

Status save_secret(const fs::path& path, std::string_view name, const crypto::Secret32& secret,
                   const HomeSecurity& security, crypto::Random& random) {
    auto file = CHAPAR_TRY(crypto::Keystore::create(security.passphrase, security.cost, random));
    file.put(std::string(name), secret);
    return file.save(path, random);
}

bool names(const std::vector<SigningPublicKey>& keys, const SigningPublicKey& key) {
    return std::ranges::find(keys, key) != keys.end();
}

}  // namespace

crypto::AgencyRecord agency_of(const AgencyRoots& roots) {
    return {roots.agency, roots.threshold, roots.roots, {}, {}, {}};
}

Result<KeyCard> create_signer_home(const HomePaths& paths, KeyRole role, const std::string& name,
                                   const HomeSecurity& security, crypto::Random& random) {
    CHAPAR_ASSERT(role != KeyRole::Audit);
    CHAPAR_TRY(refuse_existing(paths.root_keystore()));
    CHAPAR_TRY(refuse_existing(paths.registrar_keystore()));
    // A name that no record can carry is refused before there is a key.
    if (!is_key_name(name)) return Error(Errc::FieldInvalid, "--name");
    const auto key = crypto::SigningKey::generate(random);
    const KeyCard card = KeyCard::make(role, name, key);
    CHAPAR_TRY(make_folder(paths.home));
    CHAPAR_TRY(write_file(card_path(paths), card.encode()));
    const bool root = role == KeyRole::Root;
    CHAPAR_TRY(save_secret(root ? paths.root_keystore() : paths.registrar_keystore(),
                           root ? kRoot : kRegistrar, key.seed(), security, random));
    return card;
}

Result<KeyCard> create_audit_key(const HomePaths& paths, const std::string& name,
                                 const HomeSecurity& security, crypto::Random& random) {
    CHAPAR_TRY(refuse_existing(paths.audit_keystore()));
    if (!is_key_name(name)) return Error(Errc::FieldInvalid, "--name");
    const crypto::KeyPair audit = crypto::generate_key_pair(random);
    const KeyCard card = KeyCard::make_audit(name, audit.public_key);
    CHAPAR_TRY(make_folder(paths.home));
    CHAPAR_TRY(save_secret(paths.audit_keystore(), kAudit, audit.secret, security, random));
    return card;
}

Result<Signer> open_signer(const HomePaths& paths, const crypto::SecretBuffer& passphrase) {
    const bool root = file_exists(paths.root_keystore());
    if (!root && !file_exists(paths.registrar_keystore())) {
        return Error(Errc::NotFound, paths.home.string() + ": no root or registrar key");
    }
    const auto keys = CHAPAR_TRY(crypto::Keystore::open(
        root ? paths.root_keystore() : paths.registrar_keystore(), passphrase));
    auto seed = CHAPAR_TRY(keys.find32(root ? kRoot : kRegistrar));
    return Signer{root ? KeyRole::Root : KeyRole::Registrar,
                  crypto::SigningKey::from_seed(std::move(seed))};
}

Result<KeyCard> read_key_card(const HomePaths& paths) {
    return KeyCard::decode(CHAPAR_TRY(read_file(card_path(paths), limits::kRecordBytes)));
}

Result<Authority> read_authority(const HomePaths& paths) {
    Authority out;
    if (file_exists(paths.agency_roots())) {
        const Bytes bytes = CHAPAR_TRY(read_file(paths.agency_roots(), limits::kRecordBytes));
        out.roots = CHAPAR_TRY(decode_agency_roots(bytes));
    }
    if (file_exists(paths.registrars())) {
        const Bytes bytes = CHAPAR_TRY(read_file(paths.registrars(), limits::kRecordBytes));
        out.registrars = CHAPAR_TRY(crypto::SignedRecord::decode(bytes));
    }
    return out;
}

Status install_authority(const HomePaths& paths, const AgencyRoots& roots,
                         const std::optional<crypto::SignedRecord>& registrars) {
    const KeyCard card = CHAPAR_TRY(read_key_card(paths));
    bool named = names(roots.roots, card.key);
    if (registrars) {
        const auto record = CHAPAR_TRY(crypto::open_registrars(*registrars, agency_of(roots)));
        named = named || names(record.keys(), card.key);
    }
    if (!named) {
        return Error(Errc::SignerRefused, roots.agency.text() + " does not name this home's key");
    }
    if (registrars) CHAPAR_TRY(write_file(paths.registrars(), registrars->encode()));
    return write_file(paths.agency_roots(), encode_agency_roots(roots));
}

Result<CentreKeys> create_root_home(const HomePaths& paths, const HomeSecurity& security,
                                    crypto::Random& random) {
    const KeyCard audit = CHAPAR_TRY(create_audit_key(paths, "centre", security, random));
    const KeyCard root =
        CHAPAR_TRY(create_signer_home(paths, KeyRole::Root, "centre", security, random));
    return CentreKeys{root.key, PublicKey{audit.key.bytes}};
}

Result<crypto::SigningKey> open_root_key(const HomePaths& paths,
                                         const crypto::SecretBuffer& passphrase) {
    const auto keys = CHAPAR_TRY(crypto::Keystore::open(paths.root_keystore(), passphrase));
    return crypto::SigningKey::from_seed(CHAPAR_TRY(keys.find32(kRoot)));
}

}  // namespace chapar::client
