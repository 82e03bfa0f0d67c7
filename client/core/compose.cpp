#include "client/core/compose.h"

#include <algorithm>
#include <set>
#include <utility>

#include "client/core/approval.h"
#include "client/core/directory_replica.h"
#include "client/core/draft_store.h"
#include "client/core/draft_streams.h"
#include "client/core/heads.h"
#include "client/core/recall.h"
#include "client/core/recipients.h"
#include "crypto/batch.h"
#include "crypto/seal.h"
#include "schemas/base/limits.h"
#include "schemas/frames_codec.h"

namespace chapar::client {
namespace {

constexpr DurationMs kStaleAfter = kDay * 7;

// One sealed envelope that waits for its batch.
struct Sealed {
    OutboxItem item;
    SealedItem sealed;
    std::set<CertificateHash> audience;
};

Status check_fresh(const storage::ReadTxn& txn, const StoredDraft& draft, TimeMs now) {
    if (draft.header.classification < schemas::Classification::Confidential) return Done{};
    const TimeMs synced = CHAPAR_TRY(DirectoryView(txn).synced_at());
    if (synced + kStaleAfter < now) return Error(Errc::DirectoryStale);
    return Done{};
}

// What was asked for must have come, and must be about exactly this header and this audience.
Status check_approvals(const storage::ReadTxn& txn, const Device& device, const OutboxItem& item,
                       const StoredDraft& draft, TimeMs now) {
    if (item.approvals.given.size() < item.approvals.needed) return Errc::ApprovalsAwaited;
    for (const crypto::Approval& approval : item.approvals.given) {
        CHAPAR_TRY(check_given(DirectoryView(txn), device, draft, approval, now));
    }
    return Done{};
}

Result<Sealed> seal_one(const storage::ReadTxn& txn, const Device& device, OutboxItem item,
                        const SealPorts& ports, MadeBlobs& made,
                        std::vector<CertificateHash>& skipped, TimeMs now, crypto::Random& random) {
    // It repeats an envelope that was recalled while this draft waited.
    if (item.reseal.first && CHAPAR_TRY(is_recalled(txn, item))) {
        return Error(Errc::Conflict, "recalled");
    }
    const StoredDraft draft = CHAPAR_TRY(stored_draft(txn, device, item.number));
    CHAPAR_TRY(check_fresh(txn, draft, now));
    CHAPAR_TRY(check_approvals(txn, device, item, draft, now));
    Recipients recipients = CHAPAR_TRY(find_recipients(txn, device, draft, now));
    SealedStreams streams = CHAPAR_TRY(seal_streams(txn, device, draft, ports, made, random));
    crypto::SealedEnvelope sealed = CHAPAR_TRY(
        std::move(streams.sealer).finish(recipients.stanzas, item.approvals.given, random));
    Sealed out;
    out.sealed.hash = sealed.hash;
    out.sealed.stream_secrets = std::move(sealed.stream_secrets);
    OutboxBytes& bytes = out.sealed.bytes;
    bytes.statement = std::move(sealed.statement);
    bytes.blind = draft.blind;
    bytes.streams.push_back(std::move(sealed.streams.front()));
    for (Bytes& one : streams.ciphertexts) bytes.streams.push_back(std::move(one));
    for (crypto::Stanza& stanza : sealed.stanzas) {
        out.audience.insert(stanza.label.certificate);
        bytes.stanza_agencies.push_back(recipients.agencies.at(stanza.label.certificate));
        bytes.stanzas.push_back(std::move(stanza));
    }
    out.item = std::move(item);
    out.item.offices = std::move(recipients.offices);
    out.item.files = std::move(streams.files);
    skipped.insert(skipped.end(), recipients.skipped.begin(), recipients.skipped.end());
    return out;
}

// With its item at its longest, so that it fits a frame alone or in its batch.
std::size_t frame_bytes(const Sealed& sealed) {
    schemas::SubmittedEnvelope envelope = submitted(sealed.sealed.bytes);
    envelope.item.resize(crypto::BatchHead::kBytes + Signature::kSize + 2 + 8 * Hash::kSize);
    return schemas::wire_bytes(envelope);
}

// Where batches end: each holds consecutive envelopes, fits one frame, and has no more signatures
// than a broker verifies for one frame.
Result<std::vector<std::size_t>> batch_ends(const std::vector<Sealed>& sealed) {
    constexpr std::size_t kRoom = limits::kFrameBytes - schemas::kFrameOverheadBytes;
    std::vector<std::size_t> ends;
    std::size_t first = 0;
    std::size_t used = 0;
    std::size_t signatures = 1;
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        const std::size_t size = frame_bytes(sealed[i]);
        if (size > kRoom) return Error(Errc::TooLarge, "envelope");
        const bool guarded = i > first && std::max(sealed[i].item.classification,
                                                   sealed[first].item.classification) >=
                                              schemas::Classification::Confidential;
        const bool other_audience = guarded && sealed[i].audience != sealed[first].audience;
        const std::size_t approvals = sealed[i].item.approvals.given.size();
        const bool full = used + size > kRoom || i - first == limits::kBatchItems ||
                          signatures + approvals > limits::kVerificationsPerFrame;
        if (i > first && (full || other_audience)) {
            ends.push_back(i);
            first = i;
            used = 0;
            signatures = 1;
        }
        used += size;
        signatures += approvals;
    }
    ends.push_back(sealed.size());
    return ends;
}

Status sign_and_keep(storage::Txn& txn, const Device& device, std::span<Sealed> batch,
                     crypto::Random& random) {
    const auto seen = CHAPAR_TRY(
        seen_head(txn, device.card.home(), device.card.manifest().ledger, device.card.log()));
    std::vector<EnvelopeHash> hashes;
    for (const Sealed& one : batch) hashes.push_back(one.sealed.hash);
    const auto signed_batch = crypto::sign_envelopes(seen, hashes, device.signing_key);
    for (std::size_t i = 0; i < batch.size(); ++i) {
        batch[i].sealed.bytes.item = signed_batch.item(i);
        CHAPAR_TRY(
            outbox_sealed(txn, std::move(batch[i].item), batch[i].sealed, device.vault, random));
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
        numbers.push_back(CHAPAR_TRY(draft_store::add(txn, device, settled, {}, random)));
    }
    return numbers;
}

Status check_sealing(const storage::ReadTxn& txn, const Device& device, OutboxNumber number,
                     TimeMs now) {
    const StoredDraft draft = CHAPAR_TRY(stored_draft(txn, device, number));
    CHAPAR_TRY(check_fresh(txn, draft, now));
    CHAPAR_TRY(find_recipients(txn, device, draft, now));
    return Done{};
}

Result<SealReport> seal_drafts(storage::Txn& txn, const Device& device,
                               std::span<const OutboxNumber> drafts, TimeMs now,
                               crypto::Random& random, const SealPorts& ports) {
    SealReport report;
    MadeBlobs made(ports.blobs);
    std::vector<Sealed> sealed;
    for (const OutboxNumber number : drafts) {
        OutboxItem item = CHAPAR_TRY(outbox_item(txn, number));
        if (item.stage != schemas::Stage::Drafted) return Error(Errc::Conflict, "sealed already");
        sealed.push_back(CHAPAR_TRY(
            seal_one(txn, device, std::move(item), ports, made, report.skipped, now, random)));
        report.sealed.push_back(number);
    }
    if (sealed.empty()) return report;
    std::size_t first = 0;
    for (const std::size_t end : CHAPAR_TRY(batch_ends(sealed))) {
        CHAPAR_TRY(
            sign_and_keep(txn, device, std::span(sealed).subspan(first, end - first), random));
        first = end;
    }
    made.keep();
    std::ranges::sort(report.skipped);
    report.skipped.erase(std::unique(report.skipped.begin(), report.skipped.end()),
                         report.skipped.end());
    return report;
}

Result<StoredDraft> stored_draft(const storage::ReadTxn& txn, const Device& device,
                                 OutboxNumber number) {
    const auto text = CHAPAR_TRY(outbox_draft(txn, number, device.vault));
    return draft_store::decode(text.expose());
}

}  // namespace chapar::client
