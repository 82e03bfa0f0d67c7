// How chapar-verify speaks: a line a rule, facts, what is not proven, and a progress bar on a
// terminal. Texts from the input are made printable here.
#pragma once

#include <string>
#include <vector>

#include "crypto/verify/content.h"
#include "crypto/verify/verdict.h"

namespace verify {

constexpr int kDone = 0, kOther = 1, kUsage = 2, kFailed = 5;

enum class Form { Text, Json };

// Prints every rule, and who was expected and found. Returns how many failed.
int print(const std::vector<Verdict>& verdicts, Form form);
// The last line, and the exit code.
int conclude(std::size_t rules, int failed, Form form);
int judge(const std::vector<Verdict>& verdicts, Form form);
void print_facts(const std::vector<Fact>& facts, Form form);
void print_content(const std::vector<ContentLine>& content, Form form);
void print_not_proven(const std::vector<std::string>& sentences, Form form);

// Rewrites one line of stderr while it is a terminal and text is asked for; ends it when it dies.
class Progress {
  public:
    explicit Progress(Form form);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    void show(std::uint64_t done, std::uint64_t all);

  private:
    bool shown_;
    bool drawn_ = false;
    std::uint64_t permille_ = ~0ULL;
};

}  // namespace verify
