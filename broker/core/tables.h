// The tables of the fold's state, and the list a broker's store is opened with.
//
// Owns: names and keys. Does not know the values: each table's owner does (named below). All are
// Framed: everything here but `payload`, `files`, `fileuse` and `lost` is derived, and a replay of
// the ledger rebuilds it. The ledger's own tables are ledger_tables.h's.
//
//     table      key                                value                          owner
//     core       "centre", "time", "minimum" or     who we are; newest exact time;  core_state
//                "tables"                           entries below it are pruned;   retention
//                                                   form of these tables
//     record     record hash[32]                    u64 index of its entry         directory
//     agency     agency name                        newest AGENCY record           directory
//     registrars agency name                        newest REGISTRARS record       directory
//     office     office name                        newest OFFICE record           directory
//     device     certHash[32]                       DEVICE record, its standing    directory
//     keyused    public key[32]                     01 certHash, or 02 agency whose
//                                                   audit key it is or was         directory
//     bundle     certHash[32] || u32 seq            BUNDLE body, time of entry     directory
//     policy     agency name                        newest POLICY record           directory
//     peers      agency name                        newest PEERS record            directory
//     hold       agency name || 00 || u64 number    HOLD record, whether in force  retention
//     envelope   eh[32]                             first outcome, addressing      envelope_row
//     operation  certHash[32] || msgId[16]          eh of the first envelope       envelope_row
//     stanza     u64 first index || certHash[32]    stages of one device           stanza_row
//     mailbox    certHash[32] || u8 urgency || u64  waiting row                    mailbox
//     mailcount  certHash[32]                       next number, rows waiting      mailbox
//     agencymail agency name in 32 bytes, and of    rows and bytes that wait for   agency_mail
//                one sender its agency's name       its devices
//     payload    u64 first index                    what is delivered              mailbox
//     deadline   u64 time || u64 first index        eh, rows waiting, files held   deadline
//     closed     certHash[32]                       rows of a revoked device wait  mailbox
//     lost       u64 first index                    eh; payload gone, rows wait    lost_payload
//     files      u64 first index                    streams stored as files        stream_files
//     fileuse    R_j[32] || u64 first index         that envelope holds the file   stream_files
//     notice     certHash[32] || u64 index          later events, for the sender   statement
//
// Numbers big-endian.
#pragma once

#include <array>
#include <vector>

#include "storage/store.h"

namespace chapar::broker {

inline constexpr storage::Table kCoreTable{"core"};
inline constexpr storage::Table kRecordTable{"record"};
inline constexpr storage::Table kAgencyTable{"agency"};
inline constexpr storage::Table kRegistrarsTable{"registrars"};
inline constexpr storage::Table kPeersTable{"peers"};
inline constexpr storage::Table kHoldTable{"hold"};
inline constexpr storage::Table kOfficeTable{"office"};
inline constexpr storage::Table kDeviceTable{"device"};
inline constexpr storage::Table kKeyUsedTable{"keyused"};
inline constexpr storage::Table kBundleTable{"bundle"};
inline constexpr storage::Table kPolicyTable{"policy"};
inline constexpr storage::Table kEnvelopeTable{"envelope"};
inline constexpr storage::Table kOperationTable{"operation"};
inline constexpr storage::Table kStanzaTable{"stanza"};
inline constexpr storage::Table kMailboxTable{"mailbox"};
inline constexpr storage::Table kMailCountTable{"mailcount"};
inline constexpr storage::Table kAgencyMailTable{"agencymail"};
inline constexpr storage::Table kPayloadTable{"payload"};
inline constexpr storage::Table kDeadlineTable{"deadline"};
inline constexpr storage::Table kClosedTable{"closed"};
inline constexpr storage::Table kLostTable{"lost"};
inline constexpr storage::Table kFilesTable{"files"};
inline constexpr storage::Table kFileUseTable{"fileuse"};
inline constexpr storage::Table kNoticeTable{"notice"};

// What a replay rebuilds: everything but the payloads and which files they hold.
inline constexpr std::array<storage::Table, 20> kStateTables{
    kCoreTable,       kRecordTable,  kAgencyTable,    kOfficeTable,   kDeviceTable,
    kKeyUsedTable,    kBundleTable,  kPolicyTable,    kEnvelopeTable, kOperationTable,
    kStanzaTable,     kMailboxTable, kMailCountTable, kDeadlineTable, kNoticeTable,
    kRegistrarsTable, kPeersTable,   kClosedTable,    kHoldTable,     kAgencyMailTable};

// All tables of a broker's store: state, payloads and ledger.
[[nodiscard]] std::vector<storage::Table> store_tables();

}  // namespace chapar::broker
