#include "client/cli/demo/story.h"

#include <fstream>
#include <iterator>
#include <set>

#include "client/core/outbox.h"
#include "client/edge/store_home.h"
#include "schemas/base/bytes.h"

namespace chapar::client {
namespace {
namespace fs = std::filesystem;
namespace json = boost::json;

// What one home sent. Its store is opened only for this: no process of that home is running.
void add_sent(const fs::path& store_folder, SentBytes& out) {
    const auto store = open_store(store_folder);
    if (!store) return;
    const auto txn = (*store)->begin_read();
    if (!txn) return;
    const auto items = outbox_items(**txn);
    if (!items) return;
    for (const OutboxItem& item : *items) {
        const auto bytes = outbox_bytes(**txn, item.number);
        if (item.stage == schemas::Stage::Refused || !bytes) continue;
        out.messages.push_back(to_string(item.message.view()));
        for (const Bytes& stream : bytes->streams) {
            if (!stream.empty()) out.ciphertexts.push_back(to_string(stream));
        }
    }
}

}  // namespace

std::string text_at(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    return value && value->is_string() ? std::string(value->as_string()) : "";
}

void remember_sent(Story& story, std::string_view home, const Run& run) {
    for (const json::object& item : run.results) {
        if (text_at(item, "state") != "logged") continue;
        SentAlert alert{std::string(home),
                        json::value_to<std::uint64_t>(item.at("number")),
                        text_at(item, "message"),
                        {}};
        for (const json::value& office : item.at("offices").as_array()) {
            alert.offices.push_back(text_at(office.as_object(), "office"));
        }
        story.alerts.push_back(std::move(alert));
    }
}

namespace {

// The same command at every office but the auditor's.
std::map<std::string, Run> at_every_office(Story& story, const std::vector<std::string>& command) {
    std::vector<Stage::Order> orders;
    for (const CastDevice& device : cast_devices()) {
        if (device.office != kAuditor) orders.push_back({std::string(device.office), command});
    }
    std::vector<Run> runs = story.stage.chapar_each(orders);
    std::map<std::string, Run> out;
    for (std::size_t i = 0; i < runs.size(); ++i) out[orders[i].home] = std::move(runs[i]);
    return out;
}

}  // namespace

std::map<std::string, Run> everyone_takes(Story& story) {
    return at_every_office(story, {"inbox", "watch", "--once"});
}

std::map<std::string, InboxCount> count_inboxes(Story& story) {
    std::map<std::string, InboxCount> out;
    for (const auto& [office, run] : at_every_office(story, {"inbox", "ls"})) {
        std::set<std::string> messages;
        for (const json::object& item : run.results) messages.insert(text_at(item, "message"));
        out[office] = {run.results.size(), messages.size()};
    }
    return out;
}

SentBytes sent_bytes(const Story& story) {
    SentBytes out;
    for (const CastDevice& device : cast_devices()) {
        add_sent(story.stage.home(device.office) / "store", out);
    }
    return out;
}

std::string read_whole(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<fs::path> files_below(const fs::path& folder) {
    std::vector<fs::path> out;
    std::error_code error;
    for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
         it.increment(error)) {
        if (it->is_regular_file(error)) out.push_back(it->path());
    }
    return out;
}

std::set<std::string> found_in(const std::vector<fs::path>& files,
                               const std::vector<std::string>& needles) {
    std::set<std::string> found;
    for (const fs::path& file : files) {
        const std::string hay = read_whole(file);
        for (const std::string& needle : needles) {
            if (!found.contains(needle) && hay.find(needle) != std::string::npos) {
                found.insert(needle);
            }
        }
    }
    return found;
}

void look_at_disk(Story& story) {
    story.seen_on_disk.merge(
        found_in(files_below(story.stage.broker_folder()), sent_bytes(story).ciphertexts));
}

}  // namespace chapar::client
