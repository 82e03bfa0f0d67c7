// The home of a root: a centre's or an agency's signing root, its audit key, and what it issued.
//
// Owns the files `root.keystore` (record "root", an Ed25519 seed), `audit.keystore` (record
// "auditor", an X25519 secret), `trust-card.json`, and `issued/`: a copy of each record it signed.
// Does not talk to a broker. Kept offline; never in a broker's directory. Blocks.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "crypto/keystore.h"
#include "crypto/record.h"
#include "crypto/sign.h"
#include "crypto/x25519.h"
#include "schemas/base/result.h"

namespace chapar::client {

struct RootKeys {
    crypto::SigningKey root;
    PublicKey audit_key;
};

class RootHome {
  public:
    explicit RootHome(std::filesystem::path path) : path_(std::move(path)) {}

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    // New keys under the passphrase. AlreadyExists if there are some.
    [[nodiscard]] Result<RootKeys> create(const crypto::SecretBuffer& passphrase,
                                          crypto::Random& random) const;
    [[nodiscard]] Result<crypto::SigningKey> open_root(
        const crypto::SecretBuffer& passphrase) const;

    // Issued records, oldest first.
    [[nodiscard]] Status keep(const crypto::SignedRecord& record) const;
    [[nodiscard]] Result<std::vector<crypto::SignedRecord>> issued() const;

  private:
    std::filesystem::path path_;
};

// Whole small files. write_file replaces atomically with the given mode and syncs.
[[nodiscard]] Result<Bytes> read_file(const std::filesystem::path& path);
[[nodiscard]] Status write_file(const std::filesystem::path& path, ByteView bytes,
                                unsigned mode = 0644);

}  // namespace chapar::client
