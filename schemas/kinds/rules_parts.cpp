// Rules of the parts that kinds share: places, persons, dates, legs, custody.
#include <array>

#include "schemas/kinds/cross_rules.h"
#include "schemas/kinds/rule_words.h"
#include "schemas/local_dates.h"

namespace chapar::schemas {
namespace {

bool subdivision_is_of_country(const RuleView& place) {
    const std::string_view text = place.text("subdivision");
    return text.empty() || text.starts_with(std::string(place.text("country")) + "-");
}

Broken month_before_day(const RuleView& date, const RuleContext& /*context*/) {
    return unless(date.number("day") == 0 || date.number("month") != 0);
}

// A slip of the pen is sent as it is: the date may be the document's own.
Broken month_has_day(const RuleView& date, const RuleContext& /*context*/) {
    const auto number = [&date](const char* name) {
        return static_cast<std::int64_t>(date.number(name));
    };
    const std::int64_t day = number("day");
    if (day == 0 || number("month") == 0) return std::nullopt;
    const bool solar = is_code(date, "calendar", "calendars", "solar-hijri");
    return unless(day <= (solar ? days_in_solar_month(number("year"), number("month"))
                                : days_in_gregorian_month(number("year"), number("month"))));
}

Broken shielded(const RuleView& person, const RuleContext& context) {
    const bool shielded = is_code(person, "status", "person-status", "minor") ||
                          is_code(person, "status", "person-status", "witness");
    return unless(!shielded || context.manifest->classification >= Classification::Confidential);
}

Broken share_of_a_part(const RuleView& treatment, const RuleContext& /*context*/) {
    const bool part = is_code(treatment, "kind", "goods-treatments", "REMOVED_PART") ||
                      is_code(treatment, "kind", "goods-treatments", "REPLACED_PART");
    return unless(part == treatment.flag("shareKnown"));
}

// The number of what the target's kind says, among those that a conveyance may carry.
bool conveyance_fits(const RuleView& target) {
    if (!target.has("conveyance")) return false;
    const RuleView in = target.part("conveyance");
    const auto any = [&in](std::initializer_list<const char*> names) {
        return std::ranges::any_of(names, [&in](const char* name) { return in.has(name); });
    };
    if (is_code(target, "kind", "lookout-targets", "VEHICLE"))
        return any({"plate", "vin", "wagon"});
    if (is_code(target, "kind", "lookout-targets", "VESSEL")) return any({"vessel", "imo", "mmsi"});
    if (is_code(target, "kind", "lookout-targets", "CONTAINER")) return any({"container"});
    return any({"flight"});
}

Broken target_named(const RuleView& target, const RuleContext& /*context*/) {
    if (is_code(target, "kind", "lookout-targets", "PERSON")) {
        return unless(target.has("person"), "person");
    }
    if (is_code(target, "kind", "lookout-targets", "COMPANY")) {
        return unless(target.has("company"), "company");
    }
    return unless(conveyance_fits(target), "conveyance");
}

constexpr std::array kRules{
    CrossRule{"place.subdivision", "Place", "subdivision", "begins with the country and '-'",
              kRefuse, kContent, kInvalid,
              [](View v, Context) { return unless(subdivision_is_of_country(v)); }},
    CrossRule{"conveyance.plate-country", "Conveyance", "country",
              "The country of the plate is not given", Weight::Warn, kContent, kMissing,
              [](View v, Context) { return unless(!v.has("plate") || v.has("plateCountry")); }},
    CrossRule{"date.day", "PartialDate", "day", "a day has a month", kRefuse, kContent, kInvalid,
              month_before_day},
    CrossRule{"date.month-length", "PartialDate", "day", "The month does not have that day",
              Weight::Warn, kContent, kInvalid, month_has_day},
    CrossRule{"person.shielded", "Person", "status",
              "minors and witnesses stand only in content of CONFIDENTIAL or above", kRefuse,
              Needs::Manifest, kInvalid, shielded},
    CrossRule{"note.language", "Remarks", "text.language", "a note has a language", kRefuse,
              kContent, kMissing,
              [](View v, Context) { return unless(!v.has("note") || v.has("language")); }},
    CrossRule{"note.language", "Remarks", "text.text", "a language has a note", kRefuse, kContent,
              kMissing,
              [](View v, Context) { return unless(v.has("note") || !v.has("language")); }},
    CrossRule{"evaluation.both", "Remarks", "evaluation",
              "source and information are given together", kRefuse, kContent, kMissing,
              [](View v, Context) { return unless(v.has("source") == v.has("information")); }},
    CrossRule{
        "contact.reachable", "Contact", "phone", "one of phone, radio and mail is given", kRefuse,
        kContent, kMissing,
        [](View v, Context) { return unless(v.has("phone") || v.has("radio") || v.has("mail")); }},
    CrossRule{"period.order", "Period", "until", "it is after `from`", kRefuse, kContent, kInvalid,
              [](View v, Context) { return unless(v.number("until") > v.number("from")); }},
    CrossRule{"treatment.share", "Treatment", "percent",
              "given exactly where a part is removed or replaced", kRefuse, kContent, kMissing,
              share_of_a_part},
    CrossRule{
        "condition.text", "Condition", "text", "given where the kind is OTHER", kRefuse, kContent,
        kMissing,
        [](View v, Context) { return given_where(v, "kind", "cd-conditions", "OTHER", "text"); }},
    CrossRule{"custody.weighed", "Custody", "weight.measured", "goods in custody are weighed",
              kRefuse, kContent, kInvalid,
              [](View v, Context) {
                  return unless(!is_code(v.part("weight"), "measure", "measure", "estimated"));
              }},
    CrossRule{"custody.seals", "Custody", "seals", "seals, or `without_seals` says why none",
              kRefuse, kContent, kMissing,
              [](View v, Context) { return unless(v.has("seals") || v.has("withoutSeals")); }},
    CrossRule{"target.named", "Target", "kind", "what the kind of target names is given", kRefuse,
              kContent, kMissing, target_named},
    CrossRule{"spectrum.attachment", "Spectrum", "attachment",
              "an attachment of this message, counted from 1", kRefuse, Needs::Manifest, kInvalid,
              [](View v, Context c) {
                  return unless(v.number("attachment") <= c.manifest->attachments.size());
              }},
};

}  // namespace

std::span<const CrossRule> part_rules() { return kRules; }

}  // namespace chapar::schemas
