#include "crypto/verify/options.h"

#include <charconv>
#include <ctime>
#include <functional>
#include <map>

namespace verify {
namespace {

std::optional<std::uint64_t> number(const std::string& text) {
    std::uint64_t out = 0;
    const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (text.empty() || bad != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return out;
}

// "2026-11-21T12:00:00Z", as UTC ms.
std::optional<std::uint64_t> utc_time(const std::string& text) {
    std::tm parts{};
    const char* end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    if (end == nullptr || *end != '\0') return std::nullopt;
    const std::time_t seconds = ::timegm(&parts);
    if (seconds < 0) return std::nullopt;
    return static_cast<std::uint64_t>(seconds) * 1000;
}

// Takes the options one after the other.
class Parser {
  public:
    Parser(const std::vector<std::string>& words, std::size_t first) : words_(words), at_(first) {}

    bool all(Options& out) {
        while (at_ < words_.size()) {
            const std::string& word = words_[at_++];
            if (!word.starts_with('-')) {
                out.files.push_back(word);
            } else if (word == "--json") {
                out.form = Form::Json;
            } else if (!option(word, out)) {
                return false;
            }
        }
        return true;
    }

  private:
    bool value(std::string& into) {
        if (at_ == words_.size() || !into.empty()) return false;
        into = words_[at_++];
        return !into.empty();
    }
    bool option(const std::string& word, Options& out) {
        const Task task = out.task;
        if (word == "--card") return value(out.card);
        if (task == Task::Fork) return word == "--vkey" && value(out.vkey);
        if (task == Task::Evidence) {
            return (word == "--agency-roots" && value(out.agency_roots)) ||
                   (word == "--plaintext" && value(out.plaintext));
        }
        if (word == "--policy") return value(out.policy);
        if (word == "--agency") return value(out.agency);
        if (word == "--note") return value(out.notes.emplace_back());
        if (word == "--archive") return value(out.pruned.emplace_back());
        if (word == "--partial") return out.partial = true;
        return question(word, out);
    }
    bool question(const std::string& word, Options& out) {
        std::string first, second;
        if (!value(first)) return false;
        const auto size = number(first);
        if (word == "--at" && !out.at) {
            out.at = Moment{size, size ? std::nullopt : utc_time(first)};
            return out.at->size || out.at->time_ms;
        }
        if (word == "--passphrase-fd" && size && *size < 1024) {
            out.passphrase_fd = static_cast<int>(*size);
            return true;
        }
        if (word != "--between" || out.between || !value(second)) return false;
        const auto other = number(second);
        if (!size || !other) return false;
        out.between = {*size, *other};
        return true;
    }

    const std::vector<std::string>& words_;
    std::size_t at_;
};

}  // namespace

const char* usage_text() {
    return "usage: chapar-verify EXPORT.. --card CARD [--policy POLICY] [--note NOTE]..\n"
           "                     [--agency KEY [--passphrase-fd N]] [--at SIZE|TIME]\n"
           "                     [--between SIZE SIZE] [--archive ARCHIVE].. [--partial] [--json]\n"
           "       chapar-verify evidence FILE --card CARD [--agency-roots ROOTS]\n"
           "                     [--plaintext OUT] [--json]\n"
           "       chapar-verify fork FILE --vkey VKEY|--card CARD [--json]\n"
           "  EXPORT  a ledger export: tar files in the order of their segments, or a directory\n"
           "  CARD    the trust card of the centre, from a source you trust\n"
           "  POLICY  witnesses and their quorum (tlog-policy), from a source you trust\n"
           "  NOTE    a signed head held from elsewhere: the export must contain it\n"
           "  KEY     a keystore with the key `audit` of an agency or of the centre's auditor\n"
           "          (passphrase: descriptor N, or the file CHAPAR_PASSPHRASE_FILE), or the file\n"
           "          that `chapar ledger view` wrote\n"
           "  ARCHIVE the file of what was pruned: it must be the one that a PRUNE entry names\n"
           "  --at    who was certified then; TIME as 2026-11-21T12:00:00Z\n"
           "  --partial  not all segments are given, and that is intended\n"
           "  FILE    an evidence package (chapar case evidence), or fork evidence\n"
           "  ROOTS   the file agency.roots of the author's agency, from a source you trust\n"
           "  OUT     new file for the stream as it was before sealing, if every rule holds\n"
           "exit: 0 every rule holds, 5 a rule fails, 2 usage, 1 other\n";
}

std::optional<Options> parse_options(const std::vector<std::string>& words) {
    Options out;
    std::size_t first = 0;
    if (!words.empty() && words[0] == "evidence") out.task = Task::Evidence;
    if (!words.empty() && words[0] == "fork") out.task = Task::Fork;
    if (out.task != Task::Export) first = 1;
    if (!Parser(words, first).all(out) || out.files.empty()) return std::nullopt;
    const bool one = out.task == Task::Export || out.files.size() == 1;
    const bool trusted = !out.card.empty() != !out.vkey.empty();
    if (!one || !trusted) return std::nullopt;
    return out;
}

}  // namespace verify
