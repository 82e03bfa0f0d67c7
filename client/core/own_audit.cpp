#include "client/core/own_audit.h"

#include "client/core/directory_store.h"
#include "client/core/peer_trust.h"
#include "client/core/store_keys.h"
#include "client/core/tables.h"
#include "crypto/suspension.h"

namespace chapar::client {

Result<std::optional<std::string>> own_roots_problem(const DirectoryView& directory,
                                                     const AgencyRoots& own) {
    const auto versions = CHAPAR_TRY(directory.agency_versions(own.agency));
    if (versions.empty()) return std::optional<std::string>();
    const Trust trust = CHAPAR_TRY(agency_trust(directory, own, own.agency, directory_store::kNow,
                                                versions.back().record.validity.from));
    if (trust == Trust::Verified || trust == Trust::Expired) return std::optional<std::string>();
    return std::optional("The ledger shows other root keys for your agency " + own.agency.text() +
                         " than those that your registrar gave to this device. Trust nothing here; "
                         "call the head of your agency.");
}

Result<std::optional<crypto::SignedRecord>> due_suspension(const storage::ReadTxn& txn,
                                                           const Device& device, TimeMs now) {
    using Due = std::optional<crypto::SignedRecord>;
    const auto foreign =
        CHAPAR_TRY(get_number(txn, tables::kDirectoryState, view(directory_store::kForeignBundle)));
    if (!foreign) return Due();
    const DirectoryView directory(txn);
    if (CHAPAR_TRY(directory.revocation(device.certificate))) return Due();
    for (const Suspension& one : CHAPAR_TRY(directory.suspensions(device.certificate))) {
        if (!one.reinstated || *one.reinstated > EntryIndex(*foreign)) return Due();
    }
    // A day on either side, because two clocks are compared.
    const TimeMs today = start_of(day_of(now));
    const crypto::SuspendRecord said{
        device.agency,
        device.certificate,
        {TimeMs(today.value - kDay.value), today + kDay * 2},
        *foreign,
    };
    crypto::SignedRecord record{crypto::RecordType::Suspend, said.encode(), {}};
    record.sign(device.signing_key);
    return Due(std::move(record));
}

}  // namespace chapar::client
