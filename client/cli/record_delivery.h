// Where a freshly signed record goes: into a running broker through its Unix socket, or to a file
// that someone carries there (`broker admit`).
#pragma once

#include <filesystem>
#include <string>

#include "client/cli/invocation.h"
#include "crypto/record.h"
#include "schemas/base/result.h"

namespace chapar::client {

struct RecordTarget {
    std::string broker;  // --broker DIR
    std::string file;    // --out FILE
};

// Adds the two options; exactly one of them must be given.
void add_record_target(CLI::App& command, RecordTarget& target);

// The record's ledger entry, or no entry if it went to a file.
struct Placed {
    std::optional<EntryIndex> entry;
};
// Adds the entry, if the record has one by now, to what a command shows.
void show_placed(const Placed& placed, boost::json::object& object, std::string& text);
[[nodiscard]] Result<Placed> place_record(const RecordTarget& target,
                                          const crypto::SignedRecord& record);

// Hands a record to the broker of this directory. What the broker refuses is the error.
[[nodiscard]] Result<EntryIndex> admit_record(const std::filesystem::path& broker,
                                              const crypto::SignedRecord& record);

}  // namespace chapar::client
