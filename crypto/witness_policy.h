// The witness policy: which cosignatures together make a head trusted (C2SP tlog-policy).
//
// Owns: the text form, strictly read, the evaluation of the quorum, and opening a note under it.
// Does not know where a policy came from, or how a witness is reached (the optional URLs are kept
// as text). Names of witnesses and groups have a meaning inside the policy only; they need not be
// the names of the keys. Values are copyable. Source: C2SP tlog-policy.md.
//
//     log VKEY [URL]
//     witness NAME VKEY [URL]
//     group NAME any|all|N MEMBER..
//     quorum NAME|none
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/checkpoint.h"
#include "crypto/cosignature.h"
#include "crypto/note.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"

namespace chapar::crypto {

struct PolicyLog {
    NoteVerifier key;
    std::string url;  // empty: none given
};
struct PolicyWitness {
    std::string name;
    Cosigner key;
    std::string url;  // empty: none given
};

class WitnessPolicy {
  public:
    using Names = std::set<std::string, std::less<>>;

    // ConfigInvalid (context: the line's number and what is wrong) for any other text, for more
    // than limits::kWitnesses logs, witnesses or groups, and for more than kPolicyBytes.
    [[nodiscard]] static Result<WitnessPolicy> parse(std::string_view text);

    // In the order of the text; may be empty, where the log is known from elsewhere.
    [[nodiscard]] const std::vector<PolicyLog>& logs() const { return logs_; }
    [[nodiscard]] const std::vector<PolicyWitness>& witnesses() const { return witnesses_; }
    // The key of the first log line of this origin; null if there is none.
    [[nodiscard]] const NoteVerifier* log(std::string_view origin) const;
    // Null if there is none.
    [[nodiscard]] const PolicyWitness* witness(std::string_view name) const;
    // Whether `quorum none` stands there: no cosignature is asked for.
    [[nodiscard]] bool asks_none() const { return quorum_.empty(); }
    // Whether these witnesses are a quorum. Names that are no witness of this policy count nothing.
    [[nodiscard]] bool met(const Names& cosigned) const;

    static constexpr std::size_t kPolicyBytes = 64 * 1024;

  private:
    friend class PolicyReader;
    struct Group {
        std::size_t threshold = 1;
        std::vector<std::string> members;
    };
    WitnessPolicy() = default;

    std::vector<PolicyLog> logs_;
    std::vector<PolicyWitness> witnesses_;
    // In the order of the text: members stand before the group that names them.
    std::vector<std::pair<std::string, Group>> groups_;
    std::string quorum_;  // empty: none
};

struct Cosignature {
    std::string witness;  // its name in the policy
    TimeMs time;
    bool operator==(const Cosignature&) const = default;
};

// A checkpoint that its log signed, with what the policy's witnesses said of it.
struct WitnessedCheckpoint {
    Checkpoint checkpoint;
    std::vector<Cosignature> cosignatures;  // in the order of the note, one a witness
    bool met = false;                       // they are a quorum
    // When the earliest of them that are a quorum had all signed: no clock that is ahead moves it.
    // Empty unless a quorum is asked for and met.
    std::optional<TimeMs> confirmed;
};

// NoteInvalid unless the note is a checkpoint of `log`, and every line of a witness of the policy
// is that witness's cosignature. Lines of keys that are not known are ignored. If the policy has
// log lines, `log` must be one of them (same name, same key).
[[nodiscard]] Result<WitnessedCheckpoint> open_witnessed(std::string_view note,
                                                         const NoteVerifier& log,
                                                         const WitnessPolicy& policy);
// The same for a log that the policy names by the note's origin line.
[[nodiscard]] Result<WitnessedCheckpoint> open_witnessed(std::string_view note,
                                                         const WitnessPolicy& policy);

}  // namespace chapar::crypto
