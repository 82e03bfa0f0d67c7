#include "client/cli/demo/stage.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <sstream>

#include "client/edge/keystore_home.h"

namespace chapar::client {
namespace {
namespace fs = std::filesystem;
namespace json = boost::json;

constexpr DurationMs kPatience = kSecond * 60;
constexpr std::size_t kSideBySide = 4;

std::vector<json::object> objects_in(const std::string& text, std::string_view needed) {
    std::vector<json::object> out;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        boost::system::error_code error;
        const json::value value = json::parse(line, error);
        if (error || !value.is_object()) continue;
        if (needed.empty() || value.as_object().contains(needed)) out.push_back(value.as_object());
    }
    return out;
}

// Children find the demo's passphrase here; it protects nothing but the demo's own keys.
Status write_passphrase(const fs::path& file) {
    CHAPAR_TRY(write_file(file, view("demo passphrase, not a secret\n")));
    std::error_code error;
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write, error);
    if (error || ::setenv("CHAPAR_PASSPHRASE_FILE", file.c_str(), 1) != 0) {
        return Error(Errc::FileFailed, file.string());
    }
    return Done{};
}

}  // namespace

std::string Run::code() const {
    if (problems.empty()) return "";
    return std::string(problems.front().at("problem").as_string());
}

Result<Stage> Stage::create(const fs::path& programs, const fs::path& data, const fs::path& keep) {
    std::error_code error;
    fs::path folder = keep;
    if (keep.empty()) {
        std::string pattern = (fs::temp_directory_path(error) / "chapar-demo-XXXXXX").string();
        if (!::mkdtemp(pattern.data())) return Error(Errc::FileFailed, pattern);
        folder = pattern;
    } else if (fs::exists(keep, error) && !fs::is_empty(keep, error)) {
        return Error(Errc::AlreadyExists, keep.string());
    }
    fs::create_directories(folder / "homes", error);
    if (error) return Error(Errc::FileFailed, folder.string());
    Stage stage(programs, data, fs::absolute(folder), keep.empty());
    CHAPAR_TRY(write_passphrase(stage.folder_ / "passphrase"));
    return stage;
}

Stage::Stage(fs::path programs, fs::path data, fs::path folder, bool temporary)
    : programs_(std::move(programs)),
      data_(std::move(data)),
      folder_(std::move(folder)),
      temporary_(temporary) {}

Stage::Stage(Stage&& other) noexcept
    : programs_(std::move(other.programs_)),
      data_(std::move(other.data_)),
      folder_(std::move(other.folder_)),
      temporary_(std::exchange(other.temporary_, false)),
      broker_(std::move(other.broker_)),
      pids_(std::move(other.pids_)) {}

Stage::~Stage() {
    stop_broker(SIGTERM);
    std::error_code error;
    if (temporary_) fs::remove_all(folder_, error);
}

fs::path Stage::card() const { return broker_folder() / "trust-card.json"; }

fs::path Stage::program(const std::string& name) const {
    const char* client = std::getenv("CHAPAR_DEMO_CLIENT");
    return name == "chapar" && client ? fs::path(client) : programs_ / name;
}

Run Stage::parse(const Finished& finished) {
    pids_.push_back(finished.pid);
    return {finished.pid, finished.exit, objects_in(finished.out, ""),
            objects_in(finished.err, "problem"), objects_in(finished.err, "progress")};
}

Run Stage::finish(Process& process) {
    const auto finished = process.finish(kPatience);
    return finished ? parse(*finished) : Run{};
}

Run Stage::run(const std::string& name, std::vector<std::string> arguments) {
    auto process = Process::start(program(name), arguments);
    return process ? finish(*process) : Run{};
}

Result<Process> Stage::start_chapar(std::string_view name, std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--home", home(name).string(), "--json"});
    return Process::start(program("chapar"), arguments);
}

Run Stage::chapar(std::string_view name, std::vector<std::string> arguments) {
    auto process = start_chapar(name, std::move(arguments));
    return process ? finish(*process) : Run{};
}

std::vector<Run> Stage::chapar_each(const std::vector<Order>& orders) {
    std::vector<Run> out;
    for (std::size_t first = 0; first < orders.size(); first += kSideBySide) {
        std::vector<Result<Process>> running;
        for (std::size_t i = first; i < std::min(first + kSideBySide, orders.size()); ++i) {
            running.push_back(start_chapar(orders[i].home, orders[i].arguments));
        }
        for (Result<Process>& process : running) {
            out.push_back(process ? finish(*process) : Run{});
        }
    }
    return out;
}

Result<std::string> Stage::start_broker() {
    broker_.emplace(CHAPAR_TRY(Process::start(
        programs_ / "chapard", {"--dir", broker_folder().string(), "--tap", tap().string()},
        folder_ / "chapard.log")));
    pids_.push_back(broker_->pid());
    return broker_->first_line(kSecond * 20);
}

void Stage::stop_broker(int signal) {
    if (broker_) broker_->stop(signal);
    broker_.reset();
}

json::object Stage::status() {
    const Run run = chapar("operator", {"broker", "status", "--dir", broker_folder().string()});
    return run.results.empty() ? json::object{} : run.results.front();
}

std::uint64_t Stage::figure(std::string_view name) {
    const json::object figures = status();
    const json::value* value = figures.if_contains(name);
    if (!value || !value->is_string()) return 0;
    const std::string text(value->as_string());
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

Result<std::uint16_t> free_port() {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::socklen_t size = sizeof address;
    const bool good =
        socket >= 0 &&
        ::bind(socket, reinterpret_cast<const ::sockaddr*>(&address), sizeof address) == 0 &&
        ::getsockname(socket, reinterpret_cast<::sockaddr*>(&address), &size) == 0;
    if (socket >= 0) ::close(socket);
    if (!good) return Error(Errc::FileFailed, "no free port");
    return ntohs(address.sin_port);
}

}  // namespace chapar::client
