#include "schemas/frames_mail.h"

#include "schemas/base/limits.h"
#include "schemas/frames_entries.h"

namespace chapar::schemas {
namespace {

constexpr std::size_t kLabelBytes = 69;
constexpr std::size_t kStatementBytes = 83;
constexpr std::size_t kBatchBytes = 174;             // B || signature
constexpr std::size_t kItemBytes = kBatchBytes + 2;  // and u16 index, before the path
constexpr std::size_t kItemPathNodes = 8;            // of kBatchItems items
constexpr std::size_t kSealBytes = 48;               // ct of DEVICE and VISIBLE
constexpr std::size_t kAuditSealBytes = 96;          // ct of AUDIT

Bytes read_ct(WireReading& in, capnp::Data::Reader wire) {
    Bytes out = in.bytes(wire, kSealBytes, kAuditSealBytes, "stanza.ct");
    in.demand(out.size() == kSealBytes || out.size() == kAuditSealBytes, "stanza.ct");
    return out;
}

std::vector<Bytes> read_streams(WireReading& in, capnp::List<capnp::Data>::Reader wire) {
    std::vector<Bytes> out;
    const unsigned count = in.count(wire.size(), 1, limits::kStreams, "streams");
    for (unsigned i = 0; i < count; ++i) {
        out.push_back(in.bytes(wire[i], 0, limits::kFrameBytes, "streams"));
    }
    return out;
}

// `batch` empty: a whole item; else nothing.
Bytes read_item(WireReading& in, capnp::Data::Reader wire, const Bytes& batch) {
    if (!batch.empty()) return in.bytes(wire, 0, 0, "item");
    Bytes out = in.bytes(wire, kItemBytes, kItemBytes + kItemPathNodes * Hash::kSize, "item");
    in.demand(out.size() < kItemBytes || (out.size() - kItemBytes) % Hash::kSize == 0, "item");
    return out;
}

Bytes read_batch(WireReading& in, capnp::Data::Reader wire) {
    Bytes out = in.bytes(wire, 0, kBatchBytes, "batch");
    in.demand(out.empty() || out.size() == kBatchBytes, "batch");
    return out;
}

SubmittedStanza read(WireReading& in, wire::SubmittedStanza::Reader wire) {
    return {in.bytes(wire.getLabel(), kLabelBytes, kLabelBytes, "stanza.label"),
            in.fixed<PublicKey>(wire.getEnc(), "stanza.enc"), read_ct(in, wire.getCt())};
}

SubmittedEnvelope read(WireReading& in, wire::SubmittedEnvelope::Reader wire, const Bytes& batch) {
    SubmittedEnvelope out;
    out.envelope = in.bytes(wire.getEnvelope(), 1, limits::kFrameBytes, "envelope");
    out.item = read_item(in, wire.getItem(), batch);
    out.blind = in.fixed<AudienceBlind>(wire.getBlind(), "blind");
    const auto stanzas = wire.getStanzas();
    const unsigned count = in.count(stanzas.size(), 1, limits::kStanzas, "stanzas");
    for (unsigned i = 0; i < count; ++i) out.stanzas.push_back(read(in, stanzas[i]));
    out.streams = read_streams(in, wire.getStreams());
    return out;
}

ItemOutcome read(WireReading& in, wire::ItemOutcome::Reader wire) {
    ItemOutcome out;
    out.about = in.fixed<Hash>(wire.getAbout(), "about");
    out.code = in.line(wire.getCode(), "code");
    out.context = in.line(wire.getContext(), "context");
    out.rule = in.line(wire.getRule(), "rule");
    out.policy = in.fixed_or_none<PolicyHash>(wire.getPolicy(), "policy");
    out.proofs = read_proofs(in, wire.getProofs());
    return out;
}

DeliveredStanza read(WireReading& in, wire::DeliveredStanza::Reader wire) {
    DeliveredStanza out;
    out.label = in.bytes(wire.getLabel(), kLabelBytes, kLabelBytes, "stanza.label");
    out.enc = in.fixed<PublicKey>(wire.getEnc(), "stanza.enc");
    out.ct = read_ct(in, wire.getCt());
    out.index = wire.getIndex();
    in.demand(out.index < limits::kStanzas, "stanza.index");
    out.path = in.fixed_list<Hash>(wire.getPath(), limits::kPathNodes, "stanza.path");
    return out;
}

Delivery read(WireReading& in, wire::Delivery::Reader wire) {
    Delivery out;
    out.number = MailboxNumber(wire.getNumber());
    out.envelope = in.bytes(wire.getEnvelope(), 1, limits::kFrameBytes, "envelope");
    out.item = read_item(in, wire.getItem(), {});
    out.stanza = read(in, wire.getStanza());
    const auto audits = wire.getAudits();
    const unsigned count = in.count(audits.size(), 0, limits::kAuditors, "audits");
    for (unsigned i = 0; i < count; ++i) out.audits.push_back(read(in, audits[i]));
    out.streams = read_streams(in, wire.getStreams());
    out.proof = read_proof(in, wire.getProof());
    return out;
}

}  // namespace

Frame read_submit(WireReading& in, wire::Submit::Reader wire) {
    Submit out;
    out.batch = read_batch(in, wire.getBatch());
    const auto list = wire.getEnvelopes();
    const unsigned count = in.count(list.size(), 1, limits::kEnvelopesPerFrame, "envelopes");
    for (unsigned i = 0; i < count && in.ok(); ++i) {
        out.envelopes.push_back(read(in, list[i], out.batch));
    }
    return out;
}

Frame read_statements(WireReading& in, wire::Statements::Reader wire) {
    Statements out;
    out.batch = read_batch(in, wire.getBatch());
    const auto list = wire.getStatements();
    const unsigned count = in.count(list.size(), 1, limits::kBatchItems, "statements");
    for (unsigned i = 0; i < count && in.ok(); ++i) {
        out.statements.push_back(
            {in.bytes(list[i].getStatement(), kStatementBytes, kStatementBytes, "statement"),
             read_item(in, list[i].getItem(), out.batch)});
    }
    return out;
}

Frame read_outcomes(WireReading& in, wire::Outcomes::Reader wire) {
    Outcomes out;
    out.head = read_head(in, wire.getHead());
    out.time = in.time(wire.getTime(), "time");
    const auto list = wire.getItems();
    const unsigned count = in.count(list.size(), 0, limits::kPageEntries, "items");
    for (unsigned i = 0; i < count && in.ok(); ++i) out.items.push_back(read(in, list[i]));
    return out;
}

Frame read_deliver(WireReading& in, wire::Deliver::Reader wire) {
    Deliver out;
    out.head = read_head(in, wire.getHead());
    const auto list = wire.getDeliveries();
    const unsigned count = in.count(list.size(), 1, limits::kEnvelopesPerFrame, "deliveries");
    for (unsigned i = 0; i < count && in.ok(); ++i) out.deliveries.push_back(read(in, list[i]));
    return out;
}

}  // namespace chapar::schemas
