// The identifiers of the protocol, each a type of its own.
//
// Owns: their shapes. Does not know how any of them is computed (crypto/) or stored (storage/).
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "schemas/base/bytes.h"
#include "schemas/base/number.h"
#include "schemas/base/result.h"

namespace chapar {

using Hash = FixedBytes<struct HashTag, 32>;                        // a plain SHA-256 or tree node
using CertificateHash = FixedBytes<struct CertificateHashTag, 32>;  // TH("device", body)
using EnvelopeHash = FixedBytes<struct EnvelopeHashTag, 32>;        // eh = TH("envelope", E)
using PolicyHash = FixedBytes<struct PolicyHashTag, 32>;            // TH("policy", body)
using Home = FixedBytes<struct HomeTag, 32>;            // TH("manifest", manifest): which centre
using MessageId = FixedBytes<struct MessageIdTag, 16>;  // UUIDv7, drawn by the sender
using CaseId = FixedBytes<struct CaseIdTag, 16>;        // 128 random bits, never semantic
using PublicKey = FixedBytes<struct PublicKeyTag, 32>;  // X25519
using CurveKey = FixedBytes<struct CurveKeyTag, 32>;    // X25519, of a ZeroMQ CURVE link
using SigningPublicKey = FixedBytes<struct SigningPublicKeyTag, 32>;  // Ed25519, unchecked bytes
using Signature = FixedBytes<struct SignatureTag, 64>;                // Ed25519
using ViewTag = FixedBytes<struct ViewTagTag, 16>;
using BucketId = FixedBytes<struct BucketIdTag, 32>;
using AudienceBlind = FixedBytes<struct AudienceBlindTag, 16>;

using EntryIndex = StrongNumber<struct EntryIndexTag>;        // position of a ledger entry, from 0
using TreeSize = StrongNumber<struct TreeSizeTag>;            // number of entries
using MailboxNumber = StrongNumber<struct MailboxNumberTag>;  // dense per mailbox, from 1
using KeyId = StrongNumber<struct KeyIdTag>;                  // u32 bundleSeq || u32 epochDay
using LedgerNumber = StrongNumber<struct LedgerNumberTag, std::uint32_t>;  // n of ledger/<n>
using ProcessEpoch = StrongNumber<struct ProcessEpochTag, std::uint32_t>;  // starts of the broker

// A name of an agency or office: 2..32 characters of A-Z, 0-9 and '-', beginning and ending with a
// letter or digit. Compared byte for byte; there are no wildcards.
template <typename Tag>
class Name {
  public:
    [[nodiscard]] static Result<Name> parse(std::string_view text) {
        const auto plain = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
        if (text.size() < 2 || text.size() > 32) return Error(Errc::NameInvalid, std::string());
        if (!plain(text.front()) || !plain(text.back())) return Error(Errc::NameInvalid);
        for (const char c : text) {
            if (!plain(c) && c != '-') return Error(Errc::NameInvalid);
        }
        return Name(std::string(text));
    }
    [[nodiscard]] const std::string& text() const { return text_; }
    auto operator<=>(const Name&) const = default;

  private:
    explicit Name(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

using AgencyId = Name<struct AgencyIdTag>;  // "TJ-DCA"
using OfficeId = Name<struct OfficeIdTag>;  // "TJ-NPJ-BLO"

}  // namespace chapar
