// An auditor's mirror and audit key, as the commands use them.
//
// Owns: where both are found, that the mirror is viewed up to its head before anything is asked of
// it, and the view file. Does not know how the mirror was filled (auditor_source.h) nor words.
// One thread; resource type.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "client/cli/terminal/invocation.h"
#include "client/core/mirror_view.h"
#include "storage/store.h"

namespace chapar::client {

struct AuditorArguments {
    std::string mirror;          // empty: HOME/ledger
    std::string key;             // empty: HOME/audit.keystore, if there is one
    std::string key_passphrase;  // file; empty: the command's own passphrase
};
[[nodiscard]] Result<std::filesystem::path> mirror_path(const Invocation& invocation,
                                                        const AuditorArguments& arguments);
// Empty if none was named and the home has none.
[[nodiscard]] std::optional<std::filesystem::path> audit_key_path(
    const Invocation& invocation, const AuditorArguments& arguments);
// `passphrase`: for the case that no file was named for the key. OpenFailed and others as Keystore.
[[nodiscard]] Result<crypto::Secret32> open_audit_key(const std::filesystem::path& keystore,
                                                      const AuditorArguments& arguments,
                                                      const crypto::SecretBuffer& passphrase);

// Believes what can be believed without an audit key, up to the mirror's head.
[[nodiscard]] Status judge_all(storage::Store& mirror);

// A mirror seen with an audit key.
class AuditorView {
  public:
    // Views what was not viewed yet, and tries again what was missing.
    [[nodiscard]] static Result<std::unique_ptr<AuditorView>> open(storage::Store& mirror,
                                                                   crypto::Secret32 audit_key);
    [[nodiscard]] Result<ViewReport> report();
    [[nodiscard]] Result<OpenedEntry> show(EntryIndex index);
    // The secrets of this view for chapar-verify --agency: 0600, replaced whole. Whoever has the
    // file can read what this agency may read. Form: crypto/verify/README.md, "View file". How many
    // keys.
    [[nodiscard]] Result<std::size_t> write_view_file(const std::filesystem::path& path,
                                                      crypto::Random& random);

  private:
    AuditorView(storage::Store& mirror, TrustCard card, MirrorReader reader,
                crypto::Secret32 audit_key);
    [[nodiscard]] Status view_all();

    storage::Store& mirror_;
    TrustCard card_;
    MirrorReader reader_;
    crypto::Secret32 audit_key_;
    MirrorSecrets secrets_;
};

}  // namespace chapar::client
