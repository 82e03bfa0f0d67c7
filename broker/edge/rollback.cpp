#include "broker/edge/rollback.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "broker/core/ledger_proof.h"
#include "broker/edge/files.h"

namespace chapar::broker {
namespace {

std::filesystem::path note_path(const std::filesystem::path& directory) {
    return directory / "rolled-back.note";
}

// Of each verdict. More than one: where notes of two histories went round, each says something.
constexpr std::ptrdiff_t kKept = 8;

constexpr std::string_view kSignature = "\u2014 ";

bool is_graver(const RollbackNote& one, const RollbackNote& other) {
    const JudgedNote& left = one.judged;
    const JudgedNote& right = other.judged;
    if (left.verdict != right.verdict) return left.verdict == NoteVerdict::Beside;
    if (left.verdict == NoteVerdict::Beside) return left.checkpoint.size < right.checkpoint.size;
    return left.checkpoint.size > right.checkpoint.size;
}

Status write_notes(const std::filesystem::path& directory, const std::vector<RollbackNote>& notes) {
    const auto path = note_path(directory);
    const auto draft = directory / "rolled-back.note.new";
    {
        const FileDescriptor file(
            open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
        if (!file) return Error(Errc::FileFailed, draft.string());
        for (const RollbackNote& each : notes) {
            CHAPAR_TRY(write_all(file.get(), view(each.note), draft));
        }
        if (fsync(file.get()) != 0) return Error(Errc::FileFailed, draft.string());
    }
    std::error_code failed;
    std::filesystem::rename(draft, path, failed);
    if (failed) return Error(Errc::FileFailed, path.string());
    return sync_directory(directory);
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

Result<std::vector<std::string>> read_rollback_notes(const std::filesystem::path& directory) {
    std::vector<std::string> notes;
    const auto path = note_path(directory);
    if (!std::filesystem::exists(path)) return notes;
    const std::string text = to_string(CHAPAR_TRY(read_file(path, Exposure::Public)));
    bool is_complete = true;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
        const std::string line = text.substr(at, end - at);
        const bool is_signature = line.starts_with(kSignature);
        if (is_complete && !is_signature) notes.emplace_back();
        is_complete = is_signature;
        if (notes.empty()) return Error(Errc::NoteInvalid, path.string());
        notes.back() += line;
        at = end;
    }
    return notes;
}

Result<std::vector<RollbackNote>> kept_rollback_notes(const std::filesystem::path& directory,
                                                      const crypto::NoteVerifier& log,
                                                      const storage::ReadTxn& txn,
                                                      const Frontier& frontier) {
    std::vector<RollbackNote> standing;
    for (std::string& note : CHAPAR_TRY(read_rollback_notes(directory))) {
        JudgedNote judged = CHAPAR_TRY(judge_note(note, log, txn, frontier));
        if (judged.verdict == NoteVerdict::Covered) continue;
        standing.push_back({std::move(judged), std::move(note)});
    }
    std::ranges::stable_sort(standing, is_graver);
    if (standing.empty()) std::filesystem::remove(note_path(directory));
    return standing;
}

Result<Evidence> keep_rollback_note(const std::filesystem::path& directory, const std::string& note,
                                    const crypto::NoteVerifier& log, const storage::ReadTxn& txn,
                                    const Frontier& frontier) {
    RollbackNote more{CHAPAR_TRY(judge_note(note, log, txn, frontier)), note};
    const NoteVerdict verdict = more.judged.verdict;
    if (verdict == NoteVerdict::Covered) return Evidence::Harmless;
    auto kept = CHAPAR_TRY(kept_rollback_notes(directory, log, txn, frontier));
    const bool is_known = std::ranges::any_of(kept, [&](const RollbackNote& each) {
        return each.judged.checkpoint == more.judged.checkpoint;
    });
    if (is_known) return Evidence::Known;
    const auto alike = [&](const RollbackNote& each) { return each.judged.verdict == verdict; };
    if (std::ranges::count_if(kept, alike) == kKept) {
        const auto weakest = std::prev(std::find_if(kept.rbegin(), kept.rend(), alike).base());
        if (!is_graver(more, *weakest)) return Evidence::Known;
        kept.erase(weakest);
    }
    const auto place = std::ranges::upper_bound(kept, more, is_graver);
    const bool is_gravest = place == kept.begin();
    kept.insert(place, std::move(more));
    CHAPAR_TRY(write_notes(directory, kept));
    return is_gravest ? Evidence::Gravest : Evidence::Joined;
}

}  // namespace chapar::broker
