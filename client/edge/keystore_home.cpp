#include "client/edge/keystore_home.h"

#include <array>
#include <system_error>
#include <utility>

#include "crypto/private_file.h"
#include "schemas/base/hex.h"
#include "schemas/base/layout.h"
#include "schemas/base/limits.h"

namespace chapar::client {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCardBytes = 128 * 1024;
// Names inside the keystores.
constexpr std::string_view kSign = "sign";
constexpr std::string_view kCurve = "curve";
constexpr std::string_view kVault = "vault";
constexpr std::string_view kHedge = "hedge";
constexpr std::string_view kRoot = "root";
constexpr std::string_view kAudit = "audit";
constexpr std::string_view kEpoch = "epoch/";
constexpr std::string_view kMade = "made/";
constexpr std::string_view kUnpublished = "unpublished";

Status make_folder(const fs::path& folder) {
    std::error_code problem;
    fs::create_directories(folder, problem);
    if (problem) return Error(Errc::FileFailed, folder.string());
    fs::permissions(folder, fs::perms::owner_all, problem);
    if (problem) return Error(Errc::FileFailed, folder.string());
    return Done{};
}

Status refuse_existing(const fs::path& path) {
    std::error_code problem;
    if (fs::exists(path, problem)) return Error(Errc::AlreadyExists, path.string());
    return Done{};
}

std::string epoch_name(KeyId id) {
    return std::string(kEpoch) + to_hex(LayoutWriter().u64(id.value).bytes());
}

Result<crypto::Keystore> open_keystore(const fs::path& path, const crypto::SecretBuffer& pass) {
    return crypto::Keystore::open(path, pass);
}

}  // namespace

fs::path HomePaths::device_keystore() const { return home / "device.keystore"; }
fs::path HomePaths::epochs_keystore() const { return home / "epochs.keystore"; }
fs::path HomePaths::trust_card() const { return home / "trust-card.json"; }
fs::path HomePaths::request() const { return home / "device.request"; }
fs::path HomePaths::certificate() const { return home / "device.certificate"; }
fs::path HomePaths::store() const { return home / "store"; }
fs::path HomePaths::record_keys() const { return home / "record.keys"; }
fs::path HomePaths::root_keystore() const { return home / "root.keystore"; }
fs::path HomePaths::audit_keystore() const { return home / "audit.keystore"; }

Result<Bytes> read_file(const fs::path& path, std::size_t limit) {
    std::error_code problem;
    const auto size = fs::file_size(path, problem);
    if (problem == std::errc::no_such_file_or_directory) {
        return Error(Errc::NotFound, path.string());
    }
    if (problem) return Error(Errc::FileFailed, path.string());
    if (size > limit) return Error(Errc::TooLarge, path.string());
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                         &std::fclose);
    if (!file) return Error(Errc::FileFailed, path.string());
    Bytes bytes(size);
    if (std::fread(bytes.data(), 1, bytes.size(), file.get()) != bytes.size()) {
        return Error(Errc::FileFailed, path.string());
    }
    return bytes;
}

Status write_file(const fs::path& path, ByteView bytes) {
    crypto::SystemRandom random;  // for the name of the file beside it
    return crypto::replace_private_file(path, bytes, random);
}

