// A message beside the others of its case: one row of the table each.
#include "client/cases/case_rules.h"

#include <doctest/doctest.h>

#include "schemas/kinds.h"
#include "schemas/kinds/kind_json.h"
#include "tests/support/results.h"
#include "tests/unit/kinds/examples.h"

namespace chapar::testing {
namespace {

namespace json = boost::json;
using client::CaseFinding;
using client::CaseMessage;
using client::CaseWeight;
using schemas::Payload;

using Changes = std::vector<std::pair<const char*, const char*>>;

// The example of a kind, changed: pointer and JSON, "" removes a field.
Payload payload(const char* kind, const Changes& changes = {}) {
    json::value message = example_of(kind);
    for (const auto& [at, value] : changes) {
        const std::string pointer = at;
        const auto cut = pointer.rfind('/');
        json::value& parent = cut == 0 ? message : message.at_pointer(pointer.substr(0, cut));
        const std::string name = pointer.substr(cut + 1);
        if (std::string_view(value).empty()) {
            parent.as_object().erase(name);
        } else if (parent.is_array()) {
            parent.as_array()[std::stoul(name)] = json::parse(value);
        } else {
            parent.as_object()[name] = json::parse(value);
        }
    }
    return must(client::parse_messages(json::serialize(message))).front().draft.payload;
}

MessageId id_of(std::uint8_t number) {
    return MessageId::from(Bytes(MessageId::kSize, std::byte{number})).value();
}

// Messages 1, 2, 3 .. of a case.
std::vector<CaseMessage> messages(const std::vector<Payload>& payloads) {
    std::vector<CaseMessage> out;
    for (const Payload& one : payloads) {
        const auto number = static_cast<std::uint8_t>(out.size() + 1);
        out.push_back({id_of(number), EntryIndex(number), one});
    }
    return out;
}

struct Beside {
    std::vector<Payload> earlier{};
    std::uint8_t answers = 0;  // the number of the one that is answered
    std::vector<schemas::Attachment> attachments{};
    client::Circle circle = client::Circle::Beyond;
    std::size_t approvals = 0;
};

std::vector<CaseFinding> findings(const Payload& subject, const Beside& beside) {
    const auto answered = beside.answers != 0 ? std::optional(id_of(beside.answers)) : std::nullopt;
    return client::check_case(
        {subject, answered, beside.attachments, beside.circle, beside.approvals},
        messages(beside.earlier));
}

// "rule path", each weight by its first letter.
std::string said(const Payload& subject, const Beside& beside = {}) {
    std::string out;
    for (const CaseFinding& one : findings(subject, beside)) {
        out += std::string(out.empty() ? "" : "; ") + client::text_of(one.weight)[0] + " " +
               std::string(one.rule) + " " + one.path;
    }
    return out;
}

constexpr const char* kLighter =
    R"({"value":"1.900","unit":"KGM","weight":"gross","measured":"weighed"})";

}  // namespace

// Fails if the row consent.legs is out, or compares with another route than the version says.
TEST_CASE("a State consents to its own legs of the version that it names") {
    const Payload request = payload("cd-request");
    const Payload second = payload("cd-itinerary", {{"/legs/1/state", "\"KG\""}});
    const Payload good = payload("cd-consent");
    CHECK(said(good, {{request}, 1}).empty());
    CHECK(said(payload("cd-consent", {{"/legs", "[1]"}}), {{request}, 1}) ==
          "w consent.legs legs[0]");
    CHECK(said(payload("cd-consent", {{"/legs", "[2,3]"}}), {{request}, 1}) ==
          "w consent.legs legs[1]");
    const Payload of_second = payload("cd-consent", {{"/itinerary_version", "2"}});
    CHECK(said(of_second, {{request}, 1}) == "w consent.legs itinerary_version");
    CHECK(said(of_second, {{request, payload("cd-itinerary")}, 1}).empty());
    CHECK(said(of_second, {{request, second}, 1}) == "w consent.legs legs[0]");
    CHECK(said(good, {{request, second}, 1}).empty());
    CHECK(said(payload("cd-consent", {{"/legs", "[1]"}}), {}).empty());
    CHECK(said(payload("cd-consent", {{"/legs", "[1]"}}), {{good}, 1}).empty());
}

// Fails if the row itinerary.version is out.
TEST_CASE("an itinerary is one above the newest of its case") {
    const Payload request = payload("cd-request");
    const Payload second = payload("cd-itinerary");
    const Payload third = payload("cd-itinerary", {{"/version", "3"}});
    const char* const refused = "r itinerary.version version";
    CHECK(said(second, {{request}}).empty());
    CHECK(said(third, {{request, second}}).empty());
    CHECK(said(third, {{request}}) == refused);
    CHECK(said(second, {{request, second}}) == refused);
    CHECK(said(second, {{request, third, second}}) == refused);
    CHECK(said(third).empty());
}

// Fails if an itinerary counts whoever sent it.
TEST_CASE("who only knows a case holds up no itinerary and bends no consent") {
    const AgencyId asks = AgencyId::parse("KZ-KNB").value();
    const AgencyId stranger = AgencyId::parse("ZZ-ANY").value();
    const auto by = [](const AgencyId& agency, std::uint8_t number, const Payload& payload) {
        return CaseMessage{id_of(number), EntryIndex(number), payload, agency};
    };
    const Payload request = payload("cd-request");
    const Payload second = payload("cd-itinerary");
    const auto says = [](const Payload& payload, const AgencyId& agency,
                         const std::vector<CaseMessage>& earlier) {
        return client::check_case({payload, id_of(1), {}, client::Circle::Beyond, 0, agency},
                                  earlier);
    };
    const std::vector<CaseMessage> flooded{
        by(asks, 1, request), by(stranger, 2, payload("cd-itinerary", {{"/version", "65535"}}))};
    CHECK(says(second, asks, flooded).empty());
    CHECK(says(second, AgencyId::parse("XX-HUB").value(), flooded).empty());
    std::vector<CaseMessage> sent = flooded;
    sent.push_back(by(asks, 3, second));
    CHECK(says(second, asks, sent).size() == 1);
    const Payload of_second = payload("cd-consent", {{"/itinerary_version", "2"}});
    const Payload bent = payload("cd-itinerary", {{"/legs/1/state", "\"KG\""}});
    CHECK(says(of_second, asks, {by(asks, 1, request), by(stranger, 2, bent), by(asks, 3, second)})
              .empty());
    CHECK(says(of_second, asks, {by(asks, 1, request), by(stranger, 2, second), by(asks, 3, bent)})
              .size() == 1);
}

// Fails if the row handover.difference is out, or the tolerance is another.
TEST_CASE("who takes other goods than were offered says the difference") {
    const Payload offer = payload("handover-offer");
    const auto taken = [&](const char* weight, const char* field = "/packages",
                           const char* value = "1") {
        const std::string quantity = std::string(R"({"value":")") + weight +
                                     R"(","unit":"KGM","weight":"gross","measured":"weighed"})";
        return said(payload("handover-accept", {{"/weight", quantity.c_str()}, {field, value}}),
                    {{offer}, 1});
    };
    const char* const differs = "r handover.difference differences; p handover.incident weight";
    CHECK(taken("2.010").empty());
    CHECK(taken("1.990").empty());  // 2.010 less 0.995 %
    CHECK(taken("2.030").empty());
    CHECK(taken("1.989") == differs);
    CHECK(taken("2.031") == differs);
    CHECK(taken("2.010", "/seals", R"(["KZ 448813"])") == differs);
    CHECK(taken("2.010", "/seals", R"(["KZ 448812","KZ 448812"])") == differs);
    CHECK(taken("2.010", "/weight/unit", "\"LTR\"") == differs);
    CHECK(taken("2.010", "/weight/weight", "\"net\"") == differs);
    CHECK(taken("1.900", "/differences", "\"110 g less\"") == "p handover.incident weight");
}

