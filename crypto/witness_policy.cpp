#include "crypto/witness_policy.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "crypto/text_form.h"
#include "schemas/base/limits.h"

namespace chapar::crypto {
namespace {

constexpr std::string_view kNone = "none";
constexpr std::string_view kBlanks = " \t";

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    while (true) {
        const std::size_t begin = line.find_first_not_of(kBlanks);
        if (begin == std::string_view::npos) return words;
        line.remove_prefix(begin);
        const std::size_t end = std::min(line.find_first_of(kBlanks), line.size());
        words.push_back(line.substr(0, end));
        line.remove_prefix(end);
    }
}

bool is_policy_text(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        const auto octet = static_cast<unsigned char>(c);
        return c == '\t' || c == '\n' || (octet >= 0x20 && octet != 0x7F);
    });
}

std::optional<std::size_t> threshold_of(std::string_view word, std::size_t members) {
    if (word == "any") return 1;
    if (word == "all") return members;
    const std::optional<std::uint64_t> number = parse_decimal(word);
    if (!number || *number < 1 || *number > members) return std::nullopt;
    return static_cast<std::size_t>(*number);
}

}  // namespace

// Reads a policy line by line; an error says what is wrong with the line it stands at.
class PolicyReader {
  public:
    using Complaint = std::optional<std::string>;

    Complaint line(const std::vector<std::string_view>& words) {
        if (words.front() == "log") return log(words);
        if (words.front() == "witness") return witness(words);
        if (words.front() == "group") return group(words);
        if (words.front() == "quorum") return quorum(words);
        return "unknown word";
    }
    [[nodiscard]] bool has_quorum() const { return has_quorum_; }
    [[nodiscard]] WitnessPolicy take() { return std::move(policy_); }

  private:
    Complaint log(const std::vector<std::string_view>& words) {
        if (words.size() < 2 || words.size() > 3) return "log VKEY [URL]";
        const auto key = NoteVerifier::parse(words[1]);
        if (!key) return "vkey of the log";
        const auto same = [&](const PolicyLog& seen) { return seen.key.key() == key->key(); };
        if (std::ranges::any_of(policy_.logs_, same)) return "key of another log";
        if (policy_.logs_.size() == limits::kWitnesses) return "too many logs";
        policy_.logs_.push_back({*key, std::string(words.size() == 3 ? words[2] : "")});
        return std::nullopt;
    }

    Complaint witness(const std::vector<std::string_view>& words) {
        if (words.size() < 3 || words.size() > 4) return "witness NAME VKEY [URL]";
        const auto key = Cosigner::parse(words[2]);
        if (!key) return "vkey of the witness";
        const auto same = [&](const PolicyWitness& seen) { return seen.key.key() == key->key(); };
        if (std::ranges::any_of(policy_.witnesses_, same)) return "key of another witness";
        if (policy_.witnesses_.size() == limits::kWitnesses) return "too many witnesses";
        if (Complaint complaint = define(words[1])) return complaint;
        policy_.witnesses_.push_back(
            {std::string(words[1]), *key, std::string(words.size() == 4 ? words[3] : "")});
        return std::nullopt;
    }

    Complaint group(const std::vector<std::string_view>& words) {
        if (words.size() < 4) return "group NAME any|all|N MEMBER..";
        const auto threshold = threshold_of(words[2], words.size() - 3);
        if (!threshold) return "any, all, or a number of members";
        if (policy_.groups_.size() == limits::kWitnesses) return "too many groups";
        WitnessPolicy::Group group{*threshold, {}};
        for (std::size_t i = 3; i < words.size(); ++i) {
            // Before the group's own name is known, so that no group is its own member.
            if (!defined_.contains(words[i])) return "a member that is not defined above";
            if (!members_.insert(std::string(words[i])).second) return "a member of two groups";
            group.members.emplace_back(words[i]);
        }
        if (Complaint complaint = define(words[1])) return complaint;
        policy_.groups_.emplace_back(std::string(words[1]), std::move(group));
        return std::nullopt;
    }

    Complaint quorum(const std::vector<std::string_view>& words) {
        if (words.size() != 2) return "quorum NAME|none";
        if (has_quorum_) return "a second quorum";
        has_quorum_ = true;
        if (words[1] == kNone) return std::nullopt;
        if (!defined_.contains(words[1])) return "a quorum that is not defined above";
        policy_.quorum_ = std::string(words[1]);
        return std::nullopt;
    }

    Complaint define(std::string_view name) {
        if (name == kNone) return "a name that means no witness";
        if (!defined_.insert(std::string(name)).second) return "a name that is defined twice";
        return std::nullopt;
    }