Result<crypto::SignedRequest> create_device_home(const HomePaths& paths, const TrustCard& card,
                                                 const NewDevice& names,
                                                 const HomeSecurity& security, TimeMs now,
                                                 crypto::Random& random) {
    CHAPAR_TRY(refuse_existing(paths.device_keystore()));
    CHAPAR_TRY(make_folder(paths.home));
    const auto signing_key = crypto::SigningKey::generate(random);
    const crypto::KeyPair curve = crypto::generate_key_pair(random);
    crypto::DeviceRequest request{names.agency,
                                  names.office,
                                  names.officer,
                                  names.device,
                                  signing_key.public_key(),
                                  CurveKey{curve.public_key.bytes},
                                  now};
    const auto signed_request = crypto::SignedRequest::make(std::move(request), signing_key);
    // A name that no certificate can carry is refused here, not at the registrar's.
    CHAPAR_TRY(crypto::SignedRequest::decode(signed_request.encode()));

    auto epochs = CHAPAR_TRY(crypto::Keystore::create(security.passphrase, security.cost, random));
    CHAPAR_TRY(epochs.save(paths.epochs_keystore(), random));
    auto device = CHAPAR_TRY(crypto::Keystore::create(security.passphrase, security.cost, random));
    device.put(std::string(kSign), signing_key.seed());
    device.put(std::string(kCurve), curve.secret);
    device.put(std::string(kVault), crypto::Secret32::random(random));
    device.put(std::string(kHedge), crypto::Secret32::random(random));
    CHAPAR_TRY(write_file(paths.trust_card(), view(card.json())));
    CHAPAR_TRY(write_file(paths.request(), signed_request.encode()));
    // Last: a home that has this file is whole.
    CHAPAR_TRY(device.save(paths.device_keystore(), random));
    return signed_request;
}

Status install_certificate(const HomePaths& paths, const crypto::SignedRecord& certificate) {
    if (certificate.type != crypto::RecordType::Device) {
        return Error(Errc::MalformedLayout, "not a device certificate");
    }
    const auto record = CHAPAR_TRY(crypto::DeviceRecord::decode(certificate.body));
    const Bytes request = CHAPAR_TRY(read_file(paths.request(), limits::kRecordBytes));
    if (record.request.encode() != request) {
        return Error(Errc::CertificateUnknown, "made for another device");
    }
    return write_file(paths.certificate(), certificate.encode());
}

DeviceHome::DeviceHome(HomePaths paths, TrustCard card, crypto::DeviceRecord record,
                       const CertificateHash& certificate, crypto::SigningKey signing_key,
                       crypto::Keystore epochs_file)
    : paths_(std::move(paths)),
      card_(std::move(card)),
      record_(std::move(record)),
      certificate_(certificate),
      signing_key_(std::move(signing_key)),
      epochs_file_(std::move(epochs_file)) {}

Result<DeviceHome> DeviceHome::open(const HomePaths& paths,
                                    const crypto::SecretBuffer& passphrase) {
    auto keys = CHAPAR_TRY(open_keystore(paths.device_keystore(), passphrase));
    const Bytes card_text = CHAPAR_TRY(read_file(paths.trust_card(), kCardBytes));
    TrustCard card = CHAPAR_TRY(TrustCard::parse(to_string(card_text)));
    const Bytes file = CHAPAR_TRY(read_file(paths.certificate(), limits::kRecordBytes));
    const auto signed_record = CHAPAR_TRY(crypto::SignedRecord::decode(file));
    auto record = CHAPAR_TRY(crypto::DeviceRecord::decode(signed_record.body));
    auto signing_key = crypto::SigningKey::from_seed(CHAPAR_TRY(keys.find32(kSign)));
    auto curve = CHAPAR_TRY(keys.find32(kCurve));
    const crypto::DeviceRequest& request = record.request.request;
    if (request.sign_key != signing_key.public_key() ||
        request.curve_key.bytes != crypto::x25519_public_key(curve).bytes) {
        return Error(Errc::CertificateUnknown, "made for another device");
    }
    auto epochs = CHAPAR_TRY(open_keystore(paths.epochs_keystore(), passphrase));
    DeviceHome home(paths, std::move(card), std::move(record),
                    crypto::certificate_hash(signed_record.body), std::move(signing_key),
                    std::move(epochs));
    home.curve_ = std::move(curve);
    home.vault_ = std::make_unique<crypto::Vault>(CHAPAR_TRY(keys.find32(kVault)),
                                                  crypto::slot_file(paths.record_keys()));
    home.hedge_ = CHAPAR_TRY(keys.find32(kHedge));
    CHAPAR_TRY(home.read_epochs());
    return home;
}