// Fails if the row handover.incident is out, or what it proposes could not be sent.
TEST_CASE("a difference at a handover proposes the incident that tells it") {
    const auto found = findings(
        payload("handover-accept", {{"/weight", kLighter}, {"/differences", "\"110 g less\""}}),
        {{payload("handover-offer")}, 1});
    REQUIRE(found.size() == 1);
    REQUIRE(found.front().proposed.has_value());
    const json::object shown = schemas::json_of_payload(*found.front().proposed);
    CHECK(shown.at("incident") == "HANDOVER_DIFFERS");
    CHECK(shown.at("leg") == 2);
    CHECK(shown.at("last_place").at("locode") == "KZALA");
    CHECK(shown.at("last_seen") == shown.at("time"));
    CHECK(shown.at("description") ==
          "offered 2.010 KGM, seals KZ 448812; found 1.900 KGM, seals KZ 448812");
    CHECK(client::parse_messages(client::render_payload(*found.front().proposed)).has_value());
}

// Fails if a description takes all that a stranger wrote as seals: more than a text can hold.
TEST_CASE("seals as many and as long as can be written end no reader") {
    std::string seals = "[";
    for (int i = 0; i < 32; ++i) {
        std::string seal = std::to_string(100 + i);
        while (seal.size() < 508) seal += "\u0436";  // two bytes
        seals += (i == 0 ? "\"" : ",\"") + seal + "\"";
    }
    seals += "]";
    const Payload offer = payload("handover-offer", {{"/seals", seals.c_str()}});
    const auto found =
        findings(payload("handover-accept", {{"/differences", "\"others\""}}), {{offer}, 1});
    REQUIRE(found.size() == 1);
    REQUIRE(found.front().proposed.has_value());
    const json::object shown = schemas::json_of_payload(*found.front().proposed);
    const std::string told(shown.at("description").as_string());
    CHECK(told.find("and 24 more") != std::string::npos);
    CHECK(told.size() < 1200);
}

