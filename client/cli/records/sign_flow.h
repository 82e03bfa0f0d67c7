// From a draft to a signed record on its way: shown, confirmed, signed, handed on.
//
// Owns: that order, for every command that signs records, and the three ways on: a file for the
// next person, the socket of a broker on this machine, the session of a device of the agency. Does
// not know what is drafted. Nothing is written or logged before the signature is made; what a
// broker refuses is the error, and what it logged before stays logged.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/cli/records/signing.h"
#include "client/cli/terminal/invocation.h"
#include "client/edge/ceremony_file.h"
#include "client/edge/home_files.h"
#include "schemas/base/ids.h"

namespace chapar::client {

struct SignTarget {
    std::string out;     // --out FILE
    std::string broker;  // --broker DIR
    std::string device;  // --device HOME
};
// Adds the three options; at least one must be given.
void add_sign_target(CLI::App& command, SignTarget& target);
// The same options, of which none is demanded: what the command does decides.
void add_sign_options(CLI::App& command, SignTarget& target);

[[nodiscard]] Result<CeremonyFile> read_ceremony_file(const std::string& path);
[[nodiscard]] Status write_ceremony_file(const std::string& path, const CeremonyFile& file);

enum class Consent : std::uint8_t { Ask, Given };

// What this home and this file know together. The centre root is that of the home's trust card.
[[nodiscard]] Result<SigningGround> ground_for(const HomePaths& paths, const CeremonyFile& file);

// Shows every record in plain words with its check words; asks unless consent is given; signs with
// this home's key; keeps the records in issued/; hands them on, with registrars and roots as far as
// this home knows them. One result a record. Usage if there is nobody to ask;
// CertificateNotSigned, before anything is signed, if it is to be logged and another must sign.
[[nodiscard]] Status sign_and_hand_on(Invocation& invocation, const HomePaths& paths,
                                      CeremonyFile file, const SignTarget& target, Consent consent);

// Logs fully signed records, in order; the entry of each.
[[nodiscard]] Result<std::vector<EntryIndex>> publish_records(
    Invocation& invocation, const std::vector<crypto::SignedRecord>& records,
    const SignTarget& target);

// "yes" from the terminal; Usage without one.
[[nodiscard]] Status confirm(const std::string& question);

}  // namespace chapar::client
