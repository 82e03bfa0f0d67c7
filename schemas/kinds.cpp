#include "schemas/kinds.h"

#include <algorithm>
#include <array>

namespace chapar::schemas {
namespace {

constexpr std::array kKinds{
    KindInfo{Kind::SeizureAlert, "seizure-alert", Link::None, Answer::NotExpected, Urgency::Urgent},
    KindInfo{Kind::InfoRequest, "info-request", Link::None, Answer::Expected, Urgency::Priority},
    KindInfo{Kind::InfoReply, "info-reply", Link::InReplyTo, Answer::NotExpected,
             Urgency::Priority},
    KindInfo{Kind::Recall, "recall", Link::Supersedes, Answer::Expected, Urgency::Flash},
    KindInfo{Kind::RecallDone, "recall-done", Link::InReplyTo, Answer::NotExpected,
             Urgency::Urgent},
    KindInfo{Kind::Correction, "correction", Link::Supersedes, Answer::NotExpected,
             Urgency::Priority},
    KindInfo{Kind::ApprovalRequest, "approval-request", Link::None, Answer::Expected,
             Urgency::Urgent},
    KindInfo{Kind::Approval, "approval", Link::InReplyTo, Answer::NotExpected, Urgency::Urgent},
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
