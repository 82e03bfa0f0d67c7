// Upper bounds of what one element adds to a frame, by Cap'n Proto's own sizes: a pointer and the
// rounded-up bytes of each Data or Text, and the sections of each struct.
#include "schemas/frames_codec.h"

namespace chapar::schemas {
namespace {

constexpr std::size_t kWord = 8;

// A pointer to it, its bytes with a NUL, rounded up.
constexpr std::size_t blob(std::size_t bytes) { return kWord + (bytes + kWord) / kWord * kWord; }

// `words`: data and pointer sections, and the tag of the list that it may stand in.
constexpr std::size_t sections(std::size_t words) { return (words + 1) * kWord; }

std::size_t path_bytes(const std::vector<Hash>& path) {
    return 2 * kWord + path.size() * blob(Hash::kSize);
}

std::size_t streams_bytes(const std::vector<Bytes>& streams) {
    std::size_t out = 2 * kWord;
    for (const Bytes& stream : streams) out += blob(stream.size());
    return out;
}

template <typename Stanza>
std::size_t seal_bytes(const Stanza& stanza) {
    return sections(6) + blob(stanza.label.size()) + blob(PublicKey::kSize) +
           blob(stanza.ct.size());
}

std::size_t stanza_bytes(const DeliveredStanza& stanza) {
    return seal_bytes(stanza) + path_bytes(stanza.path);
}

}  // namespace

std::size_t wire_bytes(const Head& head) {
    return sections(3) + blob(head.checkpoint.size()) + path_bytes(head.consistency);
}

std::size_t wire_bytes(const EntryProof& proof) {
    return sections(6) + blob(proof.leaf.size()) + path_bytes(proof.path) +
           blob(proof.body.size()) + blob(Hash::kSize);
}

std::size_t wire_bytes(const StoredEntry& entry) {
    return sections(3) + blob(entry.leaf.size()) + blob(entry.body.size());
}

std::size_t wire_bytes(const SubmittedEnvelope& envelope) {
    std::size_t out = sections(6) + blob(envelope.envelope.size()) + blob(envelope.item.size()) +
                      blob(AudienceBlind::kSize) + streams_bytes(envelope.streams);
    for (const SubmittedStanza& stanza : envelope.stanzas) out += seal_bytes(stanza);
    return out;
}

std::size_t wire_bytes(const SignedStatement& statement) {
    return sections(3) + blob(statement.statement.size()) + blob(statement.item.size());
}

std::size_t wire_bytes(const ItemOutcome& outcome) {
    std::size_t out = sections(7) + blob(Hash::kSize) + blob(outcome.code.size()) +
                      blob(outcome.context.size()) + blob(outcome.rule.size()) +
                      blob(PolicyHash::kSize);
    for (const EntryProof& proof : outcome.proofs) out += wire_bytes(proof);
    return out;
}

std::size_t wire_bytes(const Delivery& delivery) {
    std::size_t out = sections(9) + blob(delivery.envelope.size()) + blob(delivery.item.size()) +
                      stanza_bytes(delivery.stanza) + streams_bytes(delivery.streams) +
                      wire_bytes(delivery.proof);
    for (const DeliveredStanza& audit : delivery.audits) out += stanza_bytes(audit);
    return out;
}

}  // namespace chapar::schemas
