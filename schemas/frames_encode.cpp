#include <algorithm>

#include "schemas/base/assert.h"
#include "schemas/frames.capnp.h"
#include "schemas/frames_codec.h"
#include "schemas/frames_transfer.h"
#include "schemas/wire_message.h"

namespace chapar::schemas {
namespace {

template <typename List>
unsigned size_of(const List& list) {
    return static_cast<unsigned>(list.size());
}

void put_path(capnp::List<capnp::Data>::Builder out, const std::vector<Hash>& path) {
    for (unsigned i = 0; i < path.size(); ++i) out.set(i, data_of(path[i].view()));
}

void put_streams(capnp::List<capnp::Data>::Builder out, const std::vector<Bytes>& streams) {
    for (unsigned i = 0; i < streams.size(); ++i) out.set(i, data_of(streams[i]));
}

void write(wire::Head::Builder out, const Head& head) {
    put(out, &wire::Head::Builder::setCheckpoint, head.checkpoint);
    if (!head.consistency.empty()) {
        put_path(out.initConsistency(size_of(head.consistency)), head.consistency);
    }
}

void write(wire::EntryProof::Builder out, const EntryProof& proof) {
    out.setIndex(proof.index.value);
    put(out, &wire::EntryProof::Builder::setLeaf, proof.leaf);
    if (!proof.path.empty()) put_path(out.initPath(size_of(proof.path)), proof.path);
    put(out, &wire::EntryProof::Builder::setBody, proof.body);
    out.setSalt(data_of(proof.salt.view()));
}

void write(wire::SubmittedStanza::Builder out, const SubmittedStanza& stanza) {
    put(out, &wire::SubmittedStanza::Builder::setLabel, stanza.label);
    out.setEnc(data_of(stanza.enc.view()));
    put(out, &wire::SubmittedStanza::Builder::setCt, stanza.ct);
}

void write(wire::SubmittedEnvelope::Builder out, const SubmittedEnvelope& envelope) {
    put(out, &wire::SubmittedEnvelope::Builder::setEnvelope, envelope.envelope);
    put(out, &wire::SubmittedEnvelope::Builder::setItem, envelope.item);
    out.setBlind(data_of(envelope.blind.view()));
    auto stanzas = out.initStanzas(size_of(envelope.stanzas));
    for (unsigned i = 0; i < stanzas.size(); ++i) write(stanzas[i], envelope.stanzas[i]);
    put_streams(out.initStreams(size_of(envelope.streams)), envelope.streams);
}

void write(wire::ItemOutcome::Builder out, const ItemOutcome& item) {
    out.setAbout(data_of(item.about.view()));
    put(out, &wire::ItemOutcome::Builder::setCode, item.code);
    put(out, &wire::ItemOutcome::Builder::setContext, item.context);
    put(out, &wire::ItemOutcome::Builder::setRule, item.rule);
    if (item.policy) out.setPolicy(data_of(item.policy->view()));
    auto proofs = out.initProofs(size_of(item.proofs));
    for (unsigned i = 0; i < proofs.size(); ++i) write(proofs[i], item.proofs[i]);
}

void write(wire::DeliveredStanza::Builder out, const DeliveredStanza& stanza) {
    put(out, &wire::DeliveredStanza::Builder::setLabel, stanza.label);
    out.setEnc(data_of(stanza.enc.view()));
    put(out, &wire::DeliveredStanza::Builder::setCt, stanza.ct);
    out.setIndex(stanza.index);
    if (!stanza.path.empty()) put_path(out.initPath(size_of(stanza.path)), stanza.path);
}

void write(wire::Delivery::Builder out, const Delivery& delivery) {
    out.setNumber(delivery.number.value);
    put(out, &wire::Delivery::Builder::setEnvelope, delivery.envelope);
    put(out, &wire::Delivery::Builder::setItem, delivery.item);
    write(out.initStanza(), delivery.stanza);
    auto audits = out.initAudits(size_of(delivery.audits));
    for (unsigned i = 0; i < audits.size(); ++i) write(audits[i], delivery.audits[i]);
    put_streams(out.initStreams(size_of(delivery.streams)), delivery.streams);
    write(out.initProof(), delivery.proof);
}

void write(wire::ExplainLine::Builder out, const ExplainLine& line) {
    out.setDirection(static_cast<std::uint8_t>(line.direction));
    put(out, &wire::ExplainLine::Builder::setAgency, line.agency.text());
    put(out, &wire::ExplainLine::Builder::setOffice, line.office.text());
    out.setEffect(static_cast<std::uint8_t>(line.effect));
    put(out, &wire::ExplainLine::Builder::setRule, line.rule);
    if (line.policy) out.setPolicy(data_of(line.policy->view()));
    out.setApprovals(line.approvals);
    out.setRole(line.role);
    out.setSizeMax(line.size_max);
}

// One overload for each member of Frame.
class FrameWriter {
  public:
    explicit FrameWriter(wire::Frame::Builder out) : out_(out) {}

