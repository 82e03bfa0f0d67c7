#include "broker/core/replay_facts.h"

#include <algorithm>
#include <set>

#include "broker/core/addressees.h"
#include "broker/core/conditions.h"
#include "broker/core/directory.h"
#include "broker/core/plan.h"
#include "broker/core/replay_words.h"
#include "crypto/admit.h"
#include "schemas/header_codec.h"
#include "schemas/header_rules.h"

namespace chapar::broker {
namespace {

using crypto::MessageEvent;

Result<crypto::VerifyingKey> sign_key(const storage::ReadTxn& txn, const CertificateHash& device) {
    const auto entry = CHAPAR_TRY(read_device(txn, device));
    if (!entry) return Error(Errc::CertificateUnknown);
    return crypto::VerifyingKey::create(entry->record.request.request.sign_key);
}

std::string line_words(const crypto::DecisionLine& line) {
    return decision_words({crypto::PolicyEffect::Permit, {}, {line}}).substr(sizeof "permitted");
}

class Facts {
  public:
    Facts(const storage::ReadTxn& txn, const AgencyId& agency, const OwnEntry& own)
        : txn_(txn), agency_(agency), own_(own), body_(own.entry.body) {}

    Result<std::vector<Difference>> check() {
        const Status done = body_.envelope ? submission() : event();
        if (!done) {
            if (is_failure(done.error().code)) return done.error();
            differ(error_words(done.error()), "holds", "does not hold");
        }
        return std::move(out_);
    }

  private:
    void differ(std::string rule, std::string expected, std::string found) {
        out_.push_back({own_.index, body_.envelope ? "submit" : "event", std::move(rule),
                        std::move(expected), std::move(found)});
    }

    Status submission() {
        const auto statement = CHAPAR_TRY(crypto::EnvelopeStatement::decode(*body_.envelope));
        const auto header = CHAPAR_TRY(schemas::decode_header(statement.header));
        same_bucket(header);
        const EnvelopeHash hash = crypto::envelope_hash(*body_.envelope);
        if (hash != *body_.envelope_hash) differ("envelope hash", "that of E", "another");
        const auto sender = CHAPAR_TRY(sign_key(txn_, header.sender));
        const auto item = CHAPAR_TRY(crypto::BatchItem::decode(*body_.item));
        CHAPAR_TRY(crypto::check_item(hash, item, sender));
        if (body_.event != crypto::event_number(MessageEvent::Accepted)) {
            return refusal_lines(statement, header);
        }
        CHAPAR_TRY(schemas::check_header_rules(header));
        const auto from = CHAPAR_TRY(in_force(txn_, header.sender, body_.time));
        if (from.office.agency != *body_.sender_agency) {
            differ("sender agency", from.office.agency.text(), body_.sender_agency->text());
        }
        const auto expected = CHAPAR_TRY(own_lines(statement, header));
        for (const DecisionLine& line : expected) {
            if (line.effect == Effect::Permit) continue;
            differ("decision", "refused by " + line_words(recorded_form(line)), "permitted");
        }
        same_lines(expected);
        return Done{};
    }

    // Both agencies, how long the envelope may be kept, and the month of this entry.
    void same_bucket(const schemas::Header& header) {
        const auto retention = crypto::retention_class(header.created, header.retain_until);
        const auto expected = crypto::LedgerKeyScope::bucket(
            *body_.sender_agency, *body_.recipient_agency, retention, crypto::month_of(body_.time));
        if (own_.bucket == expected) return;
        differ("bucket", "that of its agencies, class and month", "another");
    }

    static crypto::DecisionLine recorded_form(const DecisionLine& line) {
        return {line.direction, line.agency, line.rule, line.policy};
    }

    // What this agency's policy says at this place, for the recipients that this entry shows.
    Result<std::vector<DecisionLine>> own_lines(const crypto::EnvelopeStatement& statement,
                                                const schemas::Header& header) {
        std::vector<crypto::StanzaDigest> shown;
        for (const crypto::BodyStanza& stanza : *body_.stanzas) {
            if (stanza.label) shown.push_back({*stanza.label, stanza.value});
        }
        const auto to = CHAPAR_TRY(find_addressees(txn_, shown, body_.time));
        if (to.offices.empty()) {
            differ("stanzas", "one of its recipient", "none");
            return std::vector<DecisionLine>();
        }
        const auto from = CHAPAR_TRY(in_force(txn_, header.sender, body_.time));
        const auto conditions = CHAPAR_TRY(conditions_of(txn_, statement, header.sender));
        const Subject subject{static_cast<std::uint16_t>(header.kind),
                              static_cast<std::uint8_t>(header.classification), conditions};
        auto decision = CHAPAR_TRY(decide_policy(txn_, from.office, to.offices, subject));
        std::erase_if(decision.lines,
                      [&](const DecisionLine& line) { return line.agency != agency_; });
        return std::move(decision.lines);
    }

