// A folder that goes when the test ends.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

#include "client/edge/keystore_home.h"

namespace chapar::testing {

class TemporaryHome {
  public:
    TemporaryHome() {
        std::string name = (std::filesystem::temp_directory_path() / "chapar-XXXXXX").string();
        folder_ = ::mkdtemp(name.data());
    }
    ~TemporaryHome() {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    TemporaryHome(const TemporaryHome&) = delete;
    TemporaryHome& operator=(const TemporaryHome&) = delete;

    [[nodiscard]] client::HomePaths paths() const { return {folder_ / "home"}; }

  private:
    std::filesystem::path folder_;
};

inline crypto::SecretBuffer passphrase(std::string_view text = "correct horse") {
    return crypto::SecretBuffer::copy_of(view(text));
}

}  // namespace chapar::testing
