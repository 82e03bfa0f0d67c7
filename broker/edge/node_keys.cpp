#include "broker/edge/node_keys.h"

#include "broker/edge/files.h"
#include "crypto/secret_hex.h"
#include "crypto/x25519.h"

namespace chapar::broker {
namespace {

Result<crypto::Secret32> read_secret(const std::filesystem::path& path) {
    Bytes content = CHAPAR_TRY(read_file(path, Exposure::Secret));
    std::string_view text(reinterpret_cast<const char*>(content.data()), content.size());
    if (text.ends_with('\n')) text.remove_suffix(1);
    auto secret = crypto::secret_from_hex(text);
    crypto::wipe(content);
    if (!secret) return Error(Errc::KeyInvalid, path.string());
    return std::move(*secret);
}

}  // namespace

Result<NodeKeys> NodeKeys::read(const std::filesystem::path& directory) {
    Bytes record = CHAPAR_TRY(read_file(directory / "manifest", Exposure::Public));
    const auto signed_record = CHAPAR_TRY(crypto::SignedRecord::decode(record));
    crypto::Manifest manifest = CHAPAR_TRY(crypto::open_manifest(signed_record));

    const auto log_path = directory / "keys" / "log.key";
    auto log_key = crypto::SigningKey::from_seed(CHAPAR_TRY(read_secret(log_path)));
    if (log_key.public_key() != manifest.log_key) {
        return Error(Errc::KeyInvalid, log_path.string() + ": not the manifest's");
    }
    const auto curve_path = directory / "keys" / "curve.key";
    crypto::Secret32 curve = CHAPAR_TRY(read_secret(curve_path));
    if (crypto::x25519_public_key(curve).bytes != manifest.curve_key.bytes) {
        return Error(Errc::KeyInvalid, curve_path.string() + ": not the manifest's");
    }
    auto signer = CHAPAR_TRY(crypto::NoteSigner::create(manifest.origin, std::move(log_key)));
    const Home home = crypto::home_of(signed_record.body);
    return NodeKeys{std::move(record), std::move(manifest), home, std::move(signer),
                    std::move(curve)};
}

}  // namespace chapar::broker
