#include "client/cases/case_rules.h"

#include <algorithm>
#include <array>
#include <set>

#include "client/cases/handover.h"
#include "client/cases/seizure_totals.h"
#include "client/core/corrected.h"
#include "schemas/base/assert.h"
#include "schemas/kinds/code_lists.h"
#include "schemas/kinds/kind_json.h"
#include "schemas/kinds/typed_payload.h"

namespace chapar::client {
namespace {

namespace wire = schemas::wire;
namespace json = boost::json;
using schemas::Kind;
using schemas::TypedReader;
using Earlier = std::span<const CaseMessage>;

constexpr std::size_t kArrestApprovals = 2;

struct Broken {
    std::string path;  // "" is the row's own
    std::optional<schemas::Payload> proposed = std::nullopt;
    std::string sentence{};  // "" is the row's own
};
using Finding = std::optional<Broken>;

Finding unless(bool holds, std::string path = "") {
    if (holds) return std::nullopt;
    return Broken{std::move(path)};
}

// Every payload here was checked when it was parsed or decoded: a reader is always had.
template <typename Wire>
TypedReader<Wire> typed(const schemas::Payload& payload) {
    auto reader = schemas::read<Wire>(payload);
    CHAPAR_ASSERT(reader.has_value());
    return std::move(reader).value();
}

// The message that is answered, if it is here and of that kind.
template <typename Wire>
std::optional<TypedReader<Wire>> answered(const CaseSubject& subject, Earlier earlier) {
    for (const CaseMessage& one : earlier) {
        if (!subject.in_reply_to || one.message != *subject.in_reply_to) continue;
        if (schemas::kind_of(one.payload) != schemas::KindOf<Wire>::value) continue;
        return typed<Wire>(one.payload);
    }
    return std::nullopt;
}

bool is_code(std::uint64_t number, std::string_view list, std::string_view code) {
    const schemas::CodeFile* const file = schemas::find_codes(list);
    CHAPAR_ASSERT(file != nullptr);
    const schemas::CodeRow* const row = file->find(code);
    return row != nullptr && row->number == number;
}

std::string_view view_of(capnp::Text::Reader text) { return {text.begin(), text.size()}; }

// Each leg that is consented to is one of the route, under the control of this State.
Finding legs_are_of(const wire::CdConsent::Reader& consent,
                    const capnp::List<wire::Leg>::Reader& route) {
    for (unsigned i = 0; i < consent.getLegs().size(); ++i) {
        const unsigned number = consent.getLegs()[i];
        const bool known = number >= 1 && number <= route.size();
        if (!known || route[number - 1].getState() != consent.getState()) {
            return Broken{"legs[" + std::to_string(i) + "]"};
        }
    }
    return std::nullopt;
}

// Whose itineraries are the case's own: the agency's that asked for the delivery. Whoever knows a
// case id can write into the case, so others' count only where they do no harm.
std::optional<AgencyId> asking_agency(Earlier earlier) {
    for (const CaseMessage& one : earlier) {
        if (schemas::kind_of(one.payload) == Kind::CdRequest && one.agency) return one.agency;
    }
    return std::nullopt;
}

// The asking agency's itinerary of that version, where it has one; else anyone's that fits.
Finding consent_legs(const CaseSubject& subject, Earlier earlier) {
    const auto consent = typed<wire::CdConsent>(subject.payload);
    const auto request = answered<wire::CdRequest>(subject, earlier);
    if (!request) return std::nullopt;
    if (consent->getItineraryVersion() == 1) return legs_are_of(*consent, (*request)->getLegs());
    const auto owner = asking_agency(earlier);
    Finding of_others = Broken{"itinerary_version"};
    for (const CaseMessage& one : earlier) {
        if (schemas::kind_of(one.payload) != Kind::CdItinerary) continue;
        const auto itinerary = typed<wire::CdItinerary>(one.payload);
        if (itinerary->getVersion() != consent->getItineraryVersion()) continue;
        Finding finding = legs_are_of(*consent, itinerary->getLegs());
        if (owner && one.agency == owner) return finding;
        if (of_others) of_others = std::move(finding);
    }
    return of_others;
}

// One above the newest of all, or of those by the asking agency and the sender itself: nobody
// else's number can hold up the next itinerary.
Finding itinerary_version(const CaseSubject& subject, Earlier earlier) {
    const auto owner = asking_agency(earlier);
    unsigned newest = 0;
    unsigned newest_own = 0;
    for (const CaseMessage& one : earlier) {
        const Kind kind = schemas::kind_of(one.payload);
        unsigned version = kind == Kind::CdRequest ? 1U : 0U;
        if (kind == Kind::CdItinerary)
            version = typed<wire::CdItinerary>(one.payload)->getVersion();
        newest = std::max(newest, version);
        const bool own = one.agency && (one.agency == owner || one.agency == subject.agency);
        if (own) newest_own = std::max(newest_own, version);
    }
    const unsigned version = typed<wire::CdItinerary>(subject.payload)->getVersion();
    const bool first_own = subject.agency && newest_own == 0;
    return unless(newest == 0 || version == newest + 1 || version == newest_own + 1 || first_own);
}

Finding differences_are_told(const CaseSubject& subject, Earlier earlier) {
    const auto offer = answered<wire::HandoverOffer>(subject, earlier);
    if (!offer) return std::nullopt;
    const auto accept = typed<wire::HandoverAccept>(subject.payload);
    return unless(!handover_difference((*offer)->getCustody(), accept->getCustody()) ||
                  accept->getDifferences().size() != 0);
}

Finding incident_follows(const CaseSubject& subject, Earlier earlier) {
    const auto offer = answered<wire::HandoverOffer>(subject, earlier);
    if (!offer) return std::nullopt;
    const auto accept = typed<wire::HandoverAccept>(subject.payload);
    const auto difference = handover_difference((*offer)->getCustody(), accept->getCustody());
    if (!difference) return std::nullopt;
    return Broken{"", incident_of(accept->getCustody(), *difference)};
}

Finding grant_not_wider(const CaseSubject& subject, Earlier earlier) {
    const auto request = answered<wire::ReleaseRequest>(subject, earlier);
    if (!request) return std::nullopt;
    const auto grant = typed<wire::ReleaseGrant>(subject.payload);
    std::set<std::string_view> asked;
    for (const auto name : (*request)->getRecipients()) asked.insert(view_of(name));
    for (unsigned i = 0; i < grant->getRecipients().size(); ++i) {
        if (asked.contains(view_of(grant->getRecipients()[i]))) continue;
        return Broken{"recipients[" + std::to_string(i) + "]"};
    }
    if (grant->getTarget() != (*request)->getTarget()) return Broken{"target"};
    if (grant->getUse() != (*request)->getUse()) return Broken{"use"};
    return unless(!grant->getCourt() || (*request)->getCourt(), "court");
}

Finding small_cells(const CaseSubject& subject, Earlier /*earlier*/) {
    if (subject.circle == Circle::OwnAgency) return std::nullopt;
    const auto report = typed<wire::StatReport>(subject.payload);
    for (unsigned i = 0; i < report->getRows().size(); ++i) {
        const auto row = report->getRows()[i];
        const bool small = row.getSeizures() > 0 && row.getSeizures() < kSmallCell;
        if (row.getCounted() && small) return Broken{"rows[" + std::to_string(i) + "]"};
    }
    return std::nullopt;
}

// Minors and witnesses that a payload names, in whichever of its parts.
bool names_shielded(const json::value& value) {
    if (const auto* list = value.if_array()) return std::ranges::any_of(*list, names_shielded);
    const auto* const object = value.if_object();
    if (object == nullptr) return false;
    if (object->contains("names")) {
        const auto* const status = object->if_contains("status");
        if (status != nullptr && (*status == "minor" || *status == "witness")) return true;
    }
    return std::ranges::any_of(*object,
                               [](const auto& field) { return names_shielded(field.value()); });
}

Finding filter_people(const CaseSubject& subject, Earlier earlier) {
    const auto filter = typed<wire::MatchFilter>(subject.payload);
    const std::uint64_t what = filter->getSubject();
    const bool of_people = is_code(what, "filter-subjects", "person") ||
                           is_code(what, "filter-subjects", "document") ||
                           is_code(what, "filter-subjects", "phone");
    if (!of_people) return std::nullopt;
    return unless(std::ranges::none_of(earlier, [](const CaseMessage& one) {
        return names_shielded(schemas::json_of_payload(one.payload));
    }));
}

Finding only_pdf(const CaseSubject& subject, Earlier /*earlier*/) {
    for (std::size_t i = 0; i < subject.attachments.size(); ++i) {
        if (subject.attachments[i].media_type == "application/pdf") continue;
        return Broken{"attachments[" + std::to_string(i) + "]"};
    }
    return std::nullopt;
}

Finding arrest_is_approved(const CaseSubject& subject, Earlier /*earlier*/) {
    const auto lookout = typed<wire::LookoutCoerce>(subject.payload);
    return unless(!is_code(lookout->getAction(), "lookout-coerce-actions", "ARREST") ||
                  subject.approvals >= kArrestApprovals);
}

// Kinds from here on are about messages: a correction of one would correct nothing (control.capnp).
constexpr auto kAboutMessages = static_cast<std::uint16_t>(Kind::Recall);

Finding may_be_corrected(const CaseSubject& subject, Earlier /*earlier*/) {
    if (!subject.target) return std::nullopt;
    const auto kind = static_cast<std::uint16_t>(schemas::kind_of(subject.target->payload));
    return unless(subject.target->whose == TargetOf::SameOffice && kind < kAboutMessages);
}

Finding correction_applies(const CaseSubject& subject, Earlier earlier) {
    if (!subject.target || may_be_corrected(subject, earlier)) return std::nullopt;
    const auto* correction = std::get_if<schemas::Correction>(&subject.payload);
    CHAPAR_ASSERT(correction != nullptr);  // the row's kind
    const auto after =
        corrected(subject.target->payload, correction->changes, subject.target->unlisted);
    const auto* problem = std::get_if<schemas::KindProblem>(&after);
    if (problem == nullptr) return std::nullopt;
    return Broken{problem->path, std::nullopt, found_and_allowed(*problem)};
}

enum class Looks : std::uint8_t { AtItself, AtCase };

struct CaseRule {
    std::string_view name;
    Kind kind;
    std::string_view path, sentence;
    CaseWeight weight;
    Errc code;
    Looks looks;
    Finding (*broken)(const CaseSubject&, Earlier);
};

constexpr std::string_view kPdf = "only application/pdf: evidence does not travel with a notice";

constexpr std::array kRules{
    CaseRule{"consent.legs", Kind::CdConsent, "legs",
             "legs of this State in the route that is consented to", CaseWeight::Warn,
             Errc::FieldInvalid, Looks::AtCase, consent_legs},
    CaseRule{"itinerary.version", Kind::CdItinerary, "version",
             "one above the newest of the case (the request is 1)", CaseWeight::Refuse,
             Errc::FieldInvalid, Looks::AtCase, itinerary_version},
    CaseRule{"handover.difference", Kind::HandoverAccept, "differences",
             "given where the weight is off by more than 1 % or the seals are others",
             CaseWeight::Refuse, Errc::FieldMissing, Looks::AtCase, differences_are_told},
    CaseRule{"handover.incident", Kind::HandoverAccept, "weight",
             "what was taken is not what was offered: a cd-incident HANDOVER_DIFFERS follows",
             CaseWeight::Propose, Errc::FieldInvalid, Looks::AtCase, incident_follows},
    CaseRule{"grant.not-wider", Kind::ReleaseGrant, "recipients",
             "what the request names: its message, recipients and use, in court only if asked",
             CaseWeight::Refuse, Errc::FieldInvalid, Looks::AtCase, grant_not_wider},
    CaseRule{"statistics.small", Kind::StatReport, "rows",
             "1 or 2 seizures are `suppressed` where the report leaves the agency",
             CaseWeight::Refuse, Errc::FieldInvalid, Looks::AtItself, small_cells},
    CaseRule{"filter.people", Kind::MatchFilter, "entries",
             "a minor or a witness stands in this case: none may be among what was hashed",
             CaseWeight::Warn, Errc::FieldInvalid, Looks::AtCase, filter_people},
    CaseRule{"mla.no-evidence", Kind::MlaPreNotice, "attachments", kPdf, CaseWeight::Refuse,
             Errc::FieldInvalid, Looks::AtItself, only_pdf},
    CaseRule{"mla.no-evidence", Kind::MlaStatus, "attachments", kPdf, CaseWeight::Refuse,
             Errc::FieldInvalid, Looks::AtItself, only_pdf},
    CaseRule{"correction.target", Kind::Correction, "target",
             "a message of the office that corrects it, itself not about messages",
             CaseWeight::Refuse, Errc::FieldInvalid, Looks::AtItself, may_be_corrected},
    CaseRule{"correction.applies", Kind::Correction, "changes",
             "what they lead to is a message that the kind of the target allows",
             CaseWeight::Refuse, Errc::FieldInvalid, Looks::AtItself, correction_applies},
    CaseRule{"lookout.approvals", Kind::LookoutCoerce, "action",
             "ARREST needs two approvals (--needs-approval, --approvals 2)", CaseWeight::Refuse,
             Errc::ApprovalMissing, Looks::AtItself, arrest_is_approved},
};

}  // namespace

std::string_view text_of(CaseWeight weight) {
    constexpr std::array<std::string_view, 3> kTexts{"refuse", "warn", "propose"};
    return kTexts.at(static_cast<std::size_t>(weight));
}

std::vector<CaseFinding> check_case(const CaseSubject& subject,
                                    std::span<const CaseMessage> earlier) {
    std::vector<CaseFinding> out;
    const Kind kind = schemas::kind_of(subject.payload);
    for (const CaseRule& rule : kRules) {
        if (rule.kind != kind) continue;
        Finding broken = rule.broken(subject, earlier);
        if (!broken) continue;
        out.push_back({rule.name, rule.weight, rule.code,
                       broken->path.empty() ? std::string(rule.path) : broken->path,
                       broken->sentence.empty() ? std::string(rule.sentence) : broken->sentence,
                       std::move(broken->proposed)});
    }
    return out;
}

std::vector<CaseRuleLine> case_rule_lines(Kind kind) {
    std::vector<CaseRuleLine> out;
    for (const CaseRule& rule : kRules) {
        if (rule.kind == kind) out.push_back({rule.name, rule.path, rule.sentence, rule.weight});
    }
    return out;
}

bool looks_at_case(Kind kind) {
    return std::ranges::any_of(kRules, [kind](const CaseRule& rule) {
        return rule.kind == kind && rule.looks == Looks::AtCase;
    });
}

}  // namespace chapar::client
