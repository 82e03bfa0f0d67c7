#include "client/cases/handover.h"

#include <set>

#include "client/cases/seizure_cells.h"
#include "schemas/base/assert.h"
#include "schemas/base/text_prefix.h"
#include "schemas/kinds/code_lists.h"

namespace chapar::client {
namespace {

namespace wire = schemas::wire;

constexpr std::uint64_t kPercent = 100;
constexpr std::string_view kDiffers = "HANDOVER_DIFFERS";

std::multiset<std::string> seals_of(const wire::Custody::Reader& custody) {
    std::multiset<std::string> out;
    for (const auto seal : custody.getSeals()) out.emplace(seal.begin(), seal.size());
    return out;
}

bool weights_differ(const wire::Quantity::Reader& offered, const wire::Quantity::Reader& taken) {
    if (offered.getUnit() != taken.getUnit() || offered.getWeighing() != taken.getWeighing()) {
        return true;
    }
    const std::uint64_t x = offered.getThousandths();
    const std::uint64_t y = taken.getThousandths();
    return (x > y ? x - y : y - x) * kPercent > x;
}

std::string weight_text(const wire::Quantity::Reader& weight) {
    const schemas::CodeFile* const units = schemas::find_codes("units");
    CHAPAR_ASSERT(units != nullptr);
    const schemas::CodeRow* const unit = units->find(std::uint64_t{weight.getUnit()});
    return decimal_text(static_cast<std::int64_t>(weight.getThousandths()), 3) +
           (unit != nullptr ? " " + std::string(unit->code) : "");
}

// Of the text that the sender of seals decides about, no more than a description can hold.
constexpr std::size_t kSealsTold = 8;
constexpr std::size_t kSealBytes = 64;

std::string seals_text(const std::multiset<std::string>& seals) {
    std::string out;
    std::size_t told = 0;
    for (const std::string& seal : seals) {
        if (++told > kSealsTold) break;
        const std::string_view start = text_prefix(seal, kSealBytes);
        out += (out.empty() ? "" : ", ") + std::string(start);
        if (start.size() < seal.size()) out += "..";
    }
    if (seals.size() > kSealsTold) {
        out += " and " + std::to_string(seals.size() - kSealsTold) + " more";
    }
    return out.empty() ? "no seals" : "seals " + out;
}

}  // namespace

std::optional<std::string> handover_difference(const wire::Custody::Reader& offered,
                                               const wire::Custody::Reader& taken) {
    const auto before = seals_of(offered);
    const auto after = seals_of(taken);
    if (before == after && !weights_differ(offered.getWeight(), taken.getWeight())) {
        return std::nullopt;
    }
    return "offered " + weight_text(offered.getWeight()) + ", " + seals_text(before) + "; found " +
           weight_text(taken.getWeight()) + ", " + seals_text(after);
}

std::optional<schemas::Payload> incident_of(const wire::Custody::Reader& taken,
                                            const std::string& difference) {
    auto incident = schemas::build<wire::CdIncident>([&](wire::CdIncident::Builder out) {
        const schemas::CodeFile* const list = schemas::find_codes("cd-incidents");
        CHAPAR_ASSERT(list != nullptr && list->find(kDiffers) != nullptr);
        out.setIncident(static_cast<std::uint8_t>(list->find(kDiffers)->number));
        out.setTime(taken.getTime());
        out.setLeg(taken.getLeg());
        out.setLastPlace(taken.getPlace());
        out.setLastSeen(taken.getTime());
        out.setDescription(difference);
    });
    if (!incident) return std::nullopt;
    return std::move(incident).value();
}

}  // namespace chapar::client
