// KeyNeeds and next_deadline of fold.h: what the edge must do before or between operations.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "broker/core/core_state.h"
#include "broker/core/deadline.h"
#include "broker/core/directory.h"
#include "broker/core/enrolment.h"
#include "broker/core/envelope_row.h"
#include "broker/core/fold.h"
#include "broker/core/ledger_key_index.h"
#include "crypto/envelope.h"
#include "crypto/statement.h"
#include "schemas/header_codec.h"

namespace chapar::broker {
namespace {

using Readers = std::vector<EntryReaders>;

// A REJECTED entry, and an ACCEPTED one for each recipient agency.
void add_readers(Readers& out, const AgencyId& sender, const std::vector<AgencyId>& recipients,
                 crypto::RetentionClass retention) {
    out.push_back({sender, sender, retention});
    for (const AgencyId& recipient : recipients) out.push_back({sender, recipient, retention});
}

}  // namespace

// What the operations so far have made it read.
struct KeyNeeds::Known {
    struct Collector;
    [[nodiscard]] Result<std::optional<AgencyId>> agency_of(const CertificateHash& device);
    [[nodiscard]] Status add_envelope(const EnvelopeHash& envelope, Readers& out);

    const storage::ReadTxn& txn;
    bool begun = false;
    std::optional<Centre> centre{};
    TimeMs newest{};
    std::map<CertificateHash, std::optional<AgencyId>> agencies{};
    std::set<std::pair<crypto::YearMonth, EntryReaders>> asked{};
};

KeyNeeds::KeyNeeds(const storage::ReadTxn& txn) : known_(new Known{txn}) {}
KeyNeeds::~KeyNeeds() = default;

Result<std::optional<AgencyId>> KeyNeeds::Known::agency_of(const CertificateHash& device) {
    if (const auto known = agencies.find(device); known != agencies.end()) return known->second;
    std::optional<AgencyId> agency;
    if (const auto entry = CHAPAR_TRY(read_device(txn, device))) {
        agency = entry->record.request.request.agency;
    }
    return agencies.emplace(device, std::move(agency)).first->second;
}

Status KeyNeeds::Known::add_envelope(const EnvelopeHash& envelope, Readers& out) {
    const auto row = CHAPAR_TRY(read_envelope(txn, envelope));
    if (row && row->addressing) {
        const Addressing& to = *row->addressing;
        add_readers(out, to.agency, to.agencies, to.retention);
    }
    return Done{};
}

// The readers of the sealed entries that an operation could make.
struct KeyNeeds::Known::Collector {
    Known& asker;
    TimeMs at;

    template <typename ClearOnly>
    Result<Readers> operator()(const ClearOnly&) const {
        return Readers{};
    }
    Result<Readers> operator()(const PutRecord& put) const {
        const auto record = CHAPAR_TRY(crypto::SignedRecord::decode(put.record));
        if (record.type != crypto::RecordType::Policy) return Readers{};
        const auto agency = CHAPAR_TRY(crypto::agency_named_by(record));
        if (!CHAPAR_TRY(read_agency(asker.txn, agency))) return Readers{};
        return Readers{{agency, agency, crypto::RetentionClass::Longer}};
    }
    Result<Readers> operator()(const Submit& submit) const {
        const auto statement = CHAPAR_TRY(crypto::EnvelopeStatement::decode(submit.envelope));
        const auto header = CHAPAR_TRY(schemas::decode_header(statement.header));
        const auto sender = CHAPAR_TRY(asker.agency_of(header.sender));
        if (!sender) return Readers{};
        std::vector<AgencyId> recipients;
        for (const SubmittedStanza& stanza : submit.stanzas) {
            const auto label = CHAPAR_TRY(crypto::StanzaLabel::decode(stanza.label.view()));
            const auto agency = CHAPAR_TRY(asker.agency_of(label.certificate));
            if (agency && std::ranges::find(recipients, *agency) == recipients.end()) {
                recipients.push_back(*agency);
            }
        }
        Readers out;
        add_readers(out, *sender, recipients,
                    crypto::retention_class(header.created, header.retain_until));
        return out;
    }
    Result<Readers> operator()(const Confirm& confirm) const {
        const auto statement = CHAPAR_TRY(crypto::DeliveryStatement::decode(confirm.statement));
        Readers out;
        CHAPAR_TRY(asker.add_envelope(statement.envelope, out));
        return out;
    }
    Result<Readers> operator()(const Withhold& withhold) const {
        Readers out;
        CHAPAR_TRY(asker.add_envelope(withhold.envelope, out));
        return out;
    }
    Result<Readers> operator()(const Advance&) const {
        Readers out;
        const auto due = CHAPAR_TRY(due_envelopes(asker.txn, at, limits::kExpiriesPerAdvance));
        for (const DueEnvelope& one : due) CHAPAR_TRY(asker.add_envelope(one.envelope, out));
        return out;
    }
};

Result<std::vector<KeyNeed>> KeyNeeds::of(const Operation& operation) {
    Known& known = *known_;
    if (!std::exchange(known.begun, true)) {
        known.centre = CHAPAR_TRY(read_centre(known.txn));
        known.newest = CHAPAR_TRY(read_time(known.txn));
    }
    std::vector<KeyNeed> needs;
    if (!known.centre) return needs;
    const TimeMs at = std::max(known.newest, operation.stamp.time);
    auto readers = std::visit(Known::Collector{known, at}, operation.body);
    if (!readers) {
        // What does not parse is refused without an entry and needs no key.
        if (is_failure(readers.error().code)) return readers.error();
        return needs;
    }
    const crypto::YearMonth month = crypto::month_of(at);
    std::set<crypto::LedgerKeyScope> scopes;
    for (EntryReaders& one : *readers) {
        const EntryKeys keys = keys_of(one, at);
        if (!known.asked.emplace(month, std::move(one)).second) continue;
        scopes.insert({keys.bucket, keys.first_tag, keys.second_tag});
    }
    for (const crypto::LedgerKeyScope& scope : scopes) {
        if (CHAPAR_TRY(key_entry(known.txn, scope.name()))) continue;
        needs.push_back({scope, CHAPAR_TRY(key_readers(known.txn, *known.centre, scope))});
    }
    return needs;
}

Result<std::optional<TimeMs>> next_deadline(const storage::ReadTxn& txn) {
    return earliest_deadline(txn);
}

}  // namespace chapar::broker
