#include "client/core/recipients.h"

#include <algorithm>

#include "client/core/directory_store.h"
#include "client/core/peer_trust.h"

namespace chapar::client {
namespace {

crypto::EpochPublicKeys public_keys(const crypto::PrekeyBundle& bundle, EpochDay day,
                                    crypto::StanzaType type) {
    // Auditors' bundles hold the inner key A before the outer key B (crypto/bundle.h).
    if (type == crypto::StanzaType::Audit) {
        return {bundle.key(day, 1).value_or(PublicKey{}), bundle.key(day, 0)};
    }
    return {bundle.key(day, 0).value_or(PublicKey{}), std::nullopt};
}

Status add_office(const DirectoryView& directory, const storage::ReadTxn& txn, const Device& device,
                  const StoredDraft& draft, const OfficeId& office, TimeMs now, Recipients& out) {
    const auto& visible = draft.content.manifest.visible_recipients;
    const bool shown = std::ranges::find(visible, office) != visible.end();
    const auto type = shown ? crypto::StanzaType::Visible : crypto::StanzaType::Device;
    const auto wanted = [&](const CertificateHash& one) {
        return one != device.certificate &&
               (draft.only.empty() || std::ranges::find(draft.only, one) != draft.only.end());
    };
    const auto reachable = CHAPAR_TRY(devices_to_seal_to(directory, device.roots, office, now));
    const auto in_force = CHAPAR_TRY(directory.office(office, directory_store::kNow));
    OutboxOffice row{office, in_force->record.agency};
    for (const ReachableDevice& one : reachable) {
        if (!wanted(one.certificate)) continue;
        crypto::Recipient recipient;
        recipient.type = type;
        recipient.certificate = one.certificate;
        recipient.key_id = crypto::key_id_of(one.bundle.sequence, day_of(now));
        recipient.keys = public_keys(one.bundle, day_of(now), type);
        recipient.got = CHAPAR_TRY(receipts_held(txn, device.certificate, one.certificate));
        out.stanzas.push_back(std::move(recipient));
        out.agencies.emplace(one.certificate, one.agency);
        row.devices.push_back(one.certificate);
    }
    for (const DeviceEntry& entry : CHAPAR_TRY(directory.devices_of(office))) {
        const bool sealed_to =
            std::ranges::find(row.devices, entry.certificate) != row.devices.end();
        if (sealed_to || !wanted(entry.certificate)) continue;
        const Standing standing =
            CHAPAR_TRY(directory.standing(entry.certificate, directory_store::kNow, now));
        if (standing == Standing::Valid) out.skipped.push_back(entry.certificate);
    }
    if (row.devices.empty()) return Error(Errc::BundleStale, office.text());
    out.offices.push_back(std::move(row));
    return Done{};
}

Status check_auditor_trust(const DirectoryView& directory, const Device& device,
                           const CertificateHash& auditor, TimeMs now) {
    const Trust trust =
        CHAPAR_TRY(certificate_trust(directory, device.roots, auditor, directory_store::kNow, now));
    if (trust == Trust::Unconfirmed) return Error(Errc::PeerUnconfirmed, "auditor");
    if (trust == Trust::KeyChanged) return Error(Errc::PeerKeyChanged, "auditor");
    return Done{};
}

Status add_auditor(const DirectoryView& directory, const Device& device,
                   const CertificateHash& auditor, TimeMs now, Recipients& out) {
    const auto entry = CHAPAR_TRY(directory.device(auditor));
    const Standing standing = CHAPAR_TRY(directory.standing(auditor, directory_store::kNow, now));
    if (!entry || standing != Standing::Valid) return Error(Errc::CertificateUnknown, "auditor");
    CHAPAR_TRY(check_auditor_trust(directory, device, auditor, now));
    const auto bundle = CHAPAR_TRY(directory.newest_bundle(auditor));
    if (!bundle || !bundle->record.covers(day_of(now)) || bundle->record.keys_per_epoch != 2) {
        return Error(Errc::BundleStale, "auditor");
    }
    crypto::Recipient recipient;
    recipient.type = crypto::StanzaType::Audit;
    recipient.certificate = auditor;
    recipient.key_id = crypto::key_id_of(bundle->record.sequence, day_of(now));
    recipient.keys = public_keys(bundle->record, day_of(now), crypto::StanzaType::Audit);
    out.stanzas.push_back(std::move(recipient));
    out.agencies.emplace(auditor, entry->record.request.request.agency);
    return Done{};
}

}  // namespace

Result<Recipients> find_recipients(const storage::ReadTxn& txn, const Device& device,
                                   const StoredDraft& draft, TimeMs now) {
    const DirectoryView directory(txn);
    Recipients out;
    for (const OfficeId& office : draft.to) {
        CHAPAR_TRY(add_office(directory, txn, device, draft, office, now, out));
    }
    for (const CertificateHash& auditor : draft.header.auditors) {
        CHAPAR_TRY(add_auditor(directory, device, auditor, now, out));
    }
    return out;
}

}  // namespace chapar::client
