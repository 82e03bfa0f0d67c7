#include "client/cli/broker_init.h"

#include <fcntl.h>
#include <unistd.h>

#include "client/edge/keystore_home.h"
#include "crypto/manifest.h"
#include "schemas/base/hex.h"

namespace chapar::client {
namespace {
namespace fs = std::filesystem;

bool is_centre_name(std::string_view name) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    return !name.empty() && name.size() <= 32 && std::ranges::all_of(name, plain);
}

// A secret as the broker reads it: 64 hexadecimal digits and a newline.
Status write_secret(const fs::path& path, const crypto::Secret32& secret) {
    const std::string text = to_hex(secret.expose()) + "\n";
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) return Error(Errc::FileFailed, path.string());
    const bool written =
        ::write(file, text.data(), text.size()) == static_cast<::ssize_t>(text.size());
    const bool synced = ::fsync(file) == 0;
    ::close(file);
    if (!written || !synced) return Error(Errc::FileFailed, path.string());
    return Done{};
}

std::string default_config(const std::string& endpoint) {
    return "# Configuration of this broker; every key is explained in ops/config/chapard.toml.\n"
           "listen = \"" +
           endpoint + "\"\n";
}

}  // namespace

Result<TrustCard> found_centre(const FoundingPlan& plan, const crypto::SecretBuffer& passphrase,
                               crypto::Random& random) {
    if (!is_centre_name(plan.centre)) {
        return Error(Errc::FieldInvalid, "--name: letters a-z, digits and '-'");
    }
    if (!plan.endpoint.starts_with("tcp://")) {
        return Error(Errc::FieldInvalid, "--listen: tcp://HOST:PORT");
    }
    std::error_code error;
    if (fs::exists(plan.broker / "manifest", error)) {
        return Error(Errc::AlreadyExists, (plan.broker / "manifest").string());
    }
    const HomePaths home{plan.root};
    const NewAgency keys = CHAPAR_TRY(create_root_home(home, {passphrase}, random));
    const auto root = CHAPAR_TRY(open_root_key(home, passphrase));
    const auto log = crypto::SigningKey::generate(random);
    const crypto::KeyPair curve = crypto::generate_key_pair(random);

    const crypto::Manifest manifest{"chapar." + plan.centre + "/ledger/1",
                                    LedgerNumber(1),
                                    log.public_key(),
                                    CurveKey{curve.public_key.bytes},
                                    keys.root,
                                    keys.audit,
                                    {plan.endpoint}};
    const crypto::SignedRecord record = crypto::sign_manifest(manifest, root);
    const TrustCard card = CHAPAR_TRY(TrustCard::create(record, plan.endpoint));

    fs::create_directories(plan.broker / "keys", error);
    if (error) return Error(Errc::FileFailed, plan.broker.string());
    fs::permissions(plan.broker, fs::perms::owner_all, error);
    fs::permissions(plan.broker / "keys", fs::perms::owner_all, error);
    CHAPAR_TRY(write_secret(plan.broker / "keys" / "log.key", log.seed()));
    CHAPAR_TRY(write_secret(plan.broker / "keys" / "curve.key", curve.secret));
    CHAPAR_TRY(write_file(plan.broker / "chapard.toml", view(default_config(plan.endpoint))));
    CHAPAR_TRY(write_file(plan.broker / "trust-card.json", view(card.json())));
    CHAPAR_TRY(write_file(home.trust_card(), view(card.json())));
    // Last: a directory with a manifest is a founded one.
    CHAPAR_TRY(write_file(plan.broker / "manifest", record.encode()));
    return card;
}

}  // namespace chapar::client
