#include "client/cli/key_commands.h"

#include "client/cli/issued.h"
#include "client/cli/key_list.h"
#include "client/cli/key_requests.h"
#include "client/cli/record_delivery.h"
#include "client/edge/keystore_home.h"
#include "schemas/base/hex.h"
#include "schemas/base/limits.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

constexpr std::size_t kCardBytes = 64 * 1024;
constexpr DurationMs kAgencyLife = kDay * 3650;

struct InitArguments {
    std::string card, agency, office, officer = "duty", device = "desk";
};

// An agency's root: keys, and the request that the centre root signs.
Status init_agency(Invocation& invocation, const InitArguments& given, const HomePaths& paths,
                   const TrustCard& card) {
    const auto agency = CHAPAR_TRY(AgencyId::parse(given.agency));
    const auto passphrase = CHAPAR_TRY(invocation.passphrase(PassphraseUse::Choose));
    const auto keys = CHAPAR_TRY(create_root_home(paths, {passphrase}, invocation.random));
    const TimeMs from(invocation.now().value - kDay.value);
    const KeyRequest request =
        crypto::AgencyRecord{agency, 1, {keys.root}, keys.audit, {from, from + kAgencyLife}, {}};
    CHAPAR_TRY(write_file(paths.trust_card(), view(card.json())));
    CHAPAR_TRY(write_file(paths.home / "agency.request", encode_request(request)));
    invocation.output.result(json::object{{"agency", agency.text()},
                                          {"request", (paths.home / "agency.request").string()},
                                          {"check", check_digits(request)}},
                             "root keys of " + agency.text() +
                                 " made\n  request: " + (paths.home / "agency.request").string() +
                                 "\n  check digits: " + check_digits(request));
    return Done{};
}

Status init_device(Invocation& invocation, const InitArguments& given, const HomePaths& paths,
                   const TrustCard& card) {
    const NewDevice names{CHAPAR_TRY(AgencyId::parse(given.agency)),
                          CHAPAR_TRY(OfficeId::parse(given.office)), given.officer, given.device};
    const auto passphrase = CHAPAR_TRY(invocation.passphrase(PassphraseUse::Choose));
    const KeyRequest request = CHAPAR_TRY(
        create_device_home(paths, card, names, {passphrase}, invocation.now(), invocation.random));
    invocation.output.result(json::object{{"office", names.office.text()},
                                          {"device", names.device},
                                          {"check", check_digits(request)}},
                             "keys of " + names.office.text() + " made; next: chapar key request");
    return Done{};
}

void add_init(CLI::App& key, Invocation& invocation) {
    auto given = std::make_shared<InitArguments>();
    CLI::App* command = add_command(
        key, "init", "make the keys of a device, or (without --office) of an agency's root",
        "chapar key init --home ~/npj --card caricc.json --agency TJ-DCA --office TJ-NPJ-BLO");
    command->add_option("--card", given->card, "the centre's trust card")->required();
    command->add_option("--agency", given->agency, "such as TJ-DCA")->required();
    command->add_option("--office", given->office, "such as TJ-NPJ-BLO; leave out for the root");
    command->add_option("--officer", given->officer, "pseudonym of the officer");
    command->add_option("--device", given->device, "name of the device");
    invocation.on(command, [&invocation, given]() -> Status {
        const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
        const Bytes text = CHAPAR_TRY(read_file(given->card, kCardBytes));
        const TrustCard card = CHAPAR_TRY(TrustCard::parse(to_string(text)));
        return given->office.empty() ? init_agency(invocation, *given, paths, card)
                                     : init_device(invocation, *given, paths, card);
    });
}

void add_request(CLI::App& key, Invocation& invocation) {
    struct Arguments {
        std::string out, accept;
    };
    auto given = std::make_shared<Arguments>();
    CLI::App* command =
        add_command(key, "request", "write this device's request, or take in what came back",
                    "chapar key request --home ~/npj --out npj.request");
    auto* what = command->add_option_group("what to do");
    what->add_option("--out", given->out, "file for the registrar");
    what->add_option("--accept", given->accept, "the record that the registrar signed");
    what->require_option(1);
    invocation.on(command, [&invocation, given]() -> Status {
        const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
        if (!given->accept.empty()) {
            const Bytes bytes = CHAPAR_TRY(read_file(given->accept, limits::kRecordBytes));
            const auto record = CHAPAR_TRY(crypto::SignedRecord::decode(bytes));
            CHAPAR_TRY(install_certificate(paths, record));
            const std::string hash = to_hex(record.hash().view());
            invocation.output.result(json::object{{"certificate", hash}},
                                     "certificate " + hash.substr(0, 16) + " is in place");
            return Done{};
        }
        const Bytes bytes = CHAPAR_TRY(read_file(paths.request(), limits::kRecordBytes));
        const KeyRequest request = CHAPAR_TRY(crypto::SignedRequest::decode(bytes));
        CHAPAR_TRY(write_file(given->out, encode_request(request)));
        invocation.output.result(
            json::object{{"request", given->out}, {"check", check_digits(request)}},
            given->out + " written; check digits: " + check_digits(request));
        return Done{};
    });
}

