#include "crypto/verify/policy.h"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "crypto/verify/tree.h"

namespace verify {
namespace {

constexpr std::uint8_t kCosignature = 4;
constexpr std::size_t kMost = 32;  // witnesses, groups, logs
constexpr std::size_t kMostBytes = 64 * 1024;
constexpr std::string_view kNone = "none";

bool is_policy_text(const std::string& text) {
    const auto plain = [](char c) {
        const auto octet = static_cast<unsigned char>(c);
        return c == '\t' || c == '\n' || (octet >= 0x20 && octet != 0x7F);
    };
    return text.size() <= kMostBytes && (text.empty() || text.back() == '\n') &&
           std::all_of(text.begin(), text.end(), plain);
}

}  // namespace

bool Policy::group(const std::vector<std::string>& words) {
    Group group{0, {words.begin() + 3, words.end()}};
    const std::string& word = words[2];
    if (word == "any") {
        group.threshold = 1;
    } else if (word == "all") {
        group.threshold = group.members.size();
    } else {
        const auto [end, bad] =
            std::from_chars(word.data(), word.data() + word.size(), group.threshold);
        if (bad != std::errc() || end != word.data() + word.size() ||
            word != std::to_string(group.threshold)) {
            return false;
        }
    }
    if (group.threshold < 1 || group.threshold > group.members.size()) return false;
    for (const std::string& member : group.members) {
        if (!defined(member) || !members_.insert(member).second) return false;
    }
    if (defined(words[1]) || words[1] == kNone || groups_.size() == kMost) return false;
    return groups_.emplace(words[1], std::move(group)).second;
}

bool Policy::line(const std::vector<std::string>& words, std::string& why) {
    why = "a line that is no " + words[0] + " line";
    if (words[0] == "log" && (words.size() == 2 || words.size() == 3)) {
        const auto key = parse_vkey(words[1]);
        const auto same = [&](const LogKey& known) { return known.key == key->key; };
        if (!key || logs_.size() == kMost || std::any_of(logs_.begin(), logs_.end(), same)) {
            return false;
        }
        logs_.push_back(*key);
        return true;
    }
    if (words[0] == "witness" && (words.size() == 3 || words.size() == 4)) {
        const auto key = parse_vkey(words[2], kCosignature);
        if (!key || witnesses_.size() == kMost || defined(words[1]) || words[1] == kNone) {
            return false;
        }
        for (const auto& [name, known] : witnesses_) {
            if (known.key == key->key) return false;
        }
        return witnesses_.emplace(words[1], *key).second;
    }
    if (words[0] == "group" && words.size() >= 4) return group(words);
    if (words[0] == "quorum" && words.size() == 2 && !quorum_ &&
        (words[1] == kNone || defined(words[1]))) {
        quorum_ = words[1];
        return true;
    }
    return false;
}

std::optional<Policy> Policy::parse(const std::string& text, std::string& why) {
    if (!is_policy_text(text)) {
        why = "it is not lines of text, or too large";
        return std::nullopt;
    }
    Policy out;
    std::istringstream lines(text);
    for (std::string one; std::getline(lines, one);) {
        std::istringstream in(one);
        std::vector<std::string> words;
        for (std::string word; in >> word;) words.push_back(word);
        if (words.empty() || words.front().starts_with('#')) continue;
        if (!out.line(words, why)) return std::nullopt;
    }
    if (!out.quorum_) {
        why = "it names no quorum";
        return std::nullopt;
    }
    return out;
}

bool Policy::met(const std::string& name, const std::set<std::string>& signers) const {
    if (name == kNone) return true;
    const auto group = groups_.find(name);
    if (group == groups_.end()) return signers.contains(name);
    const auto& members = group->second.members;
    const auto count = std::count_if(members.begin(), members.end(),
                                     [&](const std::string& m) { return met(m, signers); });
    return static_cast<std::uint64_t>(count) >= group->second.threshold;
}

Policy::Cosigned Policy::judge(const Bytes& note) const {
    Cosigned out;
    const auto parsed = parse_note(note);
    if (!parsed) return out;
    std::set<std::string> signers;
    for (const SignatureLine& line : parsed->lines) {
        for (const auto& [name, key] : witnesses_) {
            if (line.name != key.name || line.id != key.id) continue;
            Reader in(line.signature);
            const std::uint64_t seconds = in.number(8);
            const Bytes sig = in.raw(64);
            const std::string message =
                "cosignature/v1\ntime " + std::to_string(seconds) + "\n" + parsed->text;
            if (!in.complete() || !signature(bytes_of(message), key.key, sig)) {
                out.wrong = true;
                continue;
            }
            const auto known = out.witnesses.emplace(name, seconds).first;
            known->second = std::min(known->second, seconds);
            signers.insert(name);
        }
    }
    out.met = met(*quorum_, signers);
    return out;
}

std::optional<std::uint64_t> Policy::confirmed_at(
    const std::map<std::string, std::uint64_t>& witnesses) const {
    if (*quorum_ == kNone) return std::nullopt;
    std::multimap<std::uint64_t, std::string> by_time;
    for (const auto& [name, seconds] : witnesses) by_time.emplace(seconds, name);
    std::set<std::string> signers;
    for (const auto& [seconds, name] : by_time) {
        signers.insert(name);
        if (met(*quorum_, signers)) return seconds;
    }
    return std::nullopt;
}

bool Policy::names_log(const LogKey& key) const {
    return logs_.empty() || std::any_of(logs_.begin(), logs_.end(), [&](const LogKey& log) {
               return log.name == key.name && log.key == key.key;
           });
}

std::string Policy::expectation() const {
    const auto group = groups_.find(*quorum_);
    if (group == groups_.end()) return "quorum " + *quorum_;
    std::string out =
        "quorum " + *quorum_ + ": " + std::to_string(group->second.threshold) + " of (";
    for (const std::string& member : group->second.members) {
        out += (out.ends_with('(') ? "" : ", ") + member;
    }
    return out + ")";
}

}  // namespace verify
