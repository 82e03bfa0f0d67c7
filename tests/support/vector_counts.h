// Vector folders: reading their files, and holding the number of cases that ran against the number
// that SOURCE.md states.
//
// SOURCE.md has a table with rows `| file | cases | ..`. A case that did not run is a failure, so
// vectors cannot silently fall out of the build. Does not know any format.
#pragma once

#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>

#include "schemas/base/bytes.h"

namespace chapar::testing {

class VectorFolder {
  public:
    explicit VectorFolder(std::string path) : path_(std::move(path)) {}

    // Throws if there is no such file: a test cannot go on without it.
    [[nodiscard]] std::string read(const std::string& name) const {
        std::ifstream file(path_ + "/" + name, std::ios::binary);
        if (!file) throw std::runtime_error("no vector file " + name);
        std::ostringstream text;
        text << file.rdbuf();
        return text.str();
    }
    // One more case of this row ran.
    void count(const std::string& row) { ++ran_[row]; }

    // Prints a line for each row and returns how many ran fewer cases than stated.
    [[nodiscard]] int compare_with_source() const {
        const std::map<std::string, int> stated = stated_cases();
        int failures = stated.empty() ? 1 : 0;
        for (const auto& [row, cases] : stated) {
            const auto found = ran_.find(row);
            const int count = found == ran_.end() ? 0 : found->second;
            std::printf("%5d of %5d cases  %s\n", count, cases, row.c_str());
            if (count < cases) ++failures;
        }
        for (const auto& [row, count] : ran_) {
            if (stated.contains(row)) continue;
            std::printf("%5d cases of a file that SOURCE.md does not name: %s\n", count,
                        row.c_str());
            ++failures;
        }
        if (failures != 0) std::printf("FAILED: the cases differ from SOURCE.md\n");
        return failures;
    }

  private:
    [[nodiscard]] std::map<std::string, int> stated_cases() const {
        std::map<std::string, int> stated;
        std::istringstream source(read("SOURCE.md"));
        for (std::string line; std::getline(source, line);) {
            std::istringstream row(line);
            std::string bar, file, second_bar;
            int cases = 0;
            if (row >> bar >> file >> second_bar >> cases && bar == "|" && second_bar == "|") {
                stated[file] = cases;
            }
        }
        return stated;
    }

    std::string path_;
    std::map<std::string, int> ran_;
};

}  // namespace chapar::testing
