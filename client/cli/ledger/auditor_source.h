// Where an auditor's mirror comes from: a device's session, the broker's socket, or export files.
//
// Owns: what each needs to be opened, and which trust card goes with it. Does not know what is done
// with the pages. One thread; resource type.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "client/cli/terminal/invocation.h"
#include "client/edge/mirror_home.h"

namespace chapar::client {

struct SourceArguments {
    std::string broker;                // the broker's directory: its socket
    std::string card;                  // trust card; with a device or a broker: theirs
    std::vector<std::string> exports;  // files or directories, segments in order
};

class AuditorSource {
  public:
    virtual ~AuditorSource() = default;
    [[nodiscard]] virtual const TrustCard& card() const = 0;
    [[nodiscard]] virtual LedgerSource pages() = 0;
};
// Usage if exports are given without a card. `passphrase` opens a device; asked for only then.
[[nodiscard]] Result<std::unique_ptr<AuditorSource>> open_source(
    Invocation& invocation, const SourceArguments& arguments,
    const std::function<Result<const crypto::SecretBuffer*>()>& passphrase);

}  // namespace chapar::client
