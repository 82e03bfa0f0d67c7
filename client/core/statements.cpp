#include "client/core/statements.h"

#include <algorithm>
#include <array>

#include "client/core/heads.h"
#include "client/core/store_keys.h"
#include "client/core/tables.h"
#include "schemas/base/limits.h"

namespace chapar::client {
namespace {

constexpr std::uint8_t kVersion = 2;
constexpr std::uint8_t kVersionWithoutSince = 1;

Bytes encode(const StatementItem& item) {
    LayoutWriter out;
    out.u8(kVersion).u8(static_cast<std::uint8_t>(item.state)).raw(item.statement.encode());
    out.counted16(item.item ? item.item->encode() : Bytes());
    out.u8(item.entry ? 1 : 0).u64(item.entry ? item.entry->value : 0).counted8(view(item.code));
    out.u64(item.since.value);
    return out.take();
}

Result<StatementItem> decode(StatementNumber number, ByteView bytes) {
    LayoutReader in(bytes);
    const std::uint8_t version = in.u8();
    if (version != kVersion && version != kVersionWithoutSince) {
        return Error(Errc::VersionUnknown, "statements");
    }
    StatementItem item;
    item.number = number;
    item.state = static_cast<StatementState>(in.u8());
    const ByteView statement = in.raw(crypto::DeliveryStatement::kBytes);
    item.statement = CHAPAR_TRY(crypto::DeliveryStatement::decode(statement));
    const ByteView signed_item = in.counted16();
    if (!signed_item.empty()) item.item = CHAPAR_TRY(crypto::BatchItem::decode(signed_item));
    const bool has_entry = in.u8() != 0;
    const EntryIndex entry(in.u64());
    if (has_entry) item.entry = entry;
    item.code = to_string(in.counted8());
    if (version == kVersion) item.since = TimeMs(in.u64());
    if (!in.finish("statements")) return Error(Errc::StoreDamaged, "statements");
    return item;
}

Status put(storage::Txn& txn, const StatementItem& item) {
    return txn.put(tables::kStatements, number_key(item.number.value), encode(item));
}

Result<std::vector<StatementItem>> all_statements(const storage::ReadTxn& txn) {
    std::vector<StatementItem> items;
    const auto cursor = txn.cursor(tables::kStatements);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
        const StatementNumber number(number_at_end(cursor->key()));
        items.push_back(CHAPAR_TRY(decode(number, cursor->value())));
    }
    return items;
}

// One event about one envelope is said once.
Bytes said_key(const crypto::DeliveryStatement& statement) {
    return LayoutWriter()
        .u8(static_cast<std::uint8_t>(statement.event))
        .raw(statement.envelope.view())
        .take();
}

Result<StatementItem> find(const storage::ReadTxn& txn, const Hash& about) {
    const auto number = CHAPAR_TRY(get_number(txn, tables::kStatementHashes, about.view()));
    if (!number) return Error(Errc::NotFound, "statement");
    const auto stored = CHAPAR_TRY(txn.get(tables::kStatements, number_key(*number)));
    if (!stored) return Error(Errc::StoreDamaged, "statements");
    return decode(StatementNumber(*number), *stored);
}

// Refused for its time, and that time is still to come. Else a broker that stops its clock could
// hide for ever that it logs nothing.
bool is_ahead(const StatementItem& item, const StatedTimes& times) {
    const TimeMs signed_at = item.statement.time;
    return item.code == text_of(Errc::ClockAhead).code &&
           times.broker + limits::kClockAhead < signed_at + limits::kWitnessedBy &&
           times.own < signed_at + kDay;
}

}  // namespace

Status check_statement_entry(const ProvenEntry& entry, const crypto::DeliveryStatement& statement) {
    if (entry.leaf().kind != crypto::LeafKind::Message) return Error(Errc::LeafInvalid, "kind");
    const crypto::EntryBody& body = *entry.body();
    if (body.event != crypto::event_number(crypto::entry_event(statement.event))) {
        return Error(Errc::LeafInvalid, "event");
    }
    if (body.envelope_hash != statement.envelope) return Error(Errc::LeafInvalid, "envelope hash");
    if (body.accepted != statement.accepted) return Error(Errc::LeafInvalid, "accepted");
    if (body.statement != statement.encode()) return Error(Errc::LeafInvalid, "statement");
    return Done{};
}

