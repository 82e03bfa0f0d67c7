#include "tests/load/mail.h"

#include "crypto/envelope.h"
#include "crypto/seal.h"
#include "schemas/frames_codec.h"
#include "schemas/header_codec.h"

namespace chapar::testing {
namespace {

crypto::SealedEnvelope seal_one(Centre& centre, const EdgeDevice& from, const EdgeDevice& to,
                                const MailPlan& plan) {
    Bytes text(plan.text);
    centre.random.fill(text);
    schemas::Header header;
    header.home = centre.home();
    header.sender = from.hash;
    header.message_id = crypto::random_value<MessageId>(centre.random);
    header.case_id = crypto::random_value<CaseId>(centre.random);
    header.created = plan.now;
    header.expires_at = plan.now + kDay;
    header.retain_until = plan.now + kDay * 2;
    header.content = crypto::content_hash(text);
    const Bytes h = schemas::encode_header(header);
    const EpochDay today = day_of(plan.now);
    std::vector<crypto::Recipient> recipients;
    recipients.push_back({crypto::StanzaType::Device,
                          to.hash,
                          crypto::key_id_of(to.bundle.sequence, today),
                          {*to.bundle.key(today), std::nullopt},
                          0,
                          crypto::PskId{},
                          std::nullopt});
    const std::vector<ByteView> streams{text};
    const auto hedge = crypto::Secret32::random(centre.random);
    return crypto::seal({h, streams, recipients, {}, hedge}, centre.random).value();
}

}  // namespace

SealedFrame sealed_frame(Centre& centre, const EdgeDevice& from, const EdgeDevice& to,
                         const MailPlan& plan) {
    SealedFrame out;
    schemas::Submit submit;
    for (std::size_t i = 0; i < plan.envelopes; ++i) {
        auto sealed = seal_one(centre, from, to, plan);
        out.envelopes.push_back(sealed.hash);
        schemas::SubmittedEnvelope envelope{std::move(sealed.statement),
                                            {},
                                            crypto::random_value<AudienceBlind>(centre.random),
                                            {},
                                            std::move(sealed.streams)};
        for (crypto::Stanza& stanza : sealed.stanzas) {
            envelope.stanzas.push_back(
                {stanza.label.encode(), stanza.enc, std::move(stanza.ciphertext)});
        }
        submit.envelopes.push_back(std::move(envelope));
    }
    const auto batch = crypto::sign_envelopes(centre.nothing_seen(), out.envelopes, from.key);
    submit.batch = batch.head.encode();
    append(submit.batch, batch.signature.view());
    out.frame = schemas::encode_frame(std::move(submit));
    return out;
}

}  // namespace chapar::testing
