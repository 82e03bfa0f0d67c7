// `codes`: the code lists in use, a newer set of them, and signing one at the centre.
#pragma once

#include <memory>

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

void add_codes_commands(CLI::App& app, Invocation& invocation);

// Puts the home's own set in use for as long as the object lives; nothing happens without a home or
// a set. One that is not believed any more is told and not used. Before anything looks into a list.
class HomeCodes {
  public:
    explicit HomeCodes(const Invocation& invocation);
    ~HomeCodes();

  private:
    struct Held;
    std::unique_ptr<Held> held_;
};

}  // namespace chapar::client
