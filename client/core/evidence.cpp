#include "client/core/evidence.h"

#include <algorithm>
#include <utility>

#include "crypto/stream.h"
#include "crypto/tlog_proof.h"
#include "crypto/tree.h"
#include "schemas/base/layout.h"
#include "storage/tar.h"

namespace chapar::client {
namespace {

constexpr std::size_t kMostHeads = 1024;
constexpr std::size_t kMostBytes = std::size_t{256} << 20;
constexpr std::string_view kFormat =
    "chapar evidence package 1\n"
    "One envelope, one of its streams, and what proves them.\n"
    "To check: chapar-verify evidence FILE --card CARD\n"
    "Layout: crypto/README.md, \"Evidence package\".\n";

void put_path(LayoutWriter& out, const std::vector<Hash>& path) {
    out.u8(static_cast<std::uint8_t>(path.size()));
    for (const Hash& node : path) out.raw(node.view());
}

Bytes encode_entry(std::uint16_t head, const schemas::EntryProof& proof) {
    LayoutWriter out;
    out.u16(head).counted16(proof.leaf).counted32(proof.body).raw(proof.salt.view());
    put_path(out, proof.path);
    return out.take();
}

// Bodies that a reader needs: records of the directory, and the founding manifest.
bool is_disclosed(crypto::LeafKind kind) {
    return kind == crypto::LeafKind::Key || kind == crypto::LeafKind::Admin;
}

Status check_stream_fits(const crypto::EnvelopeStatement& statement, const EvidenceStream& stream) {
    if (stream.number >= statement.streams.size()) return Error(Errc::NotFound, "stream");
    const crypto::StreamCommitment& signed_stream = statement.streams[stream.number];
    const auto keys = crypto::stream_keys_of(stream.secret.duplicate());
    if (keys.commitment != signed_stream.commitment) return Error(Errc::Commitments);
    return crypto::check_stream(signed_stream, stream.ciphertext);
}

}  // namespace

Result<EvidenceDirectory> EvidenceDirectory::begin(const crypto::NoteVerifier& log,
                                                   std::string note) {
    EvidenceDirectory out(log);
    auto checkpoint = CHAPAR_TRY(crypto::open_checkpoint(note, log));
    out.heads_.push_back({std::move(note), {}, std::move(checkpoint)});
    return out;
}

Status EvidenceDirectory::add_head(const schemas::Head& head) {
    auto checkpoint = CHAPAR_TRY(crypto::open_checkpoint(head.checkpoint, *log_));
    const crypto::Checkpoint& last = heads_.back().checkpoint;
    const Status grows = crypto::check_consistency(
        last.size.value, last.root, checkpoint.size.value, checkpoint.root, head.consistency);
    if (!grows) return Error(Errc::HeadMismatch, "evidence");
    if (checkpoint.size == last.size) return Done{};
    if (heads_.size() == kMostHeads) return Error(Errc::TooLarge, "heads");
    heads_.push_back({head.checkpoint, head.consistency, std::move(checkpoint)});
    return Done{};
}

Status EvidenceDirectory::add_entries(std::span<const schemas::EntryProof> entries) {
    for (const schemas::EntryProof& proof : entries) {
        const auto entry = CHAPAR_TRY(ProvenEntry::verify_leaf(proof, heads_.back().checkpoint));
        const crypto::Leaf& leaf = entry.leaf();
        if (!crypto::is_directory(leaf.kind)) continue;
        const std::optional<EntryIndex> last = newest();
        const bool next =
            last ? leaf.last_dir == *last && leaf.index > *last : leaf.index == EntryIndex(0);
        if (!next) return Error(Errc::LeafInvalid, "last_dir");
        Entry kept{static_cast<std::uint16_t>(heads_.size() - 1), proof};
        if (!is_disclosed(leaf.kind)) {
            kept.proof.body.clear();
            kept.proof.salt = Hash{};
        }
        entries_.push_back(std::move(kept));
    }
    return Done{};
}

std::optional<EntryIndex> EvidenceDirectory::newest() const {
    if (entries_.empty()) return std::nullopt;
    return entries_.back().proof.index;
}

Result<crypto::EnvelopeStatement> accepted_statement(const ReceiptEntry& receipt) {
    const auto body =
        CHAPAR_TRY(crypto::EntryBody::decode(crypto::LeafKind::Message, receipt.body));
    if (body.event != crypto::event_number(crypto::MessageEvent::Accepted) || !body.envelope ||
        !body.item) {
        return Error(Errc::LeafInvalid, "no acceptance");
    }
    return crypto::EnvelopeStatement::decode(*body.envelope);
}

Result<std::string> receipt_note(const ReceiptEntry& receipt) {
    return CHAPAR_TRY(crypto::TlogProof::parse(receipt.text)).checkpoint;
}

// The members, once everything fits.
class EvidenceWriter {
  public:
    explicit EvidenceWriter(const EvidenceDirectory& directory) : directory_(directory) {}

