// required_keys and next_deadline of fold.h: what the edge must do before or between operations.
#include <algorithm>

#include "broker/core/core_state.h"
#include "broker/core/directory.h"
#include "broker/core/enrolment.h"
#include "broker/core/envelope_row.h"
#include "broker/core/fold.h"
#include "broker/core/ledger_key_index.h"
#include "broker/core/mailbox.h"
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

Result<std::optional<AgencyId>> agency_of(const storage::ReadTxn& txn,
                                          const CertificateHash& device) {
    const auto entry = CHAPAR_TRY(read_device(txn, device));
    if (!entry) return std::optional<AgencyId>();
    return std::optional(entry->record.request.request.agency);
}

Status add_envelope(const storage::ReadTxn& txn, const EnvelopeHash& envelope, Readers& out) {
    const auto row = CHAPAR_TRY(read_envelope(txn, envelope));
    if (row && row->addressing) {
        const Addressing& to = *row->addressing;
        add_readers(out, to.agency, to.agencies, to.retention);
    }
    return Done{};
}

// The readers of the sealed entries that an operation could make.
struct Collector {
    const storage::ReadTxn& txn;
    TimeMs at;

    template <typename ClearOnly>
    Result<Readers> operator()(const ClearOnly&) const {
        return Readers{};
    }
    Result<Readers> operator()(const PutRecord& put) const {
        const auto record = CHAPAR_TRY(crypto::SignedRecord::decode(put.record));
        if (record.type != crypto::RecordType::Policy) return Readers{};
        const auto agency = CHAPAR_TRY(crypto::agency_named_by(record));
        if (!CHAPAR_TRY(read_agency(txn, agency))) return Readers{};
        return Readers{{agency, agency, crypto::RetentionClass::Longer}};
    }
    Result<Readers> operator()(const Submit& submit) const {
        const auto statement = CHAPAR_TRY(crypto::EnvelopeStatement::decode(submit.envelope));
        const auto header = CHAPAR_TRY(schemas::decode_header(statement.header));
        const auto sender = CHAPAR_TRY(agency_of(txn, header.sender));
        if (!sender) return Readers{};
        std::vector<AgencyId> recipients;
        for (const SubmittedStanza& stanza : submit.stanzas) {
            const auto label = CHAPAR_TRY(crypto::StanzaLabel::decode(stanza.label.view()));
            const auto agency = CHAPAR_TRY(agency_of(txn, label.certificate));
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
        CHAPAR_TRY(add_envelope(txn, statement.envelope, out));
        return out;
    }
    Result<Readers> operator()(const Withhold& withhold) const {
        Readers out;
        CHAPAR_TRY(add_envelope(txn, withhold.envelope, out));
        return out;
    }
    Result<Readers> operator()(const Advance&) const {
        Readers out;
        const auto due = CHAPAR_TRY(due_envelopes(txn, at, limits::kExpiriesPerAdvance));
        for (const DueEnvelope& one : due) CHAPAR_TRY(add_envelope(txn, one.envelope, out));
        return out;
    }
};

}  // namespace

Result<std::vector<KeyNeed>> required_keys(const storage::ReadTxn& txn,
                                           const Operation& operation) {
    std::vector<KeyNeed> needs;
    const auto centre = CHAPAR_TRY(read_centre(txn));
    if (!centre) return needs;
    const TimeMs at = std::max(CHAPAR_TRY(read_time(txn)), operation.stamp.time);
    const auto readers = std::visit(Collector{txn, at}, operation.body);
    if (!readers) {
        // What does not parse is refused without an entry and needs no key.
        if (is_failure(readers.error().code)) return readers.error();
        return needs;
    }
    std::vector<crypto::LedgerKeyScope> scopes;
    for (const EntryReaders& one : *readers) {
        const EntryKeys keys = keys_of(one, at);
        scopes.insert(scopes.end(), {keys.bucket, keys.first_tag, keys.second_tag});
    }
    std::ranges::sort(scopes);
    scopes.erase(std::unique(scopes.begin(), scopes.end()), scopes.end());
    for (const crypto::LedgerKeyScope& scope : scopes) {
        if (CHAPAR_TRY(key_entry(txn, scope.name()))) continue;
        needs.push_back({scope, CHAPAR_TRY(key_readers(txn, *centre, scope))});
    }
    return needs;
}

Result<std::optional<TimeMs>> next_deadline(const storage::ReadTxn& txn) {
    return earliest_deadline(txn);
}

}  // namespace chapar::broker
