#include "client/cases/seizure_cells.h"

#include <optional>

#include "client/cases/ids_time.h"
#include "schemas/base/civil_date.h"
#include "schemas/base/hex.h"
#include "schemas/base/time_text.h"
#include "schemas/base/uuid.h"
#include "schemas/kinds/code_lists.h"
#include "schemas/kinds/code_text.h"
#include "schemas/written_date.h"

namespace chapar::client {
namespace {

using C = IdsColumn;
using schemas::text_of;

constexpr std::uint64_t kNoonMinute = 12 * 60;

class RowWriter {
  public:
    void text(IdsColumn column, std::string_view text) {
        row_.at(static_cast<std::size_t>(column)) = {SeizureCell::As::Text, std::string(text)};
    }
    void number(IdsColumn column, std::string text) {
        row_.at(static_cast<std::size_t>(column)) = {SeizureCell::As::Number, std::move(text)};
    }
    template <typename Code>
    void code(IdsColumn column, const std::optional<Code>& code) {
        if (code) text(column, schemas::code_text(*code));
    }
    void count(IdsColumn column, const std::optional<std::uint32_t>& count) {
        if (count) number(column, std::to_string(*count));
    }
    [[nodiscard]] SeizureRow take() { return std::move(row_); }

  private:
    SeizureRow row_;
};

void add_time(RowWriter& out, const schemas::SeizureAlert& alert) {
    const std::uint64_t minutes = alert.time.value / kMinute.value;
    out.text(
        C::SeizureDate,
        schemas::date_text(civil_date(static_cast<std::int64_t>(alert.time.value / kDay.value))));
    if (alert.day_only) {
        const int noon = static_cast<int>(kNoonMinute) - static_cast<int>(minutes % (24 * 60));
        return out.text(C::UtcOffset, offset_text(noon));
    }
    const std::string whole = time_text(TimeMs(alert.time.value / 1000 * 1000));
    out.text(C::Time, std::string_view(whole).substr(11, 8));
    out.text(C::UtcOffset, "Z");
}

void add_place(RowWriter& out, const schemas::SeizureAlert& alert) {
    const schemas::Place& place = alert.place;
    const schemas::CodeFile* countries = schemas::find_codes("countries");
    const schemas::CodeRow* country =
        countries == nullptr ? nullptr : countries->find(place.country);
    out.text(C::Country, country == nullptr ? place.country : country->en);
    if (country != nullptr) out.text(C::Iso3, countries->cell(*country, "alpha3"));
    out.text(C::City, place.description);
    out.code(C::Location, alert.place_type);
    out.text(C::Subdivision, place.subdivision);
    out.text(C::Locode, place.locode);
    out.text(C::Office, place.office);
    if (!place.coordinates) return;
    out.number(C::Latitude, decimal_text(place.coordinates->latitude_e7, 7));
    out.number(C::Longitude, decimal_text(place.coordinates->longitude_e7, 7));
    if (place.coordinates->accuracy_m == 0) return;
    out.number(C::Accuracy, std::to_string(place.coordinates->accuracy_m));
}

void add_goods(RowWriter& out, const schemas::Goods& goods) {
    const schemas::Substance& substance = goods.substance;
    out.text(C::Substance, substance.name);
    out.text(C::SubstanceList, schemas::code_text(substance.list));
    out.text(C::Cas, substance.cas);
    out.code(C::Form, substance.form);
    const bool precursor = substance.list == schemas::SubstanceList::T1 ||
                           substance.list == schemas::SubstanceList::T2;
    out.text(C::Precursor, precursor ? "yes" : "no");

    const schemas::Quantity& quantity = goods.quantity;
    out.number(C::Quantity, decimal_text(static_cast<std::int64_t>(quantity.thousandths), 3));
    out.text(C::Unit, text_of(quantity.unit));
    out.code(C::Weighing, quantity.weighing);
    out.code(C::Measure, quantity.measure);
    const std::string kilograms = kilograms_text(quantity);
    if (!kilograms.empty()) out.number(C::Kilograms, kilograms);
    if (!goods.purity) return;
    out.number(C::Purity, decimal_text(goods.purity->per_mille, 1));
    out.text(C::PurityMethod, schemas::code_text(goods.purity->method));
}

void add_conveyance(RowWriter& out, const schemas::Conveyance& conveyance) {
    out.text(C::Mode, text_of(conveyance.mode));
    out.text(C::Plate, conveyance.plate);
    out.text(C::PlateCountry, conveyance.plate_country);
    out.text(C::Container, conveyance.container);
    out.text(C::Vessel, conveyance.vessel);
    out.text(C::Imo, conveyance.imo);
    out.text(C::Flight, conveyance.flight);
}

void add_route(RowWriter& out, const std::vector<schemas::Place>& route) {
    if (route.empty()) return;
    out.text(C::DepartureCountry, route.front().country);
    if (route.size() < 2) return;
    out.text(C::DestinationCountry, route.back().country);
    std::string transit;
    for (std::size_t i = 1; i + 1 < route.size(); ++i) {
        transit += (transit.empty() ? "" : "|") + route[i].country;
    }
    out.text(C::TransitCountries, transit);
}

void add_circumstances(RowWriter& out, const schemas::SeizureAlert& alert) {
    out.text(C::Agency, alert.agency);
    out.code(C::Concealment, alert.concealment);
    out.code(C::Detection, alert.detection);
    if (alert.packaging) {
        out.count(C::Packages, alert.packaging->packages);
        out.text(C::Marks, alert.packaging->marks);
        out.text(C::Logo, alert.packaging->logo);
    }
    out.count(C::Arrests, alert.arrests);
    out.text(C::WantsControlledDelivery, alert.wants_controlled_delivery ? "yes" : "no");
    const schemas::Remarks& remarks = alert.remarks;
    if (remarks.evaluation) {
        out.text(C::SourceGrade, text_of(remarks.evaluation->source));
        out.text(C::InformationGrade, text_of(remarks.evaluation->information));
    }
    out.code(C::Tlp, remarks.tlp);
    out.text(C::Note, remarks.note.text);
    out.text(C::NoteLanguage, remarks.note.language);
}

void add_message(RowWriter& out, const SeizureRecord& record) {
    const schemas::Header& header = record.header;
    std::string to;
    for (const OfficeId& office : record.to) to += (to.empty() ? "" : " ") + office.text();
    out.text(C::To, to);
    out.text(C::Case, to_hex(header.case_id.view()));
    out.text(C::Classification, text_of(header.classification));
    out.text(C::Handling, text_of(header.handling));
    const std::string message = uuid_text(header.message_id.view());
    out.text(C::Reference, message);
    out.text(C::Message, message);
    std::string corrected;
    for (const MessageId& id : record.corrected_by) {
        corrected += (corrected.empty() ? "" : " ") + uuid_text(id.view());
    }
    out.text(C::CorrectedBy, corrected);
    out.text(C::Trust, record.trust);
}

}  // namespace

SeizureRow seizure_row(const SeizureRecord& record, std::size_t goods) {
    RowWriter out;
    add_time(out, record.alert);
    add_place(out, record.alert);
    add_goods(out, record.alert.goods.at(goods));
    add_conveyance(out, record.alert.conveyance);
    add_route(out, record.alert.route);
    add_circumstances(out, record.alert);
    add_message(out, record);
    return out.take();
}

std::string kilograms_text(const schemas::Quantity& quantity) {
    const auto thousandths = static_cast<std::int64_t>(quantity.thousandths);
    if (quantity.unit == schemas::Unit::Kgm) return decimal_text(thousandths, 3);
    if (quantity.unit == schemas::Unit::Grm) return decimal_text(thousandths, 6);
    return {};
}

std::string decimal_text(std::int64_t value, unsigned decimals) {
    const bool negative = value < 0;
    std::string digits = std::to_string(negative ? -value : value);
    if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
    if (decimals > 0) digits.insert(digits.size() - decimals, 1, '.');
    return negative ? "-" + digits : digits;
}

}  // namespace chapar::client