    void operator()(const Connect& /*frame*/) { out_.setConnect(); }
    void operator()(const Challenge& frame) {
        auto out = out_.initChallenge();
        out.setChallenge(data_of(frame.challenge.view()));
        out.setTime(frame.time.value);
    }
    void operator()(const Hello& frame) {
        auto out = out_.initHello();
        out.setDevice(data_of(frame.device.view()));
        out.setSignature(data_of(frame.signature.view()));
        put(out, &wire::Hello::Builder::setNote, frame.note);
    }
    void operator()(const Welcome& frame) {
        auto out = out_.initWelcome();
        out.setTime(frame.time.value);
        write(out.initHead(), frame.head);
    }
    void operator()(const Submit& frame) {
        auto out = out_.initSubmit();
        put(out, &wire::Submit::Builder::setBatch, frame.batch);
        auto list = out.initEnvelopes(size_of(frame.envelopes));
        for (unsigned i = 0; i < list.size(); ++i) write(list[i], frame.envelopes[i]);
    }
    void operator()(const Outcomes& frame) {
        auto out = out_.initOutcomes();
        write(out.initHead(), frame.head);
        out.setTime(frame.time.value);
        auto list = out.initItems(size_of(frame.items));
        for (unsigned i = 0; i < list.size(); ++i) write(list[i], frame.items[i]);
    }
    void operator()(const Credit& frame) { out_.setCredit(frame.envelopes); }
    void operator()(const Deliver& frame) {
        auto out = out_.initDeliver();
        write(out.initHead(), frame.head);
        auto list = out.initDeliveries(size_of(frame.deliveries));
        for (unsigned i = 0; i < list.size(); ++i) write(list[i], frame.deliveries[i]);
    }
    void operator()(const Statements& frame) {
        auto out = out_.initStatements();
        put(out, &wire::Statements::Builder::setBatch, frame.batch);
        auto list = out.initStatements(size_of(frame.statements));
        for (unsigned i = 0; i < list.size(); ++i) {
            auto item = list[i];
            put(item, &wire::SignedStatement::Builder::setStatement, frame.statements[i].statement);
            put(item, &wire::SignedStatement::Builder::setItem, frame.statements[i].item);
        }
    }
    void operator()(const DirectoryAsk& frame) { out_.setDirectoryAsk(frame.from.value); }
    void operator()(const Directory& frame) {
        page(out_.initDirectory(), frame.head, frame.entries, frame.next, frame.done);
    }
    void operator()(const ReceiptsAsk& frame) { out_.setReceiptsAsk(frame.from.value); }
    void operator()(const Receipts& frame) {
        page(out_.initReceipts(), frame.head, frame.proofs, frame.next, frame.done);
    }
    void operator()(const ExplainAsk& frame) {
        auto out = out_.initExplainAsk();
        put(out, &wire::ExplainAsk::Builder::setFrom, frame.from.text());
        auto list = out.initTo(size_of(frame.to));
        for (unsigned i = 0; i < list.size(); ++i) list.set(i, frame.to[i].text().c_str());
        out.setKind(static_cast<std::uint16_t>(frame.kind));
        out.setClassification(static_cast<std::uint16_t>(frame.classification));
    }
    void operator()(const Explained& frame) {
        auto out = out_.initExplained();
        out.setEffect(static_cast<std::uint8_t>(frame.effect));
        auto list = out.initLines(size_of(frame.lines));
        for (unsigned i = 0; i < list.size(); ++i) write(list[i], frame.lines[i]);
    }
    void operator()(const LedgerAsk& frame) { out_.setLedgerAsk(frame.from.value); }
    void operator()(const Ledger& frame) {
        auto out = out_.initLedger();
        write(out.initHead(), frame.head);
        auto list = out.initEntries(size_of(frame.entries));
        for (unsigned i = 0; i < list.size(); ++i) {
            auto entry = list[i];
            put(entry, &wire::StoredEntry::Builder::setLeaf, frame.entries[i].leaf);
            put(entry, &wire::StoredEntry::Builder::setBody, frame.entries[i].body);
        }
        out.setNext(frame.next.value);
        out.setDone(frame.done);
    }
    void operator()(const Publish& frame) { out_.setPublish(data_of(frame.record)); }
    void operator()(const StatusAsk& /*frame*/) { out_.setStatusAsk(); }
    void operator()(const StatusReport& frame) {
        auto list = out_.initStatusReport(size_of(frame.figures));
        for (unsigned i = 0; i < list.size(); ++i) {
            auto figure = list[i];
            put(figure, &wire::Figure::Builder::setName, frame.figures[i].name);
            put(figure, &wire::Figure::Builder::setValue, frame.figures[i].value);
        }
    }
    void operator()(const ErrorFrame& frame) {
        auto out = out_.initError();
        put(out, &wire::Error::Builder::setCode, frame.code);
        put(out, &wire::Error::Builder::setContext, frame.context);
    }
    void operator()(const Upload& frame) { write_transfer(out_.initUpload(), frame); }
    void operator()(const Uploaded& frame) { write_transfer(out_.initUploaded(), frame); }
    void operator()(const Chunk& frame) { write_transfer(out_.initChunk(), frame); }
    void operator()(const Fetch& frame) { write_transfer(out_.initFetch(), frame); }
    void operator()(const Chunks& frame) { write_transfer(out_.initChunks(), frame); }
    void operator()(const ProofsAsk& frame) {
        auto out = out_.initProofsAsk();
        auto list = out.initEntries(size_of(frame.entries));
        for (unsigned i = 0; i < list.size(); ++i) list.set(i, frame.entries[i].value);
        out.setWitnessed(frame.witnessing == Witnessing::WitnessedHead);
    }
    void operator()(const Proofs& frame) {
        auto out = out_.initProofs();
        write(out.initHead(), frame.head);
        auto list = out.initProofs(size_of(frame.proofs));
        for (unsigned i = 0; i < list.size(); ++i) write(list[i], frame.proofs[i]);
    }

