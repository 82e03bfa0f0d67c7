// The delivery statement D: what a recipient's device signs about an envelope.
//
// Owns: its layout (83 bytes) and hash. Signing and checking go by batches (batch.h). Source:
// crypto/envelope.md, "Delivery statement".
#pragma once

#include <cstdint>

#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"

namespace chapar::crypto {

enum class DeliveryEvent : std::uint8_t {
    Delivered = 1,
    Opened = 2,
    Acknowledged = 3,
    Unopenable = 4,
    RecallDone = 5,
};

struct DeliveryStatement {
    static constexpr std::size_t kBytes = 83;
    DeliveryEvent event = DeliveryEvent::Delivered;
    EnvelopeHash envelope;
    CertificateHash signer;
    EntryIndex accepted;
    TimeMs time;
    std::uint16_t reason = 0;  // 0 = none

    [[nodiscard]] Bytes encode() const;
    [[nodiscard]] static Result<DeliveryStatement> decode(ByteView bytes);
    bool operator==(const DeliveryStatement&) const = default;
};

// TH("delivery", D).
[[nodiscard]] Hash statement_hash(const DeliveryStatement& statement);

}  // namespace chapar::crypto
