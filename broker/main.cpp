// chapard: the broker. Composition root: reads its directory, wires the daemon, runs it.
#include <sys/stat.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "broker/edge/daemon.h"
#include "broker/edge/version.h"
#include "broker/program.h"
#include "broker/repair.h"
#include "broker/succession_files.h"
#include "broker/succession_main.h"
#include "crypto/process_memory.h"

namespace chapar::broker {
namespace {

struct Arguments {
    std::filesystem::path directory;
    std::optional<std::filesystem::path> tap;
    bool version = false;
};

Result<Arguments> parse_arguments(int argc, char** argv) {
    Arguments arguments;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        const bool has_value = i + 1 < argc;
        if (word == "--version") {
            arguments.version = true;
        } else if (word == "--dir" && has_value) {
            arguments.directory = argv[++i];
        } else if (word == "--tap" && has_value) {
            arguments.tap = argv[++i];
        } else {
            return Error(Errc::Usage, "chapard --dir DIR [--tap FILE] | --version");
        }
    }
    if (!arguments.version && arguments.directory.empty()) {
        return Error(Errc::Usage, "chapard --dir DIR [--tap FILE] | --version");
    }
    return arguments;
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
    const auto maintenance = [&]() -> Status {
        const int freed = CHAPAR_TRY(opened.store->check_readers());
        if (freed > 0) log.warning("store.dead-readers", {{"count", std::to_string(freed)}});
        return Done{};
    };
    const auto daemon =
        CHAPAR_TRY(Daemon::create({opened.config, opened.node, opened.ledger_keys, *opened.store,
                                   opened.path, tap, time, random, log, maintenance}));
    std::printf("ready %s\n", daemon->endpoint().c_str());
    std::fflush(stdout);
    log.info("ready", {{"build", std::string(build_text())}});
    CHAPAR_TRY(daemon->run());
    log.info("stopped");
    return Done{};
}

int run(int argc, char** argv) {
    umask(S_IRWXG | S_IRWXO);
    std::signal(SIGPIPE, SIG_IGN);
    const std::string_view command = argc > 1 ? argv[1] : "";
    if (command == "repair") return repair_main(argc, argv);
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
