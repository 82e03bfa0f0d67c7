#include "schemas/header_rules.h"

#include <doctest/doctest.h>

#include <set>

#include "schemas/base/limits.h"
#include "schemas/kinds.h"
#include "tests/unit/schemas/samples.h"

using namespace chapar;
using namespace chapar::schemas;
using namespace chapar::testing;

namespace {

struct Row {
    const char* name;
    const char* field;
    Kind kind;
    void (*kept)(Header&);    // at the edge of the rule
    void (*broken)(Header&);  // one beyond
};

const OfficeId kOffice = OfficeId::parse("TJ-NPJ-BLO").value();

// One for each rule, in their order.
const Row kRows[] = {
    {"known kind", "kind", Kind::SeizureAlert, [](Header& h) { h.kind = Kind::SeizureAlert; },
     [](Header& h) { h.kind = static_cast<Kind>(101); }},
    {"message id", "messageId", Kind::SeizureAlert,
     [](Header& h) { h.message_id.bytes = {std::byte{1}}; }, [](Header& h) { h.message_id = {}; }},
    {"case id", "caseId", Kind::SeizureAlert, [](Header& h) { h.case_id.bytes = {std::byte{1}}; },
     [](Header& h) { h.case_id = {}; }},
    {"expiry after creation", "expiresAt", Kind::SeizureAlert,
     [](Header& h) { h.expires_at = h.created.next(); },
     [](Header& h) { h.expires_at = h.created; }},
    {"reply after creation", "replyBy", Kind::SeizureAlert,
     [](Header& h) { h.reply_by = h.created.next(); }, [](Header& h) { h.reply_by = h.created; }},
    {"reply before expiry", "replyBy", Kind::SeizureAlert,
     [](Header& h) { h.reply_by = h.expires_at; },
     [](Header& h) { h.reply_by = h.expires_at.next(); }},
    {"retention after expiry", "retainUntil", Kind::SeizureAlert,
     [](Header& h) { h.retain_until = h.expires_at; },
     [](Header& h) { h.retain_until = TimeMs(h.expires_at.value - 1); }},
    {"no statistics on persons", "purpose", Kind::SeizureAlert,
     [](Header& h) { h.purpose = Purpose::Statistics; },
     [](Header& h) {
         h.purpose = Purpose::Statistics;
         h.personal_data = true;
     }},
    {"five years on persons", "retainUntil", Kind::SeizureAlert,
     [](Header& h) {
         h.personal_data = true;
         h.retain_until = h.created + limits::kPersonalDataRetention;
     },
     [](Header& h) {
         h.personal_data = true;
         h.retain_until = (h.created + limits::kPersonalDataRetention).next();
     }},
    {"a reply answers", "inReplyTo", Kind::InfoReply, [](Header&) {},
     [](Header& h) { h.in_reply_to.reset(); }},
    {"a recall has a target", "supersedes", Kind::Recall, [](Header&) {},
     [](Header& h) { h.supersedes.reset(); }},
    {"a request for approval has no target", "supersedes", Kind::ApprovalRequest, [](Header&) {},
     [](Header& h) { h.supersedes = filled<MessageId>(61); }},
    {"no reply to itself", "inReplyTo", Kind::InfoReply, [](Header&) {},
     [](Header& h) { h.in_reply_to = h.message_id; }},
    {"no target in itself", "supersedes", Kind::Correction, [](Header&) {},
     [](Header& h) { h.supersedes = h.message_id; }},
    {"derived from others", "derivedFrom", Kind::SeizureAlert,
     [](Header& h) {
         h.derived_from = {filled<MessageId>(1), filled<MessageId>(2)};
     },
     [](Header& h) {
         h.derived_from = {filled<MessageId>(1), filled<MessageId>(1)};
     }},
    {"releasable once", "releasableTo", Kind::SeizureAlert,
     [](Header& h) {
         h.releasable_to = {"TJ", "UZ"};
     },
     [](Header& h) {
         h.releasable_to = {"TJ", "TJ"};
     }},
    {"the originator widens", "releasableTo", Kind::SeizureAlert,
     [](Header& h) {
         h.handling = Handling::H2;
         h.releasable_to = {"TJ"};
         h.originator = kOffice;
     },
     [](Header& h) {
         h.handling = Handling::H2;
         h.releasable_to = {"TJ"};
     }},
    {"a token has an originator", "releaseToken", Kind::SeizureAlert,
     [](Header& h) {
         h.release_token = filled<ReleaseToken>(1);
         h.originator = kOffice;
     },
     [](Header& h) { h.release_token = filled<ReleaseToken>(1); }},
    {"auditors once", "auditors", Kind::SeizureAlert,
     [](Header& h) {
         h.auditors = {filled<CertificateHash>(1), filled<CertificateHash>(2)};
     },
     [](Header& h) {
         h.auditors = {filled<CertificateHash>(1), filled<CertificateHash>(1)};
     }},
    {"no auditor of oneself", "auditors", Kind::SeizureAlert,
     [](Header& h) { h.auditors = {filled<CertificateHash>(1)}; },
     [](Header& h) { h.auditors = {h.sender}; }},
    {"known receipt bits", "receiptsWanted", Kind::SeizureAlert,
     [](Header& h) { h.receipts_wanted = 7; }, [](Header& h) { h.receipts_wanted = 8; }},
};

}  // namespace

