// What the measurements share: a clock, a folder that goes away, and a way to give up.
#pragma once

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "schemas/base/result.h"

namespace chapar::bench {

using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

inline void must(const Status& status) {
    if (status) return;
    const auto code = text_of(status.error().code).code;
    std::fprintf(stderr, "%.*s: %s\n", static_cast<int>(code.size()), code.data(),
                 status.error().context.c_str());
    std::exit(1);
}

template <typename T>
T must(Result<T> result) {
    if (!result) must(Status(result.error()));
    return std::move(*result);
}

struct Folder {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() /
        ("chapar-bench-" + std::to_string(Clock::now().time_since_epoch().count()));
    Folder() { std::filesystem::create_directories(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path); }
};

}  // namespace chapar::bench