    // The acceptance, proven under the first head, with the directory complete before it.
    [[nodiscard]] Result<schemas::EntryProof> acceptance(const ReceiptEntry& receipt) const {
        const auto proof = CHAPAR_TRY(crypto::TlogProof::parse(receipt.text));
        const schemas::EntryProof entry{receipt.index, proof.extra, proof.path, receipt.body,
                                        receipt.salt};
        if (proof.index != receipt.index || proof.checkpoint != directory_.heads_.front().note) {
            return Error(Errc::ProofInvalid, "another receipt");
        }
        const auto proven =
            CHAPAR_TRY(ProvenEntry::verify(entry, directory_.heads_.front().checkpoint));
        const EntryIndex last_dir = proven.leaf().last_dir;
        const auto held = std::ranges::find_if(directory_.entries_, [&](const auto& listed) {
            return listed.proof.index == last_dir;
        });
        if (held == directory_.entries_.end()) return Error(Errc::LeafInvalid, "directory");
        return entry;
    }

    [[nodiscard]] Bytes heads() const {
        LayoutWriter out;
        out.u16(static_cast<std::uint16_t>(directory_.heads_.size()));
        for (const auto& head : directory_.heads_) {
            out.counted16(view(head.note));
            put_path(out, head.path);
        }
        return out.take();
    }

    [[nodiscard]] Bytes entries() const {
        LayoutWriter out;
        out.u32(static_cast<std::uint32_t>(directory_.entries_.size()));
        for (const auto& entry : directory_.entries_) {
            out.counted32(encode_entry(entry.head, entry.proof));
        }
        return out.take();
    }

  private:
    const EvidenceDirectory& directory_;
};

Result<Bytes> write_evidence(const crypto::SignedRecord& manifest, const ReceiptEntry& receipt,
                             const EvidenceDirectory& directory, const EvidenceStream& stream) {
    const auto statement = CHAPAR_TRY(accepted_statement(receipt));
    CHAPAR_TRY(check_stream_fits(statement, stream));
    const EvidenceWriter writer(directory);
    const schemas::EntryProof accepted = CHAPAR_TRY(writer.acceptance(receipt));
    const auto body =
        CHAPAR_TRY(crypto::EntryBody::decode(crypto::LeafKind::Message, receipt.body));
    LayoutWriter secret;
    secret.u16(stream.number).raw(stream.secret.expose());
    Bytes file = storage::encode_tar({{"FORMAT.txt", to_bytes(kFormat)},
                                      {"manifest", manifest.encode()},
                                      {"heads", writer.heads()},
                                      {"envelope", *body.envelope},
                                      {"item", *body.item},
                                      {"accepted", encode_entry(0, accepted)},
                                      {"directory", writer.entries()},
                                      {"stream", secret.take()},
                                      {"ciphertext", to_bytes(stream.ciphertext)}});
    if (file.size() > kMostBytes) return Error(Errc::TooLarge, "evidence");
    return file;
}

}  // namespace chapar::client