Device DeviceHome::device() const {
    const crypto::DeviceRequest& request = record_.request.request;
    return {card_, certificate_, request.agency, request.office, signing_key_, *vault_, hedge_};
}

Status DeviceHome::read_epochs() {
    for (const std::string& name : epochs_file_.names()) {
        const ByteView bytes = epochs_file_.find(name)->expose();
        if (name.starts_with(kEpoch)) {
            auto secret = CHAPAR_TRY(crypto::EpochSecret::decode(bytes));
            epochs_.emplace(secret.id(), std::move(secret));
        } else if (name.starts_with(kMade)) {
            const auto hash = from_hex(std::string_view(name).substr(kMade.size()));
            if (!hash || hash->size() != Hash::kSize) return Error(Errc::MalformedLayout, name);
            made_.insert(*Hash::from(*hash));
        } else if (name == kUnpublished) {
            unpublished_ = CHAPAR_TRY(crypto::SignedRecord::decode(bytes));
        }
    }
    return Done{};
}

Status DeviceHome::keep_bundle(const crypto::SignedRecord& signed_bundle,
                               std::vector<crypto::EpochSecret> secrets, crypto::Random& random) {
    for (const crypto::EpochSecret& secret : secrets) {
        epochs_file_.put(epoch_name(secret.id()), secret.encode());
    }
    const Hash hash = signed_bundle.hash();
    epochs_file_.put(std::string(kMade) + to_hex(hash.view()), crypto::SecretBuffer(1));
    epochs_file_.put(std::string(kUnpublished),
                     crypto::SecretBuffer::copy_of(signed_bundle.encode()));
    CHAPAR_TRY(epochs_file_.save(paths_.epochs_keystore(), random));
    for (crypto::EpochSecret& secret : secrets) epochs_.emplace(secret.id(), std::move(secret));
    made_.insert(hash);
    unpublished_ = signed_bundle;
    return Done{};
}

Status DeviceHome::bundle_published(crypto::Random& random) {
    epochs_file_.erase(kUnpublished);
    CHAPAR_TRY(epochs_file_.save(paths_.epochs_keystore(), random));
    unpublished_.reset();
    return Done{};
}

Status DeviceHome::destroy_epochs(const std::set<KeyId>& ids, crypto::Random& random) {
    for (const KeyId id : ids) {
        epochs_file_.erase(epoch_name(id));
        epochs_.erase(id);
    }
    return epochs_file_.save(paths_.epochs_keystore(), random);
}

Result<NewAgency> create_root_home(const HomePaths& paths, const HomeSecurity& security,
                                   crypto::Random& random) {
    CHAPAR_TRY(refuse_existing(paths.root_keystore()));
    CHAPAR_TRY(refuse_existing(paths.audit_keystore()));
    CHAPAR_TRY(make_folder(paths.home));
    const auto root = crypto::SigningKey::generate(random);
    const crypto::KeyPair audit = crypto::generate_key_pair(random);
    auto audit_file =
        CHAPAR_TRY(crypto::Keystore::create(security.passphrase, security.cost, random));
    audit_file.put(std::string(kAudit), audit.secret);
    CHAPAR_TRY(audit_file.save(paths.audit_keystore(), random));
    auto root_file =
        CHAPAR_TRY(crypto::Keystore::create(security.passphrase, security.cost, random));
    root_file.put(std::string(kRoot), root.seed());
    CHAPAR_TRY(root_file.save(paths.root_keystore(), random));
    return NewAgency{root.public_key(), audit.public_key};
}

Result<crypto::SigningKey> open_root_key(const HomePaths& paths,
                                         const crypto::SecretBuffer& passphrase) {
    const auto keys = CHAPAR_TRY(open_keystore(paths.root_keystore(), passphrase));
    return crypto::SigningKey::from_seed(CHAPAR_TRY(keys.find32(kRoot)));
}

}  // namespace chapar::client
