// The file of the ledger's secrets (DIR/ledger.keys), sealed under a KEK that lies elsewhere.
//
// Owns: the file's form, its durability, and shredding. The form: `chapar-ledger-keys/2 KEKID`,
// then a line "SCOPE NONCE SEALED" each, in hexadecimal (crypto/key_wrap.h). Does not know when a
// key is drawn or shredded. A secret is synced before the commit whose bodies need it, so nothing
// depends on what a power cut left of an append: lines with zeros, which no line has, and a rest
// without an end. Such lines are passed over, and stay where they are: a flipped bit of a line that
// was synced looks the same, and only the ledger knows whether its secret is missed (torn()).
//
// Shredding seals the secrets that stay under a new KEK and overwrites the old one: no older copy
// of this file opens any more, wherever it lies, as long as no copy of the old KEK was made. The
// key file's first line decides which KEK counts, so a crash at any point leaves one pair: old
// before the key file is renamed, new from then on. The destruction that a crash cut short is done
// again at the next start, which knows the shredded names from the ledger.
//
// Errors: FileFailed, KeystoreExposed, LedgerDamaged (a line in the middle is none, or the KEK is
// another one: without its secret, bodies could never be opened again). After an error of add() or
// destroy() the process must stop: what the disk holds is unknown. Resource type; loop thread.
// Source: design ledger.md 2.9.
#pragma once

#include <filesystem>
#include <span>

#include "broker/edge/files.h"
#include "crypto/key_wrap.h"
#include "crypto/ledger_keys.h"

namespace chapar::broker {

struct NewLedgerKey {
    crypto::LedgerKeyScope scope;
    crypto::Secret32 secret;
};

class LedgerKeyFile {
  public:
    // Makes both files if there is no key file. `random` outlives it.
    [[nodiscard]] static Result<LedgerKeyFile> open(const std::filesystem::path& path,
                                                    const std::filesystem::path& kek_path,
                                                    crypto::Random& random);

    [[nodiscard]] crypto::LedgerKeys& keys() { return keys_; }
    [[nodiscard]] const crypto::LedgerKeys& keys() const { return keys_; }
    // Lines were passed over: a start must ask whether the ledger misses a secret.
    [[nodiscard]] bool torn() const { return torn_; }
    // Writes and syncs all of them, then adds them to keys().
    [[nodiscard]] Status add(std::vector<NewLedgerKey> keys);
    // Destroys the secrets of these names, here and on the disk. Where none of them is left there
    // is nothing to do.
    [[nodiscard]] Status destroy(std::span<const BucketId> names);

  private:
    struct Paths {
        std::filesystem::path keys;
        std::filesystem::path kek;
    };
    LedgerKeyFile(FileDescriptor file, Paths paths, crypto::WrappingKey kek,
                  crypto::LedgerKeys keys, crypto::Random& random)
        : file_(std::move(file)),
          paths_(std::move(paths)),
          kek_(std::move(kek)),
          keys_(std::move(keys)),
          random_(&random) {}
    [[nodiscard]] std::string line_of(const crypto::LedgerKeyScope& scope,
                                      const crypto::Secret32& secret) const;

    FileDescriptor file_;
    Paths paths_;
    crypto::WrappingKey kek_;
    crypto::LedgerKeys keys_;
    crypto::Random* random_;
    bool torn_ = false;
    bool open_line_ = false;  // the last line has no end
};

}  // namespace chapar::broker
