// What devices handed over (`chapar ledger contribute`): entries, notes, ciphertexts.
//
// Owns: reading those files, and that nothing counts but what proves itself: a note under our own
// log key; an entry whose path leads from its leaf to such a note, and whose leaf commits to its
// body; a ciphertext that is the one an accepted envelope names. What does not is left out, counted
// and named. Does not know which entries are missing. Blocks on the disk; holds every entry once.
//
// Errors, with the file's name: FileFailed, TooLarge, MalformedLayout, WrongHome (the file cannot
// be read at all); ForkDetected: two files prove different entries of one place under our own log
// key.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "broker/core/operation.h"
#include "broker/core/replay.h"
#include "broker/edge/node_keys.h"
#include "broker/repair_notes.h"
#include "crypto/contribution.h"

namespace chapar::broker {

class Contributions {
  public:
    // Borrows `node`.
    explicit Contributions(const NodeKeys& node) : node_(node) {}

    [[nodiscard]] Status add(const std::string& path);

    struct Held {
        RecordedEntry entry;  // of a sealed kind with `opened`, if its giver may read it
        std::string from;
    };
    [[nodiscard]] const std::map<EntryIndex, Held>& entries() const { return entries_; }
    // One of each size.
    [[nodiscard]] std::vector<KnownNote> notes() const;
    // The ciphertexts that this very envelope was accepted with, all inline. Empty: nobody gave
    // them, or others than it names.
    [[nodiscard]] std::optional<Payload> payload_of(const Submit& submit) const;

    struct File {
        std::string path;
        std::uint64_t entries = 0;  // that prove themselves
        std::uint64_t ignored = 0;
        std::string why;  // the first that was ignored
    };
    [[nodiscard]] const std::vector<File>& files() const { return files_; }

  private:
    using Heads = std::vector<std::optional<crypto::Checkpoint>>;
    [[nodiscard]] Heads take_notes(const crypto::Contribution& given, File& file);
    [[nodiscard]] Status take_entry(crypto::ContributedEntry entry, const Heads& heads, File& file);

    const NodeKeys& node_;
    std::map<EntryIndex, Held> entries_;
    std::map<TreeSize, std::vector<KnownNote>> notes_;  // of one size: one of each root
    std::map<EnvelopeHash, std::vector<crypto::ContributedPayload>> payloads_;
    std::vector<File> files_;
};

}  // namespace chapar::broker
