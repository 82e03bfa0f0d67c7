// What is said while a large stream is moved, or sealed.
//
// Owns: the report types. Does not know how they are shown. Units: ciphertext bytes (of Seal:
// plaintext). Called on the session's thread, between two frames; whoever is called may add
// envelopes to the outbox.
#pragma once

#include <cstdint>
#include <functional>

#include "client/core/inbox.h"
#include "schemas/base/ids.h"

namespace chapar::client {

enum class TransferWay : std::uint8_t { Upload, Download, Seal };
enum class TransferPhase : std::uint8_t { Started, Moving, Finished };

struct TransferStep {
    TransferWay way = TransferWay::Upload;
    TransferPhase phase = TransferPhase::Started;
    Hash root;                // R_j names the stream; zero while it is sealed
    std::uint64_t done = 0;   // of `total`; not 0 at the start of one that is resumed
    std::uint64_t total = 0;  // size_j
};

struct TransferWatch {
    std::function<void(const TransferStep&)> step;
    // A delivery that was taken between two windows.
    std::function<void(const ReceptionReport&)> arrived;
};

}  // namespace chapar::client
