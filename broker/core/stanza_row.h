// What has become of one envelope at one device: waiting, and the stages it has signed.
//
// Owns: the table `stanza`, one row per device that an accepted envelope has a stanza for, kept for
// as long as the ledger. Does not know mailboxes' order (mailbox.h). Errors: StoreDamaged, those of
// the store. Source: broker/core/tables.md.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "crypto/statement.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::broker {

struct StanzaRow {
    EntryIndex accepted;         // the ACCEPTED entry of this device's agency
    std::uint16_t position = 0;  // of the stanza in the submission
    std::uint8_t urgency = 0;
    std::optional<MailboxNumber> waiting;             // its row in the mailbox, while it is there
    std::array<std::optional<EntryIndex>, 5> stages;  // the entry of each event signed so far

    [[nodiscard]] std::optional<EntryIndex>& stage(crypto::DeliveryEvent event) {
        return stages[static_cast<std::size_t>(event) - 1];
    }
};

struct DeviceStanza {
    CertificateHash device;
    StanzaRow row;
};

// A row as it is stored. StoreDamaged.
[[nodiscard]] Result<StanzaRow> parse_stanza(ByteView row);
// `first`: the envelope's first ACCEPTED entry.
[[nodiscard]] Result<std::optional<StanzaRow>> read_stanza(const storage::ReadTxn& txn,
                                                           EntryIndex first,
                                                           const CertificateHash& device);
[[nodiscard]] Status write_stanza(storage::Txn& txn, EntryIndex first,
                                  const CertificateHash& device, const StanzaRow& row);
// By certificate hash.
[[nodiscard]] Result<std::vector<DeviceStanza>> stanzas_of(const storage::ReadTxn& txn,
                                                           EntryIndex first);

}  // namespace chapar::broker
