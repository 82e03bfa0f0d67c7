// The notes under our own log key that say how far this ledger must reach.
//
// Owns: where they are kept or given: DIR/rolled-back.note, the high-water file, files named by the
// operator, an export's own checkpoint. Does not judge them. A note that is not signed by the log
// key is never evidence: one that was named is refused (NoteInvalid). Blocks on the disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "broker/edge/config.h"
#include "broker/edge/node_keys.h"
#include "crypto/checkpoint.h"
#include "schemas/base/result.h"

namespace chapar::broker {

// Broker: kept in its own directory. Operator: named by a person.
enum class NoteFrom : std::uint8_t { Broker, Operator, Export, Contribution };

struct KnownNote {
    std::string from;  // for the operator
    std::string note;
    crypto::Checkpoint head;
    NoteFrom kind = NoteFrom::Broker;
};

struct KnownNotes {
    std::vector<KnownNote> notes;     // by size, the smallest first
    bool high_water_missing = false;  // or torn: two persons must override
};

// `files`: given by the operator. `checkpoints`: of the exports. Errors: NoteInvalid, FileFailed.
[[nodiscard]] Result<KnownNotes> collect_notes(const std::filesystem::path& directory,
                                               const Config& config, const NodeKeys& node,
                                               const std::vector<std::string>& files,
                                               const std::vector<std::string>& checkpoints);

}  // namespace chapar::broker
