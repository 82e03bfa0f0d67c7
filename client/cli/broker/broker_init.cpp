#include "client/cli/broker/broker_init.h"

#include "client/edge/home_files.h"
#include "client/edge/signer_home.h"
#include "crypto/manifest.h"
#include "crypto/private_file.h"
#include "crypto/secret_hex.h"
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
Status write_secret(const fs::path& path, const crypto::Secret32& secret, crypto::Random& random) {
    crypto::SecretBuffer text(2 * crypto::Secret32::kSize + 1);
    crypto::secret_to_hex(secret, text.expose_mutable());
    text.expose_mutable().back() = std::byte{'\n'};
    return crypto::replace_private_file(path, text.expose(), random);
}

std::string default_config(const std::string& endpoint) {
    return "# Configuration of this broker; every key is explained in ops/config/chapard.toml.\n"
           "listen = \"" +
           endpoint +
           "\"\n"
           "\n"
           "# Without witnesses receipts stay at \"logged\". With them: write the policy (C2SP\n"
           "# tlog-policy) to the file named here, and say where each of its witnesses is "
           "reached.\n"
           "#[ledger]\n"
           "#high_water = \"/another/volume/high-water\"\n"
           "#witness_policy = \"witness.policy\"\n"
           "#[[witness]]\n"
           "#name = \"the name in the policy\"\n"
           "#endpoint = \"tcp://192.0.2.10:7420\"\n"
           "#curve = \"curve_key of its witness.card\"\n";
}

}  // namespace

Result<TrustCard> found_centre(const FoundingPlan& plan, const HomeSecurity& security,
                               crypto::Random& random) {
    if (!is_centre_name(plan.centre)) {
        return Error(Errc::FieldInvalid, "--name: letters a-z, digits and '-'");
    }
    if (!plan.endpoint.starts_with("tcp://") || !crypto::is_endpoint(plan.endpoint)) {
        return Error(Errc::FieldInvalid, "--listen: tcp://HOST:PORT");
    }
    std::error_code error;
    if (fs::exists(plan.broker / "manifest", error)) {
        return Error(Errc::AlreadyExists, (plan.broker / "manifest").string());
    }
    const HomePaths home{plan.root};
    const CentreKeys keys = CHAPAR_TRY(create_root_home(home, security, random));
    const auto root = CHAPAR_TRY(open_root_key(home, security.passphrase));
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
    CHAPAR_TRY(write_secret(plan.broker / "keys" / "log.key", log.seed(), random));
    CHAPAR_TRY(write_secret(plan.broker / "keys" / "curve.key", curve.secret, random));
    CHAPAR_TRY(write_file(plan.broker / "chapard.toml", view(default_config(plan.endpoint))));
    CHAPAR_TRY(write_file(plan.broker / "trust-card.json", view(card.json())));
    CHAPAR_TRY(write_file(home.trust_card(), view(card.json())));
    // Last: a directory with a manifest is a founded one.
    CHAPAR_TRY(write_file(plan.broker / "manifest", record.encode()));
    return card;
}

}  // namespace chapar::client
