// The images of a trace, built and checked one by one.
//
// Owns: the walk over the trace, which of its images are taken (a share of all, the same ones in
// every run over the same trace), the second cut within a start, and going on after an image that
// ended the process: the checking is done in a child, and one that dies counts as bad. Does not
// know how images come to be (images.h) or what must hold (check.h).
// Resource type; one thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/powercut/check.h"
#include "tests/powercut/disk_model.h"

namespace chapar::powercut {

struct Tally {
    std::uint64_t images = 0;      // looked at
    std::uint64_t recoveries = 0;  // of these, cut again within their start
    std::uint64_t bad = 0;
    std::uint64_t died = 0;  // of these, ended the process
    std::vector<std::string> first;
};

class Replay {
  public:
    // Learns what was told and committed. `scratch`: an empty directory, best in memory. REQUIRES:
    // the arguments outlive it.
    Replay(const Load& load, std::filesystem::path scratch);

    [[nodiscard]] std::size_t commits() const { return commits_; }
    // Files that are not what the trace makes of them: it lacks something, and proves nothing.
    [[nodiscard]] std::vector<std::string> unexplained() const;
    // How many different images the trace has.
    [[nodiscard]] std::uint64_t count(Sabotage sabotage) const;
    // Looks at about `images` of them, in `jobs` processes.
    [[nodiscard]] Tally run(Sabotage sabotage, std::uint64_t images, unsigned jobs) const;

  private:
    struct Shared;
    struct Image {
        const DiskModel& model;
        const Choice& choice;
        const Due& due;
        std::size_t event = 0;
        std::uint64_t identity = 0;
    };
    template <typename Visit>
    void walk(Sabotage sabotage, const Visit& visit) const;
    void work(Sabotage sabotage, std::uint64_t share, unsigned job, unsigned jobs,
              Shared& shared) const;
    void look_at(const Image& image, const std::filesystem::path& folder, Shared& shared) const;
    void cut_again(const Image& image, const std::filesystem::path& folder, Shared& shared) const;

    const Load& load_;
    std::filesystem::path scratch_;
    Checker checker_;
    std::vector<Due> due_;  // by event: what had been told before it
    std::size_t commits_ = 0;
};

}  // namespace chapar::powercut
