#include "client/cli/records/record_delivery.h"

#include "client/edge/admin_client.h"

namespace chapar::client {

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
