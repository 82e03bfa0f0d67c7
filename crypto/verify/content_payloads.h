// The members of the payload's union in schemas/content.capnp, by tag; their pointer is number 1.
// Written by tests/integration/content_fields.py --write, which also compares it with the schema.
#pragma once

#include <array>
#include <string_view>

namespace verify {

// clang-format off
constexpr std::array<std::array<std::string_view, 2>, 43> kPayloads{{
    {"seizureAlert", "SeizureAlert"},
    {"infoRequest", "InfoRequest"},
    {"infoReply", "InfoReply"},
    {"recall", "Recall"},
    {"recallDone", "RecallDone"},
    {"correction", "Correction"},
    {"approvalRequest", "ApprovalRequest"},
    {"approval", "Approval"},
    {"cdRequest", "CdRequest"},
    {"cdConsent", "CdConsent"},
    {"cdRefusal", "CdRefusal"},
    {"cdItinerary", "CdItinerary"},
    {"cdStart", "CdStart"},
    {"handoverOffer", "HandoverOffer"},
    {"handoverAccept", "HandoverAccept"},
    {"cdReport", "CdReport"},
    {"cdIncident", "CdIncident"},
    {"cdTerminate", "CdTerminate"},
    {"cdOutcome", "CdOutcome"},
    {"interimReply", "InterimReply"},
    {"infoRefusal", "InfoRefusal"},
    {"precursorIncident", "PrecursorIncident"},
    {"preExportNotice", "PreExportNotice"},
    {"noObjection", "NoObjection"},
    {"objection", "Objection"},
    {"moreTime", "MoreTime"},
    {"npsNotice", "NpsNotice"},
    {"lookoutInform", "LookoutInform"},
    {"lookoutCoerce", "LookoutCoerce"},
    {"lookoutHit", "LookoutHit"},
    {"lookoutCancel", "LookoutCancel"},
    {"fiuRequest", "FiuRequest"},
    {"fiuReply", "FiuReply"},
    {"matchFilter", "MatchFilter"},
    {"mlaPreNotice", "MlaPreNotice"},
    {"mlaStatus", "MlaStatus"},
    {"opCall", "OpCall"},
    {"tasking", "Tasking"},
    {"sitrep", "Sitrep"},
    {"statReport", "StatReport"},
    {"releaseRequest", "ReleaseRequest"},
    {"releaseGrant", "ReleaseGrant"},
    {"releaseDeny", "ReleaseDeny"},
}};
// clang-format on

}  // namespace verify
