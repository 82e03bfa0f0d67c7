#include "crypto/seal.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "crypto/hkdf.h"
#include "crypto/padding.h"
#include "crypto/sha256.h"
#include "crypto/tree.h"
#include "schemas/base/limits.h"

namespace chapar::crypto {
namespace {

Status check_sizes(const SealInput& input) {
    if (input.header.empty() || input.header.size() > limits::kHeaderBytes) {
        return Error(Errc::TooLarge, "header");
    }
    if (input.streams.empty() || input.streams.size() > limits::kStreams) {
        return Error(Errc::TooLarge, "streams");
    }
    if (input.recipients.empty() || input.recipients.size() > limits::kStanzas) {
        return Error(Errc::TooLarge, "recipients");
    }
    if (input.approvals.size() > limits::kApprovals) return Error(Errc::TooLarge, "approvals");
    return Done{};
}

Status check_recipients(std::span<const Recipient> recipients) {
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
Secret32 draw_message_key(const SealInput& input, const Secret32& random32) {
    const Hash text = sha256(input.streams.front());
    return hmac_sha256(random32.expose(), {view("mk"), input.device_hedge.expose(), text.view()});
}

std::vector<Approval> sorted(std::span<const Approval> approvals) {
    std::vector<Approval> all(approvals.begin(), approvals.end());
    std::ranges::sort(all, {}, &Approval::approver);
    return all;
}

struct SealedStreams {
    std::vector<StreamCommitment> commitments;
    std::vector<Bytes> ciphertexts;
    Hash commits;  // TH("commits", c_0..)
};

SealedStreams seal_streams(const SealInput& input, const Secret32& prk) {
    SealedStreams sealed;
    std::vector<Hash> commitments;
    for (std::size_t j = 0; j < input.streams.size(); ++j) {
        const StreamKeys keys = derive_stream_keys(prk, static_cast<std::uint16_t>(j));
        Bytes ciphertext = seal_stream(keys.key, pad(input.streams[j]).expose());
        sealed.commitments.push_back({.commitment = keys.commitment,
                                      .root = tree_root(chunk_leaves(ciphertext)),
                                      .size = ciphertext.size()});
        sealed.ciphertexts.push_back(std::move(ciphertext));
        commitments.push_back(keys.commitment);
    }
    sealed.commits = commits_hash(commitments);
    return sealed;
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

}  // namespace

Result<SealedEnvelope> seal(const SealInput& input, Random& random) {
    CHAPAR_TRY(check_sizes(input));
    // A random order: the place of a stanza tells nobody who it is for.
    std::vector<std::size_t> order(input.recipients.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (std::size_t i = order.size(); i > 1; --i) {
        std::swap(order[i - 1], order[random_below(random, static_cast<std::uint32_t>(i))]);
    }
    SealDraws draws{.random32 = Secret32::random(random), .blinds = {}};
    for (std::size_t i = 0; i < order.size(); ++i) {
        draws.blinds.push_back(random_value<StanzaBlind>(random));
    }
    return seal_with_draws(input, order, draws);
}

Result<SealedEnvelope> seal_with_draws(const SealInput& input, std::span<const std::size_t> order,
                                       const SealDraws& draws) {
    CHAPAR_TRY(check_sizes(input));
    CHAPAR_TRY(check_recipients(input.recipients));
    CHAPAR_ASSERT(order.size() == input.recipients.size());
    CHAPAR_ASSERT(draws.blinds.size() == order.size());

    SealedEnvelope envelope;
    envelope.context = context_hash(input.header);
    const Secret32 message_key = draw_message_key(input, draws.random32);
    const Secret32 prk = hkdf_extract(envelope.context.view(), {message_key.expose()});
    SealedStreams streams = seal_streams(input, prk);
    envelope.streams = std::move(streams.ciphertexts);

    const StanzaContext shared{envelope.context, streams.commits, prk, message_key};
    for (std::size_t i = 0; i < order.size(); ++i) {
        const Recipient& recipient = input.recipients[order[i]];
        envelope.stanzas.push_back(CHAPAR_TRY(seal_stanza(
            shared, label_of(recipient, draws.blinds[i]), recipient.keys, recipient.psk)));
    }

    const EnvelopeStatement statement{
        .header = to_bytes(input.header),
        .streams = std::move(streams.commitments),
        .approvals = sorted(input.approvals),
        .stanza_count = static_cast<std::uint16_t>(envelope.stanzas.size()),
        .stanza_root = root_of(envelope.stanzas)};
    envelope.statement = statement.encode();
    // What its own reader would refuse is never sent.
    CHAPAR_TRY(EnvelopeStatement::decode(envelope.statement));
    envelope.hash = envelope_hash(envelope.statement);
    return envelope;
}

}  // namespace chapar::crypto
