// Devices, offices and envelopes for the tests of seal, receive and admit.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "crypto/admit.h"
#include "crypto/batch.h"
#include "crypto/receive.h"
#include "crypto/seal.h"
#include "crypto/tree.h"
#include "support/fake_random.h"

namespace chapar::testing {

struct TestDevice {
    CertificateHash certificate;
    KeyId key_id;
    crypto::KeyPair epoch;
    crypto::KeyPair inner;  // auditors only
};

// A sender, two devices, an auditor, an approver; one envelope to all of them.
class TestOffice {
  public:
    explicit TestOffice(std::uint64_t seed = 1) : random(seed) {
        for (const char* name : {"A", "B", "auditor"}) devices.emplace(name, make_device());
    }

    [[nodiscard]] TestDevice make_device() {
        return {.certificate = crypto::random_value<CertificateHash>(random),
                .key_id = KeyId((3ULL << 32) | 20778),
                .epoch = crypto::generate_key_pair(random),
                .inner = crypto::generate_key_pair(random)};
    }

    [[nodiscard]] crypto::Recipient recipient(const std::string& name,
                                              crypto::StanzaType type) const {
        const TestDevice& device = devices.at(name);
        crypto::Recipient to{.type = type,
                             .certificate = device.certificate,
                             .key_id = device.key_id,
                             .keys = {.key = device.epoch.public_key, .inner = std::nullopt},
                             .got = 4,
                             .psk_id = {},
                             .psk = std::nullopt};
        if (type == crypto::StanzaType::Audit) to.keys.inner = device.inner.public_key;
        return to;
    }

    [[nodiscard]] std::vector<crypto::Recipient> everyone() const {
        std::vector<crypto::Recipient> to;
        to.push_back(recipient("A", crypto::StanzaType::Device));
        to.push_back(recipient("B", crypto::StanzaType::Visible));
        to.push_back(recipient("auditor", crypto::StanzaType::Audit));
        return to;
    }

    [[nodiscard]] Hash audience() const {
        return crypto::audience_hash(blind, {office("TJ-BLO"), office("AF-BLO")});
    }
    [[nodiscard]] std::vector<crypto::Approval> approvals() const {
        return {crypto::make_approval(seen.home, crypto::context_hash(header), audience(),
                                      approver_certificate, approver)};
    }

    [[nodiscard]] Result<crypto::SealedEnvelope> seal(
        const std::vector<crypto::Recipient>& to,
        const std::vector<crypto::Approval>& approved = {}) {
        const std::vector<ByteView> streams{stream0, attachment};
        return crypto::seal({header, streams, to, approved, hedge}, random);
    }

    [[nodiscard]] crypto::BatchItem sign(const crypto::SealedEnvelope& envelope) const {
        const std::vector<EnvelopeHash> one{envelope.hash};
        return crypto::sign_envelopes(seen, one, sender).item(0);
    }

    // The stanza of a device as it is handed out, or of all auditors.
    [[nodiscard]] static std::vector<crypto::HandedStanza> handed(
        const crypto::SealedEnvelope& envelope) {
        std::vector<Hash> leaves;
        for (const crypto::Stanza& stanza : envelope.stanzas) {
            leaves.push_back(crypto::stanza_leaf_hash(crypto::digest_of(stanza)));
        }
        const crypto::Tree tree(leaves);
        std::vector<crypto::HandedStanza> all;
        for (std::size_t i = 0; i < leaves.size(); ++i) {
            all.push_back({.stanza = envelope.stanzas[i],
                           .index = static_cast<std::uint16_t>(i),
                           .path = tree.inclusion_path(i)});
        }
        return all;
    }

    [[nodiscard]] Result<crypto::ReceivedEnvelope> received_by(
        const std::string& name, const crypto::SealedEnvelope& envelope) const {
        crypto::HandedStanza own;
        std::vector<crypto::HandedStanza> audit;
        for (crypto::HandedStanza& each : handed(envelope)) {
            if (each.stanza.label.certificate == devices.at(name).certificate) own = each;
            if (each.stanza.label.type == crypto::StanzaType::Audit) audit.push_back(each);
        }
        return crypto::ReceivedEnvelope::parse(envelope.statement, sign(envelope), own, audit);
    }

    [[nodiscard]] crypto::Signers signers() const {
        return {.home = seen.home,
                .sender = sender.verifying_key(),
                .approvers = {{approver_certificate, approver.verifying_key()}}};
    }

    [[nodiscard]] crypto::OpeningKeys keys_of(const std::string& name) const {
        const TestDevice& device = devices.at(name);
        crypto::OpeningKeys keys{
            .certificate = device.certificate,
            .key_id = device.key_id,
            .secrets = {.key = device.epoch.secret.duplicate(), .inner = std::nullopt},
            .psk = std::nullopt};
        if (name == "auditor") keys.secrets.inner = device.inner.secret.duplicate();
        return keys;
    }

    [[nodiscard]] crypto::AuditorKeys auditor_keys() const {
        const TestDevice& auditor = devices.at("auditor");
        return {{{auditor.certificate, auditor.key_id},
                 {.key = auditor.epoch.public_key, .inner = auditor.inner.public_key}}};
    }

    [[nodiscard]] Result<crypto::OpenedMessage> open(const std::string& name,
                                                     const crypto::SealedEnvelope& envelope) const {
        auto received = CHAPAR_TRY(received_by(name, envelope));
        auto verified =
            CHAPAR_TRY(crypto::VerifiedEnvelope::verify(std::move(received), signers()));
        return crypto::OpenedMessage::open(std::move(verified), keys_of(name), auditor_keys());
    }

    [[nodiscard]] static OfficeId office(const char* name) { return *OfficeId::parse(name); }

    FakeRandom random;
    crypto::SigningKey sender = crypto::SigningKey::generate(random);
    crypto::SigningKey approver = crypto::SigningKey::generate(random);
    CertificateHash approver_certificate = crypto::random_value<CertificateHash>(random);
    AudienceBlind blind = crypto::random_value<AudienceBlind>(random);
    crypto::Secret32 hedge = crypto::Secret32::random(random);
    crypto::SeenHead seen{.home = crypto::random_value<Home>(random),
                          .ledger = LedgerNumber(1),
                          .size = TreeSize(42),
                          .root = crypto::random_value<Hash>(random)};
    Bytes header = to_bytes("opaque header");
    Bytes stream0 = to_bytes("32 random bytes, manifest and text");
    Bytes attachment = Bytes(70000, std::byte{0x80});
    std::map<std::string, TestDevice> devices;
};

}  // namespace chapar::testing