TEST_CASE("each header rule lets pass what keeps it and names its field when it is broken") {
    REQUIRE(std::size(kRows) == header_rules().size());
    for (std::size_t i = 0; i < std::size(kRows); ++i) {
        const Row& row = kRows[i];
        CAPTURE(row.name);
        Header kept = plain_header(row.kind);
        row.kept(kept);
        CHECK(check_header_rules(kept).has_value());
        Header broken = plain_header(row.kind);
        row.broken(broken);
        const Status status = check_header_rules(broken);
        REQUIRE_FALSE(status.has_value());
        CHECK(status.error().code == Errc::HeaderRule);
        CHECK(status.error().context ==
              std::string(row.field) + ": " + std::string(header_rules()[i].sentence));
    }
}

TEST_CASE("an envelope is not derived from itself, and H3 widens no more than H2") {
    Header derived = plain_header();
    derived.derived_from = {derived.message_id};
    CHECK_FALSE(check_header_rules(derived).has_value());
    Header widened = plain_header();
    widened.releasable_to = {"TJ"};
    widened.handling = Handling::H1;
    CHECK(check_header_rules(widened).has_value());
    widened.handling = Handling::H3;
    CHECK_FALSE(check_header_rules(widened).has_value());
}

TEST_CASE("a header of every kind keeps the rules") {
    for (const KindInfo& kind : all_kinds()) {
        CHECK(check_header_rules(plain_header(kind.kind)).has_value());
    }
    CHECK(check_header_rules(full_header()).has_value());
}

TEST_CASE("times at the end of the number break no rule by overflow") {
    Header header = plain_header();
    header.personal_data = true;
    header.created = TimeMs(~0ULL - 1);
    header.expires_at = TimeMs(~0ULL);
    header.retain_until = TimeMs(~0ULL);
    CHECK(check_header_rules(header).has_value());
}

TEST_CASE("an answer is due after one hour, eight hours, three days, seven days") {
    CHECK(reply_deadline(Urgency::Flash) == kHour);
    CHECK(reply_deadline(Urgency::Urgent) == kHour * 8);
    CHECK(reply_deadline(Urgency::Priority) == kDay * 3);
    CHECK(reply_deadline(Urgency::Routine) == kDay * 7);
}

TEST_CASE("kinds are found by code and by name, and no two are alike") {
    std::set<std::string_view> names;
    for (const KindInfo& kind : all_kinds()) {
        CHECK(find_kind(kind.kind) == &kind);
        CHECK(find_kind(kind.name) == &kind);
        names.insert(kind.name);
    }
    CHECK(names.size() == 43);
    CHECK(find_kind(static_cast<Kind>(0)) == nullptr);
    CHECK(find_kind("SEIZURE-ALERT") == nullptr);
}
