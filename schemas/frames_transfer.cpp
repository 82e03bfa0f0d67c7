#include "schemas/frames_transfer.h"

namespace chapar::schemas {
namespace {

constexpr std::size_t kChunksBytes = limits::kChunksPerFrame * limits::kSealedChunkBytes;
constexpr std::size_t kHaveBytes = (limits::kStreamChunks + 7) / 8;

void put_leaves(capnp::List<capnp::Data>::Builder out, const std::vector<Hash>& leaves) {
    for (unsigned i = 0; i < leaves.size(); ++i) out.set(i, data_of(leaves[i].view()));
}

}  // namespace

Frame read_upload(WireReading& in, wire::Upload::Reader wire) {
    Upload out;
    out.root = in.fixed<Hash>(wire.getRoot(), "root");
    out.size = wire.getSize();
    in.demand(out.size > limits::kTagBytes && out.size <= limits::kStreamBytes, "size");
    out.leaves = in.fixed_list<Hash>(wire.getLeaves(), limits::kStreamChunks, "leaves");
    // Whoever reads on has one leaf for each chunk of the size.
    const std::uint64_t chunks =
        (out.size + limits::kSealedChunkBytes - 1) / limits::kSealedChunkBytes;
    in.demand(out.leaves.size() == chunks, "leaves");
    return out;
}

Frame read_uploaded(WireReading& in, wire::Uploaded::Reader wire) {
    return Uploaded{in.fixed<Hash>(wire.getRoot(), "root"),
                    in.bytes(wire.getHave(), 0, kHaveBytes, "have"), wire.getComplete(),
                    in.line(wire.getCode(), "code")};
}

Frame read_chunk(WireReading& in, wire::Chunk::Reader wire) {
    Chunk out;
    out.root = in.fixed<Hash>(wire.getRoot(), "root");
    out.first = wire.getFirst();
    in.demand(out.first < limits::kStreamChunks, "first");
    out.data = in.bytes(wire.getData(), limits::kTagBytes + 1, kChunksBytes, "data");
    return out;
}

Frame read_fetch(WireReading& in, wire::Fetch::Reader wire) {
    Fetch out;
    out.envelope = in.fixed<EnvelopeHash>(wire.getEnvelope(), "envelope");
    out.stream = wire.getStream();
    in.demand(out.stream < limits::kStreams, "stream");
    out.first = wire.getFirst();
    in.demand(out.first < limits::kStreamChunks, "first");
    out.chunks = wire.getChunks();
    in.demand(out.chunks <= limits::kChunksPerFrame, "chunks");
    return out;
}

Frame read_chunks(WireReading& in, wire::Chunks::Reader wire) {
    Chunks out;
    out.envelope = in.fixed<EnvelopeHash>(wire.getEnvelope(), "envelope");
    out.stream = wire.getStream();
    in.demand(out.stream < limits::kStreams, "stream");
    out.first = wire.getFirst();
    in.demand(out.first < limits::kStreamChunks, "first");
    out.root = in.fixed<Hash>(wire.getRoot(), "root");
    out.leaves = in.fixed_list<Hash>(wire.getLeaves(), limits::kStreamChunks, "leaves");
    out.data = in.bytes(wire.getData(), 0, kChunksBytes, "data");
    out.code = in.line(wire.getCode(), "code");
    return out;
}

void write_transfer(wire::Upload::Builder out, const Upload& frame) {
    out.setRoot(data_of(frame.root.view()));
    out.setSize(frame.size);
    put_leaves(out.initLeaves(static_cast<unsigned>(frame.leaves.size())), frame.leaves);
}

void write_transfer(wire::Uploaded::Builder out, const Uploaded& frame) {
    out.setRoot(data_of(frame.root.view()));
    put(out, &wire::Uploaded::Builder::setHave, frame.have);
    out.setComplete(frame.complete);
    put(out, &wire::Uploaded::Builder::setCode, frame.code);
}

void write_transfer(wire::Chunk::Builder out, const Chunk& frame) {
    out.setRoot(data_of(frame.root.view()));
    out.setFirst(frame.first);
    put(out, &wire::Chunk::Builder::setData, frame.data);
}

void write_transfer(wire::Fetch::Builder out, const Fetch& frame) {
    out.setEnvelope(data_of(frame.envelope.view()));
    out.setStream(frame.stream);
    out.setFirst(frame.first);
    out.setChunks(frame.chunks);
}

void write_transfer(wire::Chunks::Builder out, const Chunks& frame) {
    out.setEnvelope(data_of(frame.envelope.view()));
    out.setStream(frame.stream);
    out.setFirst(frame.first);
    out.setRoot(data_of(frame.root.view()));
    if (!frame.leaves.empty()) {
        put_leaves(out.initLeaves(static_cast<unsigned>(frame.leaves.size())), frame.leaves);
    }
    put(out, &wire::Chunks::Builder::setData, frame.data);
    put(out, &wire::Chunks::Builder::setCode, frame.code);
}

}  // namespace chapar::schemas
