// The real program over a directory of which yesterday's copy is kept.
#pragma once

#include <filesystem>
#include <string>

#include "tests/unit/broker_edge/centre.h"
#include "tests/unit/broker_edge/chapard_process.h"
#include "tests/unit/broker_edge/figures.h"

namespace chapar::testing {

inline std::string published_note(const std::filesystem::path& directory) {
    AdminClient admin(directory / "admin.sock");
    return std::get<schemas::Ledger>(admin.ask(schemas::LedgerAsk{EntryIndex(0)})).head.checkpoint;
}

inline void copy_tree(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::filesystem::remove_all(to);
    std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
}

// A centre that ran, was copied ("yesterday"), and ran on.
struct Restored {
    explicit Restored(const std::string& settings = {}) : centre(real_now(), settings) {
        {
            Chapard chapard({"--dir", centre.directory()});
            (void)chapard.ready();
            AdminClient admin(centre.directory() / "admin.sock");
            for (const Bytes& record : centre.records()) admin.publish(record);
            chapard.signal(SIGTERM);
            REQUIRE(chapard.exit_code() == 0);
        }
        copy_tree(store(), yesterday("store"));
        std::filesystem::copy(high_water(), yesterday("high-water"));
        Chapard chapard({"--dir", centre.directory()});
        (void)chapard.ready();
        newest = published_note(centre.directory());
        chapard.signal(SIGTERM);
        REQUIRE(chapard.exit_code() == 0);
    }
    std::filesystem::path store() const { return centre.directory() / "store"; }
    std::filesystem::path high_water() const { return centre.directory() / "high-water"; }
    std::filesystem::path yesterday(const char* name) const {
        return centre.directory() / (std::string("yesterday-") + name);
    }
    Chapard start() { return Chapard({"--dir", centre.directory()}); }

    Centre centre;
    std::string newest;
};

}  // namespace chapar::testing