    WitnessPolicy policy_;
    WitnessPolicy::Names defined_;
    WitnessPolicy::Names members_;
    bool has_quorum_ = false;
};

Result<WitnessPolicy> WitnessPolicy::parse(std::string_view text) {
    if (text.size() > kPolicyBytes) return Error(Errc::ConfigInvalid, "witness policy: too large");
    if (!is_policy_text(text) || (!text.empty() && text.back() != '\n')) {
        return Error(Errc::ConfigInvalid, "witness policy: not lines of text");
    }
    PolicyReader reader;
    std::size_t number = 0;
    while (const std::optional<std::string_view> line = take_line(text)) {
        ++number;
        const std::vector<std::string_view> words = words_of(*line);
        if (words.empty() || words.front().starts_with('#')) continue;
        if (const auto complaint = reader.line(words)) {
            return Error(Errc::ConfigInvalid,
                         "witness policy, line " + std::to_string(number) + ": " + *complaint);
        }
    }
    if (!reader.has_quorum()) return Error(Errc::ConfigInvalid, "witness policy: no quorum line");
    return reader.take();
}

const NoteVerifier* WitnessPolicy::log(std::string_view origin) const {
    const auto it = std::ranges::find_if(
        logs_, [&](const PolicyLog& entry) { return entry.key.name() == origin; });
    return it == logs_.end() ? nullptr : &it->key;
}

const PolicyWitness* WitnessPolicy::witness(std::string_view name) const {
    const auto it = std::ranges::find(witnesses_, name, &PolicyWitness::name);
    return it == witnesses_.end() ? nullptr : &*it;
}

bool WitnessPolicy::met(const Names& cosigned) const {
    if (asks_none()) return true;
    Names witnessed;
    for (const PolicyWitness& entry : witnesses_) {
        if (cosigned.contains(entry.name)) witnessed.insert(entry.name);
    }
    for (const auto& [name, group] : groups_) {
        const auto count = std::ranges::count_if(
            group.members, [&](const std::string& member) { return witnessed.contains(member); });
        if (static_cast<std::size_t>(count) >= group.threshold) witnessed.insert(name);
    }
    return witnessed.contains(quorum_);
}

namespace {

std::optional<TimeMs> time_of_quorum(const WitnessPolicy& policy,
                                     std::vector<Cosignature> cosignatures) {
    if (policy.asks_none()) return std::nullopt;
    std::ranges::sort(cosignatures, {}, &Cosignature::time);
    WitnessPolicy::Names signers;
    for (const Cosignature& one : cosignatures) {
        signers.insert(one.witness);
        if (policy.met(signers)) return one.time;
    }
    return std::nullopt;
}

}  // namespace

Result<WitnessedCheckpoint> open_witnessed(std::string_view note, const NoteVerifier& log,
                                           const WitnessPolicy& policy) {
    const auto same = [&](const PolicyLog& entry) {
        return entry.key.name() == log.name() && entry.key.key() == log.key();
    };
    if (!policy.logs().empty() && std::ranges::none_of(policy.logs(), same)) {
        return Error(Errc::NoteInvalid, "the policy is for another log");
    }
    WitnessedCheckpoint out{CHAPAR_TRY(open_checkpoint(note, log)), {}, false, {}};
    const ParsedNote parsed = CHAPAR_TRY(ParsedNote::parse(note));
    WitnessPolicy::Names cosigned;
    for (const NoteSignature& line : parsed.signatures) {
        const auto witness = std::ranges::find_if(
            policy.witnesses(), [&](const PolicyWitness& w) { return w.key.wrote(line); });
        if (witness == policy.witnesses().end() || cosigned.contains(witness->name)) continue;
        const TimeMs time = CHAPAR_TRY(witness->key.verify(parsed.text, line));
        out.cosignatures.push_back({witness->name, time});
        cosigned.insert(witness->name);
    }
    out.met = policy.met(cosigned);
    out.confirmed = time_of_quorum(policy, out.cosignatures);
    return out;
}

Result<WitnessedCheckpoint> open_witnessed(std::string_view note, const WitnessPolicy& policy) {
    const std::string_view origin = note.substr(0, note.find('\n'));
    // After a change of its key a log has two lines of one name; the one that fits is taken.
    Error error(Errc::NoteInvalid, "a log that the policy does not name");
    for (const PolicyLog& entry : policy.logs()) {
        if (entry.key.name() != origin) continue;
        auto opened = open_witnessed(note, entry.key, policy);
        if (opened) return opened;
        error = opened.error();
    }
    return error;
}

}  // namespace chapar::crypto
