#include "client/core/outbox_store.h"

#include "client/core/store_keys.h"
#include "client/core/tables.h"

namespace chapar::client::outbox_store {
namespace {

constexpr std::uint8_t kVersion = 1;

Error damaged(const char* what) { return Error(Errc::StoreDamaged, what); }

void write_index(LayoutWriter& out, const std::optional<EntryIndex>& index) {
    out.u8(index ? 1 : 0).u64(index ? index->value : 0);
}
std::optional<EntryIndex> read_index(LayoutReader& in) {
    const bool present = in.u8() != 0;
    const EntryIndex index(in.u64());
    return present ? std::optional(index) : std::nullopt;
}

void write_office(LayoutWriter& out, const OutboxOffice& office) {
    out.counted8(view(office.office.text())).counted8(view(office.agency.text()));
    out.u8(static_cast<std::uint8_t>(office.stage)).u64(office.since.value);
    write_index(out, office.at);
    write_index(out, office.unopenable);
    out.u8(office.device ? 1 : 0).raw(office.device.value_or(CertificateHash{}).view());
    out.u16(static_cast<std::uint16_t>(office.devices.size()));
    for (const CertificateHash& device : office.devices) out.raw(device.view());
}

Result<OutboxOffice> read_office(LayoutReader& in) {
    const std::string office = to_string(in.counted8());
    const std::string agency = to_string(in.counted8());
    OutboxOffice out{CHAPAR_TRY(OfficeId::parse(office)), CHAPAR_TRY(AgencyId::parse(agency))};
    const auto stage = schemas::code_numbered<schemas::Stage>(in.u8());
    if (!stage) return damaged("stage");
    out.stage = *stage;
    out.since = TimeMs(in.u64());
    out.at = read_index(in);
    out.unopenable = read_index(in);
    const bool has_device = in.u8() != 0;
    const auto device = in.fixed<CertificateHash>();
    if (has_device) out.device = device;
    for (std::uint16_t left = in.u16(); left > 0 && in.ok(); --left) {
        out.devices.push_back(in.fixed<CertificateHash>());
    }
    return out;
}

}  // namespace

Bytes encode(const OutboxItem& item) {
    LayoutWriter out;
    out.u8(kVersion).u8(static_cast<std::uint8_t>(item.stage));
    out.raw(item.message.view()).raw(item.hash.view()).raw(item.case_id.view());
    out.u16(static_cast<std::uint16_t>(item.kind)).u8(static_cast<std::uint8_t>(item.urgency));
    out.u8(static_cast<std::uint8_t>(item.classification));
    out.u64(item.created.value).u64(item.expires.value).u32(item.attempts);
    write_index(out, item.entry);
    out.u64(item.entry_time.value);
    out.u16(static_cast<std::uint16_t>(item.offices.size()));
    for (const OutboxOffice& office : item.offices) write_office(out, office);
    const OutboxProblem& problem = item.problem;
    out.counted16(view(problem.code)).counted16(view(problem.context));
    out.counted16(view(problem.rule)).raw(problem.policy.view());
    return out.take();
}

Result<OutboxItem> decode_item(OutboxNumber number, ByteView bytes) {
    LayoutReader in(bytes);
    if (in.u8() != kVersion) return Error(Errc::VersionUnknown, "outbox");
    OutboxItem item;
    item.number = number;
    const auto stage = schemas::code_numbered<schemas::Stage>(in.u8());
    item.message = in.fixed<MessageId>();
    item.hash = in.fixed<EnvelopeHash>();
    item.case_id = in.fixed<CaseId>();
    item.kind = static_cast<schemas::Kind>(in.u16());
    const auto urgency = schemas::code_numbered<schemas::Urgency>(in.u8());
    const auto classification = schemas::code_numbered<schemas::Classification>(in.u8());
    if (!stage || !urgency || !classification) return damaged("outbox");
    item.stage = *stage;
    item.urgency = *urgency;
    item.classification = *classification;
    item.created = TimeMs(in.u64());
    item.expires = TimeMs(in.u64());
    item.attempts = in.u32();
    item.entry = read_index(in);
    item.entry_time = TimeMs(in.u64());
    for (std::uint16_t left = in.u16(); left > 0 && in.ok(); --left) {
        item.offices.push_back(CHAPAR_TRY(read_office(in)));
    }
    item.problem.code = to_string(in.counted16());
    item.problem.context = to_string(in.counted16());
    item.problem.rule = to_string(in.counted16());
    item.problem.policy = in.fixed<PolicyHash>();
    if (!in.finish("outbox")) return damaged("outbox");
    return item;
}

Bytes encode(const OutboxBytes& bytes) {
    LayoutWriter out;
    out.u8(kVersion).counted32(bytes.statement).counted16(bytes.item.encode());
    out.raw(bytes.blind.view()).u16(static_cast<std::uint16_t>(bytes.stanzas.size()));
    for (std::size_t i = 0; i < bytes.stanzas.size(); ++i) {
        out.counted16(bytes.stanzas[i].encode());
        out.counted8(view(bytes.stanza_agencies[i].text()));
    }
    out.u8(static_cast<std::uint8_t>(bytes.streams.size()));
    for (const Bytes& stream : bytes.streams) out.counted32(stream);
    return out.take();
}

Result<OutboxBytes> decode_bytes(ByteView bytes) {
    LayoutReader in(bytes);
    if (in.u8() != kVersion) return Error(Errc::VersionUnknown, "outbox.bytes");
    OutboxBytes out;
    out.statement = to_bytes(in.counted32());
    out.item = CHAPAR_TRY(crypto::BatchItem::decode(in.counted16()));
    out.blind = in.fixed<AudienceBlind>();
    for (std::uint16_t left = in.u16(); left > 0 && in.ok(); --left) {
        out.stanzas.push_back(CHAPAR_TRY(crypto::Stanza::decode(in.counted16())));
        const std::string agency = to_string(in.counted8());
        out.stanza_agencies.push_back(CHAPAR_TRY(AgencyId::parse(agency)));
    }
    for (std::uint8_t left = in.u8(); left > 0 && in.ok(); --left) {
        out.streams.push_back(to_bytes(in.counted32()));
    }
    if (!in.finish("outbox.bytes")) return damaged("outbox.bytes");
    return out;
}

Bytes encode(const ReceiptEntry& entry) {
    LayoutWriter out;
    out.u8(kVersion).counted8(view(entry.agency.text())).u64(entry.time.value);
    out.raw(entry.salt.view()).counted32(view(entry.text)).counted32(entry.body);
    return out.take();
}

Result<ReceiptEntry> decode_receipt(EntryIndex index, ByteView bytes) {
    LayoutReader in(bytes);
    if (in.u8() != kVersion) return Error(Errc::VersionUnknown, "receipts");
    const std::string agency = to_string(in.counted8());
    ReceiptEntry entry{index, CHAPAR_TRY(AgencyId::parse(agency)), TimeMs(in.u64()), {}, {}, {}};
    entry.salt = in.fixed<Hash>();
    entry.text = to_string(in.counted32());
    entry.body = to_bytes(in.counted32());
    if (!in.finish("receipts")) return damaged("receipts");
    return entry;
}

Status put_item(storage::Txn& txn, const OutboxItem& item) {
    return txn.put(tables::kOutbox, number_key(item.number.value), encode(item));
}

}  // namespace chapar::client::outbox_store
