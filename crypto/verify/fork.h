// The fork evidence file: two notes that one log's key signed.
//
// Proven: both are checkpoints of the log, of one size, with other roots. Two heads of different
// sizes contradict each other only together with the entries, which the file does not carry.
//
//     chapar fork evidence v1
//     VKEY
//
//     note BYTES
//     NOTE (its line feed ends it)
//     note BYTES
//     NOTE
#pragma once

#include "crypto/verify/note.h"
#include "crypto/verify/verdict.h"

namespace verify {

struct ForkReport {
    std::vector<Verdict> verdicts;
    std::vector<Fact> facts;
    std::vector<std::string> not_proven;
};

// `trusted`: the key of the log from a source the reader trusts.
ForkReport verify_fork(const Bytes& file, const LogKey& trusted);

}  // namespace verify
