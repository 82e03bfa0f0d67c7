// The files of a home: a device's, or an agency root's.
//
//     device: device.keystore (sign, curve, vault, hedge)   epochs.keystore (epoch secrets,
//     bundles)
//             trust-card.json   device.request   device.certificate   store/   record.keys
//     root:   root.keystore (root)   audit.keystore (audit)
//
// Owns: their names, forms and permissions (folders 0700, keystores 0600, written whole or not at
// all). Does not know how a passphrase is asked for, nor what the directory says. device.request is
// what the registrar gets, device.certificate (a signed record) what comes back. Blocks on the disk
// and on argon2id. Resource types: movable, not copyable. Times UTC ms.
//
// Errors: AlreadyExists, NotFound, FileFailed, KeystoreExposed, PassphraseWrong, MalformedLayout,
// CertificateUnknown (a certificate for other keys).
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "client/core/device.h"
#include "client/core/trust_card.h"
#include "crypto/bundle.h"
#include "crypto/certificate.h"
#include "crypto/keystore.h"
#include "crypto/random.h"
#include "crypto/sign.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"

namespace chapar::client {

struct HomePaths {
    std::filesystem::path home;
    [[nodiscard]] std::filesystem::path device_keystore() const;
    [[nodiscard]] std::filesystem::path epochs_keystore() const;
    [[nodiscard]] std::filesystem::path trust_card() const;
    [[nodiscard]] std::filesystem::path request() const;
    [[nodiscard]] std::filesystem::path certificate() const;
    [[nodiscard]] std::filesystem::path store() const;
    [[nodiscard]] std::filesystem::path record_keys() const;
    [[nodiscard]] std::filesystem::path root_keystore() const;
    [[nodiscard]] std::filesystem::path audit_keystore() const;
};

struct NewDevice {
    AgencyId agency;
    OfficeId office;
    std::string officer;  // pseudonym, 1..64 bytes
    std::string device;   // 1..64 bytes
};

struct HomeSecurity {
    const crypto::SecretBuffer& passphrase;
    crypto::KeystoreCost cost{};
};

// Makes a device's home with fresh keys, and its request. AlreadyExists if it has keys.
[[nodiscard]] Result<crypto::SignedRequest> create_device_home(const HomePaths& paths,
                                                               const TrustCard& card,
                                                               const NewDevice& names,
                                                               const HomeSecurity& security,
                                                               TimeMs now, crypto::Random& random);

// Puts the certificate that came back into the home. CertificateUnknown unless it was made for this
// home's request. Signatures are checked later, by the directory. Replaces an older one.
[[nodiscard]] Status install_certificate(const HomePaths& paths,
                                         const crypto::SignedRecord& certificate);

// An open device.
class DeviceHome {
  public:
    // NotFound (context: the file) for a home without keys or certificate.
    [[nodiscard]] static Result<DeviceHome> open(const HomePaths& paths,
                                                 const crypto::SecretBuffer& passphrase);

    // Borrows from this home.
    [[nodiscard]] Device device() const;
    [[nodiscard]] const TrustCard& card() const { return card_; }
    [[nodiscard]] const crypto::DeviceRecord& certificate() const { return record_; }
    [[nodiscard]] const CertificateHash& certificate_hash() const { return certificate_; }
    [[nodiscard]] const crypto::Secret32& curve_secret() const { return curve_; }
    [[nodiscard]] const HomePaths& paths() const { return paths_; }

    [[nodiscard]] const EpochSecrets& epochs() const { return epochs_; }
    // Hashes of all bundles made here.
    [[nodiscard]] const std::set<Hash>& bundles_made() const { return made_; }
    // A bundle that was made and not yet seen in the ledger: published again as the same bytes.
    [[nodiscard]] const std::optional<crypto::SignedRecord>& unpublished() const {
        return unpublished_;
    }
    // Keeps the secrets of a new bundle, on disk, before it is published.
    [[nodiscard]] Status keep_bundle(const crypto::SignedRecord& signed_bundle,
                                     std::vector<crypto::EpochSecret> secrets,
                                     crypto::Random& random);
    [[nodiscard]] Status bundle_published(crypto::Random& random);
    // Wipes epoch secrets, on disk too.
    [[nodiscard]] Status destroy_epochs(const std::set<KeyId>& ids, crypto::Random& random);

  private:
    DeviceHome(HomePaths paths, TrustCard card, crypto::DeviceRecord record,
               const CertificateHash& certificate, crypto::SigningKey signing_key,
               crypto::Keystore epochs_file);
    [[nodiscard]] Status read_epochs();
    HomePaths paths_;
    TrustCard card_;
    crypto::DeviceRecord record_;
    CertificateHash certificate_;
    crypto::SigningKey signing_key_;
    crypto::Secret32 curve_;
    std::unique_ptr<crypto::Vault> vault_;
    crypto::Secret32 hedge_;
    crypto::Keystore epochs_file_;
    EpochSecrets epochs_;
    std::set<Hash> made_;
    std::optional<crypto::SignedRecord> unpublished_;
};

// An agency's root and audit keys. AlreadyExists if there is one.
struct NewAgency {
    SigningPublicKey root;
    PublicKey audit;
};
[[nodiscard]] Result<NewAgency> create_root_home(const HomePaths& paths,
                                                 const HomeSecurity& security,
                                                 crypto::Random& random);
[[nodiscard]] Result<crypto::SigningKey> open_root_key(const HomePaths& paths,
                                                       const crypto::SecretBuffer& passphrase);

// Small public files: read whole (at most `limit` bytes), written whole or not at all.
[[nodiscard]] Result<Bytes> read_file(const std::filesystem::path& path, std::size_t limit);
[[nodiscard]] Status write_file(const std::filesystem::path& path, ByteView bytes);

}  // namespace chapar::client
