#include "schemas/base/limits.h"
#include "schemas/frames.capnp.h"
#include "schemas/frames_codec.h"
#include "schemas/frames_entries.h"
#include "schemas/frames_mail.h"
#include "schemas/frames_transfer.h"
#include "schemas/wire_message.h"
#include "schemas/wire_reading.h"

namespace chapar::schemas {
namespace {

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
    return Welcome{in.time(wire.getTime(), "time"), read_head(in, wire.getHead())};
}

Frame read(WireReading& in, wire::Error::Reader wire) {
    return ErrorFrame{in.line(wire.getCode(), "code"), in.line(wire.getContext(), "context")};
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
            return read_submit(in, wire.getSubmit());
        case Member::OUTCOMES:
            return read_outcomes(in, wire.getOutcomes());
        case Member::CREDIT:
            return Frame(Credit{wire.getCredit()});
        case Member::DELIVER:
            return read_deliver(in, wire.getDeliver());
        case Member::STATEMENTS:
            return read_statements(in, wire.getStatements());
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
            return read_ledger(in, wire.getLedger());
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
            return read_proofs_ask(in, wire.getProofsAsk());
        case Member::PROOFS:
            return read_proofs_answer(in, wire.getProofs());
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
