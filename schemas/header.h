// The header H of an envelope: all that the broker may read of it.
//
// Owns: the plain struct and its code lists. Does not know its bytes (header_codec.h), the rules
// that its fields must keep (header_rules.h), nor recipients: those stand in the stanzas. Times are
// UTC ms; 0 in replyBy means that no reply is awaited. Value types. Source: schemas/README.md,
// "Header".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/base/ids.h"
#include "schemas/base/time.h"
#include "schemas/code_table.h"

namespace chapar::schemas {

// Any u16 may stand here after decoding; kinds.h knows which ones have a meaning, and
// check_header_rules refuses the others.
enum class Kind : std::uint16_t {
    SeizureAlert = 100,
    CdRequest = 110,
    CdConsent = 111,
    CdRefusal = 112,
    CdItinerary = 113,
    CdStart = 114,
    HandoverOffer = 115,
    HandoverAccept = 116,
    CdReport = 117,
    CdIncident = 118,
    CdTerminate = 119,
    CdOutcome = 120,
    InfoRequest = 130,
    InfoReply = 131,
    InterimReply = 132,
    InfoRefusal = 133,
    PrecursorIncident = 140,
    PreExportNotice = 141,
    NoObjection = 142,
    Objection = 143,
    MoreTime = 144,
    NpsNotice = 150,
    LookoutInform = 160,
    LookoutCoerce = 161,
    LookoutHit = 162,
    LookoutCancel = 163,
    FiuRequest = 170,
    FiuReply = 171,
    MatchFilter = 172,
    MlaPreNotice = 180,
    MlaStatus = 181,
    OpCall = 190,
    Tasking = 191,
    Sitrep = 192,
    StatReport = 200,
    Recall = 212,
    RecallDone = 213,
    Correction = 214,
    ReleaseRequest = 215,
    ReleaseGrant = 216,
    ReleaseDeny = 217,
    ApprovalRequest = 218,
    Approval = 219,
};

enum class Classification : std::uint8_t { Unclassified, Restricted, Confidential, Secret };
// H0 crime purposes only; H1 not in court without permission; H2 not passed on without permission;
// H3 other conditions, stated in the payload.
enum class Handling : std::uint8_t { H0, H1, H2, H3 };
enum class Purpose : std::uint8_t { Intel, Operation, Judicial, Regulatory, Statistics, Admin };
enum class Urgency : std::uint8_t { Flash, Urgent, Priority, Routine };

template <>
struct CodeTexts<Classification> {
    static constexpr std::array<std::string_view, 4> kTexts{"UNCLASSIFIED", "RESTRICTED",
                                                            "CONFIDENTIAL", "SECRET"};
};
template <>
struct CodeTexts<Handling> {
    static constexpr std::array<std::string_view, 4> kTexts{"H0", "H1", "H2", "H3"};
};
template <>
struct CodeTexts<Purpose> {
    static constexpr std::array<std::string_view, 6> kTexts{"INTEL",      "OPERATION",  "JUDICIAL",
                                                            "REGULATORY", "STATISTICS", "ADMIN"};
};
template <>
struct CodeTexts<Urgency> {
    static constexpr std::array<std::string_view, 4> kTexts{"FLASH", "URGENT", "PRIORITY",
                                                            "ROUTINE"};
};

// Bits of Header::receipts_wanted: which signed statements the sender asks for.
constexpr std::uint16_t kReceiptDelivered = 1;
constexpr std::uint16_t kReceiptOpened = 2;
constexpr std::uint16_t kReceiptAcknowledged = 4;
constexpr std::uint16_t kReceiptBits = 7;

constexpr std::uint16_t kHeaderVersion = 1;
constexpr std::uint16_t kSuite = 1;

using ReleaseToken = FixedBytes<struct ReleaseTokenTag, 32>;

struct Header {
    std::uint16_t suite = kSuite;
    Kind kind = Kind::SeizureAlert;
    Home home;
    CertificateHash sender;
    MessageId message_id;
    CaseId case_id;
    TimeMs created;
    Classification classification = Classification::Unclassified;
    Handling handling = Handling::H0;
    Purpose purpose = Purpose::Intel;
    bool personal_data = false;
    Urgency urgency = Urgency::Routine;
    TimeMs reply_by;  // 0 = none
    TimeMs expires_at;
    TimeMs retain_until;
    std::optional<MessageId> in_reply_to;
    std::optional<MessageId> supersedes;
    std::vector<MessageId> derived_from;     // <= 8
    std::vector<std::string> releasable_to;  // <= 16 names of offices, agencies or countries
    std::optional<ReleaseToken> release_token;
    std::vector<CertificateHash> auditors;  // <= 4: one AUDIT stanza each, and none else
    std::uint16_t receipts_wanted = 0;
    Hash content;                        // TH("content", stream 0 before padding)
    std::optional<OfficeId> originator;  // none = the sender's own office

    bool operator==(const Header&) const = default;
};

// How long after `created` an answer is due: 1 h, 8 h, 3 d, 7 d.
[[nodiscard]] DurationMs reply_deadline(Urgency urgency);

}  // namespace chapar::schemas
