// What every command is given: the global options, the renderer, and the seams that `main` wires.
//
// Commands register themselves on the parser and set `run`; `main` calls it after parsing. Owned by
// `main`, lives for the whole process; one thread.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "client/cli/terminal/output.h"
#include "client/cli/terminal/passphrase.h"
#include "crypto/keystore.h"
#include "crypto/random.h"
#include "schemas/base/time.h"
#include "schemas/kinds/labels.h"

// Its header costs seconds a file: only those that define commands include it.
namespace CLI {
class App;
}

namespace chapar::client {

struct Invocation {
    Output output;
    std::filesystem::path home;  // --home DIR, else CHAPAR_HOME; empty if neither was given
    std::optional<int> passphrase_fd;
    crypto::Random& random;
    std::function<TimeMs()> now;
    schemas::Language language = schemas::Language::English;  // --lang: of whoever reads
    std::function<int()> run;  // set by the command that was parsed; returns the exit code
    // What a guess at the passphrase of a new keystore shall cost. The floor unless `main`
    // measures.
    std::function<Result<crypto::KeystoreCost>()> new_cost = [] { return crypto::KeystoreCost{}; };

    // Usage if no home was named.
    [[nodiscard]] Result<std::filesystem::path> require_home() const;
    [[nodiscard]] Result<crypto::SecretBuffer> passphrase(PassphraseUse use) const {
        return read_passphrase(passphrase_fd, use);
    }
    // Makes `command` run `body`; a problem it returns is rendered and gives the exit code.
    void on(CLI::App* command, std::function<Status()> body);
};

// A command with its one-line description and an example, shown by --help.
CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& description,
                      const std::string& example);

}  // namespace chapar::client
