#include "crypto/seal.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <set>
#include <utility>

#include "crypto/hkdf.h"
#include "crypto/padding.h"
#include "crypto/sha256.h"
#include "crypto/tree.h"
#include "schemas/base/limits.h"

namespace chapar::crypto {
namespace {

Status check_recipients(std::span<const Recipient> recipients,
                        std::span<const Approval> approvals) {
    if (recipients.empty() || recipients.size() > limits::kStanzas) {
        return Error(Errc::TooLarge, "recipients");
    }
    if (approvals.size() > limits::kApprovals) return Error(Errc::TooLarge, "approvals");
    std::set<CertificateHash> seen;
    for (const Recipient& recipient : recipients) {
        if (!seen.insert(recipient.certificate).second) return Errc::StanzaDuplicate;
        const bool audit = recipient.type == StanzaType::Audit;
        if (recipient.keys.inner.has_value() != audit) {
            return Error(Errc::FieldInvalid, "inner key");
        }
        const bool psk = recipient.psk_id.value != 0;
        if (recipient.psk.has_value() != psk || (audit && psk)) {
            return Error(Errc::FieldInvalid, "psk");
        }
    }
    return Done{};
}

// mk = HMAC(random32, "mk" || deviceHedge || SHA256(stream 0)): a bad generator alone does not
// repeat a key.
Secret32 draw_message_key(ByteView stream0, const Secret32& hedge, const Secret32& random32) {
    const Hash text = sha256(stream0);
    return hmac_sha256(random32.expose(), {view("mk"), hedge.expose(), text.view()});
}

std::vector<Approval> sorted(std::span<const Approval> approvals) {
    std::vector<Approval> all(approvals.begin(), approvals.end());
    std::ranges::sort(all, {}, &Approval::approver);
    return all;
}

Hash root_of(const std::vector<Stanza>& stanzas) {
    std::vector<Hash> leaves;
    for (const Stanza& stanza : stanzas) leaves.push_back(stanza_leaf_hash(digest_of(stanza)));
    return tree_root(leaves);
}

StanzaLabel label_of(const Recipient& recipient, const StanzaBlind& blind) {
    return {.type = recipient.type,
            .blind = blind,
            .certificate = recipient.certificate,
            .key_id = recipient.key_id,
            .got = recipient.got,
            .psk_id = recipient.psk_id};
}

Hash commits_of(const std::vector<StreamCommitment>& streams) {
    std::vector<Hash> commitments;
    for (const StreamCommitment& stream : streams) commitments.push_back(stream.commitment);
    return commits_hash(commitments);
}

// A random order: the place of a stanza tells nobody who it is for.
StanzaDraws draw_stanzas(std::size_t count, Random& random) {
    StanzaDraws draws;
    draws.order.resize(count);
    std::iota(draws.order.begin(), draws.order.end(), std::size_t{0});
    for (std::size_t i = count; i > 1; --i) {
        const std::uint32_t other = random_below(random, static_cast<std::uint32_t>(i));
        std::swap(draws.order[i - 1], draws.order[other]);
    }
    for (std::size_t i = 0; i < count; ++i) {
        draws.blinds.push_back(random_value<StanzaBlind>(random));
    }
    return draws;
}

// Feeds one stream that is in memory, and keeps its ciphertext.
Result<Bytes> seal_in_memory(Sealer& sealer, ByteView plaintext) {
    Bytes ciphertext;
    CHAPAR_TRY(sealer.begin_stream([&ciphertext](ByteView chunk) -> Status {
        append(ciphertext, chunk);
        return Done{};
    }));
    CHAPAR_TRY(sealer.append(plaintext));
    CHAPAR_TRY(sealer.end_stream());
    return ciphertext;
}

}  // namespace

Result<Sealer> Sealer::begin(ByteView header, ByteView stream0, const Secret32& device_hedge,
                             Random& random) {
    return begin_with(header, stream0, device_hedge, Secret32::random(random));
}

Result<Sealer> Sealer::begin_with(ByteView header, ByteView stream0, const Secret32& device_hedge,
                                  const Secret32& random32) {
    if (header.empty() || header.size() > limits::kHeaderBytes) {
        return Error(Errc::TooLarge, "header");
    }
    Sealer sealer;
    sealer.header_ = to_bytes(header);
    sealer.context_ = context_hash(header);
    sealer.message_key_ = draw_message_key(stream0, device_hedge, random32);
    sealer.prk_ = hkdf_extract(sealer.context_.view(), {sealer.message_key_.expose()});
    sealer.stream0_ = CHAPAR_TRY(seal_in_memory(sealer, stream0));
    return sealer;
}

Status Sealer::begin_stream(ChunkSink sink) {
    CHAPAR_ASSERT(!open_);
    if (commitments_.size() == limits::kStreams) return Error(Errc::TooLarge, "streams");
    open_.emplace(OpenStream{});  // clang 14 takes no empty emplace() of a nested type
    open_->keys = derive_stream_keys(prk_, static_cast<std::uint16_t>(commitments_.size()));
    open_->sink = std::move(sink);
    open_->held = SecretBuffer(limits::kChunkBytes);
    return Done{};
}

Status Sealer::append(ByteView plaintext) {
    CHAPAR_ASSERT(open_);
    if (plaintext.size() > limits::kAttachmentBytes - open_->plaintext) {
        return Error(Errc::TooLarge, "stream");
    }
    open_->plaintext += plaintext.size();
    return feed(plaintext);
}

Status Sealer::feed(ByteView bytes) {
    while (!bytes.empty()) {
        if (open_->held_size == limits::kChunkBytes) {
            CHAPAR_TRY(seal_held(ChunkPosition::NotLast));
        }
        const std::size_t now = std::min(bytes.size(), limits::kChunkBytes - open_->held_size);
        std::ranges::copy(bytes.first(now),
                          open_->held.expose_mutable().subspan(open_->held_size).begin());
        open_->held_size += now;
        bytes = bytes.subspan(now);
    }
    return Done{};
}

Status Sealer::seal_held(ChunkPosition position) {
    const Bytes sealed = seal_chunk(open_->keys.key, open_->chunks, position,
                                    open_->held.expose().first(open_->held_size));
    open_->leaves.push_back(leaf_hash(sealed));
    open_->ciphertext += sealed.size();
    ++open_->chunks;
    open_->held_size = 0;
    return open_->sink(sealed);
}

Result<StreamCommitment> Sealer::end_stream() {
    CHAPAR_ASSERT(open_);
    const std::uint64_t length = open_->plaintext;
    const std::array mark{kPaddingMark};
    CHAPAR_TRY(feed(mark));
    static constexpr std::array<std::byte, 4096> kZeros{};
    for (std::uint64_t left = padded_size(length) - length - 1; left > 0;) {
        const auto now = static_cast<std::size_t>(std::min<std::uint64_t>(left, kZeros.size()));
        CHAPAR_TRY(feed(ByteView(kZeros).first(now)));
        left -= now;
    }
    CHAPAR_TRY(seal_held(ChunkPosition::Last));
    commitments_.push_back({.commitment = open_->keys.commitment,
                            .root = tree_root(open_->leaves),
                            .size = open_->ciphertext});
    secrets_.push_back(std::move(open_->keys.secret));
    open_.reset();
    return commitments_.back();
}

Result<SealedEnvelope> Sealer::finish(std::span<const Recipient> recipients,
                                      std::span<const Approval> approvals, Random& random) && {
    return std::move(*this).finish_with(recipients, approvals,
                                        draw_stanzas(recipients.size(), random));
}

Result<SealedEnvelope> Sealer::finish_with(std::span<const Recipient> recipients,
                                           std::span<const Approval> approvals,
                                           const StanzaDraws& draws) && {
    CHAPAR_ASSERT(!open_ && !commitments_.empty());
    CHAPAR_TRY(check_recipients(recipients, approvals));
    CHAPAR_ASSERT(draws.order.size() == recipients.size());
    CHAPAR_ASSERT(draws.blinds.size() == recipients.size());

    SealedEnvelope envelope;
    envelope.context = context_;
    const Hash commits = commits_of(commitments_);
    const StanzaContext shared{context_, commits, prk_, message_key_};
    for (std::size_t i = 0; i < draws.order.size(); ++i) {
        const Recipient& recipient = recipients[draws.order[i]];
        envelope.stanzas.push_back(CHAPAR_TRY(seal_stanza(
            shared, label_of(recipient, draws.blinds[i]), recipient.keys, recipient.psk)));
    }
    envelope.streams.resize(commitments_.size());
    envelope.streams.front() = std::move(stream0_);
    envelope.commitments = commitments_;
    envelope.stream_secrets = std::move(secrets_);

    const EnvelopeStatement statement{
        .header = std::move(header_),
        .streams = std::move(commitments_),
        .approvals = sorted(approvals),
        .stanza_count = static_cast<std::uint16_t>(envelope.stanzas.size()),
        .stanza_root = root_of(envelope.stanzas)};
    envelope.statement = statement.encode();
    // What its own reader would refuse is never sent.
    CHAPAR_TRY(EnvelopeStatement::decode(envelope.statement));
    envelope.hash = envelope_hash(envelope.statement);
    return envelope;
}

Result<SealedEnvelope> seal(const SealInput& input, Random& random) {
    CHAPAR_TRY(check_recipients(input.recipients, input.approvals));
    SealDraws draws{.random32 = Secret32::random(random), .blinds = {}};
    StanzaDraws stanzas = draw_stanzas(input.recipients.size(), random);
    draws.blinds = std::move(stanzas.blinds);
    return seal_with_draws(input, stanzas.order, draws);
}

Result<SealedEnvelope> seal_with_draws(const SealInput& input, std::span<const std::size_t> order,
                                       const SealDraws& draws) {
    if (input.streams.empty()) return Error(Errc::TooLarge, "streams");
    Sealer sealer = CHAPAR_TRY(Sealer::begin_with(input.header, input.streams.front(),
                                                  input.device_hedge, draws.random32));
    std::vector<Bytes> ciphertexts(1);
    for (const ByteView attachment : input.streams.subspan(1)) {
        ciphertexts.push_back(CHAPAR_TRY(seal_in_memory(sealer, attachment)));
    }
    SealedEnvelope envelope = CHAPAR_TRY(std::move(sealer).finish_with(
        input.recipients, input.approvals, {{order.begin(), order.end()}, draws.blinds}));
    ciphertexts.front() = std::move(envelope.streams.front());
    envelope.streams = std::move(ciphertexts);
    return envelope;
}

std::uint64_t sealed_stream_bytes(std::uint64_t length) {
    const std::uint64_t padded = padded_size(length);
    const std::uint64_t chunks = (padded + limits::kChunkBytes - 1) / limits::kChunkBytes;
    return padded + chunks * kTagBytes;
}

}  // namespace chapar::crypto
