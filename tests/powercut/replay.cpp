#include "tests/powercut/replay.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <unordered_set>

#include "broker/edge/files.h"
#include "tests/powercut/images.h"
#include "tests/powercut/patience.h"

namespace chapar::powercut {
namespace {

namespace fs = std::filesystem;

// What means nothing after a restart of the machine, or never changes.
const std::set<std::string> kSkipped{"lock.mdb", "lock", "admin.sock", "chapard.toml", "keys"};

constexpr unsigned kSecondsPerImage = 60;
constexpr std::uint64_t kOneInCutAgain = 40;
constexpr std::uint64_t kSecondCuts = 16;
constexpr std::size_t kShown = 8;

fs::path empty_folder(const fs::path& path) {
    std::error_code none;
    fs::remove_all(path, none);
    fs::create_directories(path);
    return path;
}

bool is_head_page(const Event& event) { return event.type == EventType::Write && event.synced; }

std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
    const std::uint64_t state = (a ^ b * 0x9e3779b97f4a7c15U) * 0xbf58476d1ce4e5b9U;
    return state ^ state >> 29U;
}

}  // namespace

// Between the children and their parent.
struct Replay::Shared {
    std::uint64_t images;
    std::uint64_t recoveries;
    std::uint64_t bad;
    std::uint64_t at;  // the image that the child is at, or the last it was
    std::uint64_t shown;
    char first[kShown][600];

    void fail(const std::string& what) {
        ++bad;
        if (shown < kShown) std::snprintf(first[shown++], sizeof first[0], "%s", what.c_str());
    }
};

Replay::Replay(const Load& load, fs::path scratch)
    : load_(load), scratch_(std::move(scratch)), checker_(load) {
    const auto learn = [&](const fs::path& image) {
        const Status read = checker_.committed(image);
        CHAPAR_ASSERT(read.has_value());
    };
    learn(empty_folder(scratch_ / "learn"));
    DiskModel model = load_.disk();
    for (const Event& event : load_.events()) {
        due_.push_back(checker_.due());
        if (event.type == EventType::Mark) checker_.told(Told::decode(event.data));
        model.apply(event);
        model.settle(event);
        if (!is_head_page(event)) continue;
        model.write(Choice(model.pending().size()), empty_folder(scratch_ / "learn"), kSkipped);
        learn(scratch_ / "learn");
        ++commits_;
    }
}

std::vector<std::string> Replay::unexplained() const {
    DiskModel model = load_.disk();
    for (const Event& event : load_.events()) {
        model.apply(event);
        model.settle(event);
    }
    std::vector<std::string> out;
    const auto known = model.everything();
    for (const auto& [path, content] : known) {
        if (kSkipped.contains(fs::path(path).filename())) continue;
        const auto there = broker::read_file(load_.directory() / path, broker::Exposure::Public);
        if (!there || *there != content) out.push_back(path);
    }
    for (const auto& entry : fs::recursive_directory_iterator(load_.directory())) {
        const std::string path = entry.path().lexically_relative(load_.directory());
        if (entry.is_regular_file() && !known.contains(path)) out.push_back(path);
    }
    return out;
}

template <typename Visit>
void Replay::walk(Sabotage sabotage, const Visit& visit) const {
    DiskModel model = load_.disk();
    model.sabotage(sabotage);
    std::unordered_set<std::uint64_t> seen;
    for (std::size_t i = 0; i < load_.events().size(); ++i) {
        const Event& event = load_.events()[i];
        model.apply(event);
        if (event.type != EventType::Sync) {
            const Due& due =
                event.type == EventType::Mark && i + 1 < due_.size() ? due_[i + 1] : due_[i];
            const std::uint64_t told = mixed(due.entries, due.bodies + 1000 * due.head.value);
            for_each_image(model, i, [&](const Choice& choice) {
                const std::uint64_t identity = mixed(model.identity(choice), told);
                if (seen.insert(identity).second) visit(Image{model, choice, due, i, identity});
            });
        }
        model.settle(event);
    }
}

std::uint64_t Replay::count(Sabotage sabotage) const {
    std::uint64_t images = 0;
    walk(sabotage, [&](const Image&) { ++images; });
    return images;
}

