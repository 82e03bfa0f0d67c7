// One machine's disk: when its process dies, when it is full or failing, and what a power cut
// leaves of its files.
//
// Owns: the places at which a process can die (each commit, each write and sync of a file, each
// named point of the broker), the faults of write(), fsync() and fdatasync(), and which bytes and
// renames are durable. Files lie in a real directory in memory; the system calls of the program are
// caught by definitions of the same names in disk_calls.cpp. Rows are faulty_store.h's.
//
// Model: what was written and not synced may be there, be missing, or be there in part after a
// power cut; renames that were not followed by a sync of their directory may be undone, the last
// ones first. A process that is only killed loses nothing that it wrote.
//
// Resource type; one thread. While a process of this machine runs, `Running` names its disk.
// Source: fsync(2), rename(2); design reliability.md 3.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/base/bytes.h"
#include "tests/sim/schedule.h"

namespace chapar::sim {

// Thrown where a process dies. Not an std::exception: nobody but its actor may catch it.
struct Crashed {
    std::string where;
};

class Disk {
  public:
    explicit Disk(std::filesystem::path root) : root_(std::move(root)) {}
    Disk(const Disk&) = delete;
    Disk& operator=(const Disk&) = delete;

    [[nodiscard]] const std::filesystem::path& root() const { return root_; }

    // The process dies at the `places`-th place from now.
    void arm_crash(std::uint64_t places) { crash_in_ = places; }
    // The `calls`-th write or sync from now fails with EIO.
    void arm_io_error(std::uint64_t calls) { io_error_in_ = calls; }
    void disarm() { crash_in_ = io_error_in_ = 0; }
    void set_full(bool full) { full_ = full; }
    [[nodiscard]] bool full() const { return full_; }

    // A place at which the process can die.
    void reach(const char* place);
    // Whether this write or sync fails; each asks once.
    [[nodiscard]] bool fails_now();

    // What a process logs is written to this descriptor, and comes here.
    static constexpr int kLog = 1'000'000;
    std::function<void(std::string_view)> logged;

    // What disk_calls.cpp reports.
    void synced_file(int descriptor);
    void synced_directory(int descriptor);
    void renamed(const std::string& from, const std::string& to);
    // Of a name below an open folder.
    [[nodiscard]] static std::string path_in(int folder, const std::string& name);
    // Everything that is there now is durable.
    void all_durable();
    // Takes away a subset of what was not synced; says what, for the transcript.
    [[nodiscard]] std::string power_cut(Dice& dice);

    // The disk of the process that runs now; null: none of the simulator's.
    [[nodiscard]] static Disk* running();
    class Running {
      public:
        explicit Running(Disk& disk);
        ~Running();
        Running(const Running&) = delete;
        Running& operator=(const Running&) = delete;

      private:
        Disk* before_;
    };

  private:
    struct Rename {
        std::string from;
        std::string to;
        std::optional<Bytes> replaced;  // durable content of what had the name before
    };
    [[nodiscard]] bool is_ours(const std::string& path) const;

    std::filesystem::path root_;
    std::uint64_t crash_in_ = 0;
    std::uint64_t io_error_in_ = 0;
    bool full_ = false;
    std::map<std::string, Bytes> durable_;  // by path: content that a power cut leaves
    std::vector<Rename> renames_;           // not durable yet, in order
};

// Whole files, outside of any simulated process.
[[nodiscard]] Bytes read_whole(const std::filesystem::path& path);
void write_whole(const std::filesystem::path& path, ByteView bytes);

}  // namespace chapar::sim
