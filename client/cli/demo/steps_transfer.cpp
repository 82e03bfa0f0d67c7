// attachment_resumed: a photograph of 32 MiB on its way while everything on that way is killed.
#include <signal.h>
#include <sys/stat.h>

#include <chrono>
#include <fstream>
#include <random>
#include <thread>

#include "client/cli/demo/story.h"

namespace chapar::client {
namespace {
namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::size_t kPhotographBytes = 32 * 1024 * 1024;
constexpr std::uint64_t kEnoughToLose = 4 * 1024 * 1024;
constexpr int kLooks = 20000;

// Noise behind the first bytes of a JPEG: it does not compress, so nothing on the way can be
// cleverer than it should be.
std::string photograph() {
    std::mt19937_64 noise(20261121);
    std::string out("\xFF\xD8\xFF\xE0", 4);
    out.reserve(kPhotographBytes + sizeof noise());
    while (out.size() < kPhotographBytes) {
        const std::uint64_t word = noise();
        out.append(reinterpret_cast<const char*>(&word), sizeof word);
    }
    return out;
}

// What the unfinished streams of a folder take on the disk.
std::uint64_t unfinished_bytes(const fs::path& folder) {
    std::uint64_t out = 0;
    for (const fs::path& file : files_below(folder)) {
        struct ::stat info {};
        if (file.extension() == ".part" && ::stat(file.c_str(), &info) == 0) {
            out += static_cast<std::uint64_t>(info.st_blocks) * 512;
        }
    }
    return out;
}

// Kills the process once some of its transfer has arrived, and before all of it has. True if so.
bool kill_on_the_way(Process& process, const fs::path& folder) {
    for (int look = 0; look < kLooks; ++look) {
        if (unfinished_bytes(folder) >= kEnoughToLose) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    process.stop(SIGKILL);
    return unfinished_bytes(folder) >= kEnoughToLose;
}

// Bytes that a transfer found in place when it started; 0 if it began anew.
std::uint64_t resumed_from(const Run& run, std::string_view way) {
    std::uint64_t out = 0;
    for (const json::object& line : run.progress) {
        if (text_at(line, "progress") == "start" && text_at(line, "way") == way) {
            out = std::max(out, json::value_to<std::uint64_t>(line.at("bytes")));
        }
    }
    return out;
}

std::uint64_t item_with_attachment(const Run& inbox) {
    std::uint64_t number = 0;
    for (const json::object& item : inbox.results) {
        const json::value* count = item.if_contains("attachments");
        if (count && count->is_number() && json::value_to<std::uint64_t>(*count) > 0) {
            number = json::value_to<std::uint64_t>(item.at("number"));
        }
    }
    return number;
}

// Sends it, is killed on the way with the broker, and goes on. Bytes that did not travel twice.
std::uint64_t upload(Story& story, Step& step, const fs::path& picture) {
    Stage& stage = story.stage;
    auto sending = stage.start_chapar(
        kNizhnyPyanj, {"send", "seizure", stage.data("seizure-with-photograph.json").string(),
                       "--attach", picture.string()});
    const fs::path incoming = stage.broker_folder() / "bodies" / "incoming";
    step.demand(sending && kill_on_the_way(*sending, incoming), "a sender killed on the way");
    stage.stop_broker(SIGKILL);
    step.demand(static_cast<bool>(stage.start_broker()), "chapard starts again");
    const Run resumed = stage.chapar(kNizhnyPyanj, {"outbox", "retry"});
    step.demand(resumed.ok(), "retry: " + resumed.code());
    look_at_disk(story);
    return resumed_from(resumed, "sending");
}

}  // namespace

void attachment_resumed(Story& story, Step& step) {
    Stage& stage = story.stage;
    const fs::path picture = stage.folder() / "seal-88213.jpg";
    const std::string sent = photograph();
    std::ofstream(picture, std::ios::binary) << sent;
    const std::uint64_t spared_up = upload(story, step, picture);
    step.demand(spared_up >= kEnoughToLose / 2, "the upload went on where it was");
    ++story.expected[std::string(kShirKhan)];
    ++story.decisions_of_alert_rule;

    (void)stage.chapar(kShirKhan, {"inbox", "watch", "--once"});
    const std::uint64_t number = item_with_attachment(stage.chapar(kShirKhan, {"inbox", "ls"}));
    step.demand(number != 0, "the alert came without waiting for its photograph");
    const fs::path folder = stage.folder() / "photographs";
    const std::vector<std::string> fetch{"inbox", "fetch", std::to_string(number), "--out",
                                         folder.string()};
    auto fetching = stage.start_chapar(kShirKhan, fetch);
    step.demand(fetching && kill_on_the_way(*fetching, stage.home(kShirKhan) / "blobs"),
                "a recipient killed on the way");
    step.demand(files_below(folder).empty(), "nothing is released before it is whole");
    const Run fetched = stage.chapar(kShirKhan, fetch);
    step.demand(fetched.ok(), "fetch: " + fetched.code());
    const std::uint64_t spared_down = resumed_from(fetched, "fetching");
    step.demand(spared_down >= kEnoughToLose / 2, "the download went on where it was");
    const auto files = files_below(folder);
    step.demand(files.size() == 1 && read_whole(files.front()) == sent, "the same photograph");

    step.note("bytes", sent.size());
    step.note("bytes_kept_at_the_broker", spared_up);
    step.note("bytes_kept_at_the_recipient", spared_down);
    step.say("a photograph of " + std::to_string(sent.size() >> 20) +
             " MiB: sender, broker and recipient killed on the way; " +
             std::to_string(spared_up >> 20) + " and " + std::to_string(spared_down >> 20) +
             " MiB were not sent twice, and it is the same photograph");
}

}  // namespace chapar::client
