// chapar-verify: proves an export of the ledger, or an evidence package, with nothing but
// libsodium.
#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>

#include "crypto/verify/capnp.h"
#include "crypto/verify/evidence.h"
#include "crypto/verify/package.h"
#include "crypto/verify/rules.h"

namespace {

constexpr int kDone = 0, kOther = 1, kUsage = 2, kFailed = 5;

enum class Form { Text, Json };

struct Arguments {
    std::string file, card, agency_roots, plaintext;
    Form form = Form::Text;
};

int usage() {
    std::fputs(
        "usage: chapar-verify EXPORT --trust CARD [--json]\n"
        "       chapar-verify evidence FILE --card CARD [--agency-roots ROOTS] [--plaintext OUT]\n"
        "                     [--json]\n"
        "  EXPORT  a ledger export (tar file or directory)\n"
        "  FILE    an evidence package (chapar case evidence)\n"
        "  CARD    the trust card of the centre, from a source you trust\n"
        "  ROOTS   the file agency.roots of the author's agency, from a source you trust\n"
        "  OUT     new file for the stream as it was before sealing, if every rule holds\n"
        "exit: 0 every rule holds, 5 a rule fails, 2 usage, 1 other\n",
        stderr);
    return kUsage;
}

std::string json_string(const std::string& text) {
    std::string out = "\"";
    for (const char c : verify::printable(text)) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\t') {
            out += "\\t";
        } else {
            out += c;
        }
    }
    return out + '"';
}

// Lines after the first are moved under it, so that no text can look like a line of this program.
std::string indented(const std::string& text) {
    std::string out;
    for (const char c : verify::printable(text)) {
        out += c;
        if (c == '\n') out += "    | ";
    }
    return out;
}

int print(const std::vector<verify::Verdict>& verdicts, Form form) {
    int failed = 0;
    for (const verify::Verdict& v : verdicts) {
        failed += v.ok ? 0 : 1;
        if (form == Form::Json) {
            std::printf("{\"rule\":%s,\"ok\":%s,\"sentence\":%s}\n", json_string(v.rule).c_str(),
                        v.ok ? "true" : "false", json_string(v.sentence).c_str());
        } else {
            std::printf("%-4s %-21s %s\n", v.ok ? "ok" : "FAIL", v.rule.c_str(),
                        indented(v.sentence).c_str());
        }
    }
    return failed;
}

int conclude(std::size_t rules, int failed, Form form) {
    if (form == Form::Json) {
        std::printf("{\"rule\":\"verdict\",\"ok\":%s,\"sentence\":\"%zu rules, %d failed\"}\n",
                    failed == 0 ? "true" : "false", rules, failed);
    } else {
        std::printf("%s: %zu rules, %d failed\n", failed == 0 ? "verified" : "NOT VERIFIED", rules,
                    failed);
    }
    return failed == 0 ? kDone : kFailed;
}

int judge(const std::vector<verify::Verdict>& verdicts, Form form) {
    return conclude(verdicts.size(), print(verdicts, form), form);
}

void print_pair(Form form, const char* kind, const char* value_name, const std::string& name,
                const std::string& value) {
    if (form == Form::Json) {
        std::printf("{\"%s\":%s,\"%s\":%s}\n", kind, json_string(name).c_str(), value_name,
                    json_string(value).c_str());
    } else {
        std::printf("  %-24s %s\n", indented(name).c_str(), indented(value).c_str());
    }
}

void print_report(const verify::EvidenceReport& report, Form form) {
    const bool text = form == Form::Text;
    for (const auto& [name, value] : report.facts) print_pair(form, "fact", "value", name, value);
    if (text && !report.content.empty()) std::puts("text:");
    for (const auto& [field, value] : report.content) {
        print_pair(form, "field", "text", field, value);
    }
    if (text && !report.not_proven.empty()) std::puts("not proven:");
    for (const std::string& sentence : report.not_proven) {
        if (text) {
            std::printf("  %s\n", sentence.c_str());
        } else {
            std::printf("{\"not_proven\":%s}\n", json_string(sentence).c_str());
        }
    }
}

std::optional<verify::Bytes> read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    const std::streamoff size = file ? static_cast<std::streamoff>(file.tellg()) : -1;
    if (size < 0 || static_cast<std::uint64_t>(size) > verify::kLargestPackage) return std::nullopt;
    verify::Bytes out(static_cast<std::size_t>(size));
    file.seekg(0);
    if (!file.read(reinterpret_cast<char*>(out.data()), size)) return std::nullopt;
    return out;
}

// A new file that only its owner can read; nothing is ever written over.
bool write_new_file(const std::string& path, const verify::Bytes& bytes) {
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

int verify_export(const Arguments& given) {
    std::string why;
    const auto card = verify::read_trust_card(given.card, why);
    if (!card) return judge({{"trust.card", false, why}}, given.form);
    auto archive = verify::Archive::open(given.file, why);
    if (!archive) return judge({{"archive.complete", false, why}}, given.form);
    const int exit = judge(verify::verify_export(*archive, *card), given.form);
    if (given.form == Form::Text) {
        std::puts("not proven: what sealed bodies say, and what was never submitted");
    }
    return exit;
}

int verify_evidence(const Arguments& given) {
    std::string why;
    const auto card = verify::read_trust_card(given.card, why);
    if (!card) return judge({{"trust.card", false, why}}, given.form);
    std::optional<verify::AgencyRoots> roots;
    if (!given.agency_roots.empty()) {
        const auto bytes = read_file(given.agency_roots);
        roots = bytes ? verify::parse_agency_roots(*bytes) : std::nullopt;
        if (!roots) {
            return judge({{"agency.roots", false, "no list of an agency's roots"}}, given.form);
        }
    }
    const auto file = read_file(given.file);
    if (!file) return judge({{"package.form", false, "cannot be read"}}, given.form);
    const verify::EvidenceReport report = verify::verify_evidence(*file, *card, roots);
    const int failed = print(report.verdicts, given.form);
    print_report(report, given.form);
    if (report.plaintext && !given.plaintext.empty() &&
        !write_new_file(given.plaintext, *report.plaintext)) {
        std::fputs("the plaintext could not be written: is there a file already?\n", stderr);
        return kOther;
    }
    return conclude(report.verdicts.size(), failed, given.form);
}

// False for anything that is not in the usage text.
bool parse(int argc, char** argv, int first, Arguments& out) {
    const bool evidence = first == 2;
    for (int i = first; i < argc; ++i) {
        const std::string_view word = argv[i];
        std::string* value = nullptr;
        if (word == (evidence ? "--card" : "--trust")) value = &out.card;
        if (evidence && word == "--agency-roots") value = &out.agency_roots;
        if (evidence && word == "--plaintext") value = &out.plaintext;
        if (word == "--json") {
            out.form = Form::Json;
        } else if (value != nullptr) {
            if (++i == argc) return false;
            *value = argv[i];
        } else if (!word.starts_with('-') && out.file.empty()) {
            out.file = word;
        } else {
            return false;
        }
    }
    return !out.file.empty() && !out.card.empty();
}

}  // namespace

int main(int argc, char** argv) {
    const bool evidence = argc > 1 && std::strcmp(argv[1], "evidence") == 0;
    Arguments given;
    if (!parse(argc, argv, evidence ? 2 : 1, given)) return usage();
    if (sodium_init() < 0) return kOther;
    return evidence ? verify_evidence(given) : verify_export(given);
}
