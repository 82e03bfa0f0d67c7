#include "schemas/header_rules.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "schemas/base/limits.h"
#include "schemas/kinds.h"

namespace chapar::schemas {
namespace {

template <typename T>
bool all_different(const std::vector<T>& list) {
    return std::set<T>(list.begin(), list.end()).size() == list.size();
}

bool links(const Header& h, Link link, const std::optional<MessageId>& target) {
    const KindInfo* const kind = find_kind(h.kind);
    return kind == nullptr || kind->link != link || target.has_value();
}

bool widens_as_originator(const Header& h) {
    const bool controlled = h.handling == Handling::H2 || h.handling == Handling::H3;
    return !controlled || h.releasable_to.empty() || h.originator.has_value();
}

constexpr std::array kRules{
    HeaderRule{"kind", "must be a kind of this version",
               [](const Header& h) { return find_kind(h.kind) != nullptr; }},
    HeaderRule{"messageId", "must not be zero",
               [](const Header& h) { return !h.message_id.is_zero(); }},
    HeaderRule{"caseId", "must not be zero", [](const Header& h) { return !h.case_id.is_zero(); }},
    HeaderRule{"expiresAt", "must be after created",
               [](const Header& h) { return h.expires_at > h.created; }},
    HeaderRule{"replyBy", "must be after created",
               [](const Header& h) { return h.reply_by == TimeMs() || h.reply_by > h.created; }},
    HeaderRule{"replyBy", "must not be after expiresAt",
               [](const Header& h) { return h.reply_by <= h.expires_at; }},
    HeaderRule{"retainUntil", "must not be before expiresAt",
               [](const Header& h) { return h.retain_until >= h.expires_at; }},
    HeaderRule{
        "purpose", "must not be STATISTICS with personal data",
        [](const Header& h) { return !h.personal_data || h.purpose != Purpose::Statistics; }},
    // Compared as a difference: a sum could pass the end of the number.
    HeaderRule{"retainUntil", "must be within five years with personal data",
               [](const Header& h) {
                   return !h.personal_data || h.retain_until < h.created ||
                          h.retain_until.value - h.created.value <=
                              limits::kPersonalDataRetention.value;
               }},
    HeaderRule{"inReplyTo", "must name the envelope that this kind answers",
               [](const Header& h) { return links(h, Link::InReplyTo, h.in_reply_to); }},
    HeaderRule{"supersedes", "must name the envelope that this kind is about",
               [](const Header& h) { return links(h, Link::Supersedes, h.supersedes); }},
    // Its target was not sent yet: what it asks about stands in the sealed part only.
    HeaderRule{"supersedes", "must be empty in an approval-request",
               [](const Header& h) {
                   return h.kind != Kind::ApprovalRequest || !h.supersedes.has_value();
               }},
    HeaderRule{"inReplyTo", "must name another envelope",
               [](const Header& h) { return h.in_reply_to != h.message_id; }},
    HeaderRule{"supersedes", "must name another envelope",
               [](const Header& h) { return h.supersedes != h.message_id; }},
    HeaderRule{"derivedFrom", "must name other envelopes, none twice",
               [](const Header& h) {
                   return all_different(h.derived_from) &&
                          std::ranges::find(h.derived_from, h.message_id) == h.derived_from.end();
               }},
    HeaderRule{"releasableTo", "must not name anyone twice",
               [](const Header& h) { return all_different(h.releasable_to); }},
    HeaderRule{"releasableTo", "needs an originator under H2 and H3", widens_as_originator},
    HeaderRule{"releaseToken", "needs an originator",
               [](const Header& h) { return !h.release_token || h.originator.has_value(); }},
    HeaderRule{"auditors", "must not name a certificate twice",
               [](const Header& h) { return all_different(h.auditors); }},
    HeaderRule{"auditors", "must not name the sender",
               [](const Header& h) {
                   return std::ranges::find(h.auditors, h.sender) == h.auditors.end();
               }},
    HeaderRule{"receiptsWanted", "must use known bits only",
               [](const Header& h) { return (h.receipts_wanted & ~kReceiptBits) == 0; }},
};

}  // namespace

std::span<const HeaderRule> header_rules() { return kRules; }

Status check_header_rules(const Header& header) {
    for (const HeaderRule& rule : kRules) {
        if (!rule.holds(header)) {
            return Error(Errc::HeaderRule,
                         std::string(rule.field) + ": " + std::string(rule.sentence));
        }
    }
    return Done{};
}

}  // namespace chapar::schemas
