// The two witnesses of the demo: one reached over CURVE, one over HTTP, each a process of its own.
//
// Owns the processes while it lives, and the texts that a broker and a client need to know them.
#pragma once

#include <string>
#include <vector>

#include "client/cli/demo/process.h"
#include "client/cli/demo/stage.h"

namespace chapar::client {

class Witnesses {
  public:
    // Makes their keys and starts them.
    [[nodiscard]] static Result<Witnesses> start(Stage& stage);

    // C2SP tlog-policy: both must sign.
    [[nodiscard]] std::string policy() const;
    // For chapard.toml.
    [[nodiscard]] std::string settings() const;

  private:
    struct One {
        Process process;
        std::string name;  // of its key, and in the policy
        std::string vkey;
        std::string endpoint, curve;  // over CURVE
        std::string url;              // over HTTP
    };
    Witnesses() = default;
    [[nodiscard]] static Result<One> start_one(Stage& stage, const std::string& name,
                                               const std::string& door);
    std::string log_vkey_;
    std::vector<One> all_;
};

}  // namespace chapar::client
