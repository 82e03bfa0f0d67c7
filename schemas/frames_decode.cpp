#include "schemas/base/limits.h"
#include "schemas/frames.capnp.h"
#include "schemas/frames_codec.h"
#include "schemas/frames_transfer.h"
#include "schemas/wire_message.h"
#include "schemas/wire_reading.h"

namespace chapar::schemas {
namespace {

constexpr std::size_t kLabelBytes = 69;
constexpr std::size_t kStatementBytes = 83;
constexpr std::size_t kBatchBytes = 174;             // B || signature
constexpr std::size_t kItemBytes = kBatchBytes + 2;  // and u16 index, before the path
constexpr std::size_t kItemPathNodes = 8;            // of kBatchItems items
constexpr std::size_t kSealBytes = 48;               // ct of DEVICE and VISIBLE
constexpr std::size_t kAuditSealBytes = 96;          // ct of AUDIT
constexpr std::size_t kLeafBytes = 256;              // generous; the layout is crypto's
constexpr std::size_t kBodyBytes = limits::kLeafBodyBytes + 256;  // sealed: index, nonce, tag

Head read(WireReading& in, wire::Head::Reader wire) {
    Head out;
    out.checkpoint =
        in.text(wire.getCheckpoint(), limits::kNoteBytes, TextForm::Lines, "head.checkpoint");
    out.consistency =
        in.fixed_list<Hash>(wire.getConsistency(), limits::kPathNodes, "head.consistency");
    return out;
}

EntryProof read(WireReading& in, wire::EntryProof::Reader wire) {
    EntryProof out;
    out.index = EntryIndex(wire.getIndex());
    out.leaf = in.bytes(wire.getLeaf(), 1, kLeafBytes, "proof.leaf");
    out.path = in.fixed_list<Hash>(wire.getPath(), limits::kPathNodes, "proof.path");
    out.body = in.bytes(wire.getBody(), 0, kBodyBytes, "proof.body");
    out.salt = in.fixed<Hash>(wire.getSalt(), "proof.salt");
    return out;
}

std::vector<EntryProof> read(WireReading& in, capnp::List<wire::EntryProof>::Reader wire) {
    std::vector<EntryProof> out;
    const unsigned count = in.count(wire.size(), 0, limits::kPageEntries, "proofs");
    for (unsigned i = 0; i < count && in.ok(); ++i) out.push_back(read(in, wire[i]));
    return out;
}

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

Frame read(WireReading& in, wire::Submit::Reader wire) {
    Submit out;
    out.batch = read_batch(in, wire.getBatch());
    const auto list = wire.getEnvelopes();
    const unsigned count = in.count(list.size(), 1, limits::kEnvelopesPerFrame, "envelopes");
    for (unsigned i = 0; i < count && in.ok(); ++i) {
        out.envelopes.push_back(read(in, list[i], out.batch));
    }
    return out;
}

Frame read(WireReading& in, wire::Statements::Reader wire) {
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

ItemOutcome read(WireReading& in, wire::ItemOutcome::Reader wire) {
    ItemOutcome out;
    out.about = in.fixed<Hash>(wire.getAbout(), "about");
    out.code = in.line(wire.getCode(), "code");
    out.context = in.line(wire.getContext(), "context");
    out.rule = in.line(wire.getRule(), "rule");
    out.policy = in.fixed_or_none<PolicyHash>(wire.getPolicy(), "policy");
    out.proofs = read(in, wire.getProofs());
    return out;
}

Frame read(WireReading& in, wire::Outcomes::Reader wire) {
    Outcomes out;
    out.head = read(in, wire.getHead());
    out.time = in.time(wire.getTime(), "time");
    const auto list = wire.getItems();
    const unsigned count = in.count(list.size(), 0, limits::kPageEntries, "items");
    for (unsigned i = 0; i < count && in.ok(); ++i) out.items.push_back(read(in, list[i]));
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
    out.proof = read(in, wire.getProof());
    return out;
}

Frame read(WireReading& in, wire::Deliver::Reader wire) {
    Deliver out;
    out.head = read(in, wire.getHead());
    const auto list = wire.getDeliveries();
    const unsigned count = in.count(list.size(), 1, limits::kEnvelopesPerFrame, "deliveries");
    for (unsigned i = 0; i < count && in.ok(); ++i) out.deliveries.push_back(read(in, list[i]));
    return out;
}

Frame read(WireReading& in, wire::LedgerPage::Reader wire) {
    Ledger out;
    out.head = read(in, wire.getHead());
    const auto list = wire.getEntries();
    const unsigned count = in.count(list.size(), 0, limits::kPageEntries, "entries");
    for (unsigned i = 0; i < count; ++i) {
        out.entries.push_back({in.bytes(list[i].getLeaf(), 1, kLeafBytes, "leaf"),
                               in.bytes(list[i].getBody(), 0, kBodyBytes, "body")});
    }
    out.next = EntryIndex(wire.getNext());
    out.done = wire.getDone();
    return out;
}

// 1 and 2, the first and the second of their enum.
template <typename Choice>
Choice read_choice(WireReading& in, std::uint8_t number, std::string_view place) {
    in.demand(number == 1 || number == 2, place);
    return static_cast<Choice>(number);
}

// A frame needs names that cannot be empty, so this one cannot read on after a complaint.
Result<Frame> read(WireReading& in, wire::ExplainAsk::Reader wire) {
    const std::optional<OfficeId> from = in.name<OfficeId>(wire.getFrom(), "from");
    std::vector<OfficeId> to;
    const auto list = wire.getTo();
    const unsigned count = in.count(list.size(), 1, limits::kStanzas, "to");
    for (unsigned i = 0; i < count; ++i) {
        std::optional<OfficeId> office = in.name<OfficeId>(list[i], "to");
        if (office) to.push_back(std::move(*office));
    }
    const auto level = in.number<Classification>(wire.getClassification(), "classification");
    if (!in.ok()) return Error(Errc::MalformedFrame, in.place());
    return Frame(ExplainAsk{*from, std::move(to), static_cast<Kind>(wire.getKind()), level});
}

Frame read(WireReading& in, wire::Explained::Reader wire) {
    Explained out;
    out.effect = read_choice<PolicyEffect>(in, wire.getEffect(), "effect");
    const auto list = wire.getLines();
    const unsigned count = in.count(list.size(), 0, limits::kPageEntries, "lines");
    for (unsigned i = 0; i < count; ++i) {
        const auto line = list[i];
        auto agency = in.name<AgencyId>(line.getAgency(), "agency");
        auto office = in.name<OfficeId>(line.getOffice(), "office");
        if (!agency || !office) break;
        in.demand(line.getApprovals() <= limits::kApprovals, "approvals");
        in.demand((line.getRole() != 0) == (line.getApprovals() != 0), "role");
        out.lines.push_back({read_choice<PolicyDirection>(in, line.getDirection(), "direction"),
                             std::move(*agency), std::move(*office),
                             read_choice<PolicyEffect>(in, line.getEffect(), "effect"),
                             in.line(line.getRule(), "rule"),
                             in.fixed_or_none<PolicyHash>(line.getPolicy(), "policy"),
                             line.getApprovals(), line.getRole(), line.getSizeMax()});
    }
    return out;
}

Frame read(WireReading& in, capnp::List<wire::Figure>::Reader wire) {
    StatusReport out;
    const unsigned count = in.count(wire.size(), 0, limits::kPageEntries, "figures");
    for (unsigned i = 0; i < count; ++i) {
        out.figures.push_back(
            {in.line(wire[i].getName(), "name"), in.line(wire[i].getValue(), "value")});
    }
    return out;
}

Frame read(WireReading& in, wire::Challenge::Reader wire) {
    return Challenge{in.fixed<ChallengeBytes>(wire.getChallenge(), "challenge"),
                     in.time(wire.getTime(), "time")};
}

Frame read(WireReading& in, wire::Hello::Reader wire) {
    return Hello{in.fixed<CertificateHash>(wire.getDevice(), "device"),
                 in.fixed<Signature>(wire.getSignature(), "signature"),
                 in.text(wire.getNote(), limits::kNoteBytes, TextForm::Lines, "note")};
}

Frame read(WireReading& in, wire::Welcome::Reader wire) {
    return Welcome{in.time(wire.getTime(), "time"), read(in, wire.getHead())};
}

Frame read(WireReading& in, wire::Error::Reader wire) {
    return ErrorFrame{in.line(wire.getCode(), "code"), in.line(wire.getContext(), "context")};
}

Frame read(WireReading& in, wire::ProofsAsk::Reader wire) {
    ProofsAsk out;
    const auto entries = wire.getEntries();
    const unsigned count = in.count(entries.size(), 1, limits::kProofsPerFrame, "entries");
    for (unsigned i = 0; i < count; ++i) out.entries.emplace_back(entries[i]);
    out.witnessing = wire.getWitnessed() ? Witnessing::WitnessedHead : Witnessing::AnyHead;
    return out;
}

Frame read(WireReading& in, wire::Proofs::Reader wire) {
    return Proofs{read(in, wire.getHead()), read(in, wire.getProofs())};
}

Frame read_directory(WireReading& in, wire::EntryPage::Reader wire) {
    return Directory{read(in, wire.getHead()), read(in, wire.getEntries()),
                     EntryIndex(wire.getNext()), wire.getDone()};
}

Frame read_receipts(WireReading& in, wire::EntryPage::Reader wire) {
    return Receipts{read(in, wire.getHead()), read(in, wire.getEntries()),
                    EntryIndex(wire.getNext()), wire.getDone()};
}

Result<Frame> read(WireReading& in, wire::Frame::Reader wire) {
    using Member = wire::Frame::Which;
    switch (wire.which()) {
        case Member::CONNECT:
            return Frame(Connect{});
        case Member::CHALLENGE:
            return read(in, wire.getChallenge());
        case Member::HELLO:
            return read(in, wire.getHello());
        case Member::WELCOME:
            return read(in, wire.getWelcome());
        case Member::SUBMIT:
            return read(in, wire.getSubmit());
        case Member::OUTCOMES:
            return read(in, wire.getOutcomes());
        case Member::CREDIT:
            return Frame(Credit{wire.getCredit()});
        case Member::DELIVER:
            return read(in, wire.getDeliver());
        case Member::STATEMENTS:
            return read(in, wire.getStatements());
        case Member::DIRECTORY_ASK:
            return Frame(DirectoryAsk{EntryIndex(wire.getDirectoryAsk())});
        case Member::DIRECTORY:
            return read_directory(in, wire.getDirectory());
        case Member::RECEIPTS_ASK:
            return Frame(ReceiptsAsk{EntryIndex(wire.getReceiptsAsk())});
        case Member::RECEIPTS:
            return read_receipts(in, wire.getReceipts());
        case Member::EXPLAIN_ASK:
            return read(in, wire.getExplainAsk());
        case Member::EXPLAINED:
            return read(in, wire.getExplained());
        case Member::LEDGER_ASK:
            return Frame(LedgerAsk{EntryIndex(wire.getLedgerAsk())});
        case Member::LEDGER:
            return read(in, wire.getLedger());
        case Member::PUBLISH:
            return Frame(Publish{in.bytes(wire.getPublish(), 1, limits::kRecordBytes, "record")});
        case Member::STATUS_ASK:
            return Frame(StatusAsk{});
        case Member::STATUS_REPORT:
            return read(in, wire.getStatusReport());
        case Member::ERROR:
            return read(in, wire.getError());
        case Member::RELAY:
            return Error(Errc::MalformedFrame, "relay is reserved");
        case Member::UPLOAD:
            return read_upload(in, wire.getUpload());
        case Member::UPLOADED:
            return read_uploaded(in, wire.getUploaded());
        case Member::CHUNK:
            return read_chunk(in, wire.getChunk());
        case Member::FETCH:
            return read_fetch(in, wire.getFetch());
        case Member::CHUNKS:
            return read_chunks(in, wire.getChunks());
        case Member::PROOFS_ASK:
            return read(in, wire.getProofsAsk());
        case Member::PROOFS:
            return read(in, wire.getProofs());
    }
    return Error(Errc::MalformedFrame, "unknown frame");
}

Result<Frame> decode_words(kj::Array<capnp::word> words) {
    WireMessage message(std::move(words));
    WireReading in;
    Result<Frame> frame = read(in, message.reader().getRoot<wire::Frame>());
    if (frame && !in.ok()) return Error(Errc::MalformedFrame, in.place());
    return frame;
}

}  // namespace

Result<Frame> decode_frame(ByteView bytes) {
    if (bytes.size() > limits::kFrameBytes) return Error(Errc::TooLarge, "frame");
    auto words = words_of_one_segment(bytes);
    if (words == nullptr) return Error(Errc::MalformedFrame, "segment table");
    return guarded(Errc::MalformedFrame,
                   [&]() -> Result<Frame> { return decode_words(std::move(words)); });
}

}  // namespace chapar::schemas
