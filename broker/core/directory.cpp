#include "broker/core/directory.h"

#include "broker/core/ledger_tables.h"
#include "broker/core/tables.h"
#include "schemas/base/layout.h"

namespace chapar::broker {
namespace {

// What a row of keyused begins with.
constexpr std::uint8_t kDeviceKey = 1, kAuditKey = 2;

Error damaged(const storage::Table& table) {
    return Error(Errc::StoreDamaged, std::string(table.name));
}

Bytes bundle_key(const CertificateHash& device, std::uint32_t sequence) {
    return LayoutWriter().raw(device.view()).u32(sequence).take();
}

Result<BundleEntry> parse_bundle(ByteView row, std::uint32_t sequence) {
    LayoutReader in(row);
    BundleEntry bundle;
    bundle.accepted = TimeMs(in.u64());
    bundle.hash = in.fixed<Hash>();
    bundle.sequence = sequence;
    bundle.first_epoch = EpochDay(in.u32());
    bundle.epochs = in.u16();
    bundle.keep_days = in.u16();
    bundle.keys_per_epoch = in.u8();
    if (!in.finish("bundle row")) return damaged(kBundleTable);
    return bundle;
}

// Rows `hash[32] || body`, of records kept by name.
template <typename Entry, typename Record, typename RecordHash>
Result<std::optional<Entry>> read_named(const storage::ReadTxn& txn, const storage::Table& table,
                                        std::string_view name) {
    const auto row = CHAPAR_TRY(txn.get(table, view(name)));
    if (!row) return std::optional<Entry>();
    LayoutReader in(*row);
    const auto hash = in.fixed<RecordHash>();
    auto record = Record::decode(in.raw(in.remaining()));
    if (!in.ok() || !record) return damaged(table);
    return std::optional<Entry>(Entry{hash, std::move(*record)});
}

Status put_named(storage::Txn& txn, const storage::Table& table, std::string_view name,
                 ByteView hash, const Bytes& body, EntryIndex entry) {
    CHAPAR_TRY(txn.put(table, view(name), LayoutWriter().raw(hash).raw(body).bytes()));
    return txn.put(kRecordTable, hash, number_key(entry.value));
}

Bytes device_row(const DeviceEntry& device) {
    LayoutWriter out;
    out.u64(device.entry.value).u8(device.revoked ? 1 : 0);
    if (device.revoked) {
        out.u16(static_cast<std::uint16_t>(device.revoked->reason));
        out.u64(device.revoked->compromised_since.value).u64(device.revoked->entry.value);
    }
    out.u8(device.suspended ? 1 : 0);
    if (device.suspended) {
        out.raw(device.suspended->record.view()).u64(device.suspended->entry.value);
    }
    return out.raw(device.record.encode()).take();
}

}  // namespace

Result<std::optional<AgencyEntry>> read_agency(const storage::ReadTxn& txn,
                                               const AgencyId& agency) {
    return read_named<AgencyEntry, crypto::AgencyRecord, Hash>(txn, kAgencyTable, agency.text());
}

Result<std::optional<RegistrarsEntry>> read_registrars(const storage::ReadTxn& txn,
                                                       const AgencyId& agency) {
    return read_named<RegistrarsEntry, crypto::RegistrarsRecord, Hash>(txn, kRegistrarsTable,
                                                                       agency.text());
}

Result<std::optional<PeersEntry>> read_peers(const storage::ReadTxn& txn, const AgencyId& agency) {
    return read_named<PeersEntry, crypto::PeersRecord, Hash>(txn, kPeersTable, agency.text());
}

Result<std::optional<OfficeEntry>> read_office(const storage::ReadTxn& txn,
                                               const OfficeId& office) {
    return read_named<OfficeEntry, crypto::OfficeRecord, Hash>(txn, kOfficeTable, office.text());
}

Result<std::optional<PolicyEntry>> read_policy(const storage::ReadTxn& txn,
                                               const AgencyId& agency) {
    return read_named<PolicyEntry, crypto::PolicyRecord, PolicyHash>(txn, kPolicyTable,
                                                                     agency.text());
}

Result<std::optional<DeviceEntry>> read_device(const storage::ReadTxn& txn,
                                               const CertificateHash& device) {
    const auto row = CHAPAR_TRY(txn.get(kDeviceTable, device.view()));
    if (!row) return std::optional<DeviceEntry>();
    LayoutReader in(*row);
    const EntryIndex entry(in.u64());
    std::optional<Revocation> revoked;
    if (in.u8() != 0) {
        const auto reason = static_cast<crypto::RevokeReason>(in.u16());
        const TimeMs since(in.u64());
        revoked = Revocation{reason, since, EntryIndex(in.u64())};
    }
    std::optional<Suspension> suspended;
    if (in.u8() != 0) {
        const auto suspending = in.fixed<Hash>();
        suspended = Suspension{suspending, EntryIndex(in.u64())};
    }
    auto record = crypto::DeviceRecord::decode(in.raw(in.remaining()));
    if (!in.ok() || !record) return damaged(kDeviceTable);
    return std::optional<DeviceEntry>(DeviceEntry{entry, revoked, suspended, std::move(*record)});
}

Result<std::optional<BundleEntry>> read_bundle(const storage::ReadTxn& txn,
                                               const CertificateHash& device,
                                               std::uint32_t sequence) {
    const auto row = CHAPAR_TRY(txn.get(kBundleTable, bundle_key(device, sequence)));
    if (!row) return std::optional<BundleEntry>();
    return std::optional<BundleEntry>(CHAPAR_TRY(parse_bundle(*row, sequence)));
}

Result<std::optional<BundleEntry>> newest_bundle(const storage::ReadTxn& txn,
                                                 const CertificateHash& device) {
    const auto cursor = txn.cursor(kBundleTable);
    const Bytes past = LayoutWriter().raw(device.view()).u32(0xFFFFFFFF).u8(0).take();
    CHAPAR_TRY(cursor->seek_before(past));
    if (!cursor->at_record()) return std::optional<BundleEntry>();
    LayoutReader key(cursor->key());
    if (key.fixed<CertificateHash>() != device) return std::optional<BundleEntry>();
    const std::uint32_t sequence = key.u32();
    return std::optional<BundleEntry>(CHAPAR_TRY(parse_bundle(cursor->value(), sequence)));
}

Result<std::vector<CertificateHash>> all_devices(const storage::ReadTxn& txn) {
    std::vector<CertificateHash> all;
    const auto cursor = txn.cursor(kDeviceTable);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
        const auto hash = CertificateHash::from(cursor->key());
        if (!hash) return damaged(kDeviceTable);
        all.push_back(*hash);
    }
    return all;
}

