#include "client/core/outbox_store.h"

#include <algorithm>

#include "client/core/store_keys.h"
#include "client/core/tables.h"

namespace chapar::client::outbox_store {
namespace {

constexpr std::uint8_t kVersion = 1;
// Of receipts; version 1 had no `witnessed`.
constexpr std::uint8_t kReceiptVersion = 2;

Error damaged(const char* what) { return Error(Errc::StoreDamaged, what); }

void write_index(LayoutWriter& out, const std::optional<EntryIndex>& index) {
    out.u8(index ? 1 : 0).u64(index ? index->value : 0);
}
std::optional<EntryIndex> read_index(LayoutReader& in) {
    const bool present = in.u8() != 0;
    const EntryIndex index(in.u64());
    return present ? std::optional(index) : std::nullopt;
}

void write_hashes(LayoutWriter& out, const std::vector<CertificateHash>& hashes) {
    out.u16(static_cast<std::uint16_t>(hashes.size()));
    for (const CertificateHash& hash : hashes) out.raw(hash.view());
}
std::vector<CertificateHash> read_hashes(LayoutReader& in) {
    std::vector<CertificateHash> hashes;
    for (std::uint16_t left = in.u16(); left > 0 && in.ok(); --left) {
        hashes.push_back(in.fixed<CertificateHash>());
    }
    return hashes;
}

void write_office(LayoutWriter& out, const OutboxOffice& office) {
    out.counted8(view(office.office.text())).counted8(view(office.agency.text()));
    out.u8(static_cast<std::uint8_t>(office.stage)).u64(office.since.value);
    write_index(out, office.at);
    write_index(out, office.unopenable);
    out.u8(office.device ? 1 : 0).raw(office.device.value_or(CertificateHash{}).view());
    write_hashes(out, office.devices);
    write_hashes(out, office.key_gone);
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
    out.devices = read_hashes(in);
    out.key_gone = read_hashes(in);
    return out;
}

void write_approvals(LayoutWriter& out, const OutboxApprovals& approvals) {
    out.u8(approvals.needed).u16(static_cast<std::uint16_t>(approvals.asked.size()));
    for (const OfficeId& office : approvals.asked) out.counted8(view(office.text()));
    out.u8(static_cast<std::uint8_t>(approvals.given.size()));
    for (const crypto::Approval& one : approvals.given) {
        out.raw(one.approver.view()).raw(one.audience.view()).raw(one.signature.view());
    }
    write_hashes(out, approvals.refused_by);
    out.u16(static_cast<std::uint16_t>(approvals.answers_seen.size()));
    for (const std::uint64_t number : approvals.answers_seen) out.u64(number);
}

Result<OutboxApprovals> read_approvals(LayoutReader& in) {
    OutboxApprovals out;
    out.needed = in.u8();
    for (std::uint16_t left = in.u16(); left > 0 && in.ok(); --left) {
        const std::string office = to_string(in.counted8());
        out.asked.push_back(CHAPAR_TRY(OfficeId::parse(office)));
    }
    for (std::uint8_t left = in.u8(); left > 0 && in.ok(); --left) {
        crypto::Approval one;
        one.approver = in.fixed<CertificateHash>();
        one.audience = in.fixed<Hash>();
        one.signature = in.fixed<Signature>();
        out.given.push_back(one);
    }
    out.refused_by = read_hashes(in);
    for (std::uint16_t left = in.u16(); left > 0 && in.ok(); --left) {
        out.answers_seen.push_back(in.u64());
    }
    return out;
}

void write_files(LayoutWriter& out, const std::vector<OutboxFile>& files) {
    out.u8(static_cast<std::uint8_t>(files.size()));
    for (const OutboxFile& file : files) {
        out.u16(file.stream).raw(file.root.view()).u64(file.size).u8(file.uploaded ? 1 : 0);
        out.u8(file.kept ? 1 : 0);
    }
}

std::vector<OutboxFile> read_files(LayoutReader& in) {
    std::vector<OutboxFile> out;
    for (std::uint8_t left = in.u8(); left > 0 && in.ok(); --left) {
        OutboxFile file;
        file.stream = in.u16();
        file.root = in.fixed<Hash>();
        file.size = in.u64();
        file.uploaded = in.u8() != 0;
        file.kept = in.u8() != 0;
        out.push_back(file);
    }
    return out;
}

// 0 = none: outbox numbers begin at 1.
void write_reseal(LayoutWriter& out, const OutboxReseal& reseal) {
    out.u64(reseal.first ? reseal.first->value : 0).u8(reseal.generation);
    out.u8(reseal.partial ? 1 : 0);
    write_hashes(out, reseal.done);
    out.u64(reseal.instead ? reseal.instead->value : 0);
}

OutboxReseal read_reseal(LayoutReader& in) {
    OutboxReseal out;
    if (const std::uint64_t first = in.u64(); first != 0) out.first = OutboxNumber(first);
    out.generation = in.u8();
    out.partial = in.u8() != 0;
    out.done = read_hashes(in);
    if (const std::uint64_t instead = in.u64(); instead != 0) out.instead = OutboxNumber(instead);
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
    write_files(out, item.files);
    write_approvals(out, item.approvals);
    write_reseal(out, item.reseal);
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
    item.files = read_files(in);
    item.approvals = CHAPAR_TRY(read_approvals(in));
    item.reseal = read_reseal(in);
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
    out.u8(kReceiptVersion).counted8(view(entry.agency.text())).u64(entry.time.value);
    out.raw(entry.salt.view()).counted32(view(entry.text)).counted32(entry.body);
    out.u8(entry.witnessed ? 1 : 0).u64(entry.witnessed ? entry.witnessed->value : 0);
    return out.take();
}

Result<ReceiptEntry> decode_receipt(EntryIndex index, ByteView bytes) {
    LayoutReader in(bytes);
    const std::uint8_t version = in.u8();
    if (version != kVersion && version != kReceiptVersion) {
        return Error(Errc::VersionUnknown, "receipts");
    }
    const std::string agency = to_string(in.counted8());
    ReceiptEntry entry{index, CHAPAR_TRY(AgencyId::parse(agency)), TimeMs(in.u64()), {}, {}, {}};
    entry.salt = in.fixed<Hash>();
    entry.text = to_string(in.counted32());
    entry.body = to_bytes(in.counted32());
    if (version == kReceiptVersion) {
        const bool witnessed = in.u8() != 0;
        const TimeMs time(in.u64());
        if (witnessed) entry.witnessed = time;
    }
    if (!in.finish("receipts")) return damaged("receipts");
    return entry;
}

crypto::SecretBuffer encode(const std::vector<crypto::Secret32>& secrets) {
    crypto::SecretBuffer out(1 + secrets.size() * crypto::Secret32::kSize);
    out.expose_mutable()[0] = static_cast<std::byte>(secrets.size());
    std::size_t at = 1;
    for (const crypto::Secret32& secret : secrets) {
        std::ranges::copy(secret.expose(), out.expose_mutable().subspan(at).begin());
        at += crypto::Secret32::kSize;
    }
    return out;
}

Result<std::vector<crypto::Secret32>> decode_secrets(ByteView bytes) {
    std::vector<crypto::Secret32> secrets;
    const std::size_t count = bytes.empty() ? 0 : static_cast<std::size_t>(bytes[0]);
    if (bytes.size() != 1 + count * crypto::Secret32::kSize) return damaged("outbox.secrets");
    for (std::size_t i = 0; i < count; ++i) {
        const ByteView one =
            bytes.subspan(1 + i * crypto::Secret32::kSize, crypto::Secret32::kSize);
        secrets.push_back(*crypto::Secret32::from(one));
    }
    return secrets;
}

Bytes got_key(const CertificateHash& author, const CertificateHash& recipient) {
    return LayoutWriter().raw(author.view()).raw(recipient.view()).take();
}

Status put_item(storage::Txn& txn, const OutboxItem& item) {
    return txn.put(tables::kOutbox, number_key(item.number.value), encode(item));
}

}  // namespace chapar::client::outbox_store
