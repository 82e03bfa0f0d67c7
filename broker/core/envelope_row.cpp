#include "broker/core/envelope_row.h"

#include "broker/core/tables.h"
#include "schemas/base/layout.h"

namespace chapar::broker {
namespace {

Bytes operation_key(const CertificateHash& sender, const MessageId& message) {
    return LayoutWriter().raw(sender.view()).raw(message.view()).take();
}

void write_line(LayoutWriter& out, const DecisionLine& line) {
    out.u8(static_cast<std::uint8_t>(line.direction)).u8(static_cast<std::uint8_t>(line.effect));
    out.counted8(view(line.agency.text())).counted8(view(line.office.text()));
    out.counted8(view(line.rule)).raw(line.policy.view());
    out.u8(line.approvals).u16(line.role).u64(line.size_max);
    out.counted8(view(line.unmet ? text_of(*line.unmet).code : std::string_view()));
}

// "" is none; a code of a later version is not understood.
Result<std::optional<Errc>> read_code(LayoutReader& in) {
    const std::string code = to_string(in.counted8());
    if (code.empty()) return std::optional<Errc>();
    const auto known = errc_of(code);
    if (!known) return Error(Errc::VersionUnknown, "envelope row");
    return known;
}

Result<DecisionLine> read_line(LayoutReader& in) {
    const auto direction = static_cast<Direction>(in.u8());
    const auto effect = static_cast<Effect>(in.u8());
    auto agency = CHAPAR_TRY(AgencyId::parse(to_string(in.counted8())));
    auto office = CHAPAR_TRY(OfficeId::parse(to_string(in.counted8())));
    std::string rule = to_string(in.counted8());
    DecisionLine line{direction,         effect,          std::move(agency),
                      std::move(office), std::move(rule), in.fixed<PolicyHash>()};
    line.approvals = in.u8();
    line.role = in.u16();
    line.size_max = in.u64();
    line.unmet = CHAPAR_TRY(read_code(in));
    return line;
}

void write_addressing(LayoutWriter& out, const Addressing& to) {
    out.counted8(view(to.office.text())).counted8(view(to.agency.text()));
    out.u16(to.kind).u8(to.classification).u8(to.urgency);
    out.u8(static_cast<std::uint8_t>(to.retention)).u64(to.expires.value);
    out.u16(static_cast<std::uint16_t>(to.agencies.size()));
    for (const AgencyId& agency : to.agencies) out.counted8(view(agency.text()));
    to.conditions.encode(out);
}

Result<Addressing> read_addressing(LayoutReader& in) {
    auto office = CHAPAR_TRY(OfficeId::parse(to_string(in.counted8())));
    auto agency = CHAPAR_TRY(AgencyId::parse(to_string(in.counted8())));
    const std::uint16_t kind = in.u16();
    const std::uint8_t classification = in.u8();
    const std::uint8_t urgency = in.u8();
    const auto retention = crypto::retention_class_of(in.u8());
    if (!retention) return Error(Errc::StoreDamaged, "envelope");
    Addressing to{std::move(office),
                  std::move(agency),
                  kind,
                  classification,
                  urgency,
                  *retention,
                  TimeMs(in.u64()),
                  {},
                  {}};
    const std::uint16_t count = in.u16();
    for (std::uint16_t i = 0; i < count; ++i) {
        to.agencies.push_back(CHAPAR_TRY(AgencyId::parse(to_string(in.counted8()))));
    }
    to.conditions = CHAPAR_TRY(Conditions::decode(in));
    return to;
}

Result<EnvelopeRow> parse(ByteView bytes) {
    LayoutReader in(bytes);
    EnvelopeRow row;
    row.sender = in.fixed<CertificateHash>();
    row.message = in.fixed<MessageId>();
    row.first = EntryIndex(in.u64());
    row.count = in.u32();
    row.refused = CHAPAR_TRY(read_code(in));
    const std::uint16_t lines = in.u16();
    for (std::uint16_t i = 0; i < lines; ++i) row.lines.push_back(CHAPAR_TRY(read_line(in)));
    if (!row.refused) row.addressing = CHAPAR_TRY(read_addressing(in));
    CHAPAR_TRY(in.finish("envelope row"));
    return row;
}

}  // namespace

Result<EnvelopeRow> parse_envelope(ByteView bytes) {
    auto row = parse(bytes);
    if (!row) return Error(Errc::StoreDamaged, "envelope");
    return row;
}

Result<std::optional<EnvelopeRow>> read_envelope(const storage::ReadTxn& txn,
                                                 const EnvelopeHash& envelope) {
    const auto stored = CHAPAR_TRY(txn.get(kEnvelopeTable, envelope.view()));
    if (!stored) return std::optional<EnvelopeRow>();
    return std::optional<EnvelopeRow>(CHAPAR_TRY(parse_envelope(*stored)));
}

Status write_envelope(storage::Txn& txn, const EnvelopeHash& envelope, const EnvelopeRow& row) {
    CHAPAR_ASSERT(row.refused.has_value() != row.addressing.has_value());
    LayoutWriter out;
    out.raw(row.sender.view()).raw(row.message.view()).u64(row.first.value).u32(row.count);
    out.counted8(view(row.refused ? text_of(*row.refused).code : std::string_view()));
    out.u16(static_cast<std::uint16_t>(row.lines.size()));
    for (const DecisionLine& line : row.lines) write_line(out, line);
    if (row.addressing) write_addressing(out, *row.addressing);
    return txn.put(kEnvelopeTable, envelope.view(), out.bytes());
}

Result<std::optional<EnvelopeHash>> read_operation(const storage::ReadTxn& txn,
                                                   const CertificateHash& sender,
                                                   const MessageId& message) {
    const auto stored = CHAPAR_TRY(txn.get(kOperationTable, operation_key(sender, message)));
    if (!stored) return std::optional<EnvelopeHash>();
    const auto hash = EnvelopeHash::from(*stored);
    if (!hash) return Error(Errc::StoreDamaged, "operation");
    return hash;
}

Status write_operation(storage::Txn& txn, const CertificateHash& sender, const MessageId& message,
                       const EnvelopeHash& envelope) {
    return txn.put(kOperationTable, operation_key(sender, message), envelope.view());
}

}  // namespace chapar::broker
