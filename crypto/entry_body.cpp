#include "crypto/entry_body.h"

#include "crypto/entry_body_rule.h"
#include "crypto/record_layout.h"
#include "schemas/base/limits.h"

namespace chapar::crypto {
namespace {

constexpr std::size_t kMaxRecordBytes = 65535;
constexpr std::uint8_t kBare = 0;
constexpr std::uint8_t kInFull = 1;

Error malformed(const char* what) { return Error(Errc::MalformedLayout, what); }

class BodyWriter {
  public:
    BodyWriter& put(BodyId id, ByteView content) {
        too_large_ = too_large_ || content.size() > kMaxRecordBytes;
        if (!too_large_) out_.u8(static_cast<std::uint8_t>(id)).counted16(content);
        return *this;
    }
    BodyWriter& put_u64(BodyId id, std::uint64_t n) {
        return put(id, LayoutWriter().u64(n).bytes());
    }
    [[nodiscard]] Result<Bytes> take() {
        if (too_large_ || out_.bytes().size() > limits::kLeafBodyBytes) {
            return Error(Errc::TooLarge, "ledger body");
        }
        return out_.take();
    }

  private:
    LayoutWriter out_;
    bool too_large_ = false;
};

Bytes encode_stanzas(const std::vector<BodyStanza>& stanzas) {
    LayoutWriter out;
    out.u16(static_cast<std::uint16_t>(stanzas.size()));
    for (const BodyStanza& stanza : stanzas) {
        out.u8(stanza.label ? kInFull : kBare);
        if (stanza.label) out.raw(stanza.label->encode());
        out.raw(stanza.value.view());
    }
    return out.take();
}

Bytes encode_decision(const BodyDecision& decision) {
    LayoutWriter out;
    out.u8(static_cast<std::uint8_t>(decision.effect)).counted8(view(decision.code));
    out.u16(static_cast<std::uint16_t>(decision.lines.size()));
    for (const DecisionLine& line : decision.lines) {
        out.u8(static_cast<std::uint8_t>(line.direction)).counted8(view(line.agency.text()));
        out.counted8(view(line.rule)).raw(line.policy.view());
    }
    return out.take();
}

Bytes encode_devices(const std::vector<CertificateHash>& devices) {
    Bytes out;
    for (const CertificateHash& device : devices) append(out, device.view());
    return out;
}

Result<std::vector<BodyStanza>> decode_stanzas(ByteView content) {
    LayoutReader in(content);
    std::vector<BodyStanza> out;
    const std::size_t count = in.u16();
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        const std::uint8_t form = in.u8();
        if (form > kInFull) return malformed("body stanzas");
        BodyStanza stanza;
        if (form == kInFull) {
            stanza.label = CHAPAR_TRY(StanzaLabel::decode(in.raw(StanzaLabel::kBytes)));
        }
        stanza.value = in.fixed<Hash>();
        out.push_back(std::move(stanza));
    }
    CHAPAR_TRY(in.finish("body stanzas"));
    return out;
}

Result<BodyDecision> decode_decision(ByteView content) {
    LayoutReader in(content);
    BodyDecision out;
    const std::uint8_t effect = in.u8();
    out.code = to_string(in.counted8());
    const std::size_t count = in.u16();
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        const std::uint8_t direction = in.u8();
        AgencyId agency = CHAPAR_TRY(read_name<AgencyId>(in));
        std::string rule = to_string(in.counted8());
        if (direction < 1 || direction > 2) return malformed("body decision");
        out.lines.push_back({static_cast<PolicyDirection>(direction), std::move(agency),
                             std::move(rule), in.fixed<PolicyHash>()});
    }
    CHAPAR_TRY(in.finish("body decision"));
    if (effect < 1 || effect > 2) return malformed("body decision");
    out.effect = static_cast<PolicyEffect>(effect);
    return out;
}

Result<std::vector<CertificateHash>> decode_devices(ByteView content) {
    LayoutReader in(content);
    std::vector<CertificateHash> out;
    while (in.remaining() >= CertificateHash::kSize) out.push_back(in.fixed<CertificateHash>());
    CHAPAR_TRY(in.finish("body devices"));
    if (out.empty()) return malformed("body devices");
    return out;
}

template <typename NameType>
Result<NameType> decode_name(ByteView content) {
    Result<NameType> name = NameType::parse(to_string(content));
    if (!name) return malformed("body name");
    return name;
}

template <typename Fixed>
Result<Fixed> decode_fixed(ByteView content) {
    const std::optional<Fixed> value = Fixed::from(content);
    if (!value) return malformed("body value");
    return *value;
}

Result<std::uint64_t> decode_u64(ByteView content) {
    LayoutReader in(content);
    const std::uint64_t n = in.u64();
    CHAPAR_TRY(in.finish("body number"));
    return n;
}

Result<std::uint16_t> decode_u16(ByteView content) {
    LayoutReader in(content);
    const std::uint16_t n = in.u16();
    CHAPAR_TRY(in.finish("body number"));
    return n;
}

Result<std::uint8_t> decode_u8(ByteView content) {
    LayoutReader in(content);
    const std::uint8_t n = in.u8();
    CHAPAR_TRY(in.finish("body number"));
    return n;
}

Result<ClockStep> decode_step(ByteView content) {
    LayoutReader in(content);
    const std::uint8_t direction = in.u8();
    const DurationMs by(in.u64());
    CHAPAR_TRY(in.finish("body step"));
    if (direction < 1 || direction > 2) return malformed("body step");
    return ClockStep{static_cast<StepDirection>(direction), by};
}

