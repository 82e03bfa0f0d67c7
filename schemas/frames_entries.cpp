#include "schemas/frames_entries.h"

#include "schemas/base/limits.h"

namespace chapar::schemas {
namespace {

constexpr std::size_t kLeafBytes = 256;  // generous; the layout is crypto's
constexpr std::size_t kBodyBytes = limits::kLeafBodyBytes + 256;  // sealed: index, nonce, tag

}  // namespace

Head read_head(WireReading& in, wire::Head::Reader wire) {
    Head out;
    out.checkpoint =
        in.text(wire.getCheckpoint(), limits::kNoteBytes, TextForm::Lines, "head.checkpoint");
    out.consistency =
        in.fixed_list<Hash>(wire.getConsistency(), limits::kPathNodes, "head.consistency");
    return out;
}

EntryProof read_proof(WireReading& in, wire::EntryProof::Reader wire) {
    EntryProof out;
    out.index = EntryIndex(wire.getIndex());
    out.leaf = in.bytes(wire.getLeaf(), 1, kLeafBytes, "proof.leaf");
    out.path = in.fixed_list<Hash>(wire.getPath(), limits::kPathNodes, "proof.path");
    out.body = in.bytes(wire.getBody(), 0, kBodyBytes, "proof.body");
    out.salt = in.fixed<Hash>(wire.getSalt(), "proof.salt");
    return out;
}

std::vector<EntryProof> read_proofs(WireReading& in, capnp::List<wire::EntryProof>::Reader wire) {
    std::vector<EntryProof> out;
    const unsigned count = in.count(wire.size(), 0, limits::kPageEntries, "proofs");
    for (unsigned i = 0; i < count && in.ok(); ++i) out.push_back(read_proof(in, wire[i]));
    return out;
}

Frame read_directory(WireReading& in, wire::EntryPage::Reader wire) {
    return Directory{read_head(in, wire.getHead()), read_proofs(in, wire.getEntries()),
                     EntryIndex(wire.getNext()), wire.getDone()};
}

Frame read_receipts(WireReading& in, wire::EntryPage::Reader wire) {
    return Receipts{read_head(in, wire.getHead()), read_proofs(in, wire.getEntries()),
                    EntryIndex(wire.getNext()), wire.getDone()};
}

Frame read_ledger(WireReading& in, wire::LedgerPage::Reader wire) {
    Ledger out;
    out.head = read_head(in, wire.getHead());
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

Frame read_proofs_ask(WireReading& in, wire::ProofsAsk::Reader wire) {
    ProofsAsk out;
    const auto entries = wire.getEntries();
    const unsigned count = in.count(entries.size(), 1, limits::kProofsPerFrame, "entries");
    for (unsigned i = 0; i < count; ++i) out.entries.emplace_back(entries[i]);
    out.witnessing = wire.getWitnessed() ? Witnessing::WitnessedHead : Witnessing::AnyHead;
    return out;
}

Frame read_proofs_answer(WireReading& in, wire::Proofs::Reader wire) {
    return Proofs{read_head(in, wire.getHead()), read_proofs(in, wire.getProofs())};
}

}  // namespace chapar::schemas
