// Forms: whatever lines a person, or a pipe, gives to one. What a form
// sends is a message of its kind, and what it keeps is resumed as it was.
#include "client/cases/form.h"
#include "client/cases/message_json.h"
#include "schemas/base/time_text.h"
#include "schemas/kinds.h"
#include "tests/fuzz/fuzz_checks.h"
#include "tests/fuzz/fuzz_target.h"

using namespace chapar;
using namespace chapar::testing;

namespace {

constexpr std::size_t kMostLines = 64;

client::FormSetting setting(unsigned how) {
    return {OfficeId::parse("TJ-NPJ-BLO").value(), AgencyId::parse("TJ-DCA").value(),
            parse_time("2026-11-22T06:00:00Z").value(),
            (how & 1U) != 0 ? schemas::Language::Russian : schemas::Language::English};
}

void check_kept(const client::Form& form, unsigned how) {
    const std::string kept = form.kept();
    const auto again = client::Form::resume(kept, setting(how));
    CHAPAR_ASSERT(again && again->kept() == kept);
}

}  // namespace

std::vector<Bytes> chapar::testing::fuzz_seeds() {
    std::vector<Bytes> seeds;
    const auto add = [&seeds](unsigned how, std::string_view kind, const std::string& lines) {
        for (std::size_t i = 0; i < schemas::all_kinds().size(); ++i) {
            if (schemas::all_kinds()[i].name != kind) continue;
            Bytes seed{static_cast<std::byte>(how), static_cast<std::byte>(i)};
            append(seed, view(lines));
            seeds.push_back(std::move(seed));
        }
    };
    add(0, "seizure-alert",
        "TJ-KT, Nizhny Pyanj\n2026-11-20 05:40 +05:00\nheroin\n24.6 kg gross\nroad\n\n"
        "AF-SKB-BLO\n:fields\n:show\n:send\n");
    add(1, "seizure-alert",
        "TJ-KT, Нижний Пяндж\n1405-08-29 05:40 +05:00\nгероин\n24,6 кг брутто\nавтомобильный\n\n"
        "AF-SKB-BLO\n:persons\nИванов Иван\n:goods\nacetic anhydride\n900 l\n?\n? kg\n:clear 3\n"
        ":send\n");
    add(0, "info-request", "subscriber\n+992 \\\n900\n?\nbecause\n:to\nAF-SKB-BLO\n:send\n:drop\n");
    add(0, "precursor-incident", "?\n\n\n:4\n:payload.place\nXX\nXX\n:stop\n");
    return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const unsigned how = data[0];
    const auto kinds = schemas::all_kinds();
    client::Form form(kinds[data[1] % kinds.size()].kind, setting(how));
    std::string_view lines = text_of_input(data, size).substr(2);
    (void)form.begin();
    for (std::size_t i = 0; i < kMostLines && !lines.empty(); ++i) {
        const std::string_view line = lines.substr(0, lines.find('\n'));
        lines.remove_prefix(std::min(line.size() + 1, lines.size()));
        CHAPAR_ASSERT(!form.prompt().empty());
        const client::FormTurn turn = form.take(line);
        if (turn.wish == client::FormWish::Send) {
            CHAPAR_ASSERT(client::parse_messages(form.message()));
        }
        if (turn.wish != client::FormWish::Ask) break;
    }
    check_kept(form, how);
    return 0;
}