// Fails if the row grant.not-wider is out, or looks at the recipients only.
TEST_CASE("a grant is no wider than what was asked for") {
    const Payload request = payload("release-request");
    const auto granted = [&](const Changes& changes) {
        return said(payload("release-grant", changes), {{request}, 1});
    };
    CHECK(granted({}).empty());
    CHECK(granted({{"/recipients", R"(["CICCD-HQ","AE-FIU"])"}}) ==
          "r grant.not-wider recipients[1]");
    CHECK(granted({{"/target", "\"0192f3a4-5b6c-7d8e-9f00-112233445567\""}}) ==
          "r grant.not-wider target");
    CHECK(granted({{"/use", "\"JUDICIAL\""}}) == "r grant.not-wider use");
    CHECK(granted({{"/court", "true"}}) == "r grant.not-wider court");
    CHECK(said(payload("release-grant", {{"/court", "true"}}),
               {{payload("release-request", {{"/court", "true"}})}, 1})
              .empty());
    CHECK(said(payload("release-grant", {{"/use", "\"JUDICIAL\""}})).empty());
}

// Fails if the row statistics.small is out.
TEST_CASE("one or two seizures are not told beyond the agency") {
    const auto report = [](const char* seizures) {
        return payload("stat-report", {{"/rows/0/seizures", seizures}});
    };
    CHECK(said(report("1")) == "r statistics.small rows[0]");
    CHECK(said(report("2")) == "r statistics.small rows[0]");
    CHECK(said(report("3")).empty());
    CHECK(said(report("0")).empty());
    CHECK(said(report("2"), {{}, 0, {}, client::Circle::OwnAgency}).empty());
}

// Fails if the row filter.people is out, or does not find persons wherever they stand.
TEST_CASE("a filter of people in a case with a minor or a witness is warned of") {
    const auto named = [](const char* status) {
        const std::string person =
            std::string(R"({"kind":"PERSON","person":{"names":[{"text":"N"}],"status":")") +
            status + "\"}}";
        return payload("lookout-inform",
                       {{"/target", person.c_str()}, {"/classification", "\"CONFIDENTIAL\""}});
    };
    const char* const warned = "w filter.people entries";
    const Payload filter = payload("match-filter", {{"/subject", "\"person\""}});
    CHECK(said(filter, {{named("minor")}}) == warned);
    CHECK(said(filter, {{named("witness")}}) == warned);
    CHECK(said(filter, {{named("wanted")}}).empty());
    CHECK(said(payload("match-filter", {{"/subject", "\"phone\""}}), {{named("minor")}}) == warned);
    CHECK(said(payload("match-filter", {{"/subject", "\"company\""}}), {{named("minor")}}).empty());
}

// Fails if a row mla.no-evidence is out.
TEST_CASE("with a notice of legal assistance goes nothing but PDF") {
    const schemas::Attachment letter{900, "application/pdf", "letter.pdf"};
    const schemas::Attachment photo{900, "image/png", "evidence.png"};
    for (const char* kind : {"mla-pre-notice", "mla-status"}) {
        CAPTURE(kind);
        CHECK(said(payload(kind)).empty());
        CHECK(said(payload(kind), {{}, 0, {letter}}).empty());
        CHECK(said(payload(kind), {{}, 0, {letter, photo}}) == "r mla.no-evidence attachments[1]");
    }
}

