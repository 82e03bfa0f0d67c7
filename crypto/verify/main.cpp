// chapar-verify: proves an export of the ledger, an evidence package, or a fork, with nothing but
// libsodium.
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>

#include "crypto/verify/evidence.h"
#include "crypto/verify/export.h"
#include "crypto/verify/fork.h"
#include "crypto/verify/open_key.h"
#include "crypto/verify/options.h"
#include "crypto/verify/package.h"

namespace {

using namespace verify;

constexpr std::uint64_t kSmallFile = 1 << 20;

std::optional<Bytes> read_file(const std::string& path, std::uint64_t limit) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    const std::streamoff size = file ? static_cast<std::streamoff>(file.tellg()) : -1;
    if (size < 0 || static_cast<std::uint64_t>(size) > limit) return std::nullopt;
    Bytes out(static_cast<std::size_t>(size));
    file.seekg(0);
    if (!file.read(reinterpret_cast<char*>(out.data()), size)) return std::nullopt;
    return out;
}

// A new file that only its owner can read; nothing is ever written over.
bool write_new_file(const std::string& path, const Bytes& bytes) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) return false;
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t n = ::write(file, bytes.data() + done, bytes.size() - done);
        if (n <= 0) break;
        done += static_cast<std::size_t>(n);
    }
    return ::close(file) == 0 && done == bytes.size();
}

// One line from the descriptor, or from the file that the environment names.
std::optional<std::string> passphrase(const Options& given) {
    const char* path = std::getenv("CHAPAR_PASSPHRASE_FILE");
    if (!given.passphrase_fd && path == nullptr) return std::nullopt;
    const int file =
        given.passphrase_fd ? *given.passphrase_fd : ::open(path, O_RDONLY | O_CLOEXEC);
    std::string out;
    for (char c = 0; out.size() < 4096 && ::read(file, &c, 1) == 1 && c != '\n';) out += c;
    if (!given.passphrase_fd && file >= 0) ::close(file);
    return out;
}

// Only its owner may read a keystore or a view file: whoever else can, reads the agency's entries.
bool exposed(const std::string& path) {
    struct stat info {};
    return ::lstat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode) ||
           info.st_uid != ::geteuid() || (info.st_mode & 077) != 0;
}

std::optional<AgencyKeys> agency_keys(const Options& given, std::string& why) {
    constexpr std::string_view kView = "chapar-view/1 ";
    why = "it cannot be read";
    const auto file = read_file(given.agency, 64 * kSmallFile);
    if (!file) return std::nullopt;
    if (exposed(given.agency)) {
        why = "others than its owner may read it";
        return std::nullopt;
    }
    if (text_of(*file).starts_with(kView)) {
        auto keys = AgencyKeys::parse_view(text_of(*file));
        if (!keys) why = "the view file is not in its form";
        return keys;
    }
    const auto secret_phrase = passphrase(given);
    if (!secret_phrase) {
        why = "its passphrase is not given (--passphrase-fd or CHAPAR_PASSPHRASE_FILE)";
        return std::nullopt;
    }
    auto secret = keystore_secret(*file, *secret_phrase, "audit", why);
    if (!secret) return std::nullopt;
    AgencyKeys out;
    out.audit_secret = std::move(*secret);
    return out;
}

// False, with a failed verdict, if a file that was named cannot be used.
bool read_questions(const Options& given, Questions& out, Verdict& failure) {
    std::string why = "it cannot be read";
    out.archives = given.files;
    out.at = given.at;
    out.between = given.between;
    out.partial = given.partial;
    out.pruned = given.pruned;
    if (!given.policy.empty()) {
        const auto file = read_file(given.policy, kSmallFile);
        out.policy = file ? Policy::parse(text_of(*file), why) : std::nullopt;
        failure = {"witness.policy", false, why};
        if (!out.policy) return false;
    }
    for (const std::string& path : given.notes) {
        const auto file = read_file(path, kSmallFile);
        failure = {"note.held", false, path + " cannot be read"};
        if (!file) return false;
        out.notes.emplace_back(path, *file);
    }
    if (!given.agency.empty()) {
        out.agency = agency_keys(given, why);
        failure = {"agency.keys", false, given.agency + ": " + why};
        if (!out.agency) return false;
    }
    return true;
}

int run_export(const Options& given, const TrustCard& card) {
    Questions questions;
    Verdict failure;
    if (!read_questions(given, questions, failure)) return judge({failure}, given.form);
    Report report;
    {
        Progress progress(given.form);
        report = verify_export(card, std::move(questions),
                               [&](auto done, auto all) { progress.show(done, all); });
    }
    const int failed = print(report.verdicts, given.form);
    print_facts(report.facts, given.form);
    print_not_proven(report.not_proven, given.form);
    return conclude(report.verdicts.size(), failed, given.form);
}

int run_evidence(const Options& given, const TrustCard& card) {
    std::optional<AgencyRoots> roots;
    if (!given.agency_roots.empty()) {
        const auto bytes = read_file(given.agency_roots, kSmallFile);
        roots = bytes ? parse_agency_roots(*bytes) : std::nullopt;
        if (!roots) {
            return judge({{"agency.roots", false, "no list of an agency's roots"}}, given.form);
        }
    }
    const auto file = read_file(given.files.front(), kLargestPackage);
    if (!file) return judge({{"package.form", false, "cannot be read"}}, given.form);
    const EvidenceReport report = verify_evidence(*file, card, roots);
    const int failed = print(report.verdicts, given.form);
    print_facts(report.facts, given.form);
    print_content(report.content, given.form);
    print_not_proven(report.not_proven, given.form);
    if (report.plaintext && !given.plaintext.empty() &&
        !write_new_file(given.plaintext, *report.plaintext)) {
        std::fputs("the plaintext could not be written: is there a file already?\n", stderr);
        return kOther;
    }
    return conclude(report.verdicts.size(), failed, given.form);
}

int run_fork(const Options& given, const std::string& vkey) {
    const auto key = parse_vkey(vkey);
    if (!key) return judge({{"fork.log", false, "no key of a log is given"}}, given.form);
    const auto file = read_file(given.files.front(), kSmallFile);
    if (!file) return judge({{"fork.form", false, "cannot be read"}}, given.form);
    const ForkReport report = verify_fork(*file, *key);
    const int failed = print(report.verdicts, given.form);
    print_facts(report.facts, given.form);
    print_not_proven(report.not_proven, given.form);
    return conclude(report.verdicts.size(), failed, given.form);
}

int run(int argc, char** argv) {
    const auto given = parse_options({argv + 1, argv + argc});
    if (!given) {
        std::fputs(usage_text(), stderr);
        return kUsage;
    }
    if (sodium_init() < 0) return kOther;
    if (given->task == Task::Fork && !given->vkey.empty()) return run_fork(*given, given->vkey);
    std::string why;
    const auto card = read_trust_card(given->card, why);
    if (!card) return judge({{"trust.card", false, why}}, given->form);
    if (given->task == Task::Fork) return run_fork(*given, card->log_key);
    if (given->task == Task::Evidence) return run_evidence(*given, *card);
    return run_export(*given, *card);
}

}  // namespace

// Whatever a file makes go wrong in here, it does not end without a word.
int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& exception) {
        std::fprintf(stderr, "not judged: %s\n", exception.what());
        return kOther;
    }
}
