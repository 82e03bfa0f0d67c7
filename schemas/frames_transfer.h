// The frames that carry streams stored as files, in and out of Cap'n Proto.
//
// Owns: the bounds of their fields. Does not know whether a chunk fits its leaf, nor a leaf list
// its root: that is for whoever stores or opens them. Private to schemas/ (frames_codec.h is the
// door). Source: schemas/README.md, "Frames".
#pragma once

#include "schemas/frames.capnp.h"
#include "schemas/frames.h"
#include "schemas/wire_reading.h"

namespace chapar::schemas {

[[nodiscard]] Frame read_upload(WireReading& in, wire::Upload::Reader wire);
[[nodiscard]] Frame read_uploaded(WireReading& in, wire::Uploaded::Reader wire);
[[nodiscard]] Frame read_chunk(WireReading& in, wire::Chunk::Reader wire);
[[nodiscard]] Frame read_fetch(WireReading& in, wire::Fetch::Reader wire);
[[nodiscard]] Frame read_chunks(WireReading& in, wire::Chunks::Reader wire);

void write_transfer(wire::Upload::Builder out, const Upload& frame);
void write_transfer(wire::Uploaded::Builder out, const Uploaded& frame);
void write_transfer(wire::Chunk::Builder out, const Chunk& frame);
void write_transfer(wire::Fetch::Builder out, const Fetch& frame);
void write_transfer(wire::Chunks::Builder out, const Chunks& frame);

}  // namespace chapar::schemas