struct ApproveArguments {
    std::string request, country;
    std::vector<std::string> roles{"liaison"};
    RecordTarget target;
};

Result<std::uint16_t> role_bits(const std::vector<std::string>& names) {
    std::uint16_t bits = 0;
    for (const std::string& name : names) {
        if (name == "liaison") {
            bits |= crypto::office_role::kLiaison;
        } else if (name == "auditor") {
            bits |= crypto::office_role::kAuditor;
        } else if (name == "supervisor") {
            bits |= crypto::office_role::kSupervisor;
        } else {
            return Error(Errc::FieldInvalid, "--role: liaison, auditor or supervisor");
        }
    }
    return bits;
}

Result<crypto::SignedRecord> sign_office(const ApproveArguments& given,
                                         const crypto::DeviceRequest& request, TimeMs now,
                                         const crypto::SigningKey& root) {
    const crypto::OfficeRecord office{request.agency,
                                      request.office,
                                      CHAPAR_TRY(crypto::CountryCode::parse(given.country)),
                                      CHAPAR_TRY(role_bits(given.roles)),
                                      validity_of_office(now),
                                      {}};
    crypto::SignedRecord record{crypto::RecordType::Office, office.encode(), {}};
    record.sign(root);
    return record;
}

Status say_approved(Invocation& invocation, const crypto::SignedRecord& record,
                    const Placed& placed, const std::string& what) {
    json::object object{{"approved", what}, {"record", to_hex(record.hash().view())}};
    std::string text = what + " approved";
    show_placed(placed, object, text);
    invocation.output.result(object, text);
    return Done{};
}

Status approve(Invocation& invocation, const ApproveArguments& given) {
    const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
    const Bytes file = CHAPAR_TRY(read_file(given.request, limits::kRecordBytes));
    const KeyRequest request = CHAPAR_TRY(decode_request(file));
    const auto passphrase = CHAPAR_TRY(invocation.passphrase(PassphraseUse::Open));
    const auto root = CHAPAR_TRY(open_root_key(paths, passphrase));
    const auto finish = [&](const crypto::SignedRecord& record, const RecordTarget& target,
                            const std::string& what) -> Status {
        const Placed placed = CHAPAR_TRY(place_record(target, record));
        CHAPAR_TRY(keep_issued(paths.home, record));
        return say_approved(invocation, record, placed, what);
    };
    if (const auto* agency = std::get_if<crypto::AgencyRecord>(&request)) {
        return finish(approve_agency(*agency, root), given.target, agency->agency.text());
    }
    const auto& device = std::get<crypto::SignedRequest>(request);
    const TimeMs now = invocation.now();
    if (!given.country.empty()) {
        const auto office = CHAPAR_TRY(sign_office(given, device.request, now, root));
        RecordTarget target = given.target;
        if (!target.file.empty()) target.file += ".office";
        CHAPAR_TRY(finish(office, target, "office " + device.request.office.text()));
    }
    return finish(approve_device(device, now, root), given.target,
                  "device " + device.request.device + " of " + device.request.office.text());
}

void add_approve(CLI::App& key, Invocation& invocation) {
    auto given = std::make_shared<ApproveArguments>();
    CLI::App* command =
        add_command(key, "approve", "sign a request with the root key of this home",
                    "chapar key approve npj.request --home /media/tj-dca --out npj.record "
                    "--new-office TJ");
    command->add_option("request", given->request, "the request's file")->required();
    command->add_option("--new-office", given->country,
                        "country: sign the office in as well, as FILE.office");
    command->add_option("--role", given->roles, "of a new office: liaison, auditor, supervisor");
    add_record_target(*command, given->target);
    invocation.on(command, [&invocation, given] { return approve(invocation, *given); });
}

}  // namespace

void add_key_commands(CLI::App& app, Invocation& invocation) {
    CLI::App* key = app.add_subcommand("key", "keys of devices and agencies");
    key->require_subcommand(1);
    add_init(*key, invocation);
    add_request(*key, invocation);
    add_approve(*key, invocation);
    add_key_list_commands(*key, invocation);
}

}  // namespace chapar::client
