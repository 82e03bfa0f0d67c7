#include "client/edge/codes_home.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "client/edge/trust_card_file.h"
#include "schemas/base/hex.h"
#include "schemas/base/shown.h"
#include "schemas/base/time_text.h"

namespace chapar::client {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLogBytes = std::size_t{1024} * 1024;
constexpr std::size_t kLogParts = 5;

Result<SigningPublicKey> centre_root(const HomePaths& paths) {
    return CHAPAR_TRY(read_trust_card(paths.trust_card())).manifest().centre_root;
}

Result<ArchiveFile> read_list(const fs::path& path) {
    if (!file_exists(path)) return Error(Errc::NotFound, path.string());
    std::error_code problem;
    if (!fs::is_regular_file(fs::symlink_status(path, problem))) {
        return Error(Errc::FileFailed, path.string() + " is not a file");
    }
    const Bytes bytes = CHAPAR_TRY(read_file(path, schemas::CodeBounds::kFileBytes));
    return ArchiveFile{path.filename().string(), to_string(bytes)};
}

// The lists of a folder, and its MANIFEST if it is asked for. What is no list (a README) is no
// part of the set.
Result<std::vector<ArchiveFile>> read_folder(const fs::path& folder) {
    std::vector<ArchiveFile> files;
    std::error_code problem;
    fs::directory_iterator entry(folder, problem);
    for (; !problem && entry != fs::directory_iterator(); entry.increment(problem)) {
        if (entry->path().extension() != ".csv") continue;
        if (files.size() == kCodeArchiveFiles) return Error(Errc::TooLarge, folder.string());
        files.push_back(CHAPAR_TRY(read_list(entry->path())));
    }
    if (problem) return Error(Errc::FileFailed, folder.string());
    return files;
}

Result<std::vector<ArchiveFile>> read_source(const fs::path& source) {
    std::error_code problem;
    if (!fs::is_directory(source, problem)) {
        const Bytes bytes = CHAPAR_TRY(read_input_file(source, kCodeArchiveBytes));
        return read_code_archive(bytes);
    }
    auto files = CHAPAR_TRY(read_folder(source));
    files.push_back(CHAPAR_TRY(read_list(source / kCodesManifest)));
    return files;
}

// Whether the file is empty or ends with a whole line: a crash may have cut the last one short.
bool ends_whole(int file) {
    char last = '\n';
    const off_t size = ::lseek(file, 0, SEEK_END);
    return size <= 0 || ::pread(file, &last, 1, size - 1) != 1 || last == '\n';
}

// Appended whole and synced, or an error.
Status append_line(const fs::path& path, const std::string& line) {
    const Error failed(Errc::FileFailed, path.string());
    const int file =
        ::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) return failed;
    const std::string text = (ends_whole(file) ? "" : "\n") + line;
    const ssize_t written = ::write(file, text.data(), text.size());
    const bool good = written == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
    ::close(file);
    if (!good) return failed;
    return sync_folder(path.parent_path());
}

std::string log_line(const SignedCodes& codes, const SigningPublicKey& key, const fs::path& source,
                     TimeMs now) {
    std::string name = shown(source.filename().string());
    std::ranges::replace(name, ' ', '_');
    return time_text(now) + " " + std::string(codes.set.dated()) + " " +
           to_hex(codes.manifest.view()) + " " + to_hex(key.view()) + " " +
           (name.empty() ? "." : name) + "\n";
}

}  // namespace

fs::path code_set_file(const HomePaths& paths) { return paths.home / "codes.set"; }

fs::path code_log_file(const HomePaths& paths) { return paths.home / "codes.log"; }

Result<schemas::CodeSet> read_code_folder(const fs::path& folder) {
    auto files = CHAPAR_TRY(read_folder(folder));
    auto texts = CHAPAR_TRY(code_texts(std::move(files)));
    return schemas::CodeSet::parse(std::move(texts));
}

Result<std::optional<SignedCodes>> held_codes(const HomePaths& paths) {
    if (!file_exists(code_set_file(paths))) return std::optional<SignedCodes>();
    const SigningPublicKey root = CHAPAR_TRY(centre_root(paths));
    auto files = CHAPAR_TRY(read_source(code_set_file(paths)));
    return std::optional(CHAPAR_TRY(open_codes(std::move(files), root)));
}

Result<TakenCodes> take_codes(const HomePaths& paths, const fs::path& source,
                              const schemas::CodeSet& held, TimeMs now) {
    const SigningPublicKey root = CHAPAR_TRY(centre_root(paths));
    auto files = CHAPAR_TRY(read_source(source));
    SignedCodes codes = CHAPAR_TRY(open_codes(std::move(files), root));
    CHAPAR_TRY(check_follows(held, codes.set));
    auto changes = changes_between(held, codes.set);
    const CodesTaken taken = changes.empty() ? CodesTaken::HeldAlready : CodesTaken::Installed;
    if (taken == CodesTaken::Installed) {
        // Before it is in place: no set is ever used that the log does not name.
        CHAPAR_TRY(append_line(code_log_file(paths), log_line(codes, root, source, now)));
        CHAPAR_TRY(write_file(code_set_file(paths), write_code_archive(files_of(codes))));
    }
    return TakenCodes{taken, std::move(codes), std::move(changes)};
}

Result<std::vector<CodesLogLine>> codes_log(const HomePaths& paths) {
    std::vector<CodesLogLine> out;
    if (!file_exists(code_log_file(paths))) return out;
    const std::string text = to_string(CHAPAR_TRY(read_file(code_log_file(paths), kLogBytes)));
    std::string_view rest = text;
    for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end + 1);
        std::array<std::string, kLogParts> parts;
        for (std::string& part : parts) {
            part = line.substr(0, line.find(' '));
            line.remove_prefix(std::min(part.size() + 1, line.size()));
        }
        if (parts.back().empty()) continue;
        out.push_back({parts[0], parts[1], parts[2], parts[3], parts[4]});
    }
    return out;
}

}  // namespace chapar::client
