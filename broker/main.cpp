// chapard: the broker. Composition root: reads its directory, wires the daemon, runs it.
#include <sys/stat.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "broker/check_main.h"
#include "broker/edge/daemon.h"
#include "broker/edge/version.h"
#include "broker/program.h"
#include "broker/repair.h"
#include "broker/sandbox.h"
#include "broker/service_manager.h"
#include "broker/store_care.h"
#include "broker/succession_files.h"
#include "broker/succession_main.h"
#include "crypto/process_memory.h"

namespace chapar::broker {
namespace {

struct Arguments {
    std::filesystem::path directory;
    std::optional<std::filesystem::path> tap;
    bool sandbox = true;
    bool version = false;
};

constexpr const char* kUsage = "chapard --dir DIR [--tap FILE] [--no-sandbox] | --version";

Result<Arguments> parse_arguments(int argc, char** argv) {
    Arguments arguments;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        const bool has_value = i + 1 < argc;
        if (word == "--version") {
            arguments.version = true;
        } else if (word == "--no-sandbox") {
            arguments.sandbox = false;
        } else if (word == "--dir" && has_value) {
            arguments.directory = argv[++i];
        } else if (word == "--tap" && has_value) {
            arguments.tap = argv[++i];
        } else {
            return Error(Errc::Usage, kUsage);
        }
    }
    if (!arguments.version && arguments.directory.empty()) {
        return Error(Errc::Usage, kUsage);
    }
    return arguments;
}

// Folders that chapard writes to: its own, and those that its configuration names.
Status confine(const Arguments& arguments, const Config& config, Log& log) {
    if (!arguments.sandbox) {
        log.warning("sandbox.off", {{"why", "--no-sandbox"}});
        return Done{};
    }
    const std::filesystem::path& directory = arguments.directory;
    const std::array<std::filesystem::path, 3> writable{
        directory, (directory / config.ledger.high_water).parent_path(),
        (directory / config.ledger.kek).parent_path()};
    const Sandbox sandbox = CHAPAR_TRY(enter_sandbox(writable));
    if (!sandbox.missing.empty()) log.warning("sandbox.partial", {{"why", sandbox.missing}});
    return Done{};
}

Status serve(const Arguments& arguments) {
    crypto::SystemRandom random;
    CHAPAR_TRY(refuse_closed(arguments.directory));
    BrokerDirectory opened = CHAPAR_TRY(BrokerDirectory::open(arguments.directory, random));
    Tap tap;
    if (arguments.tap) tap = CHAPAR_TRY(Tap::create(*arguments.tap));
    SystemTime time;
    Log log(STDERR_FILENO, time);
    if (const auto swaps = crypto::unencrypted_swaps(); !swaps.empty()) {
        log.warning("swap.unencrypted", {{"areas", std::to_string(swaps.size())}});
    }
    const ServiceManager manager = ServiceManager::from_environment();
    CHAPAR_TRY(confine(arguments, opened.config, log));
    StoreCare care(*opened.store, log);
    const auto maintenance = [&care, &manager] {
        manager.alive();
        return care.look();
    };
    const auto daemon =
        CHAPAR_TRY(Daemon::create({opened.config, opened.node, opened.ledger_keys, *opened.store,
                                   opened.path, tap, time, random, log, maintenance}));
    std::printf("ready %s\n", daemon->endpoint().c_str());
    std::fflush(stdout);
    manager.ready();
    log.info("ready", {{"build", std::string(build_text())}});
    CHAPAR_TRY(daemon->run());
    manager.stopping();
    log.info("stopped");
    return Done{};
}

int run(int argc, char** argv) {
    umask(S_IRWXG | S_IRWXO);
    std::signal(SIGPIPE, SIG_IGN);
    const std::string_view command = argc > 1 ? argv[1] : "";
    if (command == "repair") return repair_main(argc, argv);
    if (command == "check") return check_main(argc, argv);
    if (command == "succession") return succession_main(argc, argv);
    if (command == "succeed") return succeed_main(argc, argv);
    const auto arguments = parse_arguments(argc, argv);
    if (!arguments) return exit_with(arguments.error());
    if (arguments->version) {
        std::printf("%s\n", std::string(build_text()).c_str());
        return 0;
    }
    const Status served = serve(*arguments);
    return served ? 0 : exit_with(served.error());
}

}  // namespace
}  // namespace chapar::broker

int main(int argc, char** argv) {
    try {
        return chapar::broker::run(argc, argv);
    } catch (const std::exception& error) {
        return chapar::broker::exit_with(chapar::Error(chapar::Errc::Internal, error.what()));
    }
}
