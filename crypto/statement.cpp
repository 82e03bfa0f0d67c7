#include "crypto/statement.h"

#include "crypto/transcript.h"
#include "schemas/base/layout.h"

namespace chapar::crypto {

Bytes DeliveryStatement::encode() const {
    return LayoutWriter()
        .u8(static_cast<std::uint8_t>(event))
        .raw(envelope.view())
        .raw(signer.view())
        .u64(accepted.value)
        .u64(time.value)
        .u16(reason)
        .take();
}

Result<DeliveryStatement> DeliveryStatement::decode(ByteView bytes) {
    LayoutReader reader(bytes);
    const std::uint8_t event = reader.u8();
    DeliveryStatement statement;
    statement.event = static_cast<DeliveryEvent>(event);
    statement.envelope = reader.fixed<EnvelopeHash>();
    statement.signer = reader.fixed<CertificateHash>();
    statement.accepted = EntryIndex(reader.u64());
    statement.time = TimeMs(reader.u64());
    statement.reason = reader.u16();
    CHAPAR_TRY(reader.finish("delivery statement"));
    if (event < static_cast<std::uint8_t>(DeliveryEvent::Delivered) ||
        event > static_cast<std::uint8_t>(DeliveryEvent::RecallDone)) {
        return Error(Errc::MalformedLayout, "delivery event");
    }
    return statement;
}

Hash statement_hash(const DeliveryStatement& statement) {
    return transcript_hash(Label::Delivery, {statement.encode()});
}

}  // namespace chapar::crypto