Tally Replay::run(Sabotage sabotage, std::uint64_t images, unsigned jobs) const {
    const std::uint64_t all = count(sabotage);
    // As a share of 2^32.
    const std::uint64_t share =
        images >= all ? std::uint64_t{1} << 32U : (images << 32U) / std::max<std::uint64_t>(all, 1);
    Tally tally;
    void* const memory = mmap(nullptr, sizeof(Shared) * jobs, PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHAPAR_ASSERT(memory != MAP_FAILED);
    auto* const shared = static_cast<Shared*>(memory);
    std::vector<pid_t> children(jobs, 0);
    const auto start = [&](unsigned job) {
        children[job] = fork();
        CHAPAR_ASSERT(children[job] >= 0);
        if (children[job] != 0) return;
        for (const int number : {SIGABRT, SIGSEGV, SIGBUS}) signal(number, SIG_DFL);
        // What LMDB says of a damaged image is counted, not read.
        if (sabotage != Sabotage::None) std::fclose(stderr);
        work(sabotage, share, job, jobs, shared[job]);
        _exit(0);
    };
    for (unsigned job = 0; job < jobs; ++job) start(job);
    for (unsigned left = jobs; left > 0;) {
        int status = 0;
        const pid_t ended = waitpid(-1, &status, 0);
        const auto job =
            static_cast<unsigned>(std::ranges::find(children, ended) - children.begin());
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
            --left;
            continue;
        }
        ++tally.died;
        shared[job].fail("signal " + std::to_string(WTERMSIG(status)) + " at image " +
                         std::to_string(shared[job].at));
        start(job);
    }
    for (unsigned job = 0; job < jobs; ++job) {
        tally.images += shared[job].images;
        tally.recoveries += shared[job].recoveries;
        tally.bad += shared[job].bad;
        for (std::uint64_t i = 0; i < shared[job].shown; ++i) {
            tally.first.emplace_back(shared[job].first[i]);
        }
    }
    munmap(memory, sizeof(Shared) * jobs);
    return tally;
}

void Replay::work(Sabotage sabotage, std::uint64_t share, unsigned job, unsigned jobs,
                  Shared& shared) const {
    const fs::path folder = scratch_ / std::to_string(job);
    const std::uint64_t died_at = shared.at;
    std::uint64_t number = 0;
    walk(sabotage, [&](const Image& image) {
        if ((image.identity >> 32U) >= share) return;
        if (++number % jobs != job || number <= died_at) return;
        shared.at = number;
        ++shared.images;
        end_after(kSecondsPerImage);
        look_at(image, folder, shared);
    });
    std::error_code none;
    fs::remove_all(folder, none);
}

void Replay::look_at(const Image& image, const fs::path& folder, Shared& shared) const {
    image.model.write(image.choice, empty_folder(folder / "image"), kSkipped);
    const auto checked = checker_.check(folder / "image", image.due, std::nullopt);
    if (!checked) {
        shared.fail("event " + std::to_string(image.event) + ", " + checked.error().context + " (" +
                    std::string(text_of(checked.error().code).code) +
                    "): " + image.model.describe(image.choice));
        return;
    }
    if (image.identity % kOneInCutAgain == 0) cut_again(image, folder, shared);
}

void Replay::cut_again(const Image& image, const fs::path& folder, Shared& shared) const {
    const fs::path first = empty_folder(folder / "image");
    image.model.write(image.choice, first, kSkipped);
    DiskModel model(first, Sabotage::None);
    std::vector<Event> events;
    start_recording(first, events);
    const auto started = checker_.check(first, image.due, std::nullopt);
    stop_recording();
    CHAPAR_ASSERT(started.has_value());
    // Seen with another seed each time, so that few of each start are many of all.
    const auto walk_start = [&](const auto& visit) {
        DiskModel again = model;
        for (std::size_t i = 0; i < events.size(); ++i) {
            again.apply(events[i]);
            for_each_image(again, image.identity + i,
                           [&](const Choice& choice) { visit(again, choice); });
            again.settle(events[i]);
        }
    };
    std::uint64_t all = 0;
    walk_start([&](const DiskModel&, const Choice&) { ++all; });
    std::uint64_t number = image.identity;
    const std::uint64_t every = std::max<std::uint64_t>(all / kSecondCuts, 1);
    walk_start([&](const DiskModel& again, const Choice& choice) {
        if (++number % every != 0) return;
        ++shared.images;
        ++shared.recoveries;
        again.write(choice, empty_folder(folder / "second"), kSkipped);
        const auto checked = checker_.check(folder / "second", image.due, *started);
        if (checked) return;
        shared.fail("event " + std::to_string(image.event) + ", cut again in its start, " +
                    checked.error().context + ": " + again.describe(choice) +
                    "; before: " + image.model.describe(image.choice));
    });
}

}  // namespace chapar::powercut
