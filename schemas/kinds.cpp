#include "schemas/kinds.h"

#include <algorithm>
#include <array>

namespace chapar::schemas {
namespace {

constexpr std::array kKinds{
    KindInfo{Kind::SeizureAlert, "seizure-alert", Link::None, Answer::NotExpected, Urgency::Urgent,
             Purpose::Intel, Classification::Unclassified},
    KindInfo{Kind::CdRequest, "cd-request", Link::None, Answer::Expected, Urgency::Urgent,
             Purpose::Operation, Classification::Confidential},
    KindInfo{Kind::CdConsent, "cd-consent", Link::InReplyTo, Answer::NotExpected, Urgency::Urgent,
             Purpose::Operation, Classification::Confidential},
    KindInfo{Kind::CdRefusal, "cd-refusal", Link::InReplyTo, Answer::NotExpected, Urgency::Urgent,
             Purpose::Operation, Classification::Confidential},
    KindInfo{Kind::CdItinerary, "cd-itinerary", Link::None, Answer::NotExpected, Urgency::Urgent,
             Purpose::Operation, Classification::Confidential},
    KindInfo{Kind::CdStart, "cd-start", Link::None, Answer::NotExpected, Urgency::Urgent,
             Purpose::Operation, Classification::Confidential},
    KindInfo{Kind::HandoverOffer, "handover-offer", Link::None, Answer::Expected, Urgency::Urgent,
             Purpose::Operation, Classification::Confidential},
    KindInfo{Kind::HandoverAccept, "handover-accept", Link::InReplyTo, Answer::NotExpected,
             Urgency::Urgent, Purpose::Operation, Classification::Confidential},
    KindInfo{Kind::CdReport, "cd-report", Link::None, Answer::NotExpected, Urgency::Priority,
             Purpose::Operation, Classification::Confidential},
    KindInfo{Kind::CdIncident, "cd-incident", Link::None, Answer::NotExpected, Urgency::Flash,
             Purpose::Operation, Classification::Confidential},
    KindInfo{Kind::CdTerminate, "cd-terminate", Link::None, Answer::NotExpected, Urgency::Flash,
             Purpose::Operation, Classification::Confidential},
    KindInfo{Kind::CdOutcome, "cd-outcome", Link::None, Answer::NotExpected, Urgency::Routine,
             Purpose::Operation, Classification::Confidential},
    KindInfo{Kind::InfoRequest, "info-request", Link::None, Answer::Expected, Urgency::Priority,
             Purpose::Intel, Classification::Unclassified},
    KindInfo{Kind::InfoReply, "info-reply", Link::InReplyTo, Answer::NotExpected, Urgency::Priority,
             Purpose::Intel, Classification::Unclassified},
    KindInfo{Kind::InterimReply, "interim-reply", Link::InReplyTo, Answer::NotExpected,
             Urgency::Priority, Purpose::Intel, Classification::Unclassified},
    KindInfo{Kind::InfoRefusal, "info-refusal", Link::InReplyTo, Answer::NotExpected,
             Urgency::Priority, Purpose::Intel, Classification::Unclassified},
    KindInfo{Kind::PrecursorIncident, "precursor-incident", Link::None, Answer::NotExpected,
             Urgency::Priority, Purpose::Regulatory, Classification::Unclassified},
    KindInfo{Kind::PreExportNotice, "pre-export-notice", Link::None, Answer::Expected,
             Urgency::Routine, Purpose::Regulatory, Classification::Unclassified},
    KindInfo{Kind::NoObjection, "no-objection", Link::InReplyTo, Answer::NotExpected,
             Urgency::Priority, Purpose::Regulatory, Classification::Unclassified},
    KindInfo{Kind::Objection, "objection", Link::InReplyTo, Answer::NotExpected, Urgency::Urgent,
             Purpose::Regulatory, Classification::Unclassified},
    KindInfo{Kind::MoreTime, "more-time", Link::InReplyTo, Answer::NotExpected, Urgency::Priority,
             Purpose::Regulatory, Classification::Unclassified},
    KindInfo{Kind::NpsNotice, "nps-notice", Link::None, Answer::NotExpected, Urgency::Routine,
             Purpose::Intel, Classification::Unclassified},
    KindInfo{Kind::LookoutInform, "lookout-inform", Link::None, Answer::NotExpected,
             Urgency::Priority, Purpose::Intel, Classification::Unclassified},
    KindInfo{Kind::LookoutCoerce, "lookout-coerce", Link::None, Answer::Expected, Urgency::Urgent,
             Purpose::Intel, Classification::Unclassified},
    KindInfo{Kind::LookoutHit, "lookout-hit", Link::InReplyTo, Answer::NotExpected, Urgency::Flash,
             Purpose::Intel, Classification::Unclassified},
    KindInfo{Kind::LookoutCancel, "lookout-cancel", Link::Supersedes, Answer::NotExpected,
             Urgency::Urgent, Purpose::Intel, Classification::Unclassified},
    KindInfo{Kind::FiuRequest, "fiu-request", Link::None, Answer::Expected, Urgency::Routine,
             Purpose::Intel, Classification::Unclassified},
    KindInfo{Kind::FiuReply, "fiu-reply", Link::InReplyTo, Answer::NotExpected, Urgency::Routine,
             Purpose::Intel, Classification::Unclassified},
    KindInfo{Kind::MatchFilter, "match-filter", Link::None, Answer::NotExpected, Urgency::Routine,
             Purpose::Intel, Classification::Unclassified},
    KindInfo{Kind::MlaPreNotice, "mla-pre-notice", Link::None, Answer::Expected, Urgency::Priority,
             Purpose::Judicial, Classification::Unclassified},
    KindInfo{Kind::MlaStatus, "mla-status", Link::InReplyTo, Answer::NotExpected, Urgency::Routine,
             Purpose::Judicial, Classification::Unclassified},
    KindInfo{Kind::OpCall, "op-call", Link::None, Answer::Expected, Urgency::Priority,
             Purpose::Operation, Classification::Unclassified},
    KindInfo{Kind::Tasking, "tasking", Link::None, Answer::NotExpected, Urgency::Priority,
             Purpose::Operation, Classification::Unclassified},
    KindInfo{Kind::Sitrep, "sitrep", Link::None, Answer::NotExpected, Urgency::Routine,
             Purpose::Operation, Classification::Unclassified},
    KindInfo{Kind::StatReport, "stat-report", Link::None, Answer::NotExpected, Urgency::Routine,
             Purpose::Statistics, Classification::Unclassified},
    KindInfo{Kind::Recall, "recall", Link::Supersedes, Answer::Expected, Urgency::Flash,
             Purpose::Intel, Classification::Unclassified},
    KindInfo{Kind::RecallDone, "recall-done", Link::InReplyTo, Answer::NotExpected, Urgency::Urgent,
             Purpose::Intel, Classification::Unclassified},
    KindInfo{Kind::Correction, "correction", Link::Supersedes, Answer::NotExpected,
             Urgency::Priority, Purpose::Intel, Classification::Unclassified},
    KindInfo{Kind::ReleaseRequest, "release-request", Link::InReplyTo, Answer::Expected,
             Urgency::Priority, Purpose::Intel, Classification::Unclassified},
    KindInfo{Kind::ReleaseGrant, "release-grant", Link::InReplyTo, Answer::NotExpected,
             Urgency::Priority, Purpose::Intel, Classification::Unclassified},
    KindInfo{Kind::ReleaseDeny, "release-deny", Link::InReplyTo, Answer::NotExpected,
             Urgency::Priority, Purpose::Intel, Classification::Unclassified},
    KindInfo{Kind::ApprovalRequest, "approval-request", Link::None, Answer::Expected,
             Urgency::Urgent, Purpose::Intel, Classification::Unclassified},
    KindInfo{Kind::Approval, "approval", Link::InReplyTo, Answer::NotExpected, Urgency::Urgent,
             Purpose::Intel, Classification::Unclassified},
};

template <typename Match>
const KindInfo* find(Match match) {
    const auto* const row = std::ranges::find_if(kKinds, match);
    return row == kKinds.end() ? nullptr : row;
}

}  // namespace

std::span<const KindInfo> all_kinds() { return kKinds; }

const KindInfo* find_kind(Kind kind) {
    return find([kind](const KindInfo& row) { return row.kind == kind; });
}

const KindInfo* find_kind(std::string_view name) {
    return find([name](const KindInfo& row) { return row.name == name; });
}

}  // namespace chapar::schemas
