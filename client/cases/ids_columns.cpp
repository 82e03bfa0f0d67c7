#include "client/cases/ids_columns.h"

#include "schemas/base/assert.h"

namespace chapar::client {
namespace {

using C = IdsColumn;

constexpr std::array<IdsColumnInfo, kIdsColumns> kColumns{{
    {C::SeizureDate, "Seizure Date", "/time"},
    {C::Country, "Country/Territory of Seizure", "/place/country"},
    {C::Iso3, "ISO3", "/place/country"},
    {C::Subregion, "Subregion", "", IdsUse::NotSent},
    {C::Region, "Region", "", IdsUse::NotSent},
    {C::Substance, "Drug/Substance", "/goods/substance/name"},
    {C::Quantity, "Quantity Seized", "/goods/quantity/value"},
    {C::Unit, "Measurement Unit", "/goods/quantity/unit"},
    {C::City, "City", "/place/name"},
    {C::AdministrativeRegion, "Administrative Region", "/place/name"},
    {C::Location, "Physical Seizure Location", "/place_type"},
    {C::Mode, "Trafficking Mode of Transportation", "/conveyance/mode"},
    {C::Source, "Source", "/text/text"},
    {C::ReportingChannel, "Reporting Channel", "", IdsUse::NotSent},
    {C::Time, "Time", "/time"},
    {C::UtcOffset, "UTC Offset", "/time"},
    {C::Agency, "Agency", "/agency"},
    {C::Subdivision, "Subdivision", "/place/subdivision"},
    {C::Locode, "UN/LOCODE", "/place/locode"},
    {C::Office, "Office", "/place/office"},
    {C::Latitude, "Latitude", "/place/latitude"},
    {C::Longitude, "Longitude", "/place/longitude"},
    {C::Accuracy, "Accuracy (m)", "/place/accuracy_m"},
    {C::SubstanceList, "Substance List", "/goods/substance/list"},
    {C::Cas, "CAS", "/goods/substance/cas"},
    {C::Form, "Form", "/goods/substance/form"},
    {C::Weighing, "Gross/Net", "/goods/quantity/weight"},
    {C::Measure, "Weighed/Estimated", "/goods/quantity/measured"},
    {C::Purity, "Purity (%)", "/goods/purity/percent"},
    {C::PurityMethod, "Purity Method", "/goods/purity/method"},
    {C::Concealment, "Concealment", "/concealment"},
    {C::Detection, "Detection", "/detection"},
    {C::Plate, "Plate", "/conveyance/plate"},
    {C::PlateCountry, "Plate Country", "/conveyance/country"},
    {C::Container, "Container", "/conveyance/container"},
    {C::Vessel, "Vessel", "/conveyance/vessel"},
    {C::Imo, "IMO", "/conveyance/imo"},
    {C::Flight, "Flight", "/conveyance/flight"},
    {C::DepartureCountry, "Departure Country", "/route"},
    {C::TransitCountries, "Transit Countries", "/route"},
    {C::DestinationCountry, "Destination Country", "/route"},
    {C::Packages, "Packages", "/packaging/packages"},
    {C::Marks, "Marks", "/packaging/marks"},
    {C::Logo, "Logo", "/packaging/logo"},
    {C::Arrests, "Arrests", "/arrests"},
    {C::WantsControlledDelivery, "Wants Controlled Delivery", "/wants_controlled_delivery"},
    {C::SourceGrade, "Source Grade", "/evaluation/source"},
    {C::InformationGrade, "Information Grade", "/evaluation/information"},
    {C::Tlp, "TLP", "/tlp"},
    {C::Note, "Note", "/text/text"},
    {C::NoteLanguage, "Note Language", "/text/language"},
    {C::To, "To", "/to"},
    {C::Case, "Case", "/case"},
    {C::Classification, "Classification", "/classification"},
    {C::Handling, "Handling", "/handling"},
    {C::Reference, "Reference", ""},
    {C::Kilograms, "Kilograms", "", IdsUse::NotSent},
    {C::Precursor, "Precursor", "", IdsUse::NotSent},
    {C::Message, "Message", "", IdsUse::NotSent},
    {C::CorrectedBy, "Corrected By", "", IdsUse::NotSent},
    {C::Trust, "Trust", "", IdsUse::NotSent},
}};

constexpr bool in_order() {
    for (std::size_t i = 0; i < kColumns.size(); ++i) {
        if (static_cast<std::size_t>(kColumns.at(i).column) != i) return false;
    }
    return true;
}
static_assert(in_order());

}  // namespace

std::span<const IdsColumnInfo, kIdsColumns> ids_columns() { return kColumns; }

const IdsColumnInfo& ids_column(IdsColumn column) {
    const auto place = static_cast<std::size_t>(column);
    CHAPAR_ASSERT(place < kColumns.size());
    return kColumns.at(place);
}

}  // namespace chapar::client
