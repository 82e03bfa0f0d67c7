#include "broker/core/stanza_row.h"

#include "broker/core/ledger_tables.h"
#include "broker/core/tables.h"
#include "schemas/base/layout.h"

namespace chapar::broker {
namespace {

Bytes key_of(EntryIndex first, const CertificateHash& device) {
    return LayoutWriter().u64(first.value).raw(device.view()).take();
}

}  // namespace

// Absent numbers are written as 0: mailbox numbers start at 1, and entry 0 is no message.
Result<StanzaRow> parse_stanza(ByteView bytes) {
    LayoutReader in(bytes);
    StanzaRow row;
    row.accepted = EntryIndex(in.u64());
    row.position = in.u16();
    row.urgency = in.u8();
    if (const std::uint64_t number = in.u64(); number != 0) row.waiting = MailboxNumber(number);
    for (auto& stage : row.stages) {
        if (const std::uint64_t index = in.u64(); index != 0) stage = EntryIndex(index);
    }
    if (!in.finish("stanza row")) return Error(Errc::StoreDamaged, "stanza");
    return row;
}

Result<std::optional<StanzaRow>> read_stanza(const storage::ReadTxn& txn, EntryIndex first,
                                             const CertificateHash& device) {
    const auto row = CHAPAR_TRY(txn.get(kStanzaTable, key_of(first, device)));
    if (!row) return std::optional<StanzaRow>();
    return std::optional<StanzaRow>(CHAPAR_TRY(parse_stanza(*row)));
}

Status write_stanza(storage::Txn& txn, EntryIndex first, const CertificateHash& device,
                    const StanzaRow& row) {
    LayoutWriter out;
    out.u64(row.accepted.value).u16(row.position).u8(row.urgency);
    out.u64(row.waiting ? row.waiting->value : 0);
    for (const auto& stage : row.stages) out.u64(stage ? stage->value : 0);
    return txn.put(kStanzaTable, key_of(first, device), out.bytes());
}

Result<std::vector<DeviceStanza>> stanzas_of(const storage::ReadTxn& txn, EntryIndex first) {
    std::vector<DeviceStanza> all;
    const auto cursor = txn.cursor(kStanzaTable);
    for (CHAPAR_TRY(cursor->seek(number_key(first.value))); cursor->at_record();
         CHAPAR_TRY(cursor->next())) {
        LayoutReader key(cursor->key());
        if (key.u64() != first.value) break;
        const auto device = key.fixed<CertificateHash>();
        if (!key.finish("stanza key")) return Error(Errc::StoreDamaged, "stanza");
        all.push_back({device, CHAPAR_TRY(parse_stanza(cursor->value()))});
    }
    return all;
}

}  // namespace chapar::broker
