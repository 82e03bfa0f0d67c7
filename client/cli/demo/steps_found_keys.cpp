#include "client/cli/demo/steps_found_keys.h"

#include <future>

#include "client/cli/broker/broker_init.h"
#include "client/cli/records/key_requests.h"
#include "client/cli/records/policy_file.h"
#include "client/cli/records/record_delivery.h"
#include "client/cli/records/record_words.h"
#include "client/cli/records/sign_flow.h"
#include "client/edge/clock.h"
#include "client/edge/trust_card_file.h"
#include "crypto/passphrase.h"
#include "schemas/base/limits.h"

namespace chapar::client {
namespace {

namespace fs = std::filesystem;

Result<crypto::SecretBuffer> demo_passphrase(const Stage& stage) {
    return crypto::read_passphrase_file(stage.folder() / "passphrase");
}

Result<TrustCard> read_card(const Stage& stage) { return read_trust_card(stage.card()); }

// One home to be made, whoever's it is.
using Work = std::function<Status(const HomeSecurity&)>;

Status do_each_second(const Stage& stage, const std::vector<Work>& works, std::size_t first) {
    const auto passphrase = CHAPAR_TRY(demo_passphrase(stage));
    for (std::size_t i = first; i < works.size(); i += 2) {
        CHAPAR_TRY(works[i]({passphrase, crypto::KeystoreCost{}}));
    }
    return Done{};
}

Status make_person(const Stage& stage, const std::string& card, KeyRole role,
                   const std::string& name, const HomeSecurity& security) {
    crypto::SystemRandom random;
    const HomePaths paths{stage.home(name)};
    CeremonyFile file;
    file.key = role == KeyRole::Audit
                   ? CHAPAR_TRY(create_audit_key(paths, name, security, random))
                   : CHAPAR_TRY(create_signer_home(paths, role, name, security, random));
    CHAPAR_TRY(write_file(paths.trust_card(), view(card)));
    return write_ceremony_file((stage.folder() / (name + ".key")).string(), file);
}

Status make_device(const Stage& stage, const TrustCard& card, const CastDevice& device,
                   const HomeSecurity& security) {
    crypto::SystemRandom random;
    const NewDevice names{CHAPAR_TRY(AgencyId::parse(device.agency)),
                          CHAPAR_TRY(OfficeId::parse(device.office)), std::string(device.officer),
                          "desk"};
    CHAPAR_TRY(create_device_home({stage.home(device.office)}, card, names, security,
                                  SystemClock().now(), random));
    return Done{};
}

void add_persons(const Stage& stage, const std::string& card, const std::string& agency,
                 std::vector<Work>& works) {
    const auto add = [&](KeyRole role, const std::string& name) {
        works.push_back([&stage, &card, role, name](const HomeSecurity& security) {
            return make_person(stage, card, role, name, security);
        });
    };
    for (int i = 1; i <= kDemoRoots; ++i) add(KeyRole::Root, root_home(agency, i));
    for (int i = 1; i <= kDemoRegistrars; ++i) {
        add(KeyRole::Registrar, registrar_home(agency, i));
    }
    add(KeyRole::Audit, agency + "-audit");
}

// Signed by two of these keys, and logged.
Status log_signed(const Stage& stage, crypto::SignedRecord& record,
                  const std::vector<crypto::SigningKey>& keys) {
    record.sign(keys[0]);
    record.sign(keys[1]);
    CHAPAR_TRY(admit_record(stage.broker_folder(), record));
    return Done{};
}

std::vector<KeyCard> cards_of(KeyRole role, const std::string& agency,
                              const std::vector<crypto::SigningKey>& keys) {
    std::vector<KeyCard> out;
    for (const crypto::SigningKey& key : keys) {
        const std::string number = std::to_string(out.size() + 1);
        out.push_back(KeyCard::make(role, agency + " " + number, key));
    }
    return out;
}

Result<QuickAgency> found_one(const Stage& stage, const std::string& name,
                              const crypto::SigningKey& centre, TimeMs now) {
    crypto::SystemRandom random;
    std::vector<crypto::SigningKey> root_keys, registrar_keys;
    for (int i = 0; i < kDemoRoots; ++i) root_keys.push_back(crypto::SigningKey::generate(random));
    for (int i = 0; i < kDemoRegistrars; ++i) {
        registrar_keys.push_back(crypto::SigningKey::generate(random));
    }
    const auto audit = crypto::generate_key_pair(random);
    const AgencyPlan plan{CHAPAR_TRY(AgencyId::parse(name)),
                          cards_of(KeyRole::Root, name, root_keys), 2,
                          KeyCard::make_audit(name + " audit", audit.public_key), std::nullopt};
    CeremonyFile agency = CHAPAR_TRY(draft_agency(plan, now));
    agency.records.front().sign(centre);
    CHAPAR_TRY(admit_record(stage.broker_folder(), agency.records.front()));
    CeremonyFile roots;
    roots.roots = agency.roots;
    CHAPAR_TRY(write_ceremony_file((stage.folder() / (name + ".roots")).string(), roots));
    const RegistrarsPlan persons{*agency.roots, cards_of(KeyRole::Registrar, name, registrar_keys),
                                 2, std::nullopt};
    auto registrars = CHAPAR_TRY(draft_registrars(persons, now)).records.front();
    CHAPAR_TRY(log_signed(stage, registrars, root_keys));
    return QuickAgency{std::move(root_keys), std::move(registrar_keys), *agency.roots,
                       std::move(registrars)};
}

Status serve_device(const Stage& stage, const QuickAgency& agency, const CastDevice& device,
                    TimeMs now) {
    const HomePaths paths{stage.home(device.office)};
    Grant grant;
    grant.new_office = std::string(device.country);
    grant.roles = CHAPAR_TRY(role_bit(device.role));
    const DeviceAsk ask = CHAPAR_TRY(read_ask(paths));
    auto records = CHAPAR_TRY(grant_request(ask, grant, {}, now));
    for (crypto::SignedRecord& record : records) {
        CHAPAR_TRY(log_signed(stage, record, agency.registrars));
    }
    return install_certificate(paths, {records.back(), agency.registrars_record, agency.names});
}

Status serve_one(const Stage& stage, const CastAgency& cast, const QuickAgency& agency,
                 const std::vector<AgencyRoots>& peers, TimeMs now) {
    PeersChange change;
    for (const AgencyRoots& peer : peers) {
        if (peer.agency != agency.names.agency) change.add.push_back(peer);
    }
    auto confirmed = CHAPAR_TRY(draft_peers(agency.names.agency, change, std::nullopt, {}));
    CHAPAR_TRY(log_signed(stage, confirmed, agency.registrars));
    for (const CastDevice& device : cast_devices()) {
        if (device.agency == cast.name) CHAPAR_TRY(serve_device(stage, agency, device, now));
    }
    const Bytes text = CHAPAR_TRY(read_file(stage.data(cast.policy), limits::kRecordBytes));
    PolicyFile policy = CHAPAR_TRY(parse_policy(to_string(text)));
    auto rules = CHAPAR_TRY(draft_policy(policy.agency, std::move(policy.rules), std::nullopt, {}));
    return log_signed(stage, rules, agency.registrars);
}

}  // namespace

Status found_demo_centre(const Stage& stage, const std::string& endpoint) {
    crypto::SystemRandom random;
    const auto passphrase = CHAPAR_TRY(demo_passphrase(stage));
    const FoundingPlan plan{stage.broker_folder(), stage.root_folder(), "caricc", endpoint};
    CHAPAR_TRY(found_centre(plan, {passphrase, crypto::KeystoreCost{}}, random));
    return Done{};
}

Status make_demo_homes(const Stage& stage) {
    const TrustCard card = CHAPAR_TRY(read_card(stage));
    const std::string card_text = card.json();
    std::vector<Work> works;
    for (const CastAgency& agency : cast_agencies()) {
        if (agency.founding == Founding::AtOnce) continue;
        add_persons(stage, card_text, std::string(agency.name), works);
    }
    for (const CastDevice& device : cast_devices()) {
        works.push_back([&stage, &card, &device](const HomeSecurity& security) {
            return make_device(stage, card, device, security);
        });
    }
    auto other = std::async(std::launch::async,
                            [&stage, &works] { return do_each_second(stage, works, 1); });
    const Status mine = do_each_second(stage, works, 0);
    const Status others = other.get();
    return mine ? others : mine;
}

Result<QuickAgencies> found_at_once(const Stage& stage) {
    const auto passphrase = CHAPAR_TRY(demo_passphrase(stage));
    const auto centre = CHAPAR_TRY(open_root_key({stage.root_folder()}, passphrase));
    QuickAgencies out;
    for (const CastAgency& agency : cast_agencies()) {
        if (agency.founding == Founding::ByHand) continue;
        const std::string name(agency.name);
        out.emplace(name, CHAPAR_TRY(found_one(stage, name, centre, SystemClock().now())));
    }
    return out;
}

Status serve_at_once(const Stage& stage, const QuickAgencies& agencies,
                     const std::vector<AgencyRoots>& peers) {
    for (const CastAgency& cast : cast_agencies()) {
        const auto agency = agencies.find(cast.name);
        if (agency == agencies.end()) continue;
        CHAPAR_TRY(serve_one(stage, cast, agency->second, peers, SystemClock().now()));
    }
    return Done{};
}

}  // namespace chapar::client
