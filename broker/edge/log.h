// The log: one JSON object a line on a descriptor (standard error), for the operator and machines.
//
// Owns: escaping, the bound of 4 KiB a line and of 200 lines a second (what was dropped is counted
// in the next line). Does not know what is worth saying. Never given payloads, names, keys or
// texts of peers: codes, counts, indices and hashes only. The level "error" means a bug or a
// failing machine, never a hostile or mistaken peer.
//
// Thread: loop thread. Source: design style.md 27, reliability.md 4 "Logs".
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "schemas/base/bytes.h"
#include "schemas/base/result.h"

namespace chapar::broker {

class TimeSource;

enum class Level : std::uint8_t { Info, Warning, Error };

// The first 8 hexadecimal digits: enough to find something again, too little to be it.
[[nodiscard]] std::string short_hash(ByteView hash);

class Log {
  public:
    using Field = std::pair<std::string_view, std::string>;

    Log(int descriptor, TimeSource& time) : descriptor_(descriptor), time_(time) {}
    void info(std::string_view event, std::initializer_list<Field> fields = {}) {
        write(Level::Info, event, fields);
    }
    void warning(std::string_view event, std::initializer_list<Field> fields = {}) {
        write(Level::Warning, event, fields);
    }
    void error(std::string_view event, std::initializer_list<Field> fields = {}) {
        write(Level::Error, event, fields);
    }

  private:
    void write(Level level, std::string_view event, std::initializer_list<Field> fields);
    bool within_rate();

    int descriptor_;
    TimeSource& time_;
    std::uint64_t second_ = 0;
    unsigned lines_ = 0;
    std::uint64_t dropped_ = 0;
};

}  // namespace chapar::broker
