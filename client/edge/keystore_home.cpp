#include "client/edge/keystore_home.h"

#include <utility>

#include "client/edge/home_renewal.h"
#include "client/edge/signer_home.h"
#include "client/edge/trust_card_file.h"
#include "crypto/record_keys.h"
#include "crypto/record_layout.h"
#include "schemas/base/hex.h"
#include "schemas/base/layout.h"
#include "schemas/base/limits.h"

namespace chapar::client {
namespace {

// Names inside the keystores.
constexpr std::string_view kSign = "sign";
constexpr std::string_view kCurve = "curve";
constexpr std::string_view kVault = "vault";
constexpr std::string_view kEpochs = "epochs";
constexpr std::string_view kHedge = "hedge";
constexpr std::string_view kEpoch = "epoch/";
constexpr std::string_view kMade = "made/";
constexpr std::string_view kUnpublished = "unpublished";
constexpr std::string_view kSetBack = "set-back";

std::string epoch_name(KeyId id) {
    return std::string(kEpoch) + to_hex(LayoutWriter().u64(id.value).bytes());
}

// A restored home has none: it is told apart from a home whose key someone else used.
Result<crypto::Keystore> open_epochs(const HomePaths& paths, const crypto::Secret32& key) {
    if (file_exists(paths.epochs_keystore())) {
        return crypto::Keystore::open_under(paths.epochs_keystore(), key);
    }
    crypto::SystemRandom random;
    auto epochs = crypto::Keystore::create_under(key);
    epochs.put(std::string(kSetBack), crypto::SecretBuffer(1));
    CHAPAR_TRY(epochs.save(paths.epochs_keystore(), random));
    return epochs;
}

Result<crypto::SignedRecord> read_record(const std::filesystem::path& path) {
    return crypto::SignedRecord::decode(CHAPAR_TRY(read_file(path, limits::kRecordBytes)));
}

}  // namespace

DeviceKeys fresh_device_keys(crypto::Random& random) {
    auto signing_key = crypto::SigningKey::generate(random);
    auto curve = crypto::generate_key_pair(random);
    auto vault = crypto::Secret32::random(random);
    auto epochs = crypto::Secret32::random(random);
    return {std::move(signing_key), std::move(curve), std::move(vault), std::move(epochs),
            crypto::Secret32::random(random)};
}

Status write_device_keys(const HomePaths& paths, const DeviceKeys& keys, const DeviceAsk& ask,
                         const HomeSecurity& security, crypto::Random& random) {
    const auto epochs = crypto::Keystore::create_under(keys.epochs);
    CHAPAR_TRY(epochs.save(paths.epochs_keystore(), random));
    auto device = CHAPAR_TRY(crypto::Keystore::create(security.passphrase, security.cost, random));
    device.put(std::string(kSign), keys.signing_key.seed());
    device.put(std::string(kCurve), keys.curve.secret);
    device.put(std::string(kVault), keys.vault);
    device.put(std::string(kEpochs), keys.epochs);
    device.put(std::string(kHedge), keys.hedge);
    CHAPAR_TRY(write_file(paths.request(), ask.encode()));
    return device.save(paths.device_keystore(), random);
}

Result<crypto::SignedRequest> create_device_home(const HomePaths& paths, const TrustCard& card,
                                                 const NewDevice& names,
                                                 const HomeSecurity& security, TimeMs now,
                                                 crypto::Random& random) {
    CHAPAR_TRY(refuse_existing(paths.device_keystore()));
    if (!crypto::is_person_name(names.officer)) return Error(Errc::FieldInvalid, "--officer");
    if (!crypto::is_person_name(names.device)) return Error(Errc::FieldInvalid, "--device");
    const DeviceKeys keys = fresh_device_keys(random);
    crypto::DeviceRequest request{names.agency,
                                  names.office,
                                  names.officer,
                                  names.device,
                                  keys.signing_key.public_key(),
                                  CurveKey{keys.curve.public_key.bytes},
                                  now};
    auto signed_request = crypto::SignedRequest::make(std::move(request), keys.signing_key);
    // A name that no certificate can carry is refused here, not at the registrar's.
    CHAPAR_TRY(crypto::SignedRequest::decode(signed_request.encode()));
    CHAPAR_TRY(make_folder(paths.home));
    CHAPAR_TRY(write_file(paths.trust_card(), view(card.json())));
    const DeviceAsk ask{RequestPurpose::New, {}, std::move(signed_request)};
    CHAPAR_TRY(write_device_keys(paths, keys, ask, security, random));
    return ask.request;
}

Result<DeviceAsk> read_ask(const HomePaths& paths) {
    return DeviceAsk::decode(CHAPAR_TRY(read_file(paths.request(), limits::kRecordBytes)));
}

Result<Credentials> Credentials::of(const CeremonyFile& file) {
    const auto find = [](const std::vector<crypto::SignedRecord>& records,
                         crypto::RecordType type) -> const crypto::SignedRecord* {
        const auto at = std::ranges::find(records, type, &crypto::SignedRecord::type);
        return at == records.end() ? nullptr : &*at;
    };
    const auto* certificate = find(file.records, crypto::RecordType::Device);
    const auto* registrars = find(file.context, crypto::RecordType::Registrars);
    if (certificate == nullptr) return Error(Errc::NotFound, "a device certificate in this file");
    if (registrars == nullptr) return Error(Errc::NotFound, "the registrars' record in this file");
    if (!file.roots) return Error(Errc::NotFound, "the agency's roots in this file");
    return Credentials{*certificate, *registrars, *file.roots};
}

Result<crypto::DeviceRecord> Credentials::check() const {
    const auto in_force = CHAPAR_TRY(crypto::open_registrars(registrars, agency_of(roots)));
    return crypto::open_device(certificate, in_force);
}

Status install_certificate(const HomePaths& paths, const Credentials& credentials) {
    const auto record = CHAPAR_TRY(credentials.check());
    const DeviceAsk ask = CHAPAR_TRY(read_ask(paths));
    if (record.request != ask.request || record.previous != ask.previous) {
        return Error(Errc::CertificateUnknown, "made for another device");
    }
    CHAPAR_TRY(write_file(paths.agency_roots(), encode_agency_roots(credentials.roots)));
    CHAPAR_TRY(write_file(paths.registrars(), credentials.registrars.encode()));
    return write_file(paths.certificate(), credentials.certificate.encode());
}

DeviceHome::DeviceHome(HomePaths paths, TrustCard card, crypto::DeviceRecord record,
                       const CertificateHash& certificate, AgencyRoots roots,
                       crypto::SigningKey signing_key, crypto::Keystore epochs_file)
    : paths_(std::move(paths)),
      card_(std::move(card)),
      record_(std::move(record)),
      certificate_(certificate),
      roots_(std::move(roots)),
      signing_key_(std::move(signing_key)),
      epochs_file_(std::move(epochs_file)) {}

Result<DeviceHome> DeviceHome::open(const HomePaths& paths,
                                    const crypto::SecretBuffer& passphrase) {
    CHAPAR_TRY(finish_renewal(paths));
    const auto keys = CHAPAR_TRY(crypto::Keystore::open(paths.device_keystore(), passphrase));
    TrustCard card = CHAPAR_TRY(read_trust_card(paths.trust_card()));
    const auto signed_record = CHAPAR_TRY(read_record(paths.certificate()));
    auto record = CHAPAR_TRY(crypto::DeviceRecord::decode(signed_record.body));
    const Bytes roots_file = CHAPAR_TRY(read_file(paths.agency_roots(), limits::kRecordBytes));
    AgencyRoots roots = CHAPAR_TRY(decode_agency_roots(roots_file));
    auto signing_key = crypto::SigningKey::from_seed(CHAPAR_TRY(keys.find32(kSign)));
    auto curve = CHAPAR_TRY(keys.find32(kCurve));
    const crypto::DeviceRequest& request = record.request.request;
    if (request.sign_key != signing_key.public_key() ||
        request.curve_key.bytes != crypto::x25519_public_key(curve).bytes ||
        request.agency != roots.agency) {
        return Error(Errc::CertificateUnknown, "made for another device");
    }
    const auto epochs_key = CHAPAR_TRY(keys.find32(kEpochs));
    auto epochs = CHAPAR_TRY(open_epochs(paths, epochs_key));
    DeviceHome home(paths, std::move(card), std::move(record),
                    crypto::certificate_hash(signed_record.body), std::move(roots),
                    std::move(signing_key), std::move(epochs));
    home.curve_ = std::move(curve);
    home.vault_ = std::make_unique<crypto::Vault>(CHAPAR_TRY(keys.find32(kVault)),
                                                  crypto::slot_file(paths.record_keys()));
    home.hedge_ = CHAPAR_TRY(keys.find32(kHedge));
    CHAPAR_TRY(home.read_epochs());
    return home;
}

Device DeviceHome::device() const {
    const crypto::DeviceRequest& request = record_.request.request;
    return {card_,        certificate_, request.agency, request.office,
            signing_key_, *vault_,      hedge_,         roots_};
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
        } else if (name == kSetBack) {
            memory_ = BundleMemory::SetBack;
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
    // The keystore keeps names and secrets; a made bundle's name says all, its secret is one byte.
    epochs_file_.put(std::string(kMade) + to_hex(hash.view()), crypto::SecretBuffer(1));
    epochs_file_.put(std::string(kUnpublished),
                     crypto::SecretBuffer::copy_of(signed_bundle.encode()));
    epochs_file_.erase(kSetBack);
    CHAPAR_TRY(epochs_file_.save(paths_.epochs_keystore(), random));
    for (crypto::EpochSecret& secret : secrets) epochs_.emplace(secret.id(), std::move(secret));
    made_.insert(hash);
    memory_ = BundleMemory::Whole;
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

}  // namespace chapar::client
