// What an attacker can do with envelopes: open one as a recipient, and put one together anew.
#pragma once

#include <vector>

#include "crypto/hkdf.h"
#include "crypto/stanza_seal.h"
#include "unit/crypto/office.h"

namespace chapar::testing {

// The secrets of an envelope, in the hands of one of its recipients, or of its own sender.
struct Insider {
    crypto::Secret32 message_key;
    crypto::Secret32 prk;
    Hash context;
    Hash commits;

    [[nodiscard]] static Insider open(const TestOffice& office, const std::string& name,
                                      const crypto::SealedEnvelope& envelope) {
        std::vector<Hash> commitments;
        for (const auto& stream : envelope.commitments) commitments.push_back(stream.commitment);
        Insider out{{}, {}, envelope.context, crypto::commits_hash(commitments)};
        const crypto::OpeningKeys keys = office.keys_of(name);
        for (const crypto::Stanza& stanza : envelope.stanzas) {
            if (stanza.label.certificate != keys.certificate) continue;
            out.message_key =
                crypto::open_stanza(out.context, out.commits, stanza, keys.secrets, keys.psk)
                    .value();
        }
        out.prk = crypto::hkdf_extract(out.context.view(), {out.message_key.expose()});
        return out;
    }
    [[nodiscard]] crypto::StanzaContext shared() const {
        return {context, commits, prk, message_key};
    }
    [[nodiscard]] crypto::Stanza seal(const crypto::StanzaLabel& label,
                                      const crypto::EpochPublicKeys& keys) const {
        return crypto::seal_stanza(shared(), label, keys, std::nullopt).value();
    }
};

// E and its hash again, after stanzas were changed: what its sender can sign.
inline void put_together(crypto::SealedEnvelope& envelope) {
    auto statement = crypto::EnvelopeStatement::decode(envelope.statement).value();
    std::vector<Hash> leaves;
    for (const crypto::Stanza& stanza : envelope.stanzas) {
        leaves.push_back(crypto::stanza_leaf_hash(crypto::digest_of(stanza)));
    }
    statement.stanza_count = static_cast<std::uint16_t>(leaves.size());
    statement.stanza_root = crypto::tree_root(leaves);
    envelope.statement = statement.encode();
    envelope.hash = crypto::envelope_hash(envelope.statement);
}

// What became of it at the recipient; Ok if it opened.
inline Errc outcome(const Result<crypto::OpenedMessage>& opened) {
    return opened.has_value() ? Errc::Internal : opened.error().code;
}
constexpr Errc kOpened = Errc::Internal;

}  // namespace chapar::testing