    // Each rule once, as it is recorded.
    void same_lines(const std::vector<DecisionLine>& expected) {
        const auto key = [](const crypto::DecisionLine& line) {
            return std::pair(line.direction, std::pair(line.rule, line.policy));
        };
        std::set<decltype(key(recorded_form(expected.front())))> wanted;
        for (const DecisionLine& line : expected) wanted.insert(key(recorded_form(line)));
        for (const crypto::DecisionLine& line : body_.decision->lines) {
            if (line.agency != agency_ || wanted.erase(key(line)) > 0) continue;
            differ("decision", "no such line of " + agency_.text(), line_words(line));
        }
        for (const auto& [direction, rule] : wanted) {
            differ("decision", line_words({direction, agency_, rule.first, rule.second}),
                   "not recorded");
        }
    }

    // Of a refusal only the refusing lines stand there; each of ours must refuse today too.
    Status refusal_lines(const crypto::EnvelopeStatement& statement,
                         const schemas::Header& header) {
        const bool own = std::ranges::any_of(body_.decision->lines, [&](const auto& line) {
            return line.agency == agency_ && line.direction == Direction::Export;
        });
        if (!own) return Done{};
        const auto expected = CHAPAR_TRY(own_lines(statement, header));
        for (const crypto::DecisionLine& line : body_.decision->lines) {
            if (line.agency != agency_ || line.direction != Direction::Export) continue;
            const bool refuses = std::ranges::any_of(expected, [&](const DecisionLine& one) {
                return one.effect == Effect::Deny && recorded_form(one) == line;
            });
            if (!refuses) differ("decision", "no such refusal", line_words(line));
        }
        return Done{};
    }

    Status event() {
        if (!body_.accepted || *body_.accepted >= own_.index) {
            differ("accepted", "an entry before this one", "none");
            return Done{};
        }
        if (own_.accepted != nullptr) CHAPAR_TRY(about_accepted());
        if (own_.entry.body.event == crypto::event_number(MessageEvent::Expired) &&
            own_.cause != crypto::LeafKind::Time) {
            differ("cause", "a TIME entry", "another");
        }
        if (!body_.statement) return Done{};
        const auto statement = CHAPAR_TRY(crypto::DeliveryStatement::decode(*body_.statement));
        const auto item = CHAPAR_TRY(crypto::BatchItem::decode(*body_.item));
        const auto key = CHAPAR_TRY(sign_key(txn_, statement.signer));
        CHAPAR_TRY(crypto::check_item(statement, item, key));
        CHAPAR_TRY(in_force(txn_, statement.signer, body_.time));
        if (crypto::event_number(crypto::entry_event(statement.event)) != body_.event) {
            differ("event", "that of the statement", "another");
        }
        if (statement.accepted != *body_.accepted || statement.envelope != *body_.envelope_hash) {
            differ("statement", "about this envelope", "about another");
        }
        return Done{};
    }

    Status about_accepted() {
        const crypto::EntryBody& first = own_.accepted->body;
        if (first.event != crypto::event_number(MessageEvent::Accepted) || !first.envelope) {
            differ("accepted", "an ACCEPTED entry", "another");
            return Done{};
        }
        if (first.envelope_hash != body_.envelope_hash) {
            differ("accepted", "of this envelope", "of another");
        }
        const auto statement = CHAPAR_TRY(crypto::EnvelopeStatement::decode(*first.envelope));
        const auto header = CHAPAR_TRY(schemas::decode_header(statement.header));
        same_bucket(header);
        if (body_.event != crypto::event_number(MessageEvent::Expired)) return Done{};
        if (header.expires_at > body_.time) {
            differ("expiry", "not before " + std::to_string(header.expires_at.value),
                   std::to_string(body_.time.value));
        }
        return Done{};
    }

    const storage::ReadTxn& txn_;
    const AgencyId& agency_;
    const OwnEntry& own_;
    const crypto::EntryBody& body_;
    std::vector<Difference> out_;
};

}  // namespace

Result<std::vector<Difference>> check_facts(const storage::ReadTxn& txn, const AgencyId& agency,
                                            const OwnEntry& own) {
    return Facts(txn, agency, own).check();
}

}  // namespace chapar::broker