Result<std::vector<AgencyId>> all_agencies(const storage::ReadTxn& txn) {
    std::vector<AgencyId> all;
    const auto cursor = txn.cursor(kAgencyTable);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
        auto name = AgencyId::parse(to_string(cursor->key()));
        if (!name) return damaged(kAgencyTable);
        all.push_back(std::move(*name));
    }
    return all;
}

Result<std::optional<EntryIndex>> entry_of_record(const storage::ReadTxn& txn, const Hash& record) {
    const auto row = CHAPAR_TRY(txn.get(kRecordTable, record.view()));
    if (!row) return std::optional<EntryIndex>();
    LayoutReader in(*row);
    const EntryIndex entry(in.u64());
    if (!in.finish("record row")) return damaged(kRecordTable);
    return std::optional<EntryIndex>(entry);
}

Status check_key_id(const storage::ReadTxn& txn, const CertificateHash& device, KeyId key,
                    std::uint8_t keys_needed, TimeMs at) {
    const std::uint32_t sequence = crypto::bundle_sequence_of(key);
    const EpochDay day = crypto::epoch_day_of(key);
    const auto bundle = CHAPAR_TRY(read_bundle(txn, device, sequence));
    if (!bundle || bundle->keys_per_epoch < keys_needed) return Error(Errc::BundleStale);
    const std::uint64_t end = std::uint64_t{bundle->first_epoch.value} + bundle->epochs;
    if (day < bundle->first_epoch || day.value >= end) return Error(Errc::BundleStale);
    if (start_of(day) > at + kDay) return Error(Errc::BundleStale);
    const DurationMs keep = kDay * bundle->keep_days;
    if (at > start_of(day) + kDay + keep) return Error(Errc::BundleStale);
    if (sequence == 0xFFFFFFFF) return Done{};
    const auto successor = CHAPAR_TRY(read_bundle(txn, device, sequence + 1));
    if (successor && at > successor->accepted + keep) return Error(Errc::BundleStale);
    return Done{};
}

