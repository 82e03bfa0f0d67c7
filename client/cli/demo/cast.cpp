#include "client/cli/demo/cast.h"

namespace chapar::client {

const std::vector<CastAgency>& cast_agencies() {
    static const std::vector<CastAgency> kAgencies{
        {"KZ-CAR", "policy-kz-car.toml"}, {"QA-CIC", "policy-qa-cic.toml"},
        {"TJ-DCA", "policy-tj-dca.toml"}, {"AF-CNP", "policy-af-cnp.toml"},
        {"UZ-NCB", "policy-uz-ncb.toml"},
    };
    return kAgencies;
}

const std::vector<CastDevice>& cast_devices() {
    static const std::vector<CastDevice> kDevices{
        {"TJ-DCA", kNizhnyPyanj, "TJ", "liaison", "falcon"},
        {"AF-CNP", kShirKhan, "AF", "liaison", "cedar"},
        {"UZ-NCB", kTermez, "UZ", "liaison", "amber"},
        {"AF-CNP", kHairatan, "AF", "liaison", "onyx"},
        {"KZ-CAR", kCariccDesk, "KZ", "liaison", "steppe"},
        {"QA-CIC", kGulfDesk, "QA", "liaison", "pearl"},
        {"KZ-CAR", kAuditor, "KZ", "auditor", "ledger"},
    };
    return kDevices;
}

}  // namespace chapar::client
