#include "client/cli/records/issued.h"
#include "client/edge/home_renewal.h"
#include "client/edge/signer_home.h"
#include "client/edge/store_home.h"
#include "crypto/manifest.h"
#include "schemas/base/limits.h"
#include "tests/unit/client_ceremony/persons.h"

namespace chapar::testing {

namespace fs = std::filesystem;
using client::Credentials;
using client::DeviceAsk;
using client::HomePaths;
using client::KeyRole;
using client::RequestPurpose;

namespace {

crypto::SecretBuffer passphrase(std::string_view text = "correct horse") {
    return crypto::SecretBuffer::copy_of(view(text));
}

// A home on disk, with the people who sign for it.
struct Office : Persons {
    Office() {
        const auto log = crypto::SigningKey::generate(random);
        const crypto::Manifest manifest{
            "chapar.test/ledger/1",  LedgerNumber(1),
            log.public_key(),        CurveKey{crypto::generate_key_pair(random).public_key.bytes},
            centre.public_key(),     crypto::generate_key_pair(random).public_key,
            {"tcp://127.0.0.1:7415"}};
        card = must(client::TrustCard::create(crypto::sign_manifest(manifest, centre),
                                              "tcp://127.0.0.1:7415"));
    }
    void make() {
        const client::NewDevice names{agency_id(), OfficeId::parse("TJ-NPJ-BLO").value(), "falcon",
                                      "desk"};
        must(client::create_device_home(paths(), *card, names, {pass, {}}, kNow, random));
        must(client::install_certificate(paths(), grant(must(client::read_ask(paths())))));
    }
    [[nodiscard]] HomePaths paths() const { return {folder.path() / "home"}; }
    [[nodiscard]] Credentials grant(const DeviceAsk& ask) {
        auto records = must(client::grant_request(ask, {}, {}, kNow));
        records[0].sign(registrars[0]);
        records[0].sign(registrars[1]);
        return {records[0], appointment.records[0], *agency.roots};
    }

