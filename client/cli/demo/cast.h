// Who plays in the demo: one centre, two centres' agencies, border offices, and their policies.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace chapar::client {

// How an agency is founded: person by person through the commands, each with a home of their own,
// or at once inside the demo, with keys that nobody keeps. The records are of one form.
enum class Founding : std::uint8_t { ByHand, AtOnce };

struct CastAgency {
    std::string_view name;
    std::string_view policy;  // file in the demo's data
    Founding founding = Founding::AtOnce;
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
[[nodiscard]] Founding founding_of(std::string_view agency);

// Homes of the persons of an agency that is founded by hand: kDemoRoots root-key holders of whom
// two sign together, and two registrars. Numbers from 1.
inline constexpr int kDemoRoots = 3;
inline constexpr int kDemoRegistrars = 2;
[[nodiscard]] std::string root_home(std::string_view agency, int number);
[[nodiscard]] std::string registrar_home(std::string_view agency, int number);

inline constexpr std::string_view kNizhnyPyanj = "TJ-NPJ-BLO";
inline constexpr std::string_view kShirKhan = "AF-SKB-BLO";
inline constexpr std::string_view kTermez = "UZ-TMZ-BLO";
inline constexpr std::string_view kHairatan = "AF-HAI-BLO";
inline constexpr std::string_view kCariccDesk = "KZ-CAR-OPS";
inline constexpr std::string_view kGulfDesk = "QA-CIC-OPS";
inline constexpr std::string_view kAuditor = "KZ-CAR-AUD";

}  // namespace chapar::client
