#include "broker/edge/rollback.h"

#include <fcntl.h>
#include <unistd.h>

#include "broker/core/ledger_proof.h"
#include "broker/edge/files.h"
#include "crypto/checkpoint.h"

namespace chapar::broker {
namespace {

std::filesystem::path note_path(const std::filesystem::path& directory) {
    return directory / "rolled-back.note";
}

}  // namespace

Status keep_rollback_note(const std::filesystem::path& directory, const std::string& note) {
    const auto path = note_path(directory);
    const auto draft = directory / "rolled-back.note.new";
    {
        const FileDescriptor file(
            open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
        if (!file) return Error(Errc::FileFailed, draft.string());
        CHAPAR_TRY(write_all(file.get(), view(note), draft));
        if (fsync(file.get()) != 0) return Error(Errc::FileFailed, draft.string());
    }
    std::error_code failed;
    std::filesystem::rename(draft, path, failed);
    if (failed) return Error(Errc::FileFailed, path.string());
    return sync_directory(directory);
}

Status check_rollback_note(const std::filesystem::path& directory, const crypto::NoteVerifier& log,
                           const storage::ReadTxn& txn, const Frontier& frontier) {
    const auto path = note_path(directory);
    if (!std::filesystem::exists(path)) return Done{};
    const Bytes note = CHAPAR_TRY(read_file(path, Exposure::Public));
    const auto seen = CHAPAR_TRY(crypto::open_checkpoint(to_string(note), log));
    const Error contradiction(Errc::LedgerDamaged,
                              path.string() + " names a head that this ledger does not have");
    if (seen.size > frontier.size()) return contradiction;
    const Hash root = CHAPAR_TRY(root_at(txn, frontier, seen.size));
    if (root != seen.root) return contradiction;
    std::filesystem::remove(path);
    return Done{};
}

}  // namespace chapar::broker