Bytes encode_step(const ClockStep& step) {
    return LayoutWriter().u8(static_cast<std::uint8_t>(step.direction)).u64(step.by.value).take();
}

Status read_record(EntryBody& body, BodyId id, ByteView content) {
    switch (id) {
        case BodyId::Event:
            body.event = CHAPAR_TRY(decode_u8(content));
            break;
        case BodyId::Time:
            body.time = TimeMs(CHAPAR_TRY(decode_u64(content)));
            break;
        case BodyId::SenderAgency:
            body.sender_agency = CHAPAR_TRY(decode_name<AgencyId>(content));
            break;
        case BodyId::RecipientAgency:
            body.recipient_agency = CHAPAR_TRY(decode_name<AgencyId>(content));
            break;
        case BodyId::Envelope:
            body.envelope = to_bytes(content);
            break;
        case BodyId::Item:
            body.item = to_bytes(content);
            break;
        case BodyId::Blind:
            body.blind = CHAPAR_TRY(decode_fixed<AudienceBlind>(content));
            break;
        case BodyId::Stanzas:
            body.stanzas = CHAPAR_TRY(decode_stanzas(content));
            break;
        case BodyId::Decision:
            body.decision = CHAPAR_TRY(decode_decision(content));
            break;
        case BodyId::Accepted:
            body.accepted = EntryIndex(CHAPAR_TRY(decode_u64(content)));
            break;
        case BodyId::Statement:
            body.statement = to_bytes(content);
            break;
        case BodyId::Reason:
            body.reason = CHAPAR_TRY(decode_u16(content));
            break;
        case BodyId::Record:
            body.record = to_bytes(content);
            break;
        case BodyId::Devices:
            body.devices = CHAPAR_TRY(decode_devices(content));
            break;
        case BodyId::Nonce:
            body.nonce = CHAPAR_TRY(decode_fixed<Hash>(content));
            break;
        case BodyId::Build:
            body.build = to_string(content);
            break;
        case BodyId::Cause:
            body.cause = EntryIndex(CHAPAR_TRY(decode_u64(content)));
            break;
        case BodyId::EnvelopeHash:
            body.envelope_hash = CHAPAR_TRY(decode_fixed<EnvelopeHash>(content));
            break;
        case BodyId::Step:
            body.step = CHAPAR_TRY(decode_step(content));
            break;
    }
    return Done{};
}

}  // namespace

Result<Bytes> EntryBody::encode() const {
    BodyWriter out;
    out.put(BodyId::Event, LayoutWriter().u8(event).bytes()).put_u64(BodyId::Time, time.value);
    if (sender_agency) out.put(BodyId::SenderAgency, view(sender_agency->text()));
    if (recipient_agency) out.put(BodyId::RecipientAgency, view(recipient_agency->text()));
    if (envelope) out.put(BodyId::Envelope, *envelope);
    if (item) out.put(BodyId::Item, *item);
    if (blind) out.put(BodyId::Blind, blind->view());
    if (stanzas) out.put(BodyId::Stanzas, encode_stanzas(*stanzas));
    if (decision) out.put(BodyId::Decision, encode_decision(*decision));
    if (accepted) out.put_u64(BodyId::Accepted, accepted->value);
    if (statement) out.put(BodyId::Statement, *statement);
    if (reason) out.put(BodyId::Reason, LayoutWriter().u16(*reason).bytes());
    if (record) out.put(BodyId::Record, *record);
    if (!devices.empty()) out.put(BodyId::Devices, encode_devices(devices));
    if (nonce) out.put(BodyId::Nonce, nonce->view());
    if (build) out.put(BodyId::Build, view(*build));
    if (cause) out.put_u64(BodyId::Cause, cause->value);
    if (envelope_hash) out.put(BodyId::EnvelopeHash, envelope_hash->view());
    if (step) out.put(BodyId::Step, encode_step(*step));
    return out.take();
}

Result<EntryBody> EntryBody::decode(LeafKind kind, ByteView bytes) {
    if (bytes.size() > limits::kLeafBodyBytes) return Error(Errc::TooLarge, "ledger body");
    LayoutReader in(bytes);
    EntryBody out;
    BodyIds seen = 0;
    std::uint8_t last = 0;
    while (in.remaining() > 0) {
        const std::uint8_t id = in.u8();
        const ByteView content = in.counted16();
        if (!in.ok() || id <= last || id > kLastBodyId) return malformed("body record");
        last = id;
        seen |= bit(static_cast<BodyId>(id));
        CHAPAR_TRY(read_record(out, static_cast<BodyId>(id), content));
    }
    const BodyIds always = bit(BodyId::Event) | bit(BodyId::Time);
    if ((seen & always) != always) return malformed("body record");
    CHAPAR_TRY(out.check(kind));
    return out;
}

MessageEvent entry_event(DeliveryEvent event) {
    switch (event) {
        case DeliveryEvent::Delivered:
            return MessageEvent::Delivered;
        case DeliveryEvent::Opened:
            return MessageEvent::Opened;
        case DeliveryEvent::Acknowledged:
            return MessageEvent::Acked;
        case DeliveryEvent::Unopenable:
            return MessageEvent::Unopenable;
        case DeliveryEvent::RecallDone:
            return MessageEvent::Recalled;
    }
    CHAPAR_ASSERT(false);
    return MessageEvent::Delivered;
}

}  // namespace chapar::crypto
