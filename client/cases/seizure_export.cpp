#include "client/cases/seizure_export.h"

#include <boost/json.hpp>

#include "client/cases/coarse_position.h"
#include "client/cases/seizure_cells.h"
#include "schemas/base/assert.h"
#include "schemas/base/hex.h"
#include "schemas/base/shown.h"
#include "schemas/base/time_text.h"
#include "schemas/base/uuid.h"
#include "schemas/kinds/kind_json.h"

namespace chapar::client {
namespace {

namespace json = boost::json;

// As what the form needs of it; `record` itself keeps what was measured.
SeizureRecord as_it_may_leave(const SeizureRecord& record) {
    SeizureRecord out = record;
    out.alert = coarse(std::move(out.alert), out.header.handling);
    return out;
}

std::string quoted(std::string_view text) { return json::serialize(json::string(text)); }

// "Purity (%)" -> "purity", "Accuracy (m)" -> "accuracy_m".
std::string snake_case(std::string_view header) {
    std::string out;
    for (const char c : header) {
        const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        const bool kept = (small >= 'a' && small <= 'z') || (small >= '0' && small <= '9');
        if (kept) {
            out += small;
        } else if (!out.empty() && out.back() != '_') {
            out += '_';
        }
    }
    while (!out.empty() && out.back() == '_') out.pop_back();
    return out;
}

std::string properties_of(const SeizureRow& row) {
    std::string out = "{";
    for (const IdsColumnInfo& column : ids_columns()) {
        const SeizureCell& cell = row.at(static_cast<std::size_t>(column.column));
        if (cell.text.empty()) continue;
        if (out.size() > 1) out += ",";
        // A number of ours is one of JSON.
        out += quoted(snake_case(column.header)) + ":" +
               (cell.as == SeizureCell::As::Number ? cell.text : quoted(cell.text));
    }
    return out + "}";
}

std::string position_of(const schemas::Coordinates& at) {
    return "[" + decimal_text(at.longitude_e7, 7) + "," + decimal_text(at.latitude_e7, 7) + "]";
}

// Empty where fewer than two places have a position.
std::string route_of(const schemas::SeizureAlert& alert) {
    std::string line;
    std::size_t places = 0;
    for (const schemas::Place& place : alert.route) {
        if (!place.coordinates) continue;
        line += (places++ == 0 ? "" : ",") + position_of(*place.coordinates);
    }
    if (places < 2) return {};
    return R"({"type":"LineString","coordinates":[)" + line + "]}";
}

}  // namespace

SeizureExport::SeizureExport(SeizureForm form, CsvLocale locale) : form_(form), csv_(locale) {
    if (form_ == SeizureForm::Csv) {
        for (const IdsColumnInfo& column : ids_columns()) csv_.text(column.header);
        csv_.end_row();
    }
    if (form_ == SeizureForm::GeoJson) out_ = "{\"type\":\"FeatureCollection\",\"features\":[";
}

void SeizureExport::add(const SeizureRecord& record) {
    const SeizureRecord leaving = as_it_may_leave(record);
    switch (form_) {
        case SeizureForm::Csv:
            return add_rows(leaving);
        case SeizureForm::GeoJson:
            return add_features(leaving);
        case SeizureForm::JsonLines:
            return add_line(leaving);
    }
}

std::string SeizureExport::finish() {
    if (form_ == SeizureForm::Csv) return csv_.take();
    if (form_ == SeizureForm::GeoJson) out_ += "\n]}\n";
    return std::move(out_);
}

void SeizureExport::add_rows(const SeizureRecord& record) {
    for (std::size_t i = 0; i < record.alert.goods.size(); ++i) {
        for (const SeizureCell& cell : seizure_row(record, i)) {
            if (cell.as == SeizureCell::As::Text || cell.text.empty()) {
                csv_.text(cell.text);
                continue;
            }
            const auto number = PlainNumber::of(cell.text);
            CHAPAR_ASSERT(number.has_value());
            csv_.number(*number);
        }
        csv_.end_row();
    }
}

void SeizureExport::add_features(const SeizureRecord& record) {
    const std::string id = uuid_text(record.header.message_id.view());
    std::string point = "null";
    if (record.alert.place.coordinates) {
        point = R"({"type":"Point","coordinates":)" + position_of(*record.alert.place.coordinates) +
                "}";
    }
    for (std::size_t i = 0; i < record.alert.goods.size(); ++i) {
        const std::string place = i == 0 ? "" : "/" + std::to_string(i + 1);
        add_feature(id + place, point, properties_of(seizure_row(record, i)));
    }
    const std::string route = route_of(record.alert);
    if (!route.empty()) {
        add_feature(id + "/route", route, "{\"message\":" + quoted(id) + "}");
    }
}

void SeizureExport::add_feature(const std::string& id, const std::string& geometry,
                                const std::string& properties) {
    out_ += any_ ? ",\n" : "\n";
    any_ = true;
    out_ += shown_json("{\"type\":\"Feature\",\"id\":" + quoted(id) + ",\"geometry\":" + geometry +
                       ",\"properties\":" + properties + "}");
}

void SeizureExport::add_line(const SeizureRecord& record) {
    const schemas::Header& header = record.header;
    json::object line{{"message", uuid_text(header.message_id.view())},
                      {"way", text_of(record.way)},
                      {"number", record.number},
                      {"office", record.office.text()},
                      {"agency", record.agency.text()},
                      {"created", time_text(header.created)},
                      {"case", to_hex(header.case_id.view())},
                      {"classification", schemas::text_of(header.classification)},
                      {"handling", schemas::text_of(header.handling)},
                      {"trust", record.trust}};
    json::array corrections;
    for (const MessageId& id : record.corrected_by) corrections.emplace_back(uuid_text(id.view()));
    if (!corrections.empty()) line["corrected_by"] = std::move(corrections);
    json::array kilograms;
    for (const schemas::Goods& goods : record.alert.goods) {
        const std::string text = kilograms_text(goods.quantity);
        kilograms.push_back(text.empty() ? json::value(nullptr) : json::value(text));
    }
    line["kilograms"] = std::move(kilograms);
    schemas::SeizureAlert alert = record.alert;
    if (!alert.persons.empty()) line["persons_left_out"] = alert.persons.size();
    alert.persons.clear();
    line["payload"] = schemas::json_of_payload(alert);
    out_ += shown_json(json::serialize(line)) + "\n";
}

}  // namespace chapar::client
