#include "client/edge/backup_key.h"
#include "client/edge/trust_card_file.h"

#include "crypto/keystore.h"
#include "schemas/base/hex.h"

namespace chapar::client {
namespace {

constexpr std::string_view kFirst = "chapar-backup-key/1 ";
constexpr std::string_view kName = "backup";
constexpr std::size_t kFileBytes = 256;

std::filesystem::path keystore_of(const HomePaths& paths) { return paths.home / "backup.keystore"; }

}  // namespace

Result<PublicKey> create_backup_home(const HomePaths& paths, const std::optional<TrustCard>& card,
                                     const HomeSecurity& security, crypto::Random& random) {
    CHAPAR_TRY(refuse_existing(keystore_of(paths)));
    const crypto::KeyPair pair = crypto::generate_key_pair(random);
    CHAPAR_TRY(make_folder(paths.home));
    if (card) CHAPAR_TRY(write_file(paths.trust_card(), view(card->json())));
    auto file = CHAPAR_TRY(crypto::Keystore::create(security.passphrase, security.cost, random));
    file.put(std::string(kName), pair.secret);
    CHAPAR_TRY(file.save(keystore_of(paths), random));
    return pair.public_key;
}

Result<BackupHolder> open_backup_home(const HomePaths& paths,
                                      const crypto::SecretBuffer& passphrase) {
    std::optional<TrustCard> card;
    if (file_exists(paths.trust_card())) {
        card = CHAPAR_TRY(read_trust_card(paths.trust_card()));
    }
    const auto file = CHAPAR_TRY(crypto::Keystore::open(keystore_of(paths), passphrase));
    auto secret = CHAPAR_TRY(file.find32(kName));
    const PublicKey key = crypto::x25519_public_key(secret);
    return BackupHolder{{std::move(secret), key}, std::move(card)};
}

Status write_backup_key(const std::filesystem::path& file, const PublicKey& key) {
    CHAPAR_TRY(refuse_existing(file));
    return write_file(file, view(std::string(kFirst) + to_hex(key.view()) + "\n"));
}

Result<PublicKey> read_backup_key(const std::filesystem::path& file) {
    const std::string text = to_string(CHAPAR_TRY(read_file(file, kFileBytes)));
    const Error malformed(Errc::MalformedLayout, file.string() + ": no backup key");
    if (!text.starts_with(kFirst) || !text.ends_with('\n')) return malformed;
    const auto digits = std::string_view(text).substr(kFirst.size());
    const auto bytes = from_hex(digits.substr(0, digits.size() - 1));
    if (!bytes) return malformed;
    const auto key = PublicKey::from(*bytes);
    if (!key) return malformed;
    return *key;
}

}  // namespace chapar::client
