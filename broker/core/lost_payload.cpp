#include "broker/core/lost_payload.h"

#include "broker/core/ledger_tables.h"
#include "broker/core/stanza_row.h"
#include "broker/core/tables.h"
#include "schemas/base/layout.h"

namespace chapar::broker {

Status mark_lost(storage::Txn& txn, EntryIndex first, const EnvelopeHash& envelope) {
    return txn.put(kLostTable, number_key(first.value), envelope.view());
}

Status forget_lost(storage::Txn& txn, EntryIndex first) {
    CHAPAR_TRY(txn.erase(kLostTable, number_key(first.value)));
    return Done{};
}

Result<bool> has_payload(const storage::ReadTxn& txn, EntryIndex first) {
    return CHAPAR_TRY(txn.get(kPayloadTable, number_key(first.value))).has_value();
}

Result<std::vector<Withhold>> lost_withholds(const storage::ReadTxn& txn, std::size_t limit) {
    std::vector<Withhold> out;
    const auto rows = txn.cursor(kLostTable);
    for (CHAPAR_TRY(rows->seek_first()); rows->at_record() && out.size() < limit;
         CHAPAR_TRY(rows->next())) {
        LayoutReader key(rows->key());
        const EntryIndex first(key.u64());
        const auto envelope = EnvelopeHash::from(rows->value());
        if (!key.finish("lost") || !envelope) return Error(Errc::StoreDamaged, "lost");
        for (const DeviceStanza& stanza : CHAPAR_TRY(stanzas_of(txn, first))) {
            if (stanza.row.waiting && out.size() < limit) {
                out.push_back({*envelope, stanza.device});
            }
        }
    }
    return out;
}

}  // namespace chapar::broker
