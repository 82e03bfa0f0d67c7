// Rules of requests and replies, trade, money, courts, statistics and control messages.
#include <array>

#include "schemas/kinds/cross_rules.h"
#include "schemas/kinds/rule_words.h"

namespace chapar::schemas {
namespace {

constexpr std::size_t kFilterEntry = 16;

Broken found_has_answer(const RuleView& view, const RuleContext& /*context*/) {
    return given_where(view, "result", "reply-results", "FOUND", "answer");
}

Broken addresses(const RuleView& view, const RuleContext& /*context*/) {
    for (const char* name : {"exporter", "importer"}) {
        const RuleView company = view.part(name);
        if (!company.has("address")) return std::string(name) + ".address";
        if (!company.has("country")) return std::string(name) + ".country";
    }
    return std::nullopt;
}

Broken entries(const RuleView& view, const RuleContext& /*context*/) {
    const ByteView all = view.data("entries");
    if (all.size() != kFilterEntry * view.number("count")) return "count";
    for (std::size_t at = kFilterEntry; at < all.size(); at += kFilterEntry) {
        if (!std::ranges::lexicographical_compare(all.subspan(at - kFilterEntry, kFilterEntry),
                                                  all.subspan(at, kFilterEntry))) {
            return "";
        }
    }
    return std::nullopt;
}

Broken suppressed_says_nothing(const RuleView& view, const RuleContext& /*context*/) {
    const bool says = view.flag("counted") || view.has("total") || view.has("price");
    return unless(view.flag("suppressed") != says);
}

Broken offices_ascend(const RuleView& view, const RuleContext& /*context*/) {
    for (unsigned i = 1; i < view.count("offices"); ++i) {
        if (view.text_element("offices", i - 1) >= view.text_element("offices", i)) return "";
    }
    return std::nullopt;
}

Broken approval_both(const RuleView& view, const RuleContext& /*context*/) {
    if (view.has("audience") != view.has("signature")) return "audience";
    return unless(view.has("signature") || view.has("reason"));
}

bool is_created_before(std::uint64_t time, const RuleContext& context) {
    return context.header->created.value < time;
}

// Nothing came of what was of no use or known already; of everything else, something did.
Broken outcome_fits(View view, Context) {
    const bool told = view.has("outcome");
    if (!told) return unless(!view.flag("arrestsKnown"), "arrests");
    const bool none = is_code(view, "outcome", "outcomes", "NOT_USEFUL") ||
                      is_code(view, "outcome", "outcomes", "DUPLICATE");
    const bool found = is_code(view, "result", "reply-results", "FOUND");
    if (none == found) return "result";
    return unless(!none || !view.flag("arrestsKnown"), "arrests");
}

constexpr std::array kRules{
    CrossRule{
        "reply.outcome", "InfoReply", "outcome",
        "result is NOT_FOUND where it was NOT_USEFUL or a DUPLICATE, else FOUND; arrests only "
        "where something came of it",
        kRefuse, kContent, kInvalid, outcome_fits},
    CrossRule{"reply.answer", "InfoReply", "answer", "given where the result is FOUND", kRefuse,
              kContent, kMissing, found_has_answer},
    CrossRule{"reply.answer", "FiuReply", "answer", "given where the result is FOUND", kRefuse,
              kContent, kMissing, found_has_answer},
    explained("InterimReply", kOther,
              [](View v, Context) {
                  return given_where(v, "delay", "delay-reasons", "OTHER", "explanation");
              }),
    CrossRule{"interim.expected", "InterimReply", "expected", "after the message is made", kRefuse,
              kHeader, kInvalid,
              [](View v, Context c) { return unless(is_created_before(v.number("expected"), c)); }},
    explained("InfoRefusal", kOther,
              [](View v, Context) {
                  return given_where(v, "reason", "info-refusal-reasons", "OTHER", "explanation");
              }),
    CrossRule{"incident.laboratory", "PrecursorIncident", "laboratory",
              "only where the incident is LABORATORY", kRefuse, kContent, kInvalid,
              [](View v, Context) {
                  return unless(!v.has("laboratory") ||
                                is_code(v, "incident", "precursor-incidents", "LABORATORY"));
              }},
    CrossRule{"notice.reply-by", "PreExportNotice", "reply_by", "given", kRefuse, kHeader, kMissing,
              [](View, Context c) { return unless(c.header->reply_by != TimeMs()); }},
    CrossRule{"notice.address", "PreExportNotice", "exporter.address",
              "exporter and importer have address and country", kRefuse, kContent, kMissing,
              addresses},
    CrossRule{"notice.dispatch", "PreExportNotice", "dispatch", "year, month and day", kRefuse,
              kContent, kInvalid,
              [](View v, Context) { return unless(v.part("dispatch").number("day") != 0); }},
    explained("Objection", kOther,
              [](View v, Context) {
                  return given_where(v, "reason", "objection-reasons", "OTHER", "explanation");
              }),
    explained("MoreTime", kOther,
              [](View v, Context) {
                  return given_where(v, "reason", "delay-reasons", "OTHER", "explanation");
              }),
    CrossRule{"more-time.until", "MoreTime", "until", "after the message is made", kRefuse, kHeader,
              kInvalid,
              [](View v, Context c) { return unless(is_created_before(v.number("until"), c)); }},
    CrossRule{"substance.inchi-key", "NpsNotice", "substance.inchi_key",
              "given where the list is NPS", kRefuse, kContent, kMissing,
              [](View v, Context) {
                  const RuleView substance = v.part("substance");
                  return given_where(substance, "list", "substance-lists", "NPS", "inchiKey");
              }},
    CrossRule{"fiu.subjects", "FiuRequest", "persons", "a person, a company or an account", kRefuse,
              kContent, kMissing,
              [](View v, Context) {
                  return unless(v.has("persons") || v.has("companies") || v.has("accounts"));
              }},
    CrossRule{"filter.entries", "MatchFilter", "entries",
              "16 bytes for each of `count`, ascending, none twice", kRefuse, kContent, kInvalid,
              entries},
    CrossRule{"mla.refused", "MlaStatus", "explanation", "given where the status is REFUSED",
              kRefuse, kContent, kMissing,
              [](View v, Context) {
                  return given_where(v, "status", "mla-status", "REFUSED", "explanation");
              }},
    CrossRule{"statistics.header", "StatReport", "purpose", "STATISTICS, without personal data",
              kRefuse, kHeader, kInvalid,
              [](View, Context c) {
                  return unless(c.header->purpose == Purpose::Statistics &&
                                !c.header->personal_data);
              }},
    CrossRule{"statistics.suppressed", "StatRow", "suppressed",
              "a row says numbers or is suppressed, never both", kRefuse, kContent, kInvalid,
              suppressed_says_nothing},
    CrossRule{"recall-done.reason", "RecallDone", "reason", "given where the result is NOT_DONE",
              kRefuse, kContent, kMissing,
              [](View v, Context) {
                  return given_where(v, "result", "recall-results", "NOT_DONE", "reason");
              }},
    explained("ReleaseDeny", kOther,
              [](View v, Context) {
                  return given_where(v, "reason", "release-denial-reasons", "OTHER", "explanation");
              }),
    CrossRule{"approval.offices", "ApprovalRequest", "offices", "ascending, none twice", kRefuse,
              kContent, kInvalid, offices_ascend},
    CrossRule{"approval.both", "Approval", "reason",
              "audience and signature together; else the reason of the refusal", kRefuse, kContent,
              kMissing, approval_both},
};

}  // namespace

std::span<const CrossRule> other_rules() { return kRules; }

}  // namespace chapar::schemas
