#include "client/core/succession.h"

#include <algorithm>
#include <array>

#include "client/core/directory_replica.h"
#include "client/core/events.h"
#include "client/core/heads.h"
#include "client/core/outbox.h"
#include "client/core/outbox_store.h"
#include "client/core/store_keys.h"
#include "client/core/tables.h"

namespace chapar::client {
namespace {

using schemas::Stage;

// What says something about the old ledger only.
constexpr std::array kOfOneLedger{tables::kHeads,
                                  tables::kSeenHeads,
                                  tables::kAwaitedProofs,
                                  tables::kLedgerAlarms,
                                  tables::kDirectoryEntries,
                                  tables::kDirectoryState,
                                  tables::kAgencies,
                                  tables::kOffices,
                                  tables::kDevices,
                                  tables::kOfficeDevices,
                                  tables::kBundles,
                                  tables::kRevocations,
                                  tables::kRegistrars,
                                  tables::kPeers,
                                  tables::kSuspensions,
                                  tables::kReinstatements,
                                  tables::kSuccessors,
                                  tables::kAlarms,
                                  tables::kGot,
                                  tables::kInboxCounts};

Error refused(std::string why) { return Error(Errc::SuccessionInvalid, std::move(why)); }

Bytes moved_key(const crypto::SuccessionRecord& record) {
    return LayoutWriter().raw(view("succeeded")).raw(record.new_home().view()).take();
}

Bytes closed_key(ByteView envelope) {
    return LayoutWriter().raw(view("closed-ledger")).raw(envelope).take();
}

Status clear(storage::Txn& txn, const storage::Table& table) {
    for (;;) {
        Bytes key;
        {
            const auto cursor = txn.cursor(table);
            CHAPAR_TRY(cursor->seek_first());
            if (!cursor->at_record()) return Done{};
            key = to_bytes(cursor->key());
        }
        CHAPAR_TRY(txn.erase(table, key));
    }
}

// Rows whose key ends with the index of an entry that is lost.
Result<std::uint64_t> count_lost(const storage::ReadTxn& txn, const storage::Table& table,
                                 EntryIndex kept) {
    std::uint64_t count = 0;
    const auto cursor = txn.cursor(table);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
        if (number_at_end(cursor->key()) >= kept.value) ++count;
    }
    return count;
}

Result<std::uint64_t> mark_receipts(storage::Txn& txn, EntryIndex kept) {
    std::uint64_t lost = 0;
    std::vector<Bytes> envelopes;
    {
        const auto cursor = txn.cursor(tables::kReceipts);
        for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
            const ByteView key = cursor->key();
            if (number_at_end(key) >= kept.value) ++lost;
            envelopes.push_back(to_bytes(key.first(key.size() - 8)));
        }
    }
    for (const Bytes& envelope : envelopes) {
        CHAPAR_TRY(put_number(txn, tables::kState, closed_key(envelope), 1));
    }
    return lost;
}

// Sent, and what the new ledger knows nothing of: lost, or still waiting in the old mailboxes.
bool goes_again(const OutboxItem& item, EntryIndex kept, TimeMs now) {
    const bool files = std::ranges::all_of(item.files, &OutboxFile::kept);
    if (item.expires <= now || !files) return false;
    if (item.stage == Stage::OnThisComputer) return true;
    if (item.stage != Stage::Logged) return false;
    const bool waits = std::ranges::any_of(
        item.offices, [](const OutboxOffice& office) { return office.stage == Stage::Logged; });
    return waits || (item.entry && *item.entry >= kept);
}

Result<std::uint64_t> send_again(storage::Txn& txn, const crypto::Succession& succession,
                                 TimeMs now) {
    std::uint64_t count = 0;
    for (OutboxItem& item : CHAPAR_TRY(outbox_items(txn))) {
        if (!goes_again(item, succession.record.kept, now)) continue;
        item.stage = Stage::Refused;
        item.problem = {std::string(text_of(Errc::OriginClosed).code), succession.old_ledger.origin,
                        "", PolicyHash{}};
        CHAPAR_TRY(outbox_store::put_item(txn, item));
        ++count;
    }
    return count;
}

