// A device's home that goes when the test ends, and a passphrase for it.
#pragma once

#include <string_view>

#include "client/edge/keystore_home.h"
#include "tests/support/temporary_directory.h"

namespace chapar::testing {

class TemporaryHome {
  public:
    [[nodiscard]] client::HomePaths paths() const { return {folder_.path() / "home"}; }

  private:
    TemporaryDirectory folder_;
};

inline crypto::SecretBuffer passphrase(std::string_view text = "correct horse") {
    return crypto::SecretBuffer::copy_of(view(text));
}

}  // namespace chapar::testing
