#include "tests/sim/disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "schemas/base/assert.h"

namespace chapar::sim {
namespace {

thread_local Disk* running_disk = nullptr;

std::string path_of(int descriptor) {
    char link[32];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    char path[512];
    const ssize_t size = readlink(link, path, sizeof path);
    return size <= 0 ? std::string() : std::string(path, static_cast<std::size_t>(size));
}

constexpr std::size_t kSector = 512;

// A prefix of what was appended; of what was written over, the first sectors.
Bytes torn(const Bytes& durable, const Bytes& now, Dice& dice) {
    const bool appended =
        now.size() > durable.size() && std::equal(durable.begin(), durable.end(), now.begin());
    Bytes left = durable;
    if (appended) {
        const std::size_t more = dice.below(now.size() - durable.size());
        left.insert(left.end(), now.begin() + static_cast<std::ptrdiff_t>(durable.size()),
                    now.begin() + static_cast<std::ptrdiff_t>(durable.size() + more));
        return left;
    }
    const std::size_t both = std::min(durable.size(), now.size());
    const std::size_t over = std::min(both, dice.below(both / kSector + 1) * kSector);
    std::copy_n(now.begin(), over, left.begin());
    return left;
}

}  // namespace

Disk* Disk::running() { return running_disk; }

Disk::Running::Running(Disk& disk) : before_(std::exchange(running_disk, &disk)) {}

Disk::Running::~Running() { running_disk = before_; }

void Disk::reach(const char* place) {
    if (crash_in_ == 0 || --crash_in_ > 0) return;
    throw Crashed{place};
}

bool Disk::fails_now() { return io_error_in_ > 0 && --io_error_in_ == 0; }

bool Disk::is_ours(const std::string& path) const { return path.starts_with(root_.string()); }

void Disk::synced_file(int descriptor) {
    const std::string path = path_of(descriptor);
    if (!is_ours(path)) return;
    struct stat status {};
    if (fstat(descriptor, &status) != 0) return;
    Bytes content(static_cast<std::size_t>(status.st_size));
    // Not every descriptor that is synced can be read.
    const int reader = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (reader < 0) return;
    const ssize_t got = pread(reader, content.data(), content.size(), 0);
    close(reader);
    content.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    durable_[path] = std::move(content);
}

void Disk::synced_directory(int descriptor) {
    const std::filesystem::path directory = path_of(descriptor);
    std::erase_if(renames_, [&](const Rename& one) {
        return std::filesystem::path(one.to).parent_path() == directory;
    });
}

void Disk::renamed(const std::string& from, const std::string& to) {
    if (!is_ours(from)) return;
    Rename rename{from, to, std::nullopt};
    if (const auto known = durable_.find(to); known != durable_.end()) {
        rename.replaced = std::move(known->second);
        durable_.erase(known);
    }
    if (const auto moved = durable_.find(from); moved != durable_.end()) {
        durable_[to] = std::move(moved->second);
        durable_.erase(from);
    }
    renames_.push_back(std::move(rename));
}

std::string Disk::path_in(int folder, const std::string& name) {
    return name.starts_with('/') ? name : path_of(folder) + "/" + name;
}

void Disk::all_durable() {
    renames_.clear();
    durable_.clear();
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root_)) {
        if (entry.is_regular_file()) durable_[entry.path().string()] = read_whole(entry.path());
    }
}

std::string Disk::power_cut(Dice& dice) {
    // Not the process's own doing.
    Disk* const process = std::exchange(running_disk, nullptr);
    std::string said;
    const std::size_t kept = renames_.empty() ? 0 : dice.below(renames_.size() + 1);
    while (renames_.size() > kept) {
        const Rename& last = renames_.back();
        said += " undid " + std::filesystem::path(last.to).filename().string();
        std::error_code none;
        std::filesystem::rename(last.to, last.from, none);
        if (const auto moved = durable_.find(last.to); moved != durable_.end()) {
            durable_[last.from] = std::move(moved->second);
            durable_.erase(last.to);
        }
        if (last.replaced) {
            write_whole(last.to, *last.replaced);
            durable_[last.to] = *last.replaced;
        }
        renames_.pop_back();
    }
    // In the order of their names: a directory's own order is not the same in every run.
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root_)) {
        if (entry.is_regular_file()) files.push_back(entry.path());
    }
    std::ranges::sort(files);
    for (const auto& path : files) {
        const Bytes now = read_whole(path);
        const auto known = durable_.find(path.string());
        const Bytes durable = known == durable_.end() ? Bytes() : known->second;
        if (now == durable) continue;
        const std::uint64_t fate = dice.below(3);
        if (fate == 0) continue;
        write_whole(path, fate == 1 ? durable : torn(durable, now, dice));
        said += " lost of " + path.filename().string();
    }
    all_durable();
    running_disk = process;
    return said;
}

Bytes read_whole(const std::filesystem::path& path) {
    const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return {};
    struct stat status {};
    CHAPAR_ASSERT(fstat(descriptor, &status) == 0);
    Bytes content(static_cast<std::size_t>(status.st_size));
    const ssize_t got = pread(descriptor, content.data(), content.size(), 0);
    close(descriptor);
    content.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return content;
}

void write_whole(const std::filesystem::path& path, ByteView bytes) {
    const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    CHAPAR_ASSERT(descriptor >= 0);
    CHAPAR_ASSERT(pwrite(descriptor, bytes.data(), bytes.size(), 0) ==
                  static_cast<ssize_t>(bytes.size()));
    close(descriptor);
}

}  // namespace chapar::sim
