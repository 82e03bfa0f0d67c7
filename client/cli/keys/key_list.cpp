#include "client/cli/keys/key_list.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "client/cli/device/key_expiry.h"
#include "client/cli/records/issued.h"
#include "client/cli/records/record_words.h"
#include "client/cli/terminal/table.h"
#include "client/core/directory_alarms.h"
#include "client/core/directory_replica.h"
#include "client/core/trust_list.h"
#include "client/edge/signer_home.h"
#include "client/edge/store_home.h"
#include "schemas/base/hex.h"
#include "schemas/base/limits.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

std::string days_text(std::uint64_t days) {
    return std::to_string(days) + (days == 1 ? " day left" : " days left");
}

Status show_certificate(Invocation& invocation, const CertificateHash& certificate,
                        const crypto::DeviceRecord& record) {
    const TimeMs now = invocation.now();
    const std::uint64_t days = days_left(record.validity.to, now);
    const crypto::DeviceRequest& request = record.request.request;
    const std::string hash = to_hex(certificate.view());
    invocation.output.result(json::object{{"certificate", hash},
                                          {"agency", request.agency.text()},
                                          {"office", request.office.text()},
                                          {"officer", request.officer},
                                          {"device", request.device},
                                          {"serial", record.serial},
                                          {"days_left", days}},
                             hash.substr(0, 16) + "  " + request.office.text() + "  " +
                                 shown(request.device) + " (" + shown(request.officer) + ")  " +
                                 days_text(days));
    if (const auto ends = expiry_warning(now, record)) invocation.output.warning(*ends);
    return Done{};
}

std::string_view subject_text(TrustSubject subject) {
    switch (subject) {
        case TrustSubject::Agency:
            return "agency";
        case TrustSubject::Registrars:
            return "registrars";
        case TrustSubject::Office:
            return "office";
        case TrustSubject::Device:
            return "device";
    }
    return "";
}

std::string_view state_text(DeviceState state) {
    switch (state) {
        case DeviceState::InForce:
            return "in force";
        case DeviceState::Superseded:
            return "superseded";
        case DeviceState::Suspended:
            return "suspended";
        case DeviceState::Revoked:
            return "revoked";
    }
    return "";
}

// The three states of the ceremony, in an officer's words.
std::string trust_words(const TrustRow& row) {
    if (row.state != DeviceState::InForce) return std::string(state_text(row.state));
    if (row.trust == Trust::KeyChanged) return "KEY CHANGED, STOP AND CALL";
    return std::string(text_of(row.trust));
}

TableRow row_of(const TrustRow& row) {
    json::object object{{"subject", subject_text(row.subject)},
                        {"agency", row.agency.text()},
                        {"name", row.name},
                        {"trust", text_of(row.trust)},
                        {"state", state_text(row.state)},
                        {"days_left", row.days_left}};
    if (row.office) object["office"] = row.office->text();
    if (row.certificate) object["certificate"] = to_hex(row.certificate->view());
    if (!row.threshold.empty()) object["threshold"] = row.threshold;
    if (!row.sentence.empty()) object["sentence"] = row.sentence;
    const std::size_t depth = row.subject == TrustSubject::Agency   ? 0
                              : row.subject == TrustSubject::Device ? 4
                                                                    : 2;
    const std::string what = std::string(depth, ' ') + std::string(subject_text(row.subject)) +
                             " " + row.name +
                             (row.threshold.empty() ? "" : " (" + row.threshold + ")");
    return {std::move(object),
            {what, trust_words(row), days_text(row.days_left)},
            row.sentence.empty() ? "" : "      " + row.sentence};
}

// From the replica that the last session left. A home that another program uses shows its
// certificate only.
Status show_directory(Invocation& invocation, const HomePaths& paths) {
    if (!file_exists(paths.store()) || !file_exists(paths.agency_roots())) return Done{};
    const auto store = open_store(paths.store());
    if (!store) {
        if (store.error().code != Errc::StoreInUse) return store.error();
        invocation.output.warning("another program uses this home; its directory is not shown");
        return Done{};
    }
    const Bytes bytes = CHAPAR_TRY(read_file(paths.agency_roots(), limits::kRecordBytes));
    const AgencyRoots own = CHAPAR_TRY(decode_agency_roots(bytes));
    const auto txn = CHAPAR_TRY((*store)->begin_read());
    Table table(invocation.output, {{"subject"}, {"trust"}, {"ends"}}, Heading::None);
    for (const TrustRow& row : CHAPAR_TRY(trust_rows(DirectoryView(*txn), own, invocation.now()))) {
        table.add(row_of(row));
    }
    table.print();
    for (const DirectoryAlarm& alarm : CHAPAR_TRY(open_alarms(*txn))) {
        invocation.output.warning(alarm.sentence);
    }
    return Done{};
}

