// The log: one JSON object a line on a descriptor (standard error), for the operator and machines.
//
// Owns: escaping, the bound of 4 KiB a line, of 200 lines a second, and of 50 a second about one
// source, a peer that can cause lines (what was dropped is counted in the next line). Does not know
// what is worth saying. Never given payloads, names, keys or texts of peers: codes, counts,
// indices, hashes and network addresses only. The level "error" means a bug or a failing machine,
// never a hostile or mistaken peer.
//
// Thread: loop thread. Source: design style.md 27, reliability.md 4 "Logs".
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
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
    // What `source` has caused: so that one cannot have the others' lines dropped.
    void info_from(std::string_view source, std::string_view event,
                   std::initializer_list<Field> fields = {}) {
        if (within_rate_of(source)) write(Level::Info, event, fields);
    }
    void warning_from(std::string_view source, std::string_view event,
                      std::initializer_list<Field> fields = {}) {
        if (within_rate_of(source)) write(Level::Warning, event, fields);
    }

  private:
    void write(Level level, std::string_view event, std::initializer_list<Field> fields);
    void begin_second();
    bool within_rate();
    bool within_rate_of(std::string_view source);

    int descriptor_;
    TimeSource& time_;
    std::uint64_t second_ = 0;
    unsigned lines_ = 0;
    std::map<std::string, unsigned, std::less<>> lines_of_;  // in this second
    std::uint64_t dropped_ = 0;
};

}  // namespace chapar::broker