// Fails if the row lookout.approvals is out.
TEST_CASE("an arrest is asked for by three: who writes and two who approve") {
    const auto asked = [](const char* action, std::size_t approvals) {
        return said(payload("lookout-coerce", {{"/action", action}}),
                    {{}, 0, {}, client::Circle::Beyond, approvals});
    };
    CHECK(asked("\"ARREST\"", 0) == "r lookout.approvals action");
    CHECK(asked("\"ARREST\"", 1) == "r lookout.approvals action");
    CHECK(asked("\"ARREST\"", 2).empty());
    CHECK(asked("\"SEARCH\"", 0).empty());
    CHECK(asked("\"STOP\"", 0).empty());
}

namespace {

using schemas::UnlistedCodes;

// What is said of a correction of one field of `target`: rule, path, ": ", sentence.
std::string said_of_change(const Payload& target, const char* field, const char* after,
                           client::TargetOf whose = client::TargetOf::SameOffice,
                           UnlistedCodes unlisted = UnlistedCodes::Refused) {
    const schemas::Correction changes{id_of(1), {{field, "", after}}, "", {}};
    const Payload subject = changes;
    const auto found = client::check_case({subject,
                                           std::nullopt,
                                           {},
                                           client::Circle::Beyond,
                                           0,
                                           std::nullopt,
                                           client::CaseTarget{target, whose, unlisted}},
                                          {});
    std::string out;
    for (const CaseFinding& one : found) {
        out += std::string(one.rule) + " " + one.path + ": " + one.sentence;
    }
    return out;
}

}  // namespace

// Fails if the row correction.applies is out, or does not name field, found and allowed.
TEST_CASE("a correction must lead to a message that the kind of its target allows") {
    const Payload alert = payload("seizure-alert");
    CHECK(said_of_change(alert, "goods[0].quantity.value", "11.5").empty());
    CHECK(said_of_change(alert, "goods[0].purity", "").empty());
    CHECK(said_of_change(alert, "goods[0].quantity.unit", "stone")
              .starts_with("correction.applies goods[0].quantity.unit: found 'stone'; allowed: a "
                           "code of units: "));
    CHECK(said_of_change(alert, "goods[0].colour", "white")
              .starts_with("correction.applies goods[0].colour: allowed: "));
    CHECK(said_of_change(alert, "goods[9].quantity.value", "1") ==
          "correction.applies goods[9].quantity.value: allowed: a place that the message has");
    CHECK(said_of_change(alert, "agency", "").starts_with("correction.applies agency: allowed: "));
    CHECK(said_of_change(payload("cd-request"), "legs[0].state", "TJ").empty());
    CHECK(said(payload("correction")).empty());  // nobody has its target
    // What a newer list may have is a slip of who writes it, and none of who reads it.
    CHECK_FALSE(said_of_change(alert, "route[0]", "QZ").empty());
    CHECK(said_of_change(alert, "route[0]", "QZ", client::TargetOf::SameOffice,
                         UnlistedCodes::AsCarried)
              .empty());
}

// Fails if the row correction.target is out, or forgets one half.
TEST_CASE("an office corrects its own messages only, and no correction or recall") {
    const char* const refused = "correction.target target";
    CHECK(said_of_change(payload("seizure-alert"), "arrests", "2", client::TargetOf::AnotherOffice)
              .starts_with(refused));
    for (const char* kind : {"correction", "recall", "release-grant"}) {
        CAPTURE(kind);
        CHECK(said_of_change(payload(kind), "text.text", "x").starts_with(refused));
    }
}

TEST_CASE("a kind says its rules over a case, and whether they look at other messages") {
    std::size_t rows = 0;
    for (const schemas::KindInfo& kind : schemas::all_kinds()) {
        rows += client::case_rule_lines(kind.kind).size();
        if (client::looks_at_case(kind.kind))
            CHECK_FALSE(client::case_rule_lines(kind.kind).empty());
    }
    CHECK(rows == 12);
    CHECK(client::looks_at_case(schemas::Kind::CdConsent));
    CHECK_FALSE(client::looks_at_case(schemas::Kind::StatReport));
    CHECK_FALSE(client::looks_at_case(schemas::Kind::SeizureAlert));
}

}  // namespace chapar::testing
