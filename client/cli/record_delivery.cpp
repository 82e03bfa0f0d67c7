#include "client/cli/record_delivery.h"

#include "client/edge/admin_client.h"
#include "client/edge/keystore_home.h"

namespace chapar::client {

void add_record_target(CLI::App& command, RecordTarget& target) {
    auto* where = command.add_option_group("where the record goes");
    where->add_option("--broker", target.broker, "directory of a running broker on this machine");
    where->add_option("--out", target.file, "file to carry to the broker's operator");
    where->require_option(1);
}

Result<Placed> place_record(const RecordTarget& target, const crypto::SignedRecord& record) {
    if (!target.file.empty()) {
        CHAPAR_TRY(write_file(target.file, record.encode()));
        return Placed{};
    }
    return Placed{CHAPAR_TRY(admit_record(target.broker, record))};
}

void show_placed(const Placed& placed, boost::json::object& object, std::string& text) {
    if (!placed.entry) return;
    object["entry"] = placed.entry->value;
    text += ", logged as entry " + std::to_string(placed.entry->value);
}

Result<EntryIndex> admit_record(const std::filesystem::path& broker,
                                const crypto::SignedRecord& record) {
    auto client = CHAPAR_TRY(AdminClient::connect(broker / "admin.sock"));
    const schemas::Frame answer = CHAPAR_TRY(client.ask(schemas::Publish{record.encode()}));
    const auto* outcomes = std::get_if<schemas::Outcomes>(&answer);
    if (!outcomes || outcomes->items.size() != 1) return Error(Errc::MalformedFrame, "OUTCOMES");
    const schemas::ItemOutcome& outcome = outcomes->items.front();
    if (!outcome.code.empty()) {
        return Error(errc_of(outcome.code).value_or(Errc::Internal), outcome.context);
    }
    if (outcome.proofs.empty()) return Error(Errc::MalformedFrame, "OUTCOMES");
    return outcome.proofs.front().index;
}

}  // namespace chapar::client
