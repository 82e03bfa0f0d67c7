// Which seizures a command is about, as options say it; and what was left out, as it is told.
//
// Owns: the words. Does not know what becomes of the seizures.
#pragma once

#include <memory>
#include <string>

#include "client/cli/terminal/invocation.h"
#include "client/core/seizure_records.h"

namespace chapar::client {

struct SeizureArguments {
    std::string since;
    std::string until;
    std::string zone;
    std::string handling;
    bool received = false;
    bool sent = false;
    bool all = false;
};

// A day, month or year of either calendar: "2026-11-22", "1405-09", "2026".
struct WrittenPeriod {
    TimeMs from;
    TimeMs until;  // the first moment after it
};
// Usage. `offset_minutes`: where its days begin.
[[nodiscard]] Result<WrittenPeriod> period_of(const std::string& written, int offset_minutes);
// Minutes east of Greenwich; 0 for an empty text. Usage.
[[nodiscard]] Result<int> zone_of(const std::string& written);
// "H2" ..; `otherwise` for an empty text. Usage.
[[nodiscard]] Result<schemas::Handling> handling_of(const std::string& written,
                                                    schemas::Handling otherwise);

// --since, --until, --zone, --received, --sent, --all.
void add_seizure_options(CLI::App& command, SeizureArguments& given);
// `up_to`: of handling, where none is given.
[[nodiscard]] Result<SeizureWish> seizure_wish(const SeizureArguments& given,
                                               schemas::Handling up_to);
// A warning for each reason.
void tell_left_out(const Invocation& invocation, const SeizuresLeftOut& left_out);

}  // namespace chapar::client
