// The bytes of a frame.
//
// Owns: encoding, and strict decoding of hostile bytes: one Cap'n Proto message of exactly one
// segment with its segment table, no byte after it, bounded in size, traversal, nesting, counts and
// lengths. Does not know whether a frame is allowed now or from whom. No exception leaves it.
// Thread: any number at once.
// Source: schemas/README.md, "Frames"; reliability.md 4.
#pragma once

#include <cstddef>

#include "schemas/base/bytes.h"
#include "schemas/base/result.h"
#include "schemas/frames.h"

namespace chapar::schemas {

// Not bounded: a frame above limits::kFrameBytes will be refused by whoever receives it, so fill
// lists by wire_bytes().
[[nodiscard]] Bytes encode_frame(const Frame& frame);

// TooLarge above limits::kFrameBytes, else MalformedFrame with the place in its context. RELAY
// and members that this version does not know are MalformedFrame.
[[nodiscard]] Result<Frame> decode_frame(ByteView bytes);

// How much one element adds to a frame, at most; everything else of a frame but its head fits in
// kFrameOverheadBytes.
constexpr std::size_t kFrameOverheadBytes = 1024;
[[nodiscard]] std::size_t wire_bytes(const Head& head);
[[nodiscard]] std::size_t wire_bytes(const EntryProof& proof);
[[nodiscard]] std::size_t wire_bytes(const StoredEntry& entry);
[[nodiscard]] std::size_t wire_bytes(const SubmittedEnvelope& envelope);
[[nodiscard]] std::size_t wire_bytes(const SignedStatement& statement);
[[nodiscard]] std::size_t wire_bytes(const ItemOutcome& outcome);
[[nodiscard]] std::size_t wire_bytes(const Delivery& delivery);

}  // namespace chapar::schemas
