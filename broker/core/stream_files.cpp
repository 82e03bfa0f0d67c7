#include "broker/core/stream_files.h"

#include <algorithm>

#include "broker/core/envelope_row.h"
#include "broker/core/ledger_tables.h"
#include "broker/core/tables.h"
#include "broker/core/withhold.h"
#include "crypto/stream.h"
#include "schemas/base/layout.h"
#include "schemas/base/limits.h"

namespace chapar::broker {
namespace {

Bytes use_key(const Hash& root, EntryIndex first) {
    return LayoutWriter().raw(root.view()).u64(first.value).take();
}

// `u16 n || n x (u16 stream || root[32] || u64 size)`.
Bytes files_row(const std::vector<StreamFile>& files) {
    LayoutWriter out;
    out.u16(static_cast<std::uint16_t>(files.size()));
    for (const StreamFile& file : files) out.u16(file.stream).raw(file.root.view()).u64(file.size);
    return out.take();
}

Result<std::vector<StreamFile>> read_files(const storage::ReadTxn& txn, EntryIndex first) {
    std::vector<StreamFile> files;
    const auto row = CHAPAR_TRY(txn.get(kFilesTable, number_key(first.value)));
    if (!row) return files;
    LayoutReader in(*row);
    const std::size_t count = in.u16();
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        const std::uint16_t stream = in.u16();
        const auto root = in.fixed<Hash>();
        files.push_back({stream, root, in.u64()});
    }
    if (!in.finish("files row")) return Error(Errc::StoreDamaged, "files");
    return files;
}

// Envelopes that hold this file.
Result<std::vector<EntryIndex>> holders(const storage::ReadTxn& txn, const Hash& root,
                                        std::size_t limit) {
    std::vector<EntryIndex> out;
    const auto cursor = txn.cursor(kFileUseTable);
    for (CHAPAR_TRY(cursor->seek(root.view())); cursor->at_record() && out.size() < limit;
         CHAPAR_TRY(cursor->next())) {
        LayoutReader key(cursor->key());
        if (key.fixed<Hash>() != root) break;
        out.emplace_back(key.u64());
        if (!key.finish("file use")) return Error(Errc::StoreDamaged, "fileuse");
    }
    return out;
}

// The row that the device's stanza once was; empty if it was withheld or has expired unseen: then
// it was never handed out, and no part of it is.
std::optional<MailboxRow> row_of(const CertificateHash& device, const EnvelopeHash& envelope,
                                 const EnvelopeRow& row, const StanzaRow& stanza) {
    const bool signed_for =
        std::ranges::any_of(stanza.stages, [](const auto& stage) { return stage.has_value(); });
    if (!stanza.waiting && !signed_for) return std::nullopt;
    return MailboxRow{device,         stanza.urgency, stanza.waiting.value_or(MailboxNumber(0)),
                      envelope,       row.first,      stanza.accepted,
                      stanza.position};
}

}  // namespace

std::uint64_t stream_bytes(const crypto::EnvelopeStatement& statement) {
    std::uint64_t sum = 0;
    for (const crypto::StreamCommitment& stream : statement.streams) {
        if (stream.size > UINT64_MAX - sum) return UINT64_MAX;
        sum += stream.size;
    }
    return sum;
}

bool may_have_files(const crypto::EnvelopeStatement& statement) {
    return stream_bytes(statement) > limits::kInlineStreamBytes;
}

Status check_submitted_streams(const crypto::EnvelopeStatement& statement,
                               const std::vector<Bytes>& streams) {
    if (streams.size() != statement.streams.size()) return Error(Errc::StreamRoot, "streams");
    std::uint64_t inline_bytes = 0;
    for (const Bytes& stream : streams) inline_bytes += stream.size();
    if (inline_bytes > limits::kInlineStreamBytes) return Error(Errc::TooLarge, "streams");
    const bool files = may_have_files(statement);
    for (std::size_t j = 0; j < streams.size(); ++j) {
        const crypto::StreamCommitment& commitment = statement.streams[j];
        if (commitment.size > limits::kStreamBytes) return Error(Errc::TooLarge, "stream");
        if (commitment.size == 0) return Error(Errc::StreamRoot, "empty stream");
        if (streams[j].empty() && files && j > 0) continue;
        CHAPAR_TRY(crypto::check_stream(commitment, streams[j]));
    }
    return Done{};
}

Result<std::vector<StreamFile>> files_needed(const Submit& submit) {
    const auto statement = CHAPAR_TRY(crypto::EnvelopeStatement::decode(submit.envelope));
    std::vector<StreamFile> files;
    for (std::size_t j = 0; j < submit.payload.streams.size(); ++j) {
        if (!submit.payload.streams[j].empty()) continue;
        CHAPAR_ASSERT(j < statement.streams.size());
        const crypto::StreamCommitment& named = statement.streams[j];
        files.push_back({static_cast<std::uint16_t>(j), named.root, named.size});
    }
    return files;
}

Result<StreamFile> may_fetch(const storage::ReadTxn& txn, const CertificateHash& device,
                             const EnvelopeHash& envelope, std::uint16_t stream, TimeMs now) {
    const auto row = CHAPAR_TRY(read_envelope(txn, envelope));
    if (!row || row->refused) return Error(Errc::NotPermitted);
    const auto stanza = CHAPAR_TRY(read_stanza(txn, row->first, device));
    if (!stanza) return Error(Errc::NotPermitted);
    const auto handed = row_of(device, envelope, *row, *stanza);
    if (!handed) return Error(Errc::NotPermitted);
    const auto decision = CHAPAR_TRY(may_hand_out(txn, *handed, now));
    if (decision.verdict != HandOut::Yes) return Error(Errc::NotPermitted);
    for (const StreamFile& file : CHAPAR_TRY(read_files(txn, row->first))) {
        if (file.stream == stream) return file;
    }
    return Error(Errc::StreamMissing);
}

Result<bool> file_in_use(const storage::ReadTxn& txn, const Hash& root) {
    return !CHAPAR_TRY(holders(txn, root, 1)).empty();
}

Status hold_files(storage::Txn& txn, EntryIndex first, const std::vector<StreamFile>& files) {
    if (files.empty()) return Done{};
    CHAPAR_TRY(txn.put(kFilesTable, number_key(first.value), files_row(files)));
    for (const StreamFile& file : files) {
        CHAPAR_TRY(txn.put(kFileUseTable, use_key(file.root, first), {}));
    }
    return Done{};
}

Status release_files(storage::Txn& txn, EntryIndex first) {
    for (const StreamFile& file : CHAPAR_TRY(read_files(txn, first))) {
        CHAPAR_TRY(txn.erase(kFileUseTable, use_key(file.root, first)));
    }
    CHAPAR_TRY(txn.erase(kFilesTable, number_key(first.value)));
    return Done{};
}

Result<std::vector<Hash>> held_only_by(const storage::ReadTxn& txn,
                                       const std::set<EntryIndex>& envelopes) {
    std::set<Hash> roots;
    for (const EntryIndex first : envelopes) {
        for (const StreamFile& file : CHAPAR_TRY(read_files(txn, first))) {
            // One more than those that go, so that a holder that stays is among them.
            const auto all = CHAPAR_TRY(holders(txn, file.root, envelopes.size() + 1));
            const auto goes = [&](EntryIndex holder) { return envelopes.contains(holder); };
            if (std::ranges::all_of(all, goes)) roots.insert(file.root);
        }
    }
    return std::vector<Hash>(roots.begin(), roots.end());
}

}  // namespace chapar::broker
