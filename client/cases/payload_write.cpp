#include <cstdio>

#include "client/cases/payload_json.h"
#include "client/cases/time_text.h"
#include "schemas/base/hex.h"
#include "schemas/base/uuid.h"

namespace chapar::client {
namespace {

namespace json = boost::json;

void put(json::object& out, std::string_view name, const std::string& text) {
    if (!text.empty()) out[name] = text;
}
template <schemas::CodeList Code>
void put(json::object& out, std::string_view name, const std::optional<Code>& code) {
    if (code) out[name] = schemas::text_of(*code);
}
void put(json::object& out, std::string_view name, json::array list) {
    if (!list.empty()) out[name] = std::move(list);
}

// With all its decimals: the precision that was measured is said.
std::string decimal_text(std::uint64_t value, int places) {
    std::string digits = std::to_string(value);
    const auto wanted = static_cast<std::size_t>(places) + 1;
    if (digits.size() < wanted) digits.insert(0, wanted - digits.size(), '0');
    digits.insert(digits.size() - static_cast<std::size_t>(places), ".");
    return digits;
}

json::object place_object(const schemas::Place& place) {
    json::object out;
    put(out, "country", place.country);
    put(out, "subdivision", place.subdivision);
    put(out, "locode", place.locode);
    put(out, "office", place.office);
    put(out, "name", place.description);
    if (place.coordinates) {
        out["latitude"] = place.coordinates->latitude_e7 / 1e7;
        out["longitude"] = place.coordinates->longitude_e7 / 1e7;
        if (place.coordinates->accuracy_m != 0) out["accuracy_m"] = place.coordinates->accuracy_m;
    }
    return out;
}

// As short as it was written: a place of a route that is only a code.
json::value route_value(const schemas::Place& place) {
    const bool only_codes = place.locode.empty() && place.office.empty() &&
                            place.description.empty() && !place.coordinates;
    if (only_codes && place.subdivision.empty()) return json::value(place.country);
    if (only_codes && place.subdivision.starts_with(place.country)) {
        return json::value(place.subdivision);
    }
    return place_object(place);
}

void write_goods(const schemas::Goods& goods, json::object& out) {
    json::object substance;
    put(substance, "name", goods.substance.name);
    substance["list"] = schemas::text_of(goods.substance.list);
    put(substance, "cas", goods.substance.cas);
    put(substance, "inchi_key", goods.substance.inchi_key);
    put(substance, "hs6", goods.substance.hs6);
    put(substance, "form", goods.substance.form);
    out["substance"] = std::move(substance);
    json::object quantity;
    quantity["value"] = decimal_text(goods.quantity.thousandths, 3);
    quantity["unit"] = schemas::text_of(goods.quantity.unit);
    put(quantity, "weight", goods.quantity.weighing);
    put(quantity, "measured", goods.quantity.measure);
    out["quantity"] = std::move(quantity);
    if (goods.purity) {
        out["purity"] = {{"percent", decimal_text(goods.purity->per_mille, 1)},
                         {"method", schemas::text_of(goods.purity->method)}};
    }
}

bool is_empty(const schemas::Conveyance& conveyance) {
    schemas::Conveyance bare;
    bare.mode = conveyance.mode;
    return conveyance == bare;
}

json::array conveyance_list(const schemas::Conveyance& conveyance) {
    json::object out;
    out["mode"] = schemas::text_of(conveyance.mode);
    put(out, "plate", conveyance.plate);
    put(out, "country", conveyance.plate_country);
    put(out, "vin", conveyance.vin);
    put(out, "container", conveyance.container);
    put(out, "vessel", conveyance.vessel);
    put(out, "imo", conveyance.imo);
    put(out, "mmsi", conveyance.mmsi);
    put(out, "flight", conveyance.flight);
    put(out, "wagon", conveyance.wagon);
    json::array documents;
    for (const auto& document : conveyance.documents) {
        documents.push_back(
            {{"type", schemas::text_of(document.type)}, {"number", document.number}});
    }
    put(out, "documents", std::move(documents));
    json::array seals;
    for (const std::string& seal : conveyance.seals) seals.emplace_back(seal);
    put(out, "seals", std::move(seals));
    json::array list;
    list.emplace_back(std::move(out));
    return list;
}

std::string birth_text(const schemas::PartialDate& birth) {
    char text[16];
    if (birth.month == 0) {
        std::snprintf(text, sizeof text, "%04u", unsigned{birth.year});
    } else if (birth.day == 0) {
        std::snprintf(text, sizeof text, "%04u-%02u", unsigned{birth.year}, unsigned{birth.month});
    } else {
        std::snprintf(text, sizeof text, "%04u-%02u-%02u", unsigned{birth.year},
                      unsigned{birth.month}, unsigned{birth.day});
    }
    return text;
}

json::array person_list(const std::vector<schemas::Person>& persons) {
    json::array list;
    for (const schemas::Person& person : persons) {
        json::object out;
        json::array names;
        for (const schemas::PersonName& name : person.names) {
            json::object one;
            one["text"] = name.text;
            one["script"] = schemas::text_of(name.script);
            put(one, "transliteration", name.transliteration);
            names.emplace_back(std::move(one));
        }
        put(out, "names", std::move(names));
        if (person.birth) {
            out["birth"] = birth_text(*person.birth);
            out["calendar"] = schemas::text_of(person.birth->calendar);
        }
        put(out, "nationality", person.nationality);
        if (person.document) {
            json::object document;
            put(document, "type", person.document->type);
            put(document, "number", person.document->number);
            put(document, "issuer", person.document->issuer);
            out["document"] = std::move(document);
        }
        put(out, "role", person.role);
        put(out, "status", person.status);
        list.emplace_back(std::move(out));
    }
    return list;
}

void write_remarks(const schemas::Remarks& remarks, json::object& out) {
    if (!remarks.note.text.empty()) {
        out["text"] = {{"text", remarks.note.text}, {"language", remarks.note.language}};
    }
    if (remarks.evaluation) {
        const auto information = static_cast<unsigned>(remarks.evaluation->information) + 1;
        out["evaluation"] = {{"source", schemas::text_of(remarks.evaluation->source)},
                             {"information", information}};
    }
    put(out, "tlp", remarks.tlp);
}

void write(const schemas::SeizureAlert& alert, json::object& out) {
    out["place"] = place_object(alert.place);
    out["time"] = time_text(alert.time);
    if (!alert.goods.empty()) write_goods(alert.goods.front(), out);
    json::array more;
    for (std::size_t i = 1; i < alert.goods.size(); ++i) {
        json::object one;
        write_goods(alert.goods[i], one);
        more.emplace_back(std::move(one));
    }
    put(out, "more_goods", std::move(more));
    out["mode"] = schemas::text_of(alert.conveyance.mode);
    if (!is_empty(alert.conveyance)) out["conveyances"] = conveyance_list(alert.conveyance);
    out["agency"] = alert.agency;
    put(out, "concealment", alert.concealment);
    json::array route;
    for (const schemas::Place& place : alert.route) route.push_back(route_value(place));
    put(out, "route", std::move(route));
    put(out, "persons", person_list(alert.persons));
    if (alert.packaging) {
        json::object packaging;
        if (alert.packaging->packages) packaging["packages"] = *alert.packaging->packages;
        put(packaging, "marks", alert.packaging->marks);
        put(packaging, "logo", alert.packaging->logo);
        out["packaging"] = std::move(packaging);
    }
    put(out, "detection", alert.detection);
    if (alert.arrests) out["arrests"] = *alert.arrests;
    if (alert.wants_controlled_delivery) out["wants_controlled_delivery"] = true;
    write_remarks(alert.remarks, out);
}

void write(const schemas::InfoRequest& request, json::object& out) {
    out["question"] = schemas::text_of(request.question);
    out["subject"] = request.subject;
    out["justification"] = request.justification;
    if (request.usable_in_court) out["usable_in_court"] = true;
    put(out, "persons", person_list(request.persons));
    if (request.conveyance) out["conveyances"] = conveyance_list(*request.conveyance);
    write_remarks(request.remarks, out);
}

void write(const schemas::InfoReply& reply, json::object& out) {
    out["result"] = schemas::text_of(reply.result);
    put(out, "answer", reply.answer);
    put(out, "persons", person_list(reply.persons));
    if (reply.conveyance) out["conveyances"] = conveyance_list(*reply.conveyance);
    write_remarks(reply.remarks, out);
}

void write(const schemas::Recall& recall, json::object& out) {
    out["target"] = uuid_text(recall.target.view());
    out["action"] = schemas::text_of(recall.action);
    out["reason"] = recall.reason;
    write_remarks(recall.remarks, out);
}

void write(const schemas::RecallDone& done, json::object& out) {
    out["target"] = uuid_text(done.target.view());
    out["result"] = schemas::text_of(done.result);
    put(out, "reason", done.reason);
    write_remarks(done.remarks, out);
}

void write(const schemas::Correction& correction, json::object& out) {
    out["target"] = uuid_text(correction.target.view());
    json::array changes;
    for (const schemas::FieldChange& change : correction.changes) {
        json::object one;
        put(one, "field", change.field);
        put(one, "before", change.before);
        put(one, "after", change.after);
        changes.emplace_back(std::move(one));
    }
    put(out, "changes", std::move(changes));
    put(out, "reason", correction.reason);
    write_remarks(correction.remarks, out);
}

void write(const schemas::ApprovalRequest& request, json::object& out) {
    out["target"] = uuid_text(request.target.view());
    json::array offices;
    for (const OfficeId& office : request.offices) offices.emplace_back(office.text());
    out["offices"] = std::move(offices);
    write_remarks(request.remarks, out);
}

void write(const schemas::Approval& approval, json::object& out) {
    out["target"] = uuid_text(approval.target.view());
    out["approved"] = approval.signature.has_value();
    if (approval.signature) out["audience"] = to_hex(approval.audience.view());
    put(out, "reason", approval.reason);
    write_remarks(approval.remarks, out);
}

}  // namespace

void write_payload(const schemas::Payload& payload, json::object& out) {
    std::visit([&](const auto& said) { write(said, out); }, payload);
}

}  // namespace chapar::client