// What was shown, and nothing that came after it: no session of this home can run meanwhile.
Status confirm_all(const HomePaths& paths) {
    const auto store = CHAPAR_TRY(open_store(paths.store()));
    auto txn = CHAPAR_TRY(store->begin_write());
    const auto alarms = CHAPAR_TRY(open_alarms(*txn));
    if (alarms.empty()) return Done{};
    CHAPAR_TRY(confirm_alarms(*txn, alarms.back().index));
    return std::move(*txn).commit();
}

Status list_device(Invocation& invocation, const HomePaths& paths) {
    if (!file_exists(paths.certificate())) {
        return Error(Errc::NotFound,
                     "a certificate in this home; the request is with the registrars");
    }
    const Bytes bytes = CHAPAR_TRY(read_file(paths.certificate(), limits::kRecordBytes));
    const auto record = CHAPAR_TRY(crypto::SignedRecord::decode(bytes));
    const auto device = CHAPAR_TRY(crypto::DeviceRecord::decode(record.body));
    CHAPAR_TRY(show_certificate(invocation, crypto::certificate_hash(record.body), device));
    if (file_exists(HomePaths{paths.renewal()}.request())) {
        invocation.output.warning("a renewal waits: chapar key install FILE completes it");
    }
    return show_directory(invocation, paths);
}

Status show_authority(Invocation& invocation, const HomePaths& paths) {
    const Authority home = CHAPAR_TRY(read_authority(paths));
    if (!home.roots) return Done{};
    json::object object{{"agency", home.roots->agency.text()},
                        {"threshold", threshold_text(*home.roots)},
                        {"roots", words_of(*home.roots)}};
    std::string text = home.roots->agency.text() + "  roots " + roots_text(*home.roots);
    std::optional<std::string> ends;
    if (home.registrars) {
        const auto record = CHAPAR_TRY(crypto::RegistrarsRecord::decode(home.registrars->body));
        const std::uint64_t days = days_left(record.validity.to, invocation.now());
        object["registrars"] = record.registrars.size();
        object["days_left"] = days;
        text += "\n" + std::to_string(record.threshold) + " of " +
                std::to_string(record.registrars.size()) + " registrars, " + days_text(days);
        ends = expiry_warning(invocation.now(), "the registrars of " + record.agency.text(),
                              record.validity, "have the roots sign the next: key registrars");
    }
    invocation.output.result(object, text);
    if (ends) invocation.output.warning(*ends);
    return Done{};
}

Status list_signer(Invocation& invocation, const HomePaths& paths) {
    const KeyCard card = CHAPAR_TRY(read_key_card(paths));
    invocation.output.result(
        json::object{
            {"key", role_text(card.role)}, {"name", card.name}, {"check", words_of(card.key)}},
        std::string(role_text(card.role)) + " key of " + shown(card.name) +
            ", check words: " + words_of(card.key));
    CHAPAR_TRY(show_authority(invocation, paths));
    for (const IssuedDevice& device : CHAPAR_TRY(issued_devices(paths.home))) {
        CHAPAR_TRY(show_certificate(invocation, device.certificate, device.record));
    }
    return Done{};
}

}  // namespace

void add_key_list_command(CLI::App& key, Invocation& invocation) {
    auto confirm = std::make_shared<bool>(false);
    CLI::App* ls = add_command(
        key, "ls", "this home's keys and certificates, the agencies it trusts, the days left",
        "chapar key ls --home ~/npj");
    ls->add_flag("--confirm-alarms", *confirm,
                 "the alarms shown here were looked into; they are not told again");
    invocation.on(ls, [&invocation, confirm]() -> Status {
        const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
        if (!file_exists(paths.request())) return list_signer(invocation, paths);
        CHAPAR_TRY(list_device(invocation, paths));
        return *confirm ? confirm_all(paths) : Status(Done{});
    });
}

}  // namespace chapar::client
