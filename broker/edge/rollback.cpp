#include "broker/edge/rollback.h"

#include <fcntl.h>
#include <unistd.h>

#include "broker/core/ledger_proof.h"
#include "broker/edge/files.h"

namespace chapar::broker {
namespace {

std::filesystem::path note_path(const std::filesystem::path& directory) {
    return directory / "rolled-back.note";
}

}  // namespace

Result<JudgedNote> judge_note(std::string_view note, const crypto::NoteVerifier& log,
                              const storage::ReadTxn& txn, const Frontier& frontier) {
    JudgedNote judged{CHAPAR_TRY(crypto::open_checkpoint(note, log)), NoteVerdict::Covered};
    if (judged.checkpoint.size > frontier.size()) {
        judged.verdict = NoteVerdict::Beyond;
        return judged;
    }
    const Hash root = CHAPAR_TRY(root_at(txn, frontier, judged.checkpoint.size));
    if (root != judged.checkpoint.root) judged.verdict = NoteVerdict::Beside;
    return judged;
}

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

Result<std::optional<std::string>> kept_rollback_note(const std::filesystem::path& directory,
                                                      const crypto::NoteVerifier& log,
                                                      const storage::ReadTxn& txn,
                                                      const Frontier& frontier) {
    const auto path = note_path(directory);
    if (!std::filesystem::exists(path)) return std::optional<std::string>();
    std::string note = to_string(CHAPAR_TRY(read_file(path, Exposure::Public)));
    const JudgedNote judged = CHAPAR_TRY(judge_note(note, log, txn, frontier));
    if (judged.verdict != NoteVerdict::Covered) return std::optional<std::string>(std::move(note));
    std::filesystem::remove(path);
    return std::optional<std::string>();
}

}  // namespace chapar::broker
