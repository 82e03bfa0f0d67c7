// The files of a succession: the closed mark in the old directory, the new directory's.
//
// Owns: names, order and durability. Names in NEW: `keys/`, `manifest`, `succession` (the signed
// ceremony file, for the officers), `chapard.toml.next`, which becomes `chapard.toml` last. Does
// not know who must have signed. Blocks on the disk. Errors: FileFailed, AlreadyExists (NEW is in
// use), KeyInvalid.
#pragma once

#include <filesystem>
#include <string>

#include "crypto/random.h"
#include "crypto/record.h"

namespace chapar::broker {

// The ceremony file once all have signed.
struct SignedDraft {
    Bytes file;
    crypto::SignedRecord manifest;
    crypto::SignedRecord succession;
};

class SuccessionFiles {
  public:
    SuccessionFiles(std::filesystem::path old_directory, std::filesystem::path new_directory)
        : old_(std::move(old_directory)), new_(std::move(new_directory)) {}

    // AlreadyExists if anything of a broker is in NEW.
    [[nodiscard]] Status check_unused() const;
    // Fresh log key, whose public half is given; the old CURVE key and configuration.
    [[nodiscard]] Result<SigningPublicKey> make_node(crypto::Random& random) const;
    // Nothing can run in NEW before finish().
    [[nodiscard]] bool finished() const;
    // AlreadyExists unless OLD was closed by this record, and NEW was made by this very file: else
    // NEW is somebody's broker, and OLD may still have to run.
    [[nodiscard]] Status check_finished(const SignedDraft& given) const;
    // Writes the mark. OriginClosed if OLD was closed by another record than this.
    [[nodiscard]] Status close_old(const crypto::SignedRecord& succession,
                                   crypto::Random& random) const;
    // `manifest` into NEW; what a run that was cut short left of its store goes.
    [[nodiscard]] Status begin_new(const crypto::SignedRecord& manifest,
                                   crypto::Random& random) const;
    [[nodiscard]] Status finish(ByteView signed_file, crypto::Random& random) const;
    // Overwritten, then removed. Done if it is gone already.
    [[nodiscard]] Status erase_old_log_key() const;

    [[nodiscard]] std::filesystem::path draft_config() const { return new_ / "chapard.toml.next"; }
    [[nodiscard]] std::filesystem::path rehearsal() const { return new_ / "rehearsal"; }
    [[nodiscard]] const std::filesystem::path& old_directory() const { return old_; }
    [[nodiscard]] const std::filesystem::path& new_directory() const { return new_; }

  private:
    std::filesystem::path old_;
    std::filesystem::path new_;
};

// Whether two names are one file, or would be: through relative names, symbolic and hard links.
[[nodiscard]] bool is_one_file(const std::filesystem::path& one,
                               const std::filesystem::path& other);

// Where OLD is marked as closed.
[[nodiscard]] std::filesystem::path closed_mark(const std::filesystem::path& directory);
// OriginClosed (context: the new origin) if the ledger in this directory was closed.
[[nodiscard]] Status refuse_closed(const std::filesystem::path& directory);

}  // namespace chapar::broker
