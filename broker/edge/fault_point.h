// The places on the way of an operation at which a crash means something different.
//
// Owns: their names. reach() does nothing in chapard; tests link another definition of it, which
// kills the process there (tests/unit/broker_edge/faults.cpp). Does not know why one is reached.
// Source: design ledger.md 2.3, steps 1 to 10.
#pragma once

#include <cstdint>

namespace chapar::broker {

enum class FaultPoint : std::uint8_t {
    BatchTaken,        // step 1: nothing is written yet
    KeysSynced,        // ledger keys are in their file, and not in the ledger
    Folded,            // steps 2 to 6: all is in the transaction
    Committed,         // step 7
    HeadRead,          // step 8: what will be signed has been read
    Signed,            // step 8
    HighWaterWritten,  // step 9: one slot is new, and not synced
    HighWaterSynced,   // step 9
    BeforeRelease,     // step 10: nobody has been told
    AfterRelease,      // step 10: the first frame is with libzmq
    NoteStored,        // the cosigned note is in the store
};

void reach(FaultPoint point);

}  // namespace chapar::broker
