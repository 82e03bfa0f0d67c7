#include "client/cli/cases/seizure_options.h"

#include <CLI/CLI.hpp>
#include <optional>

#include "client/cases/ids_time.h"
#include "client/cases/json_fields.h"
#include "schemas/base/civil_date.h"
#include "schemas/written_date.h"

namespace chapar::client {
namespace {

// The first moment of a local day. Before 1970 there is none.
std::optional<TimeMs> start_of_day(CivilDate date, int offset_minutes) {
    const std::int64_t minutes = days_of(date) * 24 * 60 - offset_minutes;
    if (minutes < 0) return std::nullopt;
    return TimeMs(static_cast<std::uint64_t>(minutes) * kMinute.value);
}

}  // namespace

Result<WrittenPeriod> period_of(const std::string& written, int offset_minutes) {
    const Error wrong(Errc::Usage, written + ": a day, month or year, like 2026-11-22 or 2026-11");
    const schemas::WrittenDate date = schemas::read_date(written);
    if (date.fault || date.month_first) return wrong;
    const auto days = schemas::days_meant(date.date);
    if (!days) return wrong;
    const auto from = start_of_day(days->first, offset_minutes);
    const auto last = start_of_day(days->last, offset_minutes);
    if (!from || !last) return wrong;
    return WrittenPeriod{*from, *last + kDay};
}

Result<int> zone_of(const std::string& written) {
    if (written.empty()) return 0;
    const auto minutes = read_offset(written);
    if (!minutes) return Error(Errc::Usage, "--zone: an offset, like +05:00");
    return *minutes;
}

Result<schemas::Handling> handling_of(const std::string& written, schemas::Handling otherwise) {
    if (written.empty()) return otherwise;
    const auto& texts = schemas::CodeTexts<schemas::Handling>::kTexts;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (same_code(texts.at(i), written)) return static_cast<schemas::Handling>(i);
    }
    return Error(Errc::Usage, "--handling: H0, H1, H2 or H3");
}

void add_seizure_options(CLI::App& command, SeizureArguments& given) {
    command.add_option("--since", given.since, "from this day, month or year on");
    command.add_option("--until", given.until, "to the end of this day, month or year");
    command.add_option("--zone", given.zone, "where days begin, like +05:00; UTC if left out");
    command.add_flag("--received", given.received, "only what came");
    command.add_flag("--sent", given.sent, "only what was sent");
    command.add_flag("--all", given.all, "provisional and disputed ones too");
}

Result<SeizureWish> seizure_wish(const SeizureArguments& given, schemas::Handling up_to) {
    SeizureWish wish;
    wish.received = given.received || !given.sent;
    wish.sent = given.sent || !given.received;
    wish.doubtful = given.all;
    wish.up_to = CHAPAR_TRY(handling_of(given.handling, up_to));
    const int zone = CHAPAR_TRY(zone_of(given.zone));
    if (!given.since.empty()) {
        const WrittenPeriod period = CHAPAR_TRY(period_of(given.since, zone));
        wish.since = period.from;
    }
    if (!given.until.empty()) {
        const WrittenPeriod period = CHAPAR_TRY(period_of(given.until, zone));
        wish.until = period.until;
    }
    return wish;
}

void tell_left_out(const Invocation& invocation, const SeizuresLeftOut& left_out) {
    const auto tell = [&](std::uint64_t count, const std::string& why) {
        if (count > 0) invocation.output.warning(std::to_string(count) + " " + why);
    };
    tell(left_out.handling,
         "left out by their handling code or because they are for some recipients only "
         "(--handling H2 or H3 takes them in)");
    tell(left_out.doubtful, "left out as provisional or disputed (--all takes them in)");
    tell(left_out.recalled, "left out as recalled by their senders");
    tell(left_out.unreadable, "left out: their texts cannot be read");
    tell(left_out.sent_again, "left out: they repeat an earlier one");
    tell(left_out.uncorrected, "corrections do not fit and were not applied");
}

}  // namespace chapar::client
