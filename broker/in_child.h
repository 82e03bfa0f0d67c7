// Work that may end in a signal, done in a process of its own.
//
// Owns: the child, and the lines that it says. Does not know what the work is. A child that ends by
// a signal (an assertion of a library, a fault in a mapped file) is a result, and the caller lives.
//
// REQUIRES: this process has one thread. FileFailed: there is no child to be had.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "schemas/base/result.h"

namespace chapar::broker {

struct ChildEnd {
    std::vector<std::string> lines;  // whole ones only
    int exit_code = 0;               // where it ended by itself
    int signal = 0;                  // 0: by itself
};

// `work` says lines (no line feed in them) and returns its exit code. What the child writes to
// standard error is dropped: a library's last words are for developers.
using Say = std::function<void(const std::string& line)>;
[[nodiscard]] Result<ChildEnd> run_in_child(const std::function<int(const Say& say)>& work);

}  // namespace chapar::broker
