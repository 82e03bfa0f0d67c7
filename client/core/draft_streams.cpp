#include "client/core/draft_streams.h"

#include <algorithm>
#include <utility>

#include "crypto/envelope.h"
#include "crypto/padding.h"
#include "crypto/sha256.h"
#include "schemas/base/limits.h"
#include "schemas/header_codec.h"
#include "schemas/media_types.h"

namespace chapar::client {
namespace {

using Piece = std::function<Status(ByteView plaintext)>;

Status read_file(PlainFiles& files, const std::string& path, const Piece& piece) {
    const auto file = CHAPAR_TRY(files.open(path));
    crypto::SecretBuffer buffer(limits::kChunkBytes);
    for (;;) {
        const std::size_t size = CHAPAR_TRY(file->read(buffer.expose_mutable()));
        if (size == 0) return Done{};
        CHAPAR_TRY(piece(buffer.expose().first(size)));
    }
}

// A stream of an envelope that this device sealed, from its blob.
Status read_blob(const BlobStore& blobs, const crypto::StreamCommitment& commitment,
                 const crypto::StreamKeys& keys, std::uint64_t length, const Piece& piece) {
    const auto blob = CHAPAR_TRY(blobs.open(commitment.root));
    if (blob->size() != commitment.size) return Error(Errc::StreamRoot, "blob");
    const std::uint64_t chunks =
        (commitment.size + crypto::kSealedChunkBytes - 1) / crypto::kSealedChunkBytes;
    for (std::uint64_t i = 0; i < chunks && length > 0; ++i) {
        const auto position =
            i + 1 == chunks ? crypto::ChunkPosition::Last : crypto::ChunkPosition::NotLast;
        const Bytes sealed = CHAPAR_TRY(blob->chunk(i));
        const auto text = CHAPAR_TRY(crypto::open_chunk(keys.key, i, position, sealed));
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(length, text.size()));
        CHAPAR_TRY(piece(text.expose().first(size)));
        length -= size;
    }
    return Done{};
}

Status read_sent(const storage::ReadTxn& txn, const Device& device, const SealPorts& ports,
                 const SentSource& sent, std::uint64_t length, const Piece& piece) {
    const OutboxBytes bytes = CHAPAR_TRY(outbox_bytes(txn, sent.number));
    const auto statement = CHAPAR_TRY(crypto::EnvelopeStatement::decode(bytes.statement));
    auto secrets = CHAPAR_TRY(stream_secrets(txn, device, sent.number));
    if (sent.stream >= statement.streams.size() || sent.stream >= secrets.size() ||
        sent.stream >= bytes.streams.size()) {
        return Error(Errc::StoreDamaged, "outbox.drafts");
    }
    const crypto::StreamKeys keys = crypto::stream_keys_of(std::move(secrets[sent.stream]));
    const Bytes& inline_bytes = bytes.streams[sent.stream];
    if (inline_bytes.empty()) {
        CHAPAR_ASSERT(ports.blobs != nullptr);
        return read_blob(*ports.blobs, statement.streams[sent.stream], keys, length, piece);
    }
    const auto padded = CHAPAR_TRY(crypto::open_stream(keys.key, inline_bytes));
    if (padded.size() < length) return Error(Errc::StreamPadding);
    return piece(padded.expose().first(static_cast<std::size_t>(length)));
}

Status read_source(const storage::ReadTxn& txn, const Device& device, const SealPorts& ports,
                   const DraftAttachment& attachment, const Piece& piece) {
    if (const auto* file = std::get_if<FileSource>(&attachment.source)) {
        CHAPAR_ASSERT(ports.files != nullptr);
        return read_file(*ports.files, file->path, piece);
    }
    if (const auto* sent = std::get_if<SentSource>(&attachment.source)) {
        return read_sent(txn, device, ports, *sent, attachment.listed.length, piece);
    }
    return piece(std::get<Bytes>(attachment.source));
}

bool fit_inline(const StoredDraft& draft) {
    std::uint64_t all = crypto::sealed_stream_bytes(draft.stream0.size());
    for (const DraftAttachment& one : draft.attachments) {
        all += crypto::sealed_stream_bytes(one.listed.length);
    }
    return all <= limits::kInlineStreamBytes;
}

// Everything that sealing one draft's attachments needs in common. Borrows.
struct Work {
    const storage::ReadTxn& txn;
    const Device& device;
    const SealPorts& ports;
    MadeBlobs& made;
    SealedStreams& out;
    std::uint64_t done = 0;
    std::uint64_t total = 0;
};

// Reads the text for the second time: it must be what was measured.
Status feed(Work& work, const DraftAttachment& attachment) {
    const auto changed = [&] {
        return Error(Errc::AttachmentChanged, attachment.listed.file_name);
    };
    crypto::Sha256 digest;
    std::uint64_t length = 0;
    const Piece seal_piece = [&](ByteView piece) -> Status {
        length += piece.size();
        if (length > attachment.listed.length) return changed();
        digest.update(piece);
        CHAPAR_TRY(work.out.sealer.append(piece));
        work.done += piece.size();
        if (work.ports.step) {
            work.ports.step({attachment.listed.file_name, work.done, work.total});
        }
        return Done{};
    };
    CHAPAR_TRY(read_source(work.txn, work.device, work.ports, attachment, seal_piece));
    if (length != attachment.listed.length || digest.finish() != attachment.digest) {
        return changed();
    }
    return Done{};
}

Status seal_inline(Work& work, const DraftAttachment& attachment) {
    Bytes ciphertext;
    CHAPAR_TRY(work.out.sealer.begin_stream([&ciphertext](ByteView chunk) -> Status {
        append(ciphertext, chunk);
        return Done{};
    }));
    CHAPAR_TRY(feed(work, attachment));
    CHAPAR_TRY(work.out.sealer.end_stream());
    work.out.ciphertexts.push_back(std::move(ciphertext));
    return Done{};
}

Status seal_to_blob(Work& work, const DraftAttachment& attachment, std::uint16_t stream) {
    CHAPAR_ASSERT(work.ports.blobs != nullptr);
    const auto sink = CHAPAR_TRY(work.ports.blobs->create());
    CHAPAR_TRY(work.out.sealer.begin_stream(
        [&sink](ByteView chunk) -> Status { return sink->append(chunk); }));
    CHAPAR_TRY(feed(work, attachment));
    const auto commitment = CHAPAR_TRY(work.out.sealer.end_stream());
    CHAPAR_TRY(sink->commit(commitment.root));
    work.made.add(commitment.root);
    OutboxFile file;
    file.stream = stream;
    file.root = commitment.root;
    file.size = commitment.size;
    work.out.files.push_back(file);
    work.out.ciphertexts.emplace_back();
    return Done{};
}

}  // namespace