Status queue_statement(storage::Txn& txn, const crypto::DeliveryStatement& statement) {
    const Bytes said = said_key(statement);
    if (CHAPAR_TRY(get_number(txn, tables::kStatementHashes, said))) return Done{};
    StatementItem item;
    item.number = StatementNumber(CHAPAR_TRY(take_number(txn, tables::kStatements)));
    item.statement = statement;
    CHAPAR_TRY(put(txn, item));
    CHAPAR_TRY(put_number(txn, tables::kStatementHashes, said, item.number.value));
    return put_number(txn, tables::kStatementHashes, crypto::statement_hash(statement).view(),
                      item.number.value);
}

Status sign_statements(storage::Txn& txn, const Device& device) {
    std::vector<StatementItem> waiting = CHAPAR_TRY(all_statements(txn));
    std::erase_if(waiting,
                  [](const StatementItem& item) { return item.state != StatementState::Waiting; });
    if (waiting.size() > limits::kBatchItems) {
        waiting.erase(waiting.begin() + limits::kBatchItems, waiting.end());
    }
    if (waiting.empty()) return Done{};
    std::vector<crypto::DeliveryStatement> statements;
    for (const StatementItem& item : waiting) statements.push_back(item.statement);
    const auto seen = CHAPAR_TRY(
        seen_head(txn, device.card.home(), device.card.manifest().ledger, device.card.log()));
    const auto batch = crypto::sign_statements(seen, statements, device.signing_key);
    for (std::size_t i = 0; i < waiting.size(); ++i) {
        waiting[i].item = batch.item(i);
        waiting[i].state = StatementState::Signed;
        CHAPAR_TRY(put(txn, waiting[i]));
    }
    return Done{};
}

Result<std::vector<StatementItem>> pending_statements(const storage::ReadTxn& txn) {
    std::vector<StatementItem> items = CHAPAR_TRY(all_statements(txn));
    std::erase_if(items,
                  [](const StatementItem& item) { return item.state != StatementState::Signed; });
    return items;
}

Result<std::size_t> late_statements(storage::Txn& txn, TimeMs waited, const StatedTimes& times) {
    std::size_t late = 0;
    for (StatementItem& item : CHAPAR_TRY(pending_statements(txn))) {
        if (item.since == kNotLookedAt) {
            item.since = waited;
            CHAPAR_TRY(put(txn, item));
        }
        if (is_late(item.since, waited) && !is_ahead(item, times)) ++late;
    }
    return late;
}

Status statement_logged(storage::Txn& txn, const Hash& about, const ProvenEntry& entry) {
    StatementItem item = CHAPAR_TRY(find(txn, about));
    CHAPAR_TRY(check_statement_entry(entry, item.statement));
    item.state = StatementState::Logged;
    item.entry = entry.index();
    item.code.clear();
    return put(txn, item);
}

Status statement_refused(storage::Txn& txn, const Hash& about, const std::string& code) {
    StatementItem item = CHAPAR_TRY(find(txn, about));
    if (item.state == StatementState::Logged) return Done{};
    item.code = code.substr(0, 255);
    if (!is_temporary(code)) item.state = StatementState::Refused;
    return put(txn, item);
}

bool is_temporary(std::string_view code) {
    constexpr std::array kTemporary{
        Errc::BackPressure,
        Errc::QuotaExceeded,
        Errc::AgencyMailFull,
        Errc::AgencyShare,
        Errc::ReadOnly,
        Errc::Queued,
        Errc::WitnessesAbsent,
        Errc::Unreachable,
        Errc::ClockAhead,
        Errc::HeadUnknown,
        Errc::StoreFull,
        Errc::StreamMissing,
        Errc::CertificateSuspended,  // may be reinstated
        Errc::Internal,
    };
    const auto known = errc_of(code);
    return known && std::ranges::find(kTemporary, *known) != kTemporary.end();
}

}  // namespace chapar::client
