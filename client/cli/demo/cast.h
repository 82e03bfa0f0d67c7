// Who plays in the demo: one centre, two centres' agencies, border offices, and their policies.
#pragma once

#include <string_view>
#include <vector>

namespace chapar::client {

struct CastAgency {
    std::string_view name;
    std::string_view policy;  // file in the demo's data
};

struct CastDevice {
    std::string_view agency;
    std::string_view office;
    std::string_view country;
    std::string_view role;
    std::string_view officer;
};

// The two centres' agencies first.
[[nodiscard]] const std::vector<CastAgency>& cast_agencies();
[[nodiscard]] const std::vector<CastDevice>& cast_devices();

inline constexpr std::string_view kNizhnyPyanj = "TJ-NPJ-BLO";
inline constexpr std::string_view kShirKhan = "AF-SKB-BLO";
inline constexpr std::string_view kTermez = "UZ-TMZ-BLO";
inline constexpr std::string_view kHairatan = "AF-HAI-BLO";
inline constexpr std::string_view kCariccDesk = "KZ-CAR-OPS";
inline constexpr std::string_view kGulfDesk = "QA-CIC-OPS";
inline constexpr std::string_view kAuditor = "KZ-CAR-AUD";

}  // namespace chapar::client
