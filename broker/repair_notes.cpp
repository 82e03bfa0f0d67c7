#include "broker/repair_notes.h"

#include <algorithm>

#include "broker/edge/files.h"
#include "broker/edge/high_water.h"
#include "broker/edge/rollback.h"

namespace chapar::broker {
namespace {

Status add(std::vector<KnownNote>& notes, std::string from, std::string note,
           const crypto::NoteVerifier& log, NoteFrom kind = NoteFrom::Broker) {
    const auto head = crypto::open_checkpoint(note, log);
    if (!head) return Error(Errc::NoteInvalid, from);
    notes.push_back({std::move(from), std::move(note), *head, kind});
    return Done{};
}

}  // namespace

Result<KnownNotes> collect_notes(const std::filesystem::path& directory, const Config& config,
                                 const NodeKeys& node, const std::vector<std::string>& files,
                                 const std::vector<std::string>& checkpoints) {
    KnownNotes out;
    const crypto::NoteVerifier& log = node.log.verifier();
    for (std::string& note : CHAPAR_TRY(read_rollback_notes(directory))) {
        CHAPAR_TRY(add(out.notes, (directory / "rolled-back.note").string(), std::move(note), log));
    }
    const HighWaterFile high_water(directory / config.ledger.high_water, node.manifest.origin);
    const auto content = high_water.read();
    if (!content && content.error().code != Errc::HighWaterMissing) return content.error();
    // A torn one says nothing; chapard will say so too and ask two persons.
    const bool there = content && *content;
    out.high_water_missing =
        !there || !add(out.notes, high_water.path().string(), (*content)->note, log);
    for (const std::string& file : files) {
        const Bytes note = CHAPAR_TRY(read_file(file, Exposure::Public));
        CHAPAR_TRY(add(out.notes, file, to_string(note), log, NoteFrom::Operator));
    }
    for (const std::string& checkpoint : checkpoints) {
        CHAPAR_TRY(add(out.notes, "the export's checkpoint", checkpoint, log, NoteFrom::Export));
    }
    std::ranges::sort(out.notes, {}, [](const KnownNote& one) { return one.head.size; });
    return out;
}

}  // namespace chapar::broker