MadeBlobs::~MadeBlobs() {
    for (const Hash& root : roots_) {
        // What cannot be removed now goes with the sweep at the next start.
        if (const Status removed = blobs_->remove(root); !removed) continue;
    }
}

Result<SealedStreams> seal_streams(const storage::ReadTxn& txn, const Device& device,
                                   const StoredDraft& draft, const SealPorts& ports,
                                   MadeBlobs& made, crypto::Random& random) {
    if (crypto::sealed_stream_bytes(draft.stream0.size()) > limits::kInlineStreamBytes) {
        return Error(Errc::TooLarge, "text");
    }
    const Bytes header = schemas::encode_header(draft.header);
    SealedStreams out{
        CHAPAR_TRY(crypto::Sealer::begin(header, draft.stream0.expose(), device.hedge, random)),
        {},
        {}};
    Work work{txn, device, ports, made, out};
    for (const DraftAttachment& one : draft.attachments) work.total += one.listed.length;
    const bool small = fit_inline(draft);
    for (std::size_t i = 0; i < draft.attachments.size(); ++i) {
        const DraftAttachment& attachment = draft.attachments[i];
        CHAPAR_TRY(small ? seal_inline(work, attachment)
                         : seal_to_blob(work, attachment, static_cast<std::uint16_t>(i + 1)));
    }
    return out;
}

Result<DraftAttachment> measure_attachment(PlainFiles& files, const std::string& path,
                                           const std::string& name, const std::string& media_type) {
    const auto allowed = schemas::media_types();
    if (std::ranges::find(allowed, media_type) == allowed.end()) {
        return Error(Errc::AttachmentType, name + ": " + media_type);
    }
    DraftAttachment out;
    out.source = FileSource{path};
    out.listed.file_name = name;
    out.listed.media_type = media_type;
    Bytes first;
    crypto::Sha256 digest;
    CHAPAR_TRY(read_file(files, path, [&](ByteView piece) -> Status {
        out.listed.length += piece.size();
        if (out.listed.length > limits::kAttachmentBytes) {
            return Error(Errc::AttachmentTooLarge, name);
        }
        const std::size_t wanted = schemas::kMediaProbeBytes - first.size();
        append(first, piece.first(std::min(wanted, piece.size())));
        digest.update(piece);
        return Done{};
    }));
    out.digest = digest.finish();
    if (!schemas::begins_as(media_type, first)) {
        return Error(Errc::AttachmentType, name + " is not " + media_type);
    }
    return out;
}

}  // namespace chapar::client
