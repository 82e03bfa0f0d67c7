#include "client/core/compose.h"

#include <algorithm>
#include <set>
#include <utility>

#include "client/core/directory_store.h"
#include "client/core/draft_store.h"
#include "client/core/heads.h"
#include "crypto/batch.h"
#include "crypto/envelope.h"
#include "crypto/seal.h"
#include "schemas/base/limits.h"
#include "schemas/content_codec.h"
#include "schemas/frames_codec.h"
#include "schemas/header_codec.h"

namespace chapar::client {
namespace {

constexpr DurationMs kStaleAfter = kDay * 7;

// One sealed envelope that waits for its batch.
struct Sealed {
    OutboxItem item;
    EnvelopeHash hash;
    OutboxBytes bytes;
    std::set<CertificateHash> audience;
};

struct Recipients {
    std::vector<crypto::Recipient> stanzas;
    std::map<CertificateHash, AgencyId> agencies;
    std::vector<OutboxOffice> offices;
    std::vector<CertificateHash> skipped;
};

crypto::EpochPublicKeys public_keys(const crypto::PrekeyBundle& bundle, EpochDay day,
                                    crypto::StanzaType type) {
    // Auditors' bundles hold the inner key A before the outer key B (crypto/bundle.h).
    if (type == crypto::StanzaType::Audit) {
        return {bundle.key(day, 1).value_or(PublicKey{}), bundle.key(day, 0)};
    }
    return {bundle.key(day, 0).value_or(PublicKey{}), std::nullopt};
}

Status add_office(const DirectoryView& directory, const storage::ReadTxn& txn, const Device& device,
                  const OfficeId& office, crypto::StanzaType type, TimeMs now, Recipients& out) {
    const auto reachable = CHAPAR_TRY(directory.reachable(office, now));
    const auto in_force = CHAPAR_TRY(directory.office(office, directory_store::kNow));
    OutboxOffice row{office, in_force->record.agency};
    const std::uint32_t got = CHAPAR_TRY(receipts_held(txn, office));
    for (const ReachableDevice& one : reachable) {
        if (one.certificate == device.certificate) continue;
        crypto::Recipient recipient;
        recipient.type = type;
        recipient.certificate = one.certificate;
        recipient.key_id = crypto::key_id_of(one.bundle.sequence, day_of(now));
        recipient.keys = public_keys(one.bundle, day_of(now), type);
        recipient.got = got;
        out.stanzas.push_back(std::move(recipient));
        out.agencies.emplace(one.certificate, one.agency);
        row.devices.push_back(one.certificate);
    }
    for (const DeviceEntry& entry : CHAPAR_TRY(directory.devices_of(office))) {
        const bool sealed_to =
            std::ranges::find(row.devices, entry.certificate) != row.devices.end();
        if (sealed_to || entry.certificate == device.certificate) continue;
        const Standing standing =
            CHAPAR_TRY(directory.standing(entry.certificate, directory_store::kNow, now));
        if (standing == Standing::Valid) out.skipped.push_back(entry.certificate);
    }
    if (row.devices.empty()) return Error(Errc::BundleStale, office.text());
    out.offices.push_back(std::move(row));
    return Done{};
}

Status add_auditor(const DirectoryView& directory, const CertificateHash& auditor, TimeMs now,
                   Recipients& out) {
    const auto entry = CHAPAR_TRY(directory.device(auditor));
    const Standing standing = CHAPAR_TRY(directory.standing(auditor, directory_store::kNow, now));
    if (!entry || standing != Standing::Valid) return Error(Errc::CertificateUnknown, "auditor");
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

Result<Recipients> find_recipients(const storage::ReadTxn& txn, const Device& device,
                                   const StoredDraft& draft, TimeMs now) {
    const DirectoryView directory(txn);
    const auto& visible = draft.content.manifest.visible_recipients;
    Recipients out;
    for (const OfficeId& office : draft.to) {
        const bool shown = std::ranges::find(visible, office) != visible.end();
        CHAPAR_TRY(add_office(directory, txn, device, office,
                              shown ? crypto::StanzaType::Visible : crypto::StanzaType::Device, now,
                              out));
    }
    for (const CertificateHash& auditor : draft.header.auditors) {
        CHAPAR_TRY(add_auditor(directory, auditor, now, out));
    }
    return out;
}

Status check_fresh(const storage::ReadTxn& txn, const StoredDraft& draft, TimeMs now) {
    if (draft.header.classification < schemas::Classification::Confidential) return Done{};
    const TimeMs synced = CHAPAR_TRY(DirectoryView(txn).synced_at());
    if (synced + kStaleAfter < now) return Error(Errc::DirectoryStale);
    return Done{};
}

Result<Sealed> seal_one(const storage::ReadTxn& txn, const Device& device, OutboxItem item,
                        std::vector<CertificateHash>& skipped, TimeMs now, crypto::Random& random) {
    StoredDraft draft = CHAPAR_TRY(stored_draft(txn, device, item.number));
    CHAPAR_TRY(check_fresh(txn, draft, now));
    Recipients recipients = CHAPAR_TRY(find_recipients(txn, device, draft, now));

    const Bytes content = CHAPAR_TRY(schemas::encode_content(draft.content));
    crypto::SecretBuffer stream0(crypto::kStreamRandomBytes + content.size());
    random.fill(stream0.expose_mutable().first(crypto::kStreamRandomBytes));
    std::ranges::copy(content, stream0.expose_mutable().begin() + crypto::kStreamRandomBytes);
    draft.header.content = crypto::content_hash(stream0.expose());
    const Bytes header = schemas::encode_header(draft.header);

    const std::array<ByteView, 1> streams{stream0.expose()};
    crypto::SealedEnvelope sealed =
        CHAPAR_TRY(crypto::seal({header, streams, recipients.stanzas, {}, device.hedge}, random));
    Sealed out;
    out.hash = sealed.hash;
    out.bytes.statement = std::move(sealed.statement);
    out.bytes.blind = crypto::random_value<AudienceBlind>(random);
    out.bytes.streams = std::move(sealed.streams);
    for (crypto::Stanza& stanza : sealed.stanzas) {
        out.audience.insert(stanza.label.certificate);
        out.bytes.stanza_agencies.push_back(recipients.agencies.at(stanza.label.certificate));
        out.bytes.stanzas.push_back(std::move(stanza));
    }
    out.item = std::move(item);
    out.item.offices = std::move(recipients.offices);
    skipped.insert(skipped.end(), recipients.skipped.begin(), recipients.skipped.end());
    return out;
}

// With its item at its longest, so that it fits a frame alone or in its batch.
std::size_t frame_bytes(const Sealed& sealed) {
    schemas::SubmittedEnvelope envelope = submitted(sealed.bytes);
    envelope.item.resize(crypto::BatchHead::kBytes + Signature::kSize + 2 + 8 * Hash::kSize);
    return schemas::wire_bytes(envelope);
}

// Where batches end: each holds consecutive envelopes and fits one frame.
Result<std::vector<std::size_t>> batch_ends(const std::vector<Sealed>& sealed) {
    constexpr std::size_t kRoom = limits::kFrameBytes - schemas::kFrameOverheadBytes;
    std::vector<std::size_t> ends;
    std::size_t first = 0;
    std::size_t used = 0;
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        const std::size_t size = frame_bytes(sealed[i]);
        if (size > kRoom) return Error(Errc::TooLarge, "envelope");
        const bool guarded = i > first && std::max(sealed[i].item.classification,
                                                   sealed[first].item.classification) >=
                                              schemas::Classification::Confidential;
        const bool other_audience = guarded && sealed[i].audience != sealed[first].audience;
        if (i > first &&
            (used + size > kRoom || i - first == limits::kBatchItems || other_audience)) {
            ends.push_back(i);
            first = i;
            used = 0;
        }
        used += size;
    }
    ends.push_back(sealed.size());
    return ends;
}

Status sign_and_keep(storage::Txn& txn, const Device& device, std::span<Sealed> batch) {
    const auto seen = CHAPAR_TRY(
        seen_head(txn, device.card.home(), device.card.manifest().ledger, device.card.log()));
    std::vector<EnvelopeHash> hashes;
    for (const Sealed& one : batch) hashes.push_back(one.hash);
    const auto signed_batch = crypto::sign_envelopes(seen, hashes, device.signing_key);
    for (std::size_t i = 0; i < batch.size(); ++i) {
        batch[i].bytes.item = signed_batch.item(i);
        CHAPAR_TRY(outbox_sealed(txn, std::move(batch[i].item), batch[i].hash, batch[i].bytes));
    }
    return Done{};
}

}  // namespace

Result<std::vector<OutboxNumber>> add_drafts(storage::Txn& txn, const Device& device,
                                             std::span<const Draft> drafts, TimeMs now,
                                             crypto::Random& random) {
    std::vector<OutboxNumber> numbers;
    for (const Draft& draft : drafts) {
        const StoredDraft settled = CHAPAR_TRY(draft_store::settle(device, draft, now, random));
        const schemas::Header& header = settled.header;
        OutboxItem item;
        item.message = header.message_id;
        item.case_id = header.case_id;
        item.kind = header.kind;
        item.urgency = header.urgency;
        item.classification = header.classification;
        item.created = header.created;
        item.expires = header.expires_at;
        Bytes text = CHAPAR_TRY(draft_store::encode(settled));
        const auto number = outbox_draft_add(txn, std::move(item), text, device.vault, random);
        crypto::wipe(text);
        numbers.push_back(CHAPAR_TRY(number));
    }
    return numbers;
}

Result<SealReport> seal_drafts(storage::Txn& txn, const Device& device,
                               std::span<const OutboxNumber> drafts, TimeMs now,
                               crypto::Random& random) {
    SealReport report;
    std::vector<Sealed> sealed;
    for (const OutboxNumber number : drafts) {
        OutboxItem item = CHAPAR_TRY(outbox_item(txn, number));
        if (item.stage != schemas::Stage::Drafted) return Error(Errc::Conflict, "sealed already");
        sealed.push_back(
            CHAPAR_TRY(seal_one(txn, device, std::move(item), report.skipped, now, random)));
        report.sealed.push_back(number);
    }
    if (sealed.empty()) return report;
    std::size_t first = 0;
    for (const std::size_t end : CHAPAR_TRY(batch_ends(sealed))) {
        CHAPAR_TRY(sign_and_keep(txn, device, std::span(sealed).subspan(first, end - first)));
        first = end;
    }
    std::ranges::sort(report.skipped);
    const auto repeated = std::ranges::unique(report.skipped);
    report.skipped.erase(repeated.begin(), repeated.end());
    return report;
}

Result<StoredDraft> stored_draft(const storage::ReadTxn& txn, const Device& device,
                                 OutboxNumber number) {
    const auto text = CHAPAR_TRY(outbox_draft(txn, number, device.vault));
    return draft_store::decode(text.expose());
}

}  // namespace chapar::client
