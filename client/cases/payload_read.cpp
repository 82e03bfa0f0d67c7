#include <algorithm>

#include "client/cases/payload_json.h"
#include "schemas/check_digits.h"

namespace chapar::client {
namespace {

namespace json = boost::json;
using Warnings = std::vector<FieldWarning>;
constexpr Presence kMust = Presence::Mandatory;

void warn(Warnings& warnings, const JsonFields& fields, std::string_view name,
          schemas::CheckDigit check, std::string_view what) {
    if (check == schemas::CheckDigit::Holds) return;
    const bool form = check == schemas::CheckDigit::OtherForm;
    warnings.push_back(
        {fields.at(name), "The " + std::string(what) +
                              (form ? " does not have the usual form" : " fails its check digit") +
                              "; it is sent as observed."});
}

schemas::Place read_place(const json::value& value, std::string pointer, JsonProblem& problem) {
    schemas::Place place;
    // In a route a place may be one code: "TJ" or "TJ-KT".
    if (const json::string* code = value.if_string()) {
        place.country = std::string(*code).substr(0, 2);
        if (code->size() > 2) place.subdivision = std::string(*code);
        if (code->size() < 2) problem.note(Errc::FieldInvalid, pointer);
        return place;
    }
    JsonFields fields(value, std::move(pointer), problem);
    place.country = fields.text("country", kMust);
    place.subdivision = fields.text("subdivision");
    place.locode = fields.text("locode");
    place.office = fields.text("office");
    place.description = fields.text("name");
    if (fields.has("latitude") || fields.has("longitude")) {
        const auto latitude = fields.degrees("latitude", 90);
        const auto longitude = fields.degrees("longitude", 180);
        const auto accuracy = fields.number("accuracy_m", 20'000'000);
        place.coordinates = {latitude.value_or(0), longitude.value_or(0),
                             static_cast<std::uint32_t>(accuracy.value_or(0))};
    }
    fields.finish();
    return place;
}

// "291524" is how the tariff books write it, "2915.24" how it is kept.
std::string dotted_hs6(std::string text) {
    const bool plain =
        text.size() == 6 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    return plain ? text.substr(0, 4) + "." + text.substr(4) : text;
}

schemas::Goods read_goods(JsonFields& fields, Warnings& warnings) {
    schemas::Goods goods;
    if (const json::value* value = fields.take("substance", kMust)) {
        JsonFields in(*value, fields.at("substance"), fields.problem());
        goods.substance.name = in.text("name", kMust);
        goods.substance.list =
            in.code<schemas::SubstanceList>("list").value_or(schemas::SubstanceList::Other);
        goods.substance.cas = in.text("cas");
        if (!goods.substance.cas.empty()) {
            warn(warnings, in, "cas", schemas::check_cas(goods.substance.cas), "CAS number");
        }
        goods.substance.inchi_key = in.text("inchi_key");
        goods.substance.hs6 = dotted_hs6(in.text("hs6"));
        goods.substance.form = in.code<schemas::SubstanceForm>("form");
        in.finish();
    }
    if (const json::value* value = fields.take("quantity", kMust)) {
        JsonFields in(*value, fields.at("quantity"), fields.problem());
        goods.quantity.thousandths = in.decimal("value", 3, kMust);
        if (goods.quantity.thousandths == 0) in.invalid("value");
        goods.quantity.unit = in.code<schemas::Unit>("unit", kMust).value_or(schemas::Unit::Kgm);
        goods.quantity.weighing = in.code<schemas::Weighing>("weight");
        goods.quantity.measure = in.code<schemas::Measure>("measured");
        in.finish();
    }
    if (const json::value* value = fields.take("purity")) {
        JsonFields in(*value, fields.at("purity"), fields.problem());
        const std::uint64_t per_mille = in.decimal("percent", 1, kMust);
        if (per_mille > 1000) in.invalid("percent");
        goods.purity = {static_cast<std::uint16_t>(std::min<std::uint64_t>(per_mille, 1000)),
                        in.code<schemas::PurityMethod>("method", kMust)
                            .value_or(schemas::PurityMethod::FieldKit)};
        in.finish();
    }
    return goods;
}

schemas::Conveyance read_conveyance(const json::value& value, std::string pointer,
                                    JsonProblem& problem, Warnings& warnings) {
    JsonFields fields(value, std::move(pointer), problem);
    schemas::Conveyance out;
    out.mode =
        fields.code<schemas::TransportMode>("mode").value_or(schemas::TransportMode::Unspecified);
    out.plate = fields.text("plate");
    out.plate_country = fields.text("country");
    out.vin = fields.text("vin");
    out.container = fields.text("container");
    if (!out.container.empty()) {
        warn(warnings, fields, "container", schemas::check_container(out.container),
             "container number");
    }
    out.vessel = fields.text("vessel");
    out.imo = fields.text("imo");
    if (!out.imo.empty()) {
        warn(warnings, fields, "imo", schemas::check_imo(out.imo), "IMO number");
    }
    out.mmsi = fields.text("mmsi");
    out.flight = fields.text("flight");
    out.wagon = fields.text("wagon");
    fields.list("documents", [&](const json::value& element, const std::string& at) {
        JsonFields in(element, at, problem);
        out.documents.push_back({in.code<schemas::TransportDocument>("type", kMust)
                                     .value_or(schemas::TransportDocument::Other),
                                 in.text("number", kMust)});
        in.finish();
    });
    fields.list("seals", [&](const json::value& element, const std::string& at) {
        if (!element.is_string()) return problem.note(Errc::FieldInvalid, at);
        out.seals.emplace_back(element.as_string());
    });
    fields.finish();
    return out;
}

// This version's payloads carry one conveyance; a list of one keeps the form open for more.
std::optional<schemas::Conveyance> read_conveyances(JsonFields& fields, Warnings& warnings) {
    std::optional<schemas::Conveyance> found;
    fields.list("conveyances", [&](const json::value& element, const std::string& at) {
        if (found) return fields.problem().note(Errc::FieldInvalid, at);
        found = read_conveyance(element, at, fields.problem(), warnings);
    });
    return found;
}

// "1988", "1988-03" or "1988-03-17".
std::optional<schemas::PartialDate> read_birth(JsonFields& fields) {
    const auto calendar = fields.code<schemas::Calendar>("calendar");
    const std::string text = fields.text("birth");
    if (text.empty()) return std::nullopt;
    const bool form = text.size() == 4 || text.size() == 7 || text.size() == 10;
    std::uint32_t parts[3] = {0, 0, 0};
    bool good = form;
    for (std::size_t i = 0; good && i < text.size(); ++i) {
        const bool dash = i == 4 || i == 7;
        if (dash != (text[i] == '-') || (!dash && (text[i] < '0' || text[i] > '9'))) good = false;
        if (good && !dash) {
            std::uint32_t& part = parts[i < 4 ? 0 : i < 7 ? 1 : 2];
            part = part * 10 + static_cast<std::uint32_t>(text[i] - '0');
        }
    }
    if (!good) {
        fields.invalid("birth");
        return std::nullopt;
    }
    return schemas::PartialDate{
        static_cast<std::uint16_t>(parts[0]), static_cast<std::uint8_t>(parts[1]),
        static_cast<std::uint8_t>(parts[2]), calendar.value_or(schemas::Calendar::Gregorian)};
}

schemas::Person read_person(const json::value& value, std::string pointer, JsonProblem& problem) {
    JsonFields fields(value, std::move(pointer), problem);
    schemas::Person person;
    if (!fields.has("names")) problem.note(Errc::FieldMissing, fields.at("names"));
    fields.list("names", [&](const json::value& element, const std::string& at) {
        JsonFields in(element, at, problem);
        person.names.push_back({in.text("text", kMust),
                                in.code<schemas::Script>("script").value_or(schemas::Script::Latn),
                                in.text("transliteration")});
        in.finish();
    });
    person.birth = read_birth(fields);
    person.nationality = fields.text("nationality");
    if (const json::value* document = fields.take("document")) {
        JsonFields in(*document, fields.at("document"), problem);
        person.document = {in.text("type"), in.text("number", kMust), in.text("issuer")};
        in.finish();
    }
    person.role = fields.text("role");
    person.status = fields.code<schemas::PersonStatus>("status");
    fields.finish();
    return person;
}

std::vector<schemas::Person> read_persons(JsonFields& fields) {
    std::vector<schemas::Person> persons;
    fields.list("persons", [&](const json::value& element, const std::string& at) {
        persons.push_back(read_person(element, at, fields.problem()));
    });
    return persons;
}

schemas::Remarks read_remarks(JsonFields& fields) {
    schemas::Remarks remarks;
    if (const json::value* value = fields.take("text")) {
        JsonFields in(*value, fields.at("text"), fields.problem());
        remarks.note = {in.text("text", kMust), in.text("language", kMust)};
        in.finish();
    }
    if (const json::value* value = fields.take("evaluation")) {
        JsonFields in(*value, fields.at("evaluation"), fields.problem());
        const auto information = in.number("information", 4);
        if (!information || *information < 1) in.invalid("information");
        remarks.evaluation = {
            in.code<schemas::SourceGrade>("source", kMust).value_or(schemas::SourceGrade::X),
            static_cast<schemas::InformationGrade>(
                std::max<std::uint64_t>(information.value_or(4), 1) - 1)};
        in.finish();
    }
    remarks.tlp = fields.code<schemas::Tlp>("tlp");
    return remarks;
}

schemas::SeizureAlert read_seizure(JsonFields& fields, Warnings& warnings) {
    schemas::SeizureAlert alert;
    JsonProblem& problem = fields.problem();
    if (const json::value* place = fields.take("place", kMust)) {
        alert.place = read_place(*place, fields.at("place"), problem);
    }
    alert.time = fields.time("time", kMust).value_or(TimeMs(0));
    alert.goods.push_back(read_goods(fields, warnings));
    fields.list("more_goods", [&](const json::value& element, const std::string& at) {
        JsonFields in(element, at, problem);
        alert.goods.push_back(read_goods(in, warnings));
        in.finish();
    });
    const auto mode = fields.code<schemas::TransportMode>("mode", kMust);
    if (auto conveyance = read_conveyances(fields, warnings)) {
        alert.conveyance = std::move(*conveyance);
        const bool other = alert.conveyance.mode != schemas::TransportMode::Unspecified &&
                           alert.conveyance.mode != mode;
        if (other) problem.note(Errc::FieldInvalid, fields.at("conveyances") + "/0/mode");
    }
    alert.conveyance.mode = mode.value_or(schemas::TransportMode::Unspecified);
    alert.agency = fields.text("agency", kMust);
    alert.concealment = fields.code<schemas::Concealment>("concealment");
    fields.list("route", [&](const json::value& element, const std::string& at) {
        alert.route.push_back(read_place(element, at, problem));
    });
    alert.persons = read_persons(fields);
    if (const json::value* value = fields.take("packaging")) {
        JsonFields in(*value, fields.at("packaging"), problem);
        schemas::Packaging packaging;
        if (const auto packages = in.number("packages", 1'000'000'000)) {
            packaging.packages = static_cast<std::uint32_t>(*packages);
        }
        packaging.marks = in.text("marks");
        packaging.logo = in.text("logo");
        in.finish();
        alert.packaging = std::move(packaging);
    }
    alert.detection = fields.code<schemas::Detection>("detection");
    if (const auto arrests = fields.number("arrests", 1'000'000)) {
        alert.arrests = static_cast<std::uint32_t>(*arrests);
    }
    alert.wants_controlled_delivery = fields.flag("wants_controlled_delivery");
    alert.remarks = read_remarks(fields);
    return alert;
}

schemas::InfoRequest read_request(JsonFields& fields, Warnings& warnings) {
    schemas::InfoRequest request;
    request.question = fields.code<schemas::QuestionType>("question", kMust)
                           .value_or(schemas::QuestionType::Subscriber);
    request.subject = fields.text("subject", kMust);
    request.justification = fields.text("justification", kMust);
    request.usable_in_court = fields.flag("usable_in_court");
    request.persons = read_persons(fields);
    request.conveyance = read_conveyances(fields, warnings);
    request.remarks = read_remarks(fields);
    return request;
}

schemas::InfoReply read_reply(JsonFields& fields, Warnings& warnings) {
    schemas::InfoReply reply;
    reply.result =
        fields.code<schemas::ReplyResult>("result", kMust).value_or(schemas::ReplyResult::NotFound);
    reply.answer =
        fields.text("answer", reply.result == schemas::ReplyResult::Found ? Presence::Mandatory
                                                                          : Presence::Optional);
    reply.persons = read_persons(fields);
    reply.conveyance = read_conveyances(fields, warnings);
    reply.remarks = read_remarks(fields);
    return reply;
}

schemas::Correction read_correction(JsonFields& fields) {
    schemas::Correction correction;
    correction.target = fields.message_id("target", kMust).value_or(MessageId{});
    if (!fields.has("changes")) fields.problem().note(Errc::FieldMissing, fields.at("changes"));
    fields.list("changes", [&](const json::value& element, const std::string& at) {
        JsonFields in(element, at, fields.problem());
        correction.changes.push_back(
            {in.text("field", kMust), in.text("before"), in.text("after")});
        in.finish();
    });
    correction.reason = fields.text("reason");
    correction.remarks = read_remarks(fields);
    return correction;
}

schemas::Recall read_recall(JsonFields& fields) {
    schemas::Recall recall;
    recall.target = fields.message_id("target", kMust).value_or(MessageId{});
    recall.action =
        fields.code<schemas::RecallAction>("action").value_or(schemas::RecallAction::Delete);
    recall.reason = fields.text("reason", kMust);
    recall.remarks = read_remarks(fields);
    return recall;
}

schemas::RecallDone read_recall_done(JsonFields& fields) {
    schemas::RecallDone done;
    done.target = fields.message_id("target", kMust).value_or(MessageId{});
    done.result =
        fields.code<schemas::RecallResult>("result", kMust).value_or(schemas::RecallResult::Done);
    done.reason =
        fields.text("reason", done.result == schemas::RecallResult::NotDone ? Presence::Mandatory
                                                                            : Presence::Optional);
    done.remarks = read_remarks(fields);
    return done;
}

}  // namespace

schemas::Payload read_payload(schemas::Kind kind, JsonFields& fields,
                              std::vector<FieldWarning>& warnings) {
    switch (kind) {
        case schemas::Kind::SeizureAlert:
            return read_seizure(fields, warnings);
        case schemas::Kind::InfoRequest:
            return read_request(fields, warnings);
        case schemas::Kind::InfoReply:
            return read_reply(fields, warnings);
        case schemas::Kind::Recall:
            return read_recall(fields);
        case schemas::Kind::RecallDone:
            return read_recall_done(fields);
        case schemas::Kind::Correction:
            return read_correction(fields);
        case schemas::Kind::ApprovalRequest:
        case schemas::Kind::Approval:
            break;  // made by commands only: nobody writes a signature by hand
    }
    fields.invalid("kind");
    return {};
}

}  // namespace chapar::client
