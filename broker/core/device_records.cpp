#include "broker/core/device_records.h"

#include "broker/core/mailbox.h"
#include "crypto/suspension.h"

namespace chapar::broker {
namespace {

using crypto::KeyEvent;

Status keys_are_new(const storage::ReadTxn& txn, const crypto::DeviceRequest& request) {
    if (equal(request.sign_key.view(), request.curve_key.view())) return Error(Errc::KeyReused);
    if (CHAPAR_TRY(key_was_used(txn, request.sign_key.view())) ||
        CHAPAR_TRY(key_was_used(txn, request.curve_key.view()))) {
        return Error(Errc::KeyReused);
    }
    return Done{};
}

// A renewal replaces a certificate of the same office, whatever has become of that one.
Status check_predecessor(const storage::ReadTxn& txn, const crypto::DeviceRecord& record) {
    if (record.previous.is_zero()) return Done{};
    const auto last = CHAPAR_TRY(read_device(txn, CertificateHash{record.previous.bytes}));
    if (!last) return Error(Errc::RecordSequence, "previous");
    const crypto::DeviceRequest& before = last->record.request.request;
    const crypto::DeviceRequest& now = record.request.request;
    if (before.office != now.office || before.agency != now.agency) {
        return Error(Errc::RecordSequence, "previous");
    }
    return Done{};
}

// The device that a revocation, suspension or reinstatement names.
Result<DeviceEntry> named_device(const RecordCase& in, const CertificateHash& certificate,
                                 const AgencyId& agency) {
    auto device = CHAPAR_TRY(read_device(in.txn, certificate));
    if (!device || device->record.request.request.agency != agency) {
        return Error(Errc::RecordRefused, "certificate");
    }
    return std::move(*device);
}

std::function<Status(storage::Txn&)> change(const RecordCase& in, const CertificateHash& name,
                                            DeviceEntry changed) {
    return [name, changed = std::move(changed), hash = in.hash, index = in.moment.next](
               storage::Txn& txn) { return put_standing(txn, name, changed, hash, index); };
}

// Signed by its own device, which needs no registrars to raise the alarm, or by registrars.
Result<crypto::SuspendRecord> open_suspension(const RecordCase& in) {
    const auto claimed = CHAPAR_TRY(crypto::SuspendRecord::decode(in.record.body));
    const auto device = CHAPAR_TRY(read_device(in.txn, claimed.certificate));
    if (device && crypto::is_signed_by_device(in.record, device->record.request.request.sign_key)) {
        return crypto::open_own_suspend(in.record, device->record);
    }
    return crypto::open_suspend(in.record, CHAPAR_TRY(registrars_in_force(in)));
}

}  // namespace

Result<Plan> decide_device(const RecordCase& in) {
    const auto registrars = CHAPAR_TRY(registrars_in_force(in));
    auto record = CHAPAR_TRY(crypto::open_device(in.record, registrars));
    const auto& request = record.request.request;
    const auto office = CHAPAR_TRY(read_office(in.txn, request.office));
    if (!office || office->record.agency != request.agency) {
        return Error(Errc::RecordRefused, "office");
    }
    if (record.validity.to <= in.moment.time) return Error(Errc::CertificateExpired, "device");
    CHAPAR_TRY(check_predecessor(in.txn, record));
    CHAPAR_TRY(keys_are_new(in.txn, request));
    const CertificateHash hash{in.hash.bytes};
    Plan plan = admitted(in, KeyEvent::Device);
    plan.outcome.effects.enrolled.push_back(hash);
    plan.write = [hash, entry = DeviceEntry{in.moment.next, std::nullopt, std::nullopt,
                                            std::move(record)}](storage::Txn& txn) {
        return put_device(txn, hash, entry);
    };
    return plan;
}

Result<Plan> decide_bundle(const RecordCase& in) {
    // The device it speaks for, before its signature is known to be right.
    const auto name = CHAPAR_TRY(crypto::PrekeyBundle::decode(in.record.body)).certificate;
    const auto owner = CHAPAR_TRY(in_force(in.txn, name, in.moment.time));
    const auto bundle =
        CHAPAR_TRY(crypto::open_bundle(in.record, owner.device.request.request.sign_key));
    const auto last = CHAPAR_TRY(newest_bundle(in.txn, name));
    const std::uint32_t due = last ? last->sequence + 1 : 1;
    if (bundle.sequence != due || bundle.previous != (last ? last->hash : Hash{})) {
        return Error(Errc::BundleSequence);
    }
    const std::uint64_t end = std::uint64_t{bundle.first_epoch.value} + bundle.epochs;
    if (end <= day_of(in.moment.time).value) return Error(Errc::BundleStale);
    const bool auditor = (owner.office.roles & crypto::office_role::kAuditor) != 0;
    if (bundle.keys_per_epoch > 1 && !auditor) return Error(Errc::RecordRefused, "keys per epoch");
    Plan plan = admitted(in, crypto::LeafKind::Ladder, crypto::kNoEvent);
    plan.write = [name, index = in.moment.next,
                  entry = BundleEntry{in.moment.time, in.hash, bundle.sequence, bundle.first_epoch,
                                      bundle.epochs, bundle.keep_days, bundle.keys_per_epoch}](
                     storage::Txn& txn) { return put_bundle(txn, name, entry, index); };
    return plan;
}

Result<Plan> decide_revoke(const RecordCase& in) {
    const auto registrars = CHAPAR_TRY(registrars_in_force(in));
    const auto record = CHAPAR_TRY(crypto::open_revoke(in.record, registrars));
    auto device = CHAPAR_TRY(named_device(in, record.certificate, record.agency));
    if (device.revoked) return Error(Errc::AlreadyExists, "revocation");
    device.revoked = Revocation{record.reason, record.compromised_since, in.moment.next};
    Plan plan = admitted(in, KeyEvent::Revoke);
    plan.outcome.effects.ended.push_back(record.certificate);
    plan.write = [put = change(in, record.certificate, std::move(device)),
                  name = record.certificate](storage::Txn& txn) -> Status {
        CHAPAR_TRY(put(txn));
        return close_mailbox(txn, name);
    };
    return plan;
}

Result<Plan> decide_suspend(const RecordCase& in) {
    const auto record = CHAPAR_TRY(open_suspension(in));
    auto device = CHAPAR_TRY(named_device(in, record.certificate, record.agency));
    if (device.revoked) return Error(Errc::CertificateRevoked);
    if (device.suspended) return Error(Errc::AlreadyExists, "suspension");
    if (!record.validity.holds(in.moment.time)) return Error(Errc::SlipTimes);
    device.suspended = Suspension{in.hash, in.moment.next};
    Plan plan = admitted(in, KeyEvent::Suspend);
    plan.outcome.effects.suspended.push_back(record.certificate);
    plan.write = change(in, record.certificate, std::move(device));
    return plan;
}

Result<Plan> suspended_before(const RecordCase& in, EntryIndex entry) {
    const auto record = CHAPAR_TRY(crypto::SuspendRecord::decode(in.record.body));
    const auto device = CHAPAR_TRY(read_device(in.txn, record.certificate));
    const bool stands = device && device->suspended && device->suspended->record == in.hash;
    if (!stands) return Error(Errc::SlipUsed);
    return duplicate(in.hash, entry, 1);
}

Result<Plan> decide_reinstate(const RecordCase& in) {
    const auto registrars = CHAPAR_TRY(registrars_in_force(in));
    const auto record = CHAPAR_TRY(crypto::open_reinstate(in.record, registrars));
    auto device = CHAPAR_TRY(named_device(in, record.certificate, record.agency));
    if (device.revoked) return Error(Errc::CertificateRevoked);
    if (!device.suspended || device.suspended->record != record.suspension) {
        return Error(Errc::RecordRefused, "suspension");
    }
    device.suspended.reset();
    Plan plan = admitted(in, KeyEvent::Reinstate);
    plan.write = change(in, record.certificate, std::move(device));
    return plan;
}

}  // namespace chapar::broker
