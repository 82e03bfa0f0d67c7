// Rules of what happens in the field: deliveries, lookouts, operations.
#include <array>
#include <set>

#include "schemas/kinds/cross_rules.h"
#include "schemas/kinds/rule_words.h"

namespace chapar::schemas {
namespace {

constexpr std::uint64_t kLookoutMs = kDay.value * 90;

// Legs are numbered 1, 2, 3 .., each begins in the country where the one before it ended, and no
// window begins before the one before it.
Broken leg_numbers(const RuleView& view, const RuleContext& /*context*/) {
    for (unsigned i = 0; i < view.count("legs"); ++i) {
        if (view.element("legs", i).number("number") != i + 1) {
            return element_path("legs", i, "number");
        }
    }
    return std::nullopt;
}

Broken legs_joined(const RuleView& view, const RuleContext& /*context*/) {
    for (unsigned i = 1; i < view.count("legs"); ++i) {
        const std::string_view end = view.element("legs", i - 1).part("to").text("country");
        if (view.element("legs", i).part("from").text("country") != end) {
            return element_path("legs", i, "from");
        }
    }
    return std::nullopt;
}

Broken legs_in_order(const RuleView& view, const RuleContext& /*context*/) {
    for (unsigned i = 1; i < view.count("legs"); ++i) {
        const std::uint64_t before = view.element("legs", i - 1).part("window").number("from");
        if (view.element("legs", i).part("window").number("from") < before) {
            return element_path("legs", i, "window");
        }
    }
    return std::nullopt;
}

Broken reply_is_awaited(const RuleView& /*view*/, const RuleContext& context) {
    return unless(context.header->reply_by != TimeMs());
}

Broken next_report_is_due(const RuleView& view, const RuleContext& context) {
    return unless(is_code(view, "status", "cd-status", "AT_DESTINATION") ||
                  context.header->reply_by != TimeMs());
}

Broken is_flash(const RuleView& /*view*/, const RuleContext& context) {
    return unless(context.header->urgency == Urgency::Flash);
}

Broken expires_in_time(const RuleView& view, const RuleContext& context) {
    return unless(context.header->expires_at.value <= view.part("valid").number("until"));
}

Broken valid_for_90_days(const RuleView& view, const RuleContext& /*context*/) {
    const RuleView valid = view.part("valid");
    return unless(valid.number("until") <= valid.number("from") ||
                  valid.number("until") - valid.number("from") <= kLookoutMs);
}

Broken confidential(const RuleView& /*view*/, const RuleContext& context) {
    return unless(context.manifest->classification >= Classification::Confidential);
}

constexpr CrossRule delivery_class(std::string_view kind) {
    return {"delivery.class",   kind,
            "classification",   "a delivery is CONFIDENTIAL or above",
            Weight::Refuse,     Needs::Manifest,
            Errc::FieldInvalid, confidential};
}
constexpr CrossRule legs(std::string_view name, std::string_view kind, std::string_view sentence,
                         Broken (*broken)(View, Context)) {
    return {name,  kind, "legs", sentence, Weight::Refuse, Needs::Content, Errc::FieldInvalid,
            broken};
}

constexpr std::string_view kNumbered = "legs are numbered 1, 2, 3 ..";
constexpr std::string_view kJoined = "a leg begins in the country where the one before it ends";
constexpr std::string_view kOrdered = "no window begins before that of the leg before it";

constexpr std::array kRules{
    delivery_class("CdRequest"),
    delivery_class("CdConsent"),
    delivery_class("CdRefusal"),
    delivery_class("CdItinerary"),
    delivery_class("CdStart"),
    delivery_class("HandoverOffer"),
    delivery_class("HandoverAccept"),
    delivery_class("CdReport"),
    delivery_class("CdIncident"),
    delivery_class("CdTerminate"),
    delivery_class("CdOutcome"),
    legs("leg.numbers", "CdRequest", kNumbered, leg_numbers),
    legs("leg.numbers", "CdItinerary", kNumbered, leg_numbers),
    legs("leg.joined", "CdRequest", kJoined, legs_joined),
    legs("leg.joined", "CdItinerary", kJoined, legs_joined),
    legs("leg.order", "CdRequest", kOrdered, legs_in_order),
    legs("leg.order", "CdItinerary", kOrdered, legs_in_order),
    CrossRule{"request.reply-by", "CdRequest", "reply_by", "given: silence is not consent", kRefuse,
              kHeader, kMissing, reply_is_awaited},
    CrossRule{"request.controller", "CdRequest", "controller.around_the_clock",
              "the controller answers at any hour", kRefuse, kContent, kInvalid,
              [](View v, Context) { return unless(v.part("controller").flag("aroundTheClock")); }},
    CrossRule{"consent.country", "CdConsent", "authority.country", "the state that consents",
              kRefuse, kContent, kInvalid,
              [](View v, Context) {
                  return unless(v.part("authority").text("country") == v.text("state"));
              }},
    explained("CdRefusal", kOther,
              [](View v, Context) {
                  return given_where(v, "reason", "cd-refusal-reasons", "OTHER", "explanation");
              }),
    explained("CdItinerary", kOther,
              [](View v, Context) {
                  return given_where(v, "reason", "cd-change-reasons", "OTHER", "explanation");
              }),
    CrossRule{"report.next-due", "CdReport", "reply_by",
              "when the next report is due, unless the goods are at their destination", kRefuse,
              kHeader, kMissing, next_report_is_due},
    CrossRule{"incident.last-seen", "CdIncident", "last_seen", "given exactly with `last_place`",
              kRefuse, kContent, kMissing,
              [](View v, Context) { return unless(v.has("lastPlace") == v.has("lastSeen")); }},
    CrossRule{"incident.flash", "CdIncident", "urgency", "FLASH", kRefuse, kHeader, kInvalid,
              is_flash},
    CrossRule{"terminate.flash", "CdTerminate", "urgency", "FLASH", kRefuse, kHeader, kInvalid,
              is_flash},
    CrossRule{"lookout.valid", "LookoutInform", "valid.until", "at most 90 days after `from`",
              kRefuse, kContent, kInvalid, valid_for_90_days},
    CrossRule{"lookout.valid", "LookoutCoerce", "valid.until", "at most 90 days after `from`",
              kRefuse, kContent, kInvalid, valid_for_90_days},
    CrossRule{"lookout.expires", "LookoutInform", "expires", "not after the end of `valid`",
              kRefuse, kHeader, kInvalid, expires_in_time},
    CrossRule{"lookout.expires", "LookoutCoerce", "expires", "not after the end of `valid`",
              kRefuse, kHeader, kInvalid, expires_in_time},
    CrossRule{"lookout.expires", "MatchFilter", "expires", "not after the end of `valid`", kRefuse,
              kHeader, kInvalid, expires_in_time},
    CrossRule{"lookout.warrant", "LookoutCoerce", "warrant", "given where the action is ARREST",
              kRefuse, kContent, kMissing,
              [](View v, Context) {
                  return given_where(v, "action", "lookout-coerce-actions", "ARREST", "warrant");
              }},
    explained("LookoutCancel", kOther,
              [](View v, Context) {
                  return given_where(v, "reason", "cancel-reasons", "OTHER", "explanation");
              }),
    CrossRule{
        "tasking.task", "Tasking", "task", "given where the step is ASSIGN", kRefuse, kContent,
        kMissing,
        [](View v, Context) { return given_where(v, "step", "tasking-steps", "ASSIGN", "task"); }},
    CrossRule{"tasking.link", "Tasking", "in_reply_to", "ACCEPT and DECLINE answer a message",
              kRefuse, kHeader, kMissing,
              [](View v, Context c) {
                  return unless(is_code(v, "step", "tasking-steps", "ASSIGN") ||
                                c.header->in_reply_to.has_value());
              }},
    explained("Tasking", "given where the step is DECLINE",
              [](View v, Context) {
                  return given_where(v, "step", "tasking-steps", "DECLINE", "explanation");
              }),
};

}  // namespace

std::span<const CrossRule> operation_rules() { return kRules; }

}  // namespace chapar::schemas
