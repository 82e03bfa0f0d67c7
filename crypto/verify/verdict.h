// A named rule, while it is judged and after.
#pragma once

#include <string>
#include <utility>

namespace verify {

struct Verdict {
    std::string rule;  // "entries.root"
    bool ok = true;
    std::string sentence;  // what was established, or the first thing that failed
    std::string
        expected{};  // who or what the rule looked for; empty where the sentence says it all
    std::string found{};
};

struct Fact {
    std::string name;
    std::string value;
};

// One rule while it is being judged: keeps its first failure.
class Judge {
  public:
    explicit Judge(std::string rule) : rule_(std::move(rule)) {}
    void fail(const std::string& sentence) {
        if (failure_.empty()) failure_ = sentence.empty() ? "failed" : sentence;
    }
    void demand(bool condition, const std::string& sentence) {
        if (!condition) fail(sentence);
    }
    // Shown beside the verdict.
    void compare(const std::string& expected, const std::string& found) {
        expected_ = expected;
        found_ = found;
    }
    bool ok() const { return failure_.empty(); }
    Verdict verdict(const std::string& established) const {
        return {rule_, ok(), ok() ? established : failure_, expected_, found_};
    }

  private:
    std::string rule_;
    std::string failure_;
    std::string expected_, found_;
};

}  // namespace verify