    TemporaryDirectory folder;
    std::optional<client::TrustCard> card;
    crypto::SecretBuffer pass = passphrase();
};

}  // namespace

TEST_CASE("a certificate goes into a home only with registrars and roots that bear it out") {
    Office office;
    const client::NewDevice names{agency_id(), OfficeId::parse("TJ-NPJ-BLO").value(), "f", "d"};
    must(client::create_device_home(office.paths(), *office.card, names, {office.pass, {}}, kNow,
                                    office.random));
    const auto good = office.grant(must(client::read_ask(office.paths())));
    auto one_registrar = good;
    one_registrar.certificate.signatures.pop_back();
    // Fails if install_certificate() does not check.
    CHECK(error_of(client::install_certificate(office.paths(), one_registrar)) ==
          Errc::CertificateNotSigned);
    auto one_root = good;
    one_root.registrars.signatures.pop_back();
    CHECK(error_of(client::install_certificate(office.paths(), one_root)) ==
          Errc::CertificateNotSigned);
    Office other;
    auto other_roots = good;
    other_roots.roots = *other.agency.roots;
    other_roots.roots.roots[0] = crypto::SigningKey::generate(office.random).public_key();
    CHECK_FALSE(client::install_certificate(office.paths(), other_roots).has_value());
    CHECK(error_of(client::install_certificate(office.paths(), office.grant(office.ask()))) ==
          Errc::CertificateUnknown);
    CHECK_FALSE(client::file_exists(office.paths().certificate()));
    must(client::install_certificate(office.paths(), good));
    const auto home = must(client::DeviceHome::open(office.paths(), office.pass));
    CHECK(home.roots() == *office.agency.roots);
}

TEST_CASE("a restored home without its epoch secrets opens and remembers that it was set back") {
    Office office;
    office.make();
    CHECK(must(client::DeviceHome::open(office.paths(), office.pass)).memory() ==
          client::BundleMemory::Whole);
    fs::remove(office.paths().epochs_keystore());
    for (int i = 0; i < 2; ++i) {
        const auto home = must(client::DeviceHome::open(office.paths(), office.pass));
        CHECK(home.memory() == client::BundleMemory::SetBack);
        CHECK(home.epochs().empty());
    }
    auto home = must(client::DeviceHome::open(office.paths(), office.pass));
    crypto::BundlePlan plan;
    plan.certificate = home.certificate_hash();
    plan.first_epoch = day_of(kNow);
    auto made = crypto::make_bundle(plan, office.random);
    crypto::SignedRecord bundle{crypto::RecordType::Bundle, made.bundle.encode(), {}};
    bundle.sign(home.device().signing_key);
    must(home.keep_bundle(bundle, std::move(made.secrets), office.random));
    CHECK(must(client::DeviceHome::open(office.paths(), office.pass)).memory() ==
          client::BundleMemory::Whole);
}

TEST_CASE("renewal: the old keys work until the new ones are installed, the store stays readable") {
    Office office;
    office.make();
    CertificateHash old_certificate;
    Bytes sealed;
    {
        // One home at a time has the record keys.
        const auto before = must(client::DeviceHome::open(office.paths(), office.pass));
        old_certificate = before.certificate_hash();
        sealed = must(
            before.device().vault.seal({"inbox.texts", view("1")}, view("a text"), office.random));
    }
    const DeviceAsk ask =
        must(client::renew_device(office.paths(), {office.pass, {}}, kNow, office.random));
    CHECK(ask.purpose == RequestPurpose::Renew);
    CHECK(ask.previous.bytes == old_certificate.bytes);
    CHECK(ask.request.request.office.text() == "TJ-NPJ-BLO");
    // Asked again, the same keys are shown: the words that were read out stay true.
    CHECK(must(client::renew_device(office.paths(), {office.pass, {}}, kNow + kDay,
                                    office.random)) == ask);
    CHECK(must(client::DeviceHome::open(office.paths(), office.pass)).certificate_hash() ==
          old_certificate);

    const Credentials credentials = office.grant(ask);
    CHECK(client::answers_renewal(office.paths(), credentials));
    CHECK_FALSE(client::answers_renewal(office.paths(), office.grant(office.ask())));
    must(client::stage_renewal(office.paths(), credentials));
    const auto after = must(client::DeviceHome::open(office.paths(), office.pass));
    CHECK(after.certificate_hash() == crypto::certificate_hash(credentials.certificate.body));
    CHECK(after.certificate().previous.bytes == old_certificate.bytes);
    CHECK(after.epochs().empty());
    // Fails if renew_device() draws a new vault key.
    const auto text = must(after.device().vault.open({"inbox.texts", view("1")}, sealed));
    CHECK(to_string(text.expose()) == "a text");
    CHECK_FALSE(client::file_exists(office.paths().renewal()));

    const HomePaths retired{fs::directory_iterator(office.paths().retired())->path()};
    CHECK(client::file_exists(retired.device_keystore()));
    must(client::delete_retired_keys(office.paths()));
    CHECK_FALSE(client::file_exists(retired.device_keystore()));
    CHECK_FALSE(client::file_exists(retired.epochs_keystore()));
    CHECK(client::file_exists(retired.certificate()));
}

// Fails if the certificate is moved first, or a file in place is taken for one still to come.
TEST_CASE("renewal: cut short at any file, the next open completes it") {
    Office office;
    office.make();
    const DeviceAsk ask =
        must(client::renew_device(office.paths(), {office.pass, {}}, kNow, office.random));
    const Credentials credentials = office.grant(ask);
    must(client::stage_renewal(office.paths(), credentials));
    const fs::path staged = office.folder.path() / "staged";
    fs::copy(office.paths().home, staged, fs::copy_options::recursive);
    const HomePaths next{office.paths().renewal()};
    const std::vector<fs::path> moved{next.device_keystore(), next.epochs_keystore(),
                                      next.request(), next.agency_roots(), next.registrars()};
    for (std::size_t count = 0; count <= moved.size(); ++count) {
        fs::remove_all(office.paths().home);
        fs::copy(staged, office.paths().home, fs::copy_options::recursive);
        for (std::size_t i = 0; i < count; ++i) {
            fs::rename(moved[i], office.paths().home / moved[i].filename());
        }
        const auto home = must(client::DeviceHome::open(office.paths(), office.pass));
        CHECK(home.certificate_hash() == crypto::certificate_hash(credentials.certificate.body));
    }
}

TEST_CASE("recovery moves what was sealed aside and deletes nothing") {
    Office office;
    office.make();
    must(client::open_store(office.paths().store()));
    const auto old_certificate =
        must(client::DeviceHome::open(office.paths(), office.pass)).certificate_hash();
    const auto fresh = passphrase("a new one");
    const DeviceAsk ask =
        must(client::recover_device(office.paths(), {fresh, {}}, kNow, office.random));
    CHECK(ask.purpose == RequestPurpose::Recover);
    CHECK(ask.previous.bytes == old_certificate.bytes);
    const HomePaths aside{office.paths().aside() / "1"};
    CHECK(client::file_exists(aside.device_keystore()));
    CHECK(client::file_exists(aside.store()));
    CHECK(client::file_exists(aside.certificate()));
    CHECK_FALSE(client::file_exists(office.paths().store()));
    CHECK(client::file_exists(office.paths().trust_card()));
    // What lies aside is a whole home, for the day when the passphrase is remembered.
    fs::copy(office.paths().trust_card(), aside.trust_card());
    CHECK(must(client::DeviceHome::open(aside, office.pass)).certificate_hash() == old_certificate);

    must(client::install_certificate(office.paths(), office.grant(ask)));
    CHECK(must(client::DeviceHome::open(office.paths(), fresh)).certificate().previous.bytes ==
          old_certificate.bytes);
    // A second time: another folder.
    must(client::recover_device(office.paths(), {fresh, {}}, kNow, office.random));
    CHECK(client::file_exists(office.paths().aside() / "2"));
    CHECK(error_of(client::recover_device(office.paths(), {fresh, {}}, kNow, office.random)) ==
          Errc::AlreadyExists);
    HomePaths nothing{office.folder.path() / "nothing"};
    CHECK(error_of(client::recover_device(nothing, {fresh, {}}, kNow, office.random)) ==
          Errc::NotFound);
}

TEST_CASE("recovery does not pull a store away from under a running program") {
    Office office;
    office.make();
    const auto running = must(client::open_store(office.paths().store()));
    CHECK(error_of(client::recover_device(office.paths(), {office.pass, {}}, kNow,
                                          office.random)) == Errc::StoreInUse);
    CHECK(client::file_exists(office.paths().device_keystore()));
}

TEST_CASE("recovery: cut short while files were moved, the next run goes on in the same folder") {
    Office office;
    office.make();
    const HomePaths aside{office.paths().aside() / "1"};
    must(client::make_folder(aside.home));
    fs::rename(office.paths().device_keystore(), aside.device_keystore());
    const DeviceAsk ask =
        must(client::recover_device(office.paths(), {office.pass, {}}, kNow, office.random));
    CHECK(client::file_exists(aside.device_keystore()));
    CHECK(client::file_exists(aside.certificate()));
    CHECK_FALSE(client::file_exists(office.paths().aside() / "2"));
    CHECK(ask.purpose == RequestPurpose::Recover);
}

TEST_CASE("a changed passphrase opens every keystore of a home, the old one none") {
    Office office;
    office.make();
    must(client::renew_device(office.paths(), {office.pass, {}}, kNow, office.random));
    const auto next = passphrase("the next");
    CHECK(must(client::change_passphrase(office.paths(), office.pass, {next, {}}, office.random)) ==
          2);
    CHECK(error_of(client::DeviceHome::open(office.paths(), office.pass)) == Errc::PassphraseWrong);
    CHECK(client::DeviceHome::open(office.paths(), next));
    CHECK(crypto::Keystore::open(HomePaths{office.paths().renewal()}.device_keystore(), next));
    // A run that was cut short after the first file: the same again completes it.
    CHECK(must(client::change_passphrase(office.paths(), office.pass, {next, {}}, office.random)) ==
          0);
    const auto wrong = passphrase("wrong");
    CHECK(error_of(client::change_passphrase(office.paths(), wrong, {office.pass, {}},
                                             office.random)) == Errc::PassphraseWrong);
    CHECK(client::DeviceHome::open(office.paths(), next));
}

// Fails if change_passphrase() leaves retired/ out: those keystores hold the vault key too.
TEST_CASE("a changed passphrase reaches the keystores that a renewal retired") {
    Office office;
    office.make();
    const auto ask =
        must(client::renew_device(office.paths(), {office.pass, {}}, kNow, office.random));
    must(client::stage_renewal(office.paths(), office.grant(ask)));
    must(client::finish_renewal(office.paths()));
    const HomePaths retired{fs::directory_iterator(office.paths().retired())->path()};
    const auto next = passphrase("the next");
    CHECK(must(client::change_passphrase(office.paths(), office.pass, {next, {}}, office.random)) ==
          2);
    CHECK(error_of(crypto::Keystore::open(retired.device_keystore(), office.pass)) ==
          Errc::PassphraseWrong);
    CHECK(crypto::Keystore::open(retired.device_keystore(), next));
}

TEST_CASE("a signer's home holds one key, and takes only an agency that names it") {
    Office office;
    const HomePaths paths{office.folder.path() / "registrar"};
    const auto card = must(client::create_signer_home(paths, KeyRole::Registrar, "heron",
                                                      {office.pass, {}}, office.random));
    CHECK(must(client::read_key_card(paths)) == card);
    CHECK(error_of(client::create_signer_home(paths, KeyRole::Root, "heron", {office.pass, {}},
                                              office.random)) == Errc::AlreadyExists);
    const auto signer = must(client::open_signer(paths, office.pass));
    CHECK(signer.role == KeyRole::Registrar);
    CHECK(signer.key.public_key() == card.key);
    CHECK(error_of(client::open_signer(paths, passphrase("x"))) == Errc::PassphraseWrong);
    CHECK(error_of(client::open_signer({office.folder.path() / "none"}, office.pass)) ==
          Errc::NotFound);

    CHECK(error_of(client::install_authority(
              paths, *office.agency.roots, office.appointment.records[0])) == Errc::SignerRefused);
    auto appointment = must(client::draft_registrars(
        {*office.agency.roots, {card, office.registrar_cards()[1]}, 2, std::nullopt}, kNow));
    appointment.records[0].sign(office.roots[0]);
    // Fails if half signed registrars are believed.
    CHECK(error_of(client::install_authority(
              paths, *office.agency.roots, appointment.records[0])) == Errc::CertificateNotSigned);
    appointment.records[0].sign(office.roots[1]);
    must(client::install_authority(paths, *office.agency.roots, appointment.records[0]));
    const auto authority = must(client::read_authority(paths));
    CHECK(authority.roots == office.agency.roots);
    CHECK(authority.registrars == appointment.records[0]);
}

TEST_CASE("an issued record is kept once, with every signature that was seen on it") {
    Office office;
    const fs::path home = office.folder.path() / "home";
    auto first = must(client::grant_request(office.ask(), {}, {}, kNow))[0];
    auto second = first;
    first.sign(office.registrars[0]);
    second.sign(office.registrars[1]);
    must(client::keep_issued(home, first));
    must(client::keep_issued(home, second));
    const auto kept = must(client::issued_records(home));
    REQUIRE(kept.size() == 1);
    CHECK(kept[0].signatures.size() == 2);
    CHECK(must(client::find_issued_device(home, "")).certificate.bytes == first.hash().bytes);
    must(client::keep_issued(home, must(client::grant_request(office.ask(), {}, {}, kNow))[0]));
    CHECK(error_of(client::find_issued_device(home, "")) == Errc::FieldInvalid);
    CHECK(error_of(client::find_issued_device(home, "zz")) == Errc::NotFound);
}

// Fails if the joined record has more signatures than a record can hold: it could not be written.
TEST_CASE("an issued record keeps as many signatures as it can hold, whoever made them") {
    Office office;
    const fs::path home = office.folder.path() / "home";
    auto full = must(client::grant_request(office.ask(), {}, {}, kNow))[0];
    auto own = full;
    for (std::size_t i = 0; i < limits::kRecordSigners; ++i) {
        full.sign(crypto::SigningKey::generate(office.random));
    }
    own.sign(office.registrars[0]);
    must(client::keep_issued(home, full));
    must(client::keep_issued(home, own));
    const auto kept = must(client::issued_records(home));
    REQUIRE(kept.size() == 1);
    CHECK(kept[0].signatures.size() == limits::kRecordSigners);
}

}  // namespace chapar::testing
