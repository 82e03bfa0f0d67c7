// Policies, both forms: the TOML that an agency writes and the record that it signs. What is read
// from a file is written into a record that is read again, and a record has one encoding.
#include "broker/core/conditions.h"
#include "client/cli/records/policy_file.h"
#include "crypto/policy_record.h"
#include "tests/fuzz/fuzz_checks.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/unit/crypto_records/record_fixture.h"

using namespace chapar;
using namespace chapar::crypto;
using namespace chapar::testing;

namespace {

void check_record(ByteView bytes) {
    if (!check_canonical<PolicyRecord>(bytes, {Errc::MalformedLayout, Errc::VersionUnknown})) {
        return;
    }
    const PolicyRecord policy = PolicyRecord::decode(bytes).value();
    // A condition only ever takes away: with nothing to show, no rule gives more than with all.
    const broker::Conditions none{~std::uint64_t{0}, {}};
    broker::Conditions all;
    for (std::uint16_t i = 0; i < 8; ++i)
        all.approvers.push_back({policy.agency, office_role::kAll});
    for (const PolicyRule& rule : policy.rules) {
        const bool with_all = !broker::unmet_condition(rule, policy.agency, all);
        const bool with_none = !broker::unmet_condition(rule, policy.agency, none);
        CHAPAR_ASSERT(with_all || !with_none);
    }
}

void check_file(std::string_view text) {
    const auto file = client::parse_policy(text);
    if (!file) {
        check_refusal(file.error(), {Errc::ConfigInvalid});
        CHAPAR_ASSERT(file.error().context.starts_with("line "));
        return;
    }
    // What a file may say and a record may not (a set member twice, too many rules) is refused when
    // it is signed, by the same decoder.
    const PolicyRecord policy{file->agency, 1, {}, file->rules};
    const auto again = PolicyRecord::decode(policy.encode());
    if (again) {
        CHAPAR_ASSERT(*again == policy);
    } else {
        check_refusal(again.error(), {Errc::MalformedLayout});
    }
}

}  // namespace

std::vector<Bytes> chapar::testing::fuzz_seeds() {
    std::vector<Bytes> seeds{for_decoder(0, RecordFixture().policy().encode())};
    for (const char* name : {"af-cnp", "kz-car", "qa-cic", "tj-dca", "uz-ncb"}) {
        const std::string text = project_file("ops/demo/policy-" + std::string(name) + ".toml");
        seeds.push_back(for_decoder(1, view(text)));
    }
    return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    if (data[0] % 2 == 0) {
        check_record(input_of(data, size).subspan(1));
    } else {
        check_file(text_of_input(data, size).substr(1));
    }
    return 0;
}