// What was signed for the old ledger and not logged there can be logged nowhere.
Status drop_statements(storage::Txn& txn) {
    CHAPAR_TRY(clear(txn, tables::kStatements));
    return clear(txn, tables::kStatementHashes);
}

}  // namespace

Result<crypto::Succession> check_succession(const storage::ReadTxn& txn, const TrustCard& card,
                                            const AgencyRoots& own, const SignedSuccession& given) {
    std::vector<crypto::MemberRoots> members{{own.agency, own.roots}};
    const auto body = crypto::SuccessionRecord::decode(given.record.body);
    if (!body) return refused(body.error().context);
    for (const auto& agency : CHAPAR_TRY(DirectoryView(txn).agencies())) {
        if (!agency.record.validity.holds(body->made)) continue;
        members.push_back({agency.record.agency, agency.record.roots});
    }
    auto out = CHAPAR_TRY(crypto::open_succession(given.record, members));
    if (out.record.old_manifest != card.record().body) return refused("it closes another ledger");
    if (!card_after(card, given)) return refused("its manifest is not the one that came with it");
    const auto held = CHAPAR_TRY(newest_head(txn, card.log()));
    if (!held) return out;
    if (held->checkpoint.size > out.newest.size) {
        return refused("this device holds a signed head of " +
                       std::to_string(held->checkpoint.size.value) + " entries, it names one of " +
                       std::to_string(out.newest.size.value) +
                       ": give the operator what chapar ledger head shows");
    }
    if (held->checkpoint.size == out.newest.size && held->checkpoint.root != out.newest.root) {
        return Error(Errc::ForkDetected, "the note of the succession");
    }
    return out;
}

Result<TrustCard> card_after(const TrustCard& card, const SignedSuccession& given) {
    const auto record = CHAPAR_TRY(crypto::SuccessionRecord::decode(given.record.body));
    const auto manifest = CHAPAR_TRY(crypto::open_manifest(given.manifest));
    if (given.manifest.body != record.new_manifest) return refused("another manifest");
    const auto same = std::ranges::find(manifest.endpoints, card.endpoint());
    return TrustCard::create(given.manifest,
                             same == manifest.endpoints.end() ? manifest.endpoints.front() : *same);
}

Result<Moved> move_to_new_ledger(storage::Txn& txn, const crypto::Succession& succession,
                                 TimeMs now) {
    const EntryIndex kept = succession.record.kept;
    Moved out;
    out.directory_lost = CHAPAR_TRY(count_lost(txn, tables::kDirectoryEntries, kept));
    out.endings_lost = CHAPAR_TRY(count_lost(txn, tables::kRevocations, kept)) +
                       CHAPAR_TRY(count_lost(txn, tables::kSuspensions, kept));
    out.receipts_lost = CHAPAR_TRY(mark_receipts(txn, kept));
    out.again = CHAPAR_TRY(send_again(txn, succession, now));
    CHAPAR_TRY(drop_statements(txn));
    for (const storage::Table& table : kOfOneLedger) CHAPAR_TRY(clear(txn, table));
    CHAPAR_TRY(set_next_event(txn, EntryIndex(0)));
    CHAPAR_TRY(put_number(txn, tables::kState, moved_key(succession.record), 1));
    return out;
}

Result<bool> has_moved(const storage::ReadTxn& txn, const crypto::SuccessionRecord& record) {
    return CHAPAR_TRY(get_number(txn, tables::kState, moved_key(record))).has_value();
}

Result<bool> is_of_closed_ledger(const storage::ReadTxn& txn, const EnvelopeHash& envelope) {
    return CHAPAR_TRY(get_number(txn, tables::kState, closed_key(envelope.view()))).has_value();
}

}  // namespace chapar::client
