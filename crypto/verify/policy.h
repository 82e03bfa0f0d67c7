// Witnesses: whose cosignatures on a head are demanded (C2SP tlog-policy), and whether they are
// there (C2SP tlog-cosignature, Ed25519, key type 0x04).
//
// Does not know who runs a witness. Unknown signature lines are ignored; a wrong line of a witness
// of the policy fails the note.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "crypto/verify/note.h"

namespace verify {

class Policy {
  public:
    // Empty, with a sentence in `why`, for anything that is not exactly such a policy.
    static std::optional<Policy> parse(const std::string& text, std::string& why);

    struct Cosigned {
        std::map<std::string, std::uint64_t> witnesses;  // by name in the policy; seconds
        bool met = false;
        bool wrong = false;  // a witness of the policy, and its signature is not good
    };
    Cosigned judge(const Bytes& note) const;
    // When the earliest of these witnesses that are a quorum had all signed, in seconds: a clock
    // that is ahead moves nothing. Empty if none is asked for, or they are no quorum.
    std::optional<std::uint64_t> confirmed_at(
        const std::map<std::string, std::uint64_t>& witnesses) const;
    // Whether the policy names this log; a policy without logs names any.
    bool names_log(const LogKey& key) const;
    // "quorum Q: 2 of (a, b, c)".
    std::string expectation() const;

  private:
    struct Group {
        std::uint64_t threshold = 0;
        std::vector<std::string> members;
    };
    bool line(const std::vector<std::string>& words, std::string& why);
    bool group(const std::vector<std::string>& words);
    bool defined(const std::string& name) const {
        return witnesses_.contains(name) || groups_.contains(name);
    }
    bool met(const std::string& name, const std::set<std::string>& signers) const;

    std::vector<LogKey> logs_;
    std::map<std::string, LogKey> witnesses_;
    std::map<std::string, Group> groups_;
    std::set<std::string> members_;  // of any group: one group each
    std::optional<std::string> quorum_;
};

}  // namespace verify
