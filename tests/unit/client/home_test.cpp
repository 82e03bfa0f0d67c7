#include "client/edge/signer_home.h"
#include "client/edge/store_home.h"
#include "tests/unit/client/temporary_home.h"
#include "tests/unit/client/world.h"

namespace chapar::testing {

TEST_CASE("a device's home opens again with its certificate, its bundles and its secrets") {
    World world;
    TemporaryHome folder;
    const auto pass = passphrase();
    const client::NewDevice names{agency("TJ-DCA"), office("TJ-NPJ-BLO"), "officer 7", "laptop"};
    const auto request = must(client::create_device_home(folder.paths(), world.card(), names,
                                                         {pass, {}}, world.now, world.random));
    CHECK(error_of(client::DeviceHome::open(folder.paths(), pass)) == Errc::NotFound);
    const AgencySigners& signers = world.agencies.at("TJ-DCA");
    const auto credentials = [&](const crypto::SignedRecord& record) {
        return client::Credentials{record, signers.registrars_record(),
                                   crypto::PeerRoots::of(signers.record)};
    };
    CHECK(error_of(client::install_certificate(folder.paths(), credentials(world.tj.record))) ==
          Errc::CertificateUnknown);
    const auto certificate = world.enrol(request);
    must(client::install_certificate(folder.paths(), credentials(certificate)));

    CHECK(error_of(client::DeviceHome::open(folder.paths(), passphrase("wrong"))) ==
          Errc::PassphraseWrong);
    auto home = must(client::DeviceHome::open(folder.paths(), pass));
    CHECK(home.certificate_hash() == crypto::certificate_hash(certificate.body));
    CHECK(home.card().home() == world.card().home());

    crypto::BundlePlan plan;
    plan.certificate = home.certificate_hash();
    plan.first_epoch = day_of(world.now);
    auto made = crypto::make_bundle(plan, world.random);
    crypto::SignedRecord bundle{crypto::RecordType::Bundle, made.bundle.encode(), {}};
    bundle.sign(home.device().signing_key);
    must(home.keep_bundle(bundle, std::move(made.secrets), world.random));

    auto again = must(client::DeviceHome::open(folder.paths(), pass));
    CHECK(again.epochs().size() == 30);
    CHECK(again.unpublished() == bundle);
    CHECK(again.bundles_made().contains(bundle.hash()));
    const KeyId first = again.epochs().begin()->first;
    must(again.destroy_epochs({first}, world.random));
    must(again.bundle_published(world.random));
    const auto last = must(client::DeviceHome::open(folder.paths(), pass));
    CHECK(last.epochs().size() == 29);
    CHECK_FALSE(last.epochs().contains(first));
    CHECK_FALSE(last.unpublished().has_value());
    CHECK(error_of(client::create_device_home(folder.paths(), world.card(), names, {pass, {}},
                                              world.now, world.random)) == Errc::AlreadyExists);
}

TEST_CASE("an agency's root and audit keys come back with the passphrase only") {
    World world;
    TemporaryHome folder;
    const auto pass = passphrase();
    const auto made = must(client::create_root_home(folder.paths(), {pass, {}}, world.random));
    CHECK(must(client::open_root_key(folder.paths(), pass)).public_key() == made.root);
    const auto audit = must(crypto::Keystore::open(folder.paths().audit_keystore(), pass));
    CHECK(crypto::x25519_public_key(must(audit.find32("audit"))) == made.audit);
    CHECK(error_of(client::open_root_key(folder.paths(), passphrase("x"))) ==
          Errc::PassphraseWrong);
}

TEST_CASE("one process at a time uses a home's store") {
    TemporaryHome folder;
    std::filesystem::create_directories(folder.paths().home);
    const auto store = must(client::open_store(folder.paths().store()));
    CHECK(error_of(client::open_store(folder.paths().store())) == Errc::StoreInUse);
}

}  // namespace chapar::testing
