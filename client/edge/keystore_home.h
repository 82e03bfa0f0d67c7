// A device's home: making it, putting its certificate into it, and opening it.
//
// Owns: the device's keystores and what may stand in them, the request, and the credentials that
// come back. Does not know how a passphrase is asked for, nor what the directory says; other homes
// are signer_home.h, later keys home_renewal.h. Files: home_files.h. Blocks on the disk and on
// argon2id. Resource types: movable, not copyable. Times UTC ms.
//
// epochs.keystore is left out of backups: a restored device cannot open what was destroyed. Where
// it is missing a new one is made, and remembers that it was.
//
// Errors: AlreadyExists, NotFound, FileFailed, KeystoreExposed, PassphraseWrong, MalformedLayout,
// CertificateUnknown (a certificate for other keys), CertificateNotSigned, SignatureInvalid.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "client/core/agency_roots.h"
#include "client/core/device.h"
#include "client/core/directory_replica.h"
#include "client/core/trust_card.h"
#include "client/edge/ceremony_file.h"
#include "client/edge/home_files.h"
#include "crypto/bundle.h"
#include "crypto/certificate.h"
#include "crypto/keystore.h"
#include "crypto/random.h"
#include "crypto/registrars.h"
#include "crypto/sign.h"
#include "crypto/vault.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"

namespace chapar::client {

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
// What this home asked for last.
[[nodiscard]] Result<DeviceAsk> read_ask(const HomePaths& paths);

// What a registrar's answer brings: enough to check the certificate without the ledger, if the
// check words of the roots were compared.
struct Credentials {
    crypto::SignedRecord certificate;
    crypto::SignedRecord registrars;
    AgencyRoots roots;

    // NotFound (context: what is missing) unless the file carries all three.
    [[nodiscard]] static Result<Credentials> of(const CeremonyFile& file);
    // k roots signed the registrars, k registrars the certificate.
    [[nodiscard]] Result<crypto::DeviceRecord> check() const;
};

// Checks the credentials and puts them into the home. CertificateUnknown unless the certificate was
// made for this home's request. Replaces older ones.
[[nodiscard]] Status install_certificate(const HomePaths& paths, const Credentials& credentials);

// An open device.
class DeviceHome {
  public:
    // NotFound (context: the file) for a home without keys or certificate. Completes a renewal that
    // was cut short (home_renewal.h).
    [[nodiscard]] static Result<DeviceHome> open(const HomePaths& paths,
                                                 const crypto::SecretBuffer& passphrase);

    // Borrows from this home.
    [[nodiscard]] Device device() const;
    [[nodiscard]] const TrustCard& card() const { return card_; }
    [[nodiscard]] const crypto::DeviceRecord& certificate() const { return record_; }
    [[nodiscard]] const CertificateHash& certificate_hash() const { return certificate_; }
    // Of the own agency: what its registrar handed over with the certificate.
    [[nodiscard]] const AgencyRoots& roots() const { return roots_; }
    [[nodiscard]] const crypto::Secret32& curve_secret() const { return curve_; }
    [[nodiscard]] const HomePaths& paths() const { return paths_; }

    [[nodiscard]] const EpochSecrets& epochs() const { return epochs_; }
    // Hashes of all bundles made here.
    [[nodiscard]] const std::set<Hash>& bundles_made() const { return made_; }
    // SetBack from the moment the epoch secrets were missing until the next bundle is kept.
    [[nodiscard]] BundleMemory memory() const { return memory_; }
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
               const CertificateHash& certificate, AgencyRoots roots,
               crypto::SigningKey signing_key, crypto::Keystore epochs_file);
    [[nodiscard]] Status read_epochs();
    HomePaths paths_;
    TrustCard card_;
    crypto::DeviceRecord record_;
    CertificateHash certificate_;
    AgencyRoots roots_;
    crypto::SigningKey signing_key_;
    crypto::Secret32 curve_;
    std::unique_ptr<crypto::Vault> vault_;
    crypto::Secret32 hedge_;
    crypto::Keystore epochs_file_;
    EpochSecrets epochs_;
    std::set<Hash> made_;
    BundleMemory memory_ = BundleMemory::Whole;
    std::optional<crypto::SignedRecord> unpublished_;
};

// The keystores of a device, in a folder that has none. For this file and home_renewal.cpp.
struct DeviceKeys {
    crypto::SigningKey signing_key;
    crypto::KeyPair curve;
    crypto::Secret32 vault;
    crypto::Secret32 epochs;  // epochs.keystore is sealed under it
    crypto::Secret32 hedge;
};
[[nodiscard]] DeviceKeys fresh_device_keys(crypto::Random& random);
// epochs.keystore, device.request, then device.keystore: a folder that has this one is whole.
[[nodiscard]] Status write_device_keys(const HomePaths& paths, const DeviceKeys& keys,
                                       const DeviceAsk& ask, const HomeSecurity& security,
                                       crypto::Random& random);

}  // namespace chapar::client