Status put_agency(storage::Txn& txn, const AgencyEntry& agency, EntryIndex entry) {
    CHAPAR_TRY(
        txn.put(kKeyUsedTable, agency.record.audit_key.view(),
                LayoutWriter().u8(kAuditKey).raw(view(agency.record.agency.text())).bytes()));
    return put_named(txn, kAgencyTable, agency.record.agency.text(), agency.hash.view(),
                     agency.record.encode(), entry);
}

Status put_registrars(storage::Txn& txn, const RegistrarsEntry& registrars, EntryIndex entry) {
    return put_named(txn, kRegistrarsTable, registrars.record.agency.text(), registrars.hash.view(),
                     registrars.record.encode(), entry);
}

Status put_peers(storage::Txn& txn, const PeersEntry& peers, EntryIndex entry) {
    return put_named(txn, kPeersTable, peers.record.agency.text(), peers.hash.view(),
                     peers.record.encode(), entry);
}

Status put_office(storage::Txn& txn, const OfficeEntry& office, EntryIndex entry) {
    return put_named(txn, kOfficeTable, office.record.office.text(), office.hash.view(),
                     office.record.encode(), entry);
}

Status put_policy(storage::Txn& txn, const PolicyEntry& policy, EntryIndex entry) {
    return put_named(txn, kPolicyTable, policy.record.agency.text(), policy.hash.view(),
                     policy.record.encode(), entry);
}

Status put_device(storage::Txn& txn, const CertificateHash& hash, const DeviceEntry& device) {
    const auto& request = device.record.request.request;
    CHAPAR_TRY(txn.put(kDeviceTable, hash.view(), device_row(device)));
    const Bytes used = LayoutWriter().u8(kDeviceKey).raw(hash.view()).take();
    CHAPAR_TRY(txn.put(kKeyUsedTable, request.sign_key.view(), used));
    CHAPAR_TRY(txn.put(kKeyUsedTable, request.curve_key.view(), used));
    return txn.put(kRecordTable, hash.view(), number_key(device.entry.value));
}

Status put_bundle(storage::Txn& txn, const CertificateHash& device, const BundleEntry& bundle,
                  EntryIndex entry) {
    LayoutWriter out;
    out.u64(bundle.accepted.value).raw(bundle.hash.view()).u32(bundle.first_epoch.value);
    out.u16(bundle.epochs).u16(bundle.keep_days).u8(bundle.keys_per_epoch);
    CHAPAR_TRY(txn.put(kBundleTable, bundle_key(device, bundle.sequence), out.bytes()));
    return txn.put(kRecordTable, bundle.hash.view(), number_key(entry.value));
}

Status put_standing(storage::Txn& txn, const CertificateHash& device, const DeviceEntry& changed,
                    const Hash& record, EntryIndex entry) {
    CHAPAR_TRY(txn.put(kDeviceTable, device.view(), device_row(changed)));
    return txn.put(kRecordTable, record.view(), number_key(entry.value));
}

Result<std::optional<AgencyId>> owner_of_audit_key(const storage::ReadTxn& txn,
                                                   const PublicKey& key) {
    const auto row = CHAPAR_TRY(txn.get(kKeyUsedTable, key.view()));
    if (!row) return std::optional<AgencyId>();
    LayoutReader in(*row);
    if (in.u8() != kAuditKey) return std::optional<AgencyId>();
    auto owner = AgencyId::parse(to_string(in.raw(in.remaining())));
    if (!owner) return damaged(kKeyUsedTable);
    return std::optional(std::move(*owner));
}

Result<bool> key_was_used(const storage::ReadTxn& txn, ByteView key) {
    return CHAPAR_TRY(txn.get(kKeyUsedTable, key)).has_value();
}

}  // namespace chapar::broker
