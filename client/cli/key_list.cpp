#include "client/cli/key_list.h"

#include "client/cli/issued.h"
#include "client/cli/record_delivery.h"
#include "client/edge/keystore_home.h"
#include "schemas/base/hex.h"
#include "schemas/base/limits.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

constexpr std::uint64_t kWarnDays = 30;

struct ListedDevice {
    CertificateHash certificate;
    crypto::DeviceRecord record;
};

Result<std::vector<ListedDevice>> issued_devices(const HomePaths& paths) {
    std::vector<ListedDevice> out;
    for (const crypto::SignedRecord& record : CHAPAR_TRY(issued_records(paths.home))) {
        if (record.type != crypto::RecordType::Device) continue;
        out.push_back({crypto::certificate_hash(record.body),
                       CHAPAR_TRY(crypto::DeviceRecord::decode(record.body))});
    }
    return out;
}

// A device's home holds its own certificate, a root's home those it issued.
Result<std::vector<ListedDevice>> devices_of_home(const HomePaths& paths) {
    std::error_code error;
    if (!std::filesystem::exists(paths.certificate(), error)) return issued_devices(paths);
    const Bytes bytes = CHAPAR_TRY(read_file(paths.certificate(), limits::kRecordBytes));
    const auto record = CHAPAR_TRY(crypto::SignedRecord::decode(bytes));
    return std::vector<ListedDevice>{{crypto::certificate_hash(record.body),
                                      CHAPAR_TRY(crypto::DeviceRecord::decode(record.body))}};
}

Status list(Invocation& invocation) {
    const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
    const TimeMs now = invocation.now();
    for (const ListedDevice& device : CHAPAR_TRY(devices_of_home(paths))) {
        const TimeMs to = device.record.validity.to;
        const std::uint64_t days = to > now ? (to.value - now.value) / kDay.value : 0;
        const crypto::DeviceRequest& request = device.record.request.request;
        const std::string hash = to_hex(device.certificate.view());
        invocation.output.result(json::object{{"certificate", hash},
                                              {"agency", request.agency.text()},
                                              {"office", request.office.text()},
                                              {"officer", request.officer},
                                              {"device", request.device},
                                              {"days_left", days}},
                                 hash.substr(0, 16) + "  " + request.office.text() + "  " +
                                     request.device + " (" + request.officer + ")  " +
                                     std::to_string(days) + " days left");
        if (days <= kWarnDays) {
            invocation.output.warning(request.office.text() + ": the certificate ends in " +
                                      std::to_string(days) + " days; ask for a new one");
        }
    }
    return Done{};
}

struct RevokeArguments {
    std::string certificate, reason = "lost";
    std::uint64_t since = 0;
    RecordTarget target;
};

Result<crypto::RevokeReason> reason_named(const std::string& name) {
    using crypto::RevokeReason;
    if (name == "lost") return RevokeReason::Lost;
    if (name == "stolen") return RevokeReason::Stolen;
    if (name == "compromised") return RevokeReason::Compromised;
    if (name == "left-service") return RevokeReason::LeftService;
    if (name == "superseded") return RevokeReason::Superseded;
    return Error(Errc::FieldInvalid,
                 "--reason: lost, stolen, compromised, left-service or superseded");
}

// The one issued certificate whose hash begins like this.
Result<ListedDevice> find_issued(const HomePaths& paths, const std::string& prefix) {
    std::optional<ListedDevice> found;
    for (ListedDevice& device : CHAPAR_TRY(issued_devices(paths))) {
        if (!to_hex(device.certificate.view()).starts_with(prefix)) continue;
        if (found) return Error(Errc::FieldInvalid, "several certificates begin with " + prefix);
        found = std::move(device);
    }
    if (!found) return Error(Errc::NotFound, "certificate " + prefix);
    return *std::move(found);
}

Status revoke(Invocation& invocation, const RevokeArguments& given) {
    const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
    const ListedDevice device = CHAPAR_TRY(find_issued(paths, given.certificate));
    const crypto::RevokeRecord revocation{device.record.request.request.agency, device.certificate,
                                          CHAPAR_TRY(reason_named(given.reason)),
                                          TimeMs(given.since)};
    const auto passphrase = CHAPAR_TRY(invocation.passphrase(PassphraseUse::Open));
    const auto root = CHAPAR_TRY(open_root_key(paths, passphrase));
    crypto::SignedRecord record{crypto::RecordType::Revoke, revocation.encode(), {}};
    record.sign(root);
    const Placed placed = CHAPAR_TRY(place_record(given.target, record));
    CHAPAR_TRY(keep_issued(paths.home, record));
    const std::string hash = to_hex(device.certificate.view());
    json::object object{{"revoked", hash}};
    std::string text = "certificate " + hash.substr(0, 16) + " revoked";
    show_placed(placed, object, text);
    invocation.output.result(object, text);
    return Done{};
}

}  // namespace

void add_key_list_commands(CLI::App& key, Invocation& invocation) {
    CLI::App* ls = add_command(key, "ls", "certificates of this home, with the days left",
                               "chapar key ls --home ~/npj");
    invocation.on(ls, [&invocation] { return list(invocation); });

    auto given = std::make_shared<RevokeArguments>();
    CLI::App* command = add_command(key, "revoke", "take a certificate back",
                                    "chapar key revoke 3f9a01 --home /media/tj-dca --reason stolen "
                                    "--broker /srv/chapar");
    command->add_option("certificate", given->certificate, "its hash, or the beginning of it")
        ->required();
    command->add_option("--reason", given->reason,
                        "lost, stolen, compromised, left-service, superseded");
    command->add_option("--since", given->since,
                        "UTC milliseconds from which its signatures are disputed");
    add_record_target(*command, given->target);
    invocation.on(command, [&invocation, given] { return revoke(invocation, *given); });
}

}  // namespace chapar::client
