// What a log and a witness say to each other (C2SP tlog-witness v1.0.0, add-checkpoint).
//
// Owns: the bodies, both ways and strict, the answers' numbers, and our two carriers' few bytes:
// the frames of the CURVE connection and the path of a kept note over HTTP. Does not know who is
// asked, nor whether a request is right (client/core/witness.h). Texts are bytes as on the wire.
// Errors: MalformedLayout.
//
//     request   "old " N LF, 0..63 x (base64 of 32 bytes LF), LF, note
//     200       one or more signature lines          409   N LF: the size the witness holds
//     CURVE     u8 method || body      ->      u16 status || body
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"

namespace chapar::crypto {

constexpr std::size_t kAddCheckpointPath = 63;

struct AddCheckpoint {
    TreeSize old_size;
    std::vector<Hash> path;  // consistency from old_size to the note's size
    std::string note;        // not looked into

    // REQUIRES: at most kAddCheckpointPath nodes.
    [[nodiscard]] std::string body() const;
    // TooLarge beyond limits::kWitnessRequestBytes.
    [[nodiscard]] static Result<AddCheckpoint> parse(std::string_view body);
    bool operator==(const AddCheckpoint&) const = default;
};

// HTTP's numbers, over CURVE too.
namespace witness_status {
constexpr std::uint16_t kOk = 200;
constexpr std::uint16_t kMalformed = 400;
constexpr std::uint16_t kNotSigned = 403;      // by no trusted key of that log
constexpr std::uint16_t kUnknownLog = 404;     // or no note of it
constexpr std::uint16_t kConflict = 409;       // old size, or another root at the same size
constexpr std::uint16_t kNotConsistent = 422;  // the proof does not hold
constexpr std::uint16_t kBroken = 500;         // the witness cannot write
}  // namespace witness_status

// The body of a 409: the newest size the witness cosigned. Where it equals the size that was asked
// for as old and as new, the witness holds another root for it: a fork.
[[nodiscard]] std::string conflict_body(TreeSize held);
[[nodiscard]] Result<TreeSize> parse_conflict(std::string_view body);

enum class WitnessMethod : std::uint8_t {
    AddCheckpoint = 1,
    Note = 2,  // body: an origin; the answer is the newest note that was kept of it, or 404
};

struct WitnessCall {
    WitnessMethod method = WitnessMethod::AddCheckpoint;
    std::string body;
    [[nodiscard]] Bytes encode() const;
    // TooLarge beyond limits::kWitnessRequestBytes and the method's byte.
    [[nodiscard]] static Result<WitnessCall> parse(ByteView frame);
    bool operator==(const WitnessCall&) const = default;
};

struct WitnessAnswer {
    std::uint16_t status = witness_status::kBroken;
    std::string body;  // of errors: a sentence and a newline, for people
    [[nodiscard]] Bytes encode() const;
    [[nodiscard]] static Result<WitnessAnswer> parse(ByteView frame);
    bool operator==(const WitnessAnswer&) const = default;
};

// "note/" and the hex SHA-256 of the origin: where a witness of ours serves its note over HTTP.
[[nodiscard]] std::string note_path(std::string_view origin);

}  // namespace chapar::crypto
