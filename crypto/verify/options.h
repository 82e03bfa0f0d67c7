// The command line of chapar-verify.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/verify/export.h"
#include "crypto/verify/output.h"

namespace verify {

enum class Task { Export, Evidence, Fork };

struct Options {
    Task task = Task::Export;
    std::vector<std::string> files, notes, pruned;
    std::string card, vkey, policy, agency, agency_roots, plaintext;
    std::optional<int> passphrase_fd;
    std::optional<Moment> at;
    std::optional<std::pair<std::uint64_t, std::uint64_t>> between;
    bool partial = false;
    Form form = Form::Text;
};

// Empty for anything that is not in the usage text.
std::optional<Options> parse_options(const std::vector<std::string>& words);
const char* usage_text();

}  // namespace verify
