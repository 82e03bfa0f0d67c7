#include "tests/sim/founding.h"

#include <algorithm>

#include "crypto/manifest.h"
#include "crypto/secret_hex.h"
#include "crypto/x25519.h"
#include "tests/sim/disk.h"
#include "tests/sim/must.h"

namespace chapar::sim {
namespace {

constexpr crypto::Validity kValid{TimeMs(kStart.value - 1000), kStart + kDay * 300};

Bytes hex_line(const crypto::Secret32& secret) {
    Bytes text(64);
    crypto::secret_to_hex(secret, text);
    text.push_back(std::byte{'\n'});
    return text;
}

crypto::PolicyRule rule(const char* id, crypto::PolicyDirection direction,
                        crypto::PolicyEffect effect) {
    crypto::PolicyRule out;
    out.id = id;
    out.direction = direction;
    out.effect = effect;
    out.class_max = 3;
    return out;
}

std::vector<crypto::PolicyRule> open_rules() {
    return {rule("send.any", crypto::PolicyDirection::Export, crypto::PolicyEffect::Permit),
            rule("take.any", crypto::PolicyDirection::Import, crypto::PolicyEffect::Permit)};
}

}  // namespace

Image Image::of(const std::filesystem::path& root) {
    Image image;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
        const std::string name = entry.path().lexically_relative(root).string();
        if (entry.is_directory()) {
            image.folders.push_back(name);
        } else if (entry.is_regular_file()) {
            image.files.emplace(name, read_whole(entry.path()));
        }
    }
    std::ranges::sort(image.folders);
    return image;
}

void Image::unpack(const std::filesystem::path& root) const {
    std::filesystem::remove_all(root);
    std::filesystem::create_directories(root);
    for (const std::string& name : folders) std::filesystem::create_directory(root / name);
    for (const auto& [name, content] : files) write_whole(root / name, content);
    for (const std::string& name : folders) {
        std::filesystem::permissions(root / name, std::filesystem::perms::owner_all);
    }
}

const crypto::SecretBuffer& passphrase() {
    static const auto kText = crypto::SecretBuffer::copy_of(view("correct horse"));
    return kText;
}

Founding::Founding(const std::filesystem::path& root)
    : centre_root_(crypto::SigningKey::generate(random_)) {
    make_centre(root / "broker");
    for (const char* name : {"TJ-DCA", "UZ-NDC", "AF-CNP"}) {
        const auto added =
            agencies_.try_emplace(name, testing::AgencySigners(name, kValid, random_)).first;
        keep(added->second.agency_record(centre_root_));
        keep(added->second.registrars_record());
    }
    add_office("TJ-DCA", "TJ-NPJ-BLO", "TJ");
    add_office("UZ-NDC", "UZ-TMZ-BLO", "UZ");
    add_office("AF-CNP", "AF-SKB-BLO", "AF");
    add_office("AF-CNP", "AF-KDZ-BLO", "AF");
    add_device(root / "tj", "tj", "TJ-DCA", "TJ-NPJ-BLO");
    add_device(root / "uz1", "uz1", "UZ-NDC", "UZ-TMZ-BLO");
    add_device(root / "uz2", "uz2", "UZ-NDC", "UZ-TMZ-BLO");
    add_device(root / "af", "af", "AF-CNP", "AF-SKB-BLO");
    add_device(root / "mallory", "mallory", "AF-CNP", "AF-KDZ-BLO");
    for (auto& [name, signers] : agencies_) {
        std::vector<const crypto::AgencyRecord*> others;
        for (const auto& [other, theirs] : agencies_) {
            if (other != name) others.push_back(&theirs.record);
        }
        keep(signers.peers(others));
    }
    add_policies();
    revocation_ = agency("UZ-NDC").revoke(members_[2].certificate).encode();
}

testing::AgencySigners& Founding::agency(const std::string& name) { return agencies_.at(name); }

void Founding::make_centre(const std::filesystem::path& directory) {
    const auto log_seed = crypto::Secret32::random(random_);
    const auto curve = crypto::Secret32::random(random_);
    crypto::Manifest manifest;
    manifest.origin = "chapar.test/ledger/1";
    manifest.ledger = LedgerNumber(1);
    manifest.log_key = crypto::SigningKey::from_seed(log_seed.duplicate()).public_key();
    manifest.curve_key = CurveKey{crypto::x25519_public_key(curve).bytes};
    manifest.centre_root = centre_root_.public_key();
    manifest.centre_auditor = crypto::generate_key_pair(random_).public_key;
    manifest.endpoints = {"tcp://127.0.0.1:7400"};
    const auto record = crypto::sign_manifest(manifest, centre_root_);
    card_ = std::make_unique<client::TrustCard>(
        must(client::TrustCard::create(record, manifest.endpoints.front())));
    std::filesystem::create_directories(directory / "keys");
    write_whole(directory / "manifest", record.encode());
    write_whole(directory / "keys" / "log.key", hex_line(log_seed));
    write_whole(directory / "keys" / "curve.key", hex_line(curve));
}

void Founding::add_office(const std::string& agency_name, const std::string& office_name,
                          const char* country) {
    testing::AgencySigners& signers = agency(agency_name);
    keep(signers.office({signers.id(), must(OfficeId::parse(office_name)),
                         must(crypto::CountryCode::parse(country)), crypto::office_role::kLiaison,
                         kValid, Hash{}}));
}

void Founding::add_device(const std::filesystem::path& home, const std::string& name,
                          const std::string& agency_name, const std::string& office_name) {
    testing::AgencySigners& signers = agency(agency_name);
    const client::HomePaths paths{home};
    const OfficeId office = must(OfficeId::parse(office_name));
    const auto request = must(client::create_device_home(
        paths, *card_, {signers.id(), office, name, "desk"}, {passphrase(), {}}, kStart, random_));
    const auto certificate = signers.device({request, kValid, ++serial_, Hash{}});
    must(client::install_certificate(paths, {certificate, signers.registrars_record(),
                                             client::AgencyRoots::of(signers.record)}));
    keep(certificate);
    members_.push_back({name, signers.id(), office, crypto::certificate_hash(certificate.body),
                        request.request.curve_key});
}

void Founding::add_policies() {
    for (auto& [name, signers] : agencies_) {
        keep(signers.policy({signers.id(), 1, PolicyHash{}, open_rules()}));
    }
    testing::AgencySigners& signers = agency("UZ-NDC");
    const crypto::PolicyRecord first{signers.id(), 1, PolicyHash{}, open_rules()};
    crypto::PolicyRecord closing{signers.id(), 2, crypto::policy_hash(first.encode()),
                                 open_rules()};
    closing.rules.push_back(
        rule("not.from.tj", crypto::PolicyDirection::Import, crypto::PolicyEffect::Deny));
    closing.rules.back().from = {{crypto::PartyKind::Agency, "TJ-DCA"}};
    closing_ = signers.policy(closing).encode();
    const crypto::PolicyRecord opening{signers.id(), 3, crypto::policy_hash(closing.encode()),
                                       open_rules()};
    opening_ = signers.policy(opening).encode();
}

}  // namespace chapar::sim
