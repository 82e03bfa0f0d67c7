#include "client/cli/ledger/auditor_context.h"

#include "client/cli/device/device_context.h"
#include "client/edge/home_files.h"
#include "crypto/keystore.h"
#include "crypto/passphrase.h"
#include "crypto/private_file.h"
#include "crypto/secret_hex.h"
#include "schemas/base/hex.h"

namespace chapar::client {
namespace {

constexpr std::size_t kViewedAtOnce = 4096;
constexpr std::size_t kKeysAtOnce = 1024;
constexpr std::size_t kHexDigits = 2 * crypto::Secret32::kSize;

}  // namespace

Result<std::filesystem::path> mirror_path(const Invocation& invocation,
                                          const AuditorArguments& arguments) {
    if (!arguments.mirror.empty()) return std::filesystem::path(arguments.mirror);
    return CHAPAR_TRY(invocation.require_home()) / "ledger";
}

std::optional<std::filesystem::path> audit_key_path(const Invocation& invocation,
                                                    const AuditorArguments& arguments) {
    if (!arguments.key.empty()) return std::filesystem::path(arguments.key);
    if (invocation.home.empty()) return std::nullopt;
    const auto own = HomePaths{invocation.home}.audit_keystore();
    return file_exists(own) ? std::optional(own) : std::nullopt;
}

Result<crypto::Secret32> open_audit_key(const std::filesystem::path& keystore,
                                        const AuditorArguments& arguments,
                                        const crypto::SecretBuffer& passphrase) {
    if (arguments.key_passphrase.empty()) {
        return CHAPAR_TRY(crypto::Keystore::open(keystore, passphrase)).find32("audit");
    }
    const auto own = CHAPAR_TRY(crypto::read_passphrase_file(arguments.key_passphrase));
    return CHAPAR_TRY(crypto::Keystore::open(keystore, own)).find32("audit");
}

AuditorView::AuditorView(storage::Store& mirror, TrustCard card, MirrorReader reader,
                         crypto::Secret32 audit_key)
    : mirror_(mirror),
      card_(std::move(card)),
      reader_(std::move(reader)),
      audit_key_(std::move(audit_key)),
      secrets_(audit_key_) {}

Status judge_all(storage::Store& mirror) {
    const auto judge = [](storage::Txn& txn) -> Result<std::size_t> {
        const TrustCard card = CHAPAR_TRY(mirror_card(txn));
        return judge_some(txn, card, kViewedAtOnce);
    };
    for (std::size_t judged = 1; judged > 0;) {
        judged = CHAPAR_TRY(in_transaction(mirror, judge));
    }
    return Done{};
}

Result<std::unique_ptr<AuditorView>> AuditorView::open(storage::Store& mirror,
                                                       crypto::Secret32 audit_key) {
    std::unique_ptr<AuditorView> out;
    // Whose key it is stands in an AGENCY entry, which must be believed first.
    CHAPAR_TRY(judge_all(mirror));
    {
        const auto txn = CHAPAR_TRY(mirror.begin_read());
        TrustCard card = CHAPAR_TRY(mirror_card(*txn));
        const PublicKey key = crypto::x25519_public_key(audit_key);
        MirrorReader reader = CHAPAR_TRY(find_reader(*txn, card, key));
        out.reset(
            new AuditorView(mirror, std::move(card), std::move(reader), std::move(audit_key)));
    }
    CHAPAR_TRY(out->view_all());
    return out;
}

Status AuditorView::view_all() {
    for (std::size_t viewed = 1; viewed > 0;) {
        viewed = CHAPAR_TRY(in_transaction(mirror_, [&](storage::Txn& txn) {
            return view_some(txn, card_, reader_, secrets_, kViewedAtOnce);
        }));
    }
    CHAPAR_TRY(in_transaction(
        mirror_, [&](storage::Txn& txn) { return close_gaps(txn, card_, reader_, secrets_); }));
    return Done{};
}

Result<ViewReport> AuditorView::report() {
    const auto txn = CHAPAR_TRY(mirror_.begin_read());
    return view_report(*txn, secrets_);
}

Result<OpenedEntry> AuditorView::show(EntryIndex index) {
    const auto txn = CHAPAR_TRY(mirror_.begin_read());
    return open_mirror_entry(*txn, card_, reader_, secrets_, index);
}

Result<std::size_t> AuditorView::write_view_file(const std::filesystem::path& path,
                                                 crypto::Random& random) {
    const auto txn = CHAPAR_TRY(mirror_.begin_read());
    const std::string head =
        "chapar-view/1 " + card_.manifest().origin + " " + reader_.text() + "\n";
    std::vector<std::pair<std::string, const crypto::Secret32*>> lines;
    std::size_t bytes = head.size();
    for (EntryIndex from(0);;) {
        const auto keys = CHAPAR_TRY(secrets_.opened(*txn, from, kKeysAtOnce));
        for (const OpenedKey& key : keys) {
            lines.emplace_back(
                std::to_string(key.entry.value) + " " + to_hex(key.scope.encode()) + " ",
                key.secret);
            bytes += lines.back().first.size() + kHexDigits + 1;
            from = EntryIndex(key.entry.value + 1);
        }
        if (keys.size() < kKeysAtOnce) break;
    }
    crypto::SecretBuffer text(bytes);
    auto at = std::ranges::copy(view(head), text.expose_mutable().begin()).out;
    for (const auto& [start, secret] : lines) {
        at = std::ranges::copy(view(start), at).out;
        const auto place = static_cast<std::size_t>(at - text.expose_mutable().begin());
        crypto::secret_to_hex(*secret, text.expose_mutable().subspan(place, kHexDigits));
        at += static_cast<std::ptrdiff_t>(kHexDigits);
        *at++ = std::byte{'\n'};
    }
    CHAPAR_TRY(crypto::replace_private_file(path, text.expose(), random));
    return lines.size();
}

}  // namespace chapar::client
