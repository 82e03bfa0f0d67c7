#include "client/cli/demo/cast.h"

namespace chapar::client {

const std::vector<CastAgency>& cast_agencies() {
    static const std::vector<CastAgency> kAgencies{
        {"KZ-CAR", "policy-kz-car.toml"},
        {"QA-CIC", "policy-qa-cic.toml"},
        {"TJ-DCA", "policy-tj-dca.toml", Founding::ByHand},
        {"AF-CNP", "policy-af-cnp.toml", Founding::ByHand},
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

Founding founding_of(std::string_view agency) {
    for (const CastAgency& cast : cast_agencies()) {
        if (cast.name == agency) return cast.founding;
    }
    return Founding::AtOnce;
}

std::string root_home(std::string_view agency, int number) {
    return std::string(agency) + "-root-" + std::to_string(number);
}

std::string registrar_home(std::string_view agency, int number) {
    return std::string(agency) + "-registrar-" + std::to_string(number);
}

}  // namespace chapar::client
