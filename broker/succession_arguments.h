// The arguments of `chapard succession` and `chapard succeed`, and the old broker as both find it.
//
// Owns: their words, and that NEW is another directory than OLD. Errors: Usage (context: how it is
// called), those of BrokerDirectory::open() and of farthest_notes().
#pragma once

#include <string>
#include <vector>

#include "broker/program.h"
#include "broker/succession.h"
#include "broker/succession_notes.h"

namespace chapar::broker {

struct SuccessionArguments {
    std::string old_directory, new_directory, reason, out, signed_file;
    std::vector<std::string> agencies, notes, endpoints;

    [[nodiscard]] static Result<SuccessionArguments> parse(int argc, char** argv,
                                                           const char* usage);
};

// Locked for as long as this lives.
struct OldBroker {
    BrokerDirectory opened;
    FarthestNotes known;

    [[nodiscard]] OldLedger ledger() const {
        return {opened.node, *opened.store, opened.ledger_keys.keys(), known.notes};
    }
    // `random` outlives it.
    [[nodiscard]] static Result<OldBroker> open(const SuccessionArguments& given,
                                                crypto::Random& random);
};

// A line each, with a newline: witnesses that did not answer, records that are not carried over.
[[nodiscard]] std::string lines_of(const FarthestNotes& known);
[[nodiscard]] std::string lines_of(const CarriedOver& carried);

}  // namespace chapar::broker