  private:
    static void page(wire::EntryPage::Builder out, const Head& head,
                     const std::vector<EntryProof>& entries, EntryIndex next, bool done) {
        write(out.initHead(), head);
        auto list = out.initEntries(size_of(entries));
        for (unsigned i = 0; i < list.size(); ++i) write(list[i], entries[i]);
        out.setNext(next.value);
        out.setDone(done);
    }
    wire::Frame::Builder out_;
};

// Room for all of a frame in its first segment: what fills more than one is copied once more, into
// one (framed()). Bounds for those that are long and many.
struct FrameRoom {
    std::size_t operator()(const Outcomes& frame) const { return room(frame.head, frame.items); }
    std::size_t operator()(const Deliver& frame) const {
        return room(frame.head, frame.deliveries);
    }
    std::size_t operator()(const auto&) const { return 0; }

    template <typename Item>
    static std::size_t room(const Head& head, const std::vector<Item>& items) {
        std::size_t bytes = kFrameOverheadBytes + wire_bytes(head);
        for (const Item& item : items) bytes += wire_bytes(item);
        return bytes;
    }
};

unsigned first_words(const Frame& frame) {
    const std::size_t words = std::visit(FrameRoom{}, frame) / sizeof(capnp::word) + 1;
    return std::max(static_cast<unsigned>(words), capnp::SUGGESTED_FIRST_SEGMENT_WORDS);
}

}  // namespace

Bytes encode_frame(const Frame& frame) {
    capnp::MallocMessageBuilder message(first_words(frame));
    std::visit(FrameWriter(message.initRoot<wire::Frame>()), frame);
    return framed(message);
}

}  // namespace chapar::schemas
