// chapard.toml: no exception leaves, every refusal says where, and what is accepted is within the
// bounds that the page of config.h promises.
#include <set>

#include "broker/edge/config.h"
#include "schemas/base/limits.h"
#include "tests/fuzz/fuzz_checks.h"
#include "tests/fuzz/fuzz_target.h"

using namespace chapar;
using namespace chapar::testing;

namespace {

void check_bounds(const broker::Config& config) {
    CHAPAR_ASSERT(config.listen.starts_with("tcp://"));
    CHAPAR_ASSERT(config.map_size >= std::uint64_t{1} << 20);
    CHAPAR_ASSERT(config.workers >= 1 && config.workers <= 64);
    CHAPAR_ASSERT(config.mailbox_quota >= 1);
    CHAPAR_ASSERT(config.tick.max_operations >= 1 && config.tick.max_wait <= DurationMs(1'000));
    CHAPAR_ASSERT(config.sessions.count >= 1 && config.sessions.in_flight >= 1);
    CHAPAR_ASSERT(config.sessions.hello >= DurationMs(100));
    CHAPAR_ASSERT(config.witnesses.size() <= limits::kWitnesses);
    CHAPAR_ASSERT(config.witnesses.empty() || !config.ledger.witness_policy.empty());
    std::set<std::string> names;
    for (const broker::WitnessContact& witness : config.witnesses) {
        CHAPAR_ASSERT(!witness.name.empty() && names.insert(witness.name).second);
        CHAPAR_ASSERT(witness.endpoint.empty() != witness.url.empty());
        if (!witness.url.empty()) CHAPAR_ASSERT(broker::parse_http_url(witness.url).has_value());
    }
}

}  // namespace

std::vector<Bytes> chapar::testing::fuzz_seeds() {
    const std::string key(64, 'a');
    return {to_bytes(project_file("ops/config/chapard.toml")),
            to_bytes("listen = \"tcp://0.0.0.0:7415\"\nworkers = 4\n[tick]\nmax_wait_ms = 5\n"),
            to_bytes("[ledger]\nwitness_policy = \"witness.policy\"\nwitness_outage_hours = 24\n"
                     "[[witness]]\nname = \"a\"\nendpoint = \"tcp://127.0.0.1:7\"\ncurve = \"" +
                     key + "\"\n[[witness]]\nname = \"b\"\nurl = \"http://b.example:80/w/\"\n"),
            to_bytes("[sessions]\ncount = 1\nin_flight = 2\ncredit = 3\nhandshake_ms = 100\n"
                     "hello_ms = 100\n[attachments]\nupload_bytes = 0x10\nheld_bytes = 0o7\n"
                     "free_bytes = 0b1\n"),
            to_bytes("http://witness.example:8080/prefix/")};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = text_of_input(data, size);
    const auto config = broker::parse_config(text);
    if (config) {
        check_bounds(*config);
    } else {
        check_refusal(config.error(), {Errc::ConfigInvalid});
        CHAPAR_ASSERT(!config.error().context.empty());
    }
    const auto url = broker::parse_http_url(text);
    if (url) {
        CHAPAR_ASSERT(!url->host.empty() && !url->port.empty() && !url->prefix.ends_with('/'));
    } else {
        check_refusal(url.error(), {Errc::ConfigInvalid});
    }
    return 0;
}
