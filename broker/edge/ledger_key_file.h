// The file of the ledger's secrets (DIR/ledger.keys), kept outside the store and its backups.
//
// Owns: the file's form and its durability: `chapar-ledger-keys/1`, then a line "SCOPE SECRET"
// each, in hexadecimal. Does not know when a key is drawn. A secret is synced before the commit
// whose bodies need it; what a crash left of a last line is cut off, since nothing can depend on
// it.
//
// Errors: FileFailed, KeystoreExposed, LedgerDamaged (a line in the middle is none: without its
// secret, bodies could never be opened again). Resource type; loop thread. Source: design
// ledger.md 2.9.
#pragma once

#include <filesystem>
#include <span>

#include "broker/edge/files.h"
#include "crypto/ledger_keys.h"

namespace chapar::broker {

struct NewLedgerKey {
    crypto::LedgerKeyScope scope;
    crypto::Secret32 secret;
};

class LedgerKeyFile {
  public:
    // Makes the file if there is none.
    [[nodiscard]] static Result<LedgerKeyFile> open(const std::filesystem::path& path);

    [[nodiscard]] crypto::LedgerKeys& keys() { return keys_; }
    [[nodiscard]] const crypto::LedgerKeys& keys() const { return keys_; }
    // Writes and syncs all of them, then adds them to keys(). After an error the process must stop:
    // what the disk holds is unknown.
    [[nodiscard]] Status add(std::vector<NewLedgerKey> keys);

  private:
    LedgerKeyFile(FileDescriptor file, std::filesystem::path path, crypto::LedgerKeys keys)
        : file_(std::move(file)), path_(std::move(path)), keys_(std::move(keys)) {}
    FileDescriptor file_;
    std::filesystem::path path_;
    crypto::LedgerKeys keys_;
};

}  // namespace chapar::broker
