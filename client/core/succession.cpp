#include "client/core/succession.h"

#include <algorithm>
#include <array>

#include "client/core/carried_over.h"
#include "client/core/directory_replica.h"
#include "client/core/events.h"
#include "client/core/gossip.h"
#include "client/core/heads.h"
#include "client/core/ledger_alarms.h"
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
                                  tables::kInboxCounts,
                                  tables::kInboxProvisional,
                                  tables::kKeptEntries};

Error refused(std::string why) { return Error(Errc::SuccessionInvalid, std::move(why)); }

Bytes moved_key(const crypto::SuccessionRecord& record) {
    return LayoutWriter().raw(view("succeeded")).raw(record.new_home().view()).take();
}

Bytes approved_key(const Home& home) {
    return LayoutWriter().raw(view("approved-succession")).raw(home.view()).take();
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
Result<std::uint64_t> drop_statements(storage::Txn& txn) {
    std::uint64_t count = 0;
    {
        const auto cursor = txn.cursor(tables::kStatements);
        for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
            ++count;
        }
    }
    CHAPAR_TRY(clear(txn, tables::kStatements));
    CHAPAR_TRY(clear(txn, tables::kStatementHashes));
    return count;
}

Result<std::vector<crypto::MemberRoots>> members_known(const storage::ReadTxn& txn,
                                                       const AgencyRoots& own, TimeMs made) {
    std::vector<crypto::MemberRoots> members{{own.agency, own.roots}};
    for (const auto& agency : CHAPAR_TRY(DirectoryView(txn).agencies())) {
        if (!agency.record.validity.holds(made)) continue;
        members.push_back({agency.record.agency, agency.record.roots});
    }
    return members;
}

// An agency whose record this device never received may have signed, too.
crypto::SignedRecord without_strangers(crypto::SignedRecord record, const SigningPublicKey& centre,
                                       const std::vector<crypto::MemberRoots>& members) {
    std::erase_if(record.signatures, [&](const crypto::RecordSignature& one) {
        return one.signer != centre &&
               std::ranges::none_of(members, [&](const crypto::MemberRoots& member) {
                   return std::ranges::find(member.roots, one.signer) != member.roots.end();
               });
    });
    return record;
}

// The roots that this device remembers, against the two that the record names.
Status compare_roots(const storage::ReadTxn& txn, const crypto::Succession& given) {
    const auto same = [&](TreeSize size, const Hash& root, const char* what) -> Status {
        const auto ours = CHAPAR_TRY(line_root(txn, size));
        if (ours && *ours != root) return Error(Errc::ForkDetected, what);
        return Done{};
    };
    CHAPAR_TRY(same(given.newest.size, given.newest.root, "the note of the succession"));
    return same(TreeSize(given.record.kept.value), given.record.kept_root,
                "what the succession keeps");
}

Status compare_held(const storage::ReadTxn& txn, const crypto::NoteVerifier& log,
                    CheckedSuccession& out) {
    const crypto::Succession& given = out.succession;
    CHAPAR_TRY(compare_roots(txn, given));
    const auto held = CHAPAR_TRY(newest_head(txn, log));
    if (!held) return Done{};
    const TreeSize size = held->checkpoint.size;
    const std::string entries = std::to_string(size.value);
    if (size == given.newest.size) {
        if (held->checkpoint.root == given.newest.root) return Done{};
        return Error(Errc::ForkDetected, "the note of the succession");
    }
    if (size > given.newest.size) {
        out.beyond = size;
        out.doubts.insert(out.doubts.begin(), "this device holds a signed head of " + entries +
                                                  " entries, the succession names one of " +
                                                  std::to_string(given.newest.size.value) +
                                                  ": more is lost than it says");
        return Done{};
    }
    if (size.value == given.record.kept.value) return Done{};
    out.doubts.push_back("the head that this device holds, of " + entries +
                         " entries, could not be compared with what is kept: nobody proves it any "
                         "more; it stays in old-ledgers");
    return Done{};
}

// What this device knows and the succession does not say.
Status keep_beyond(storage::Txn& txn, const CheckedSuccession& checked, TimeMs now) {
    if (!checked.beyond) return Done{};
    const crypto::Succession& given = checked.succession;
    LedgerAlarm alarm;
    alarm.kind = LedgerAlarmKind::RolledBack;
    alarm.about = to_bytes(given.record.new_home().view());
    alarm.raised = now;
    alarm.sentence = "The ledger " + given.old_ledger.origin + " was closed as if it had had " +
                     std::to_string(given.newest.size.value) +
                     " entries; this device holds a signed head of " +
                     std::to_string(checked.beyond->value) +
                     ". More was lost than two agencies signed for. Give the auditors of two "
                     "agencies newest.note out of this home's old-ledgers folder.";
    return raise_alarm(txn, alarm);
}

}  // namespace

Result<CheckedSuccession> check_succession(const storage::ReadTxn& txn, const TrustCard& card,
                                           const AgencyRoots& own, const SignedSuccession& given) {
    const auto body = crypto::SuccessionRecord::decode(given.record.body);
    if (!body) return refused(body.error().context);
    if (body->old_manifest != card.record().body) return refused("it closes another ledger");
    if (!card_after(card, given)) return refused("its manifest is not the one that came with it");
    const auto members = CHAPAR_TRY(members_known(txn, own, body->made));
    const crypto::SignedRecord record =
        without_strangers(given.record, card.manifest().centre_root, members);
    CheckedSuccession out{CHAPAR_TRY(crypto::open_succession(record, members)), {}, {}};
    if (const std::size_t others = given.record.signatures.size() - record.signatures.size()) {
        out.doubts.push_back(std::to_string(others) +
                             " more signatures are of keys that this device does not know");
    }
    CHAPAR_TRY(compare_held(txn, card.log(), out));
    const std::size_t owed = CHAPAR_TRY(owed_heads(txn)).size();
    if (owed > 0) {
        out.doubts.push_back(std::to_string(owed) +
                             " heads that other devices named were never proven by the old broker");
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

Result<Moved> move_to_new_ledger(storage::Txn& txn, const CheckedSuccession& checked, TimeMs now) {
    const crypto::Succession& succession = checked.succession;
    const EntryIndex kept = succession.record.kept;
    Moved out;
    out.directory_lost = CHAPAR_TRY(count_lost(txn, tables::kDirectoryEntries, kept));
    out.endings_lost = CHAPAR_TRY(count_lost(txn, tables::kRevocations, kept)) +
                       CHAPAR_TRY(count_lost(txn, tables::kSuspensions, kept));
    out.receipts_lost = CHAPAR_TRY(mark_receipts(txn, kept));
    out.again = CHAPAR_TRY(send_again(txn, succession, now));
    out.statements_lost = CHAPAR_TRY(drop_statements(txn));
    CHAPAR_TRY(remember_what_must_come(txn, kept));
    const KnownEndings endings = CHAPAR_TRY(KnownEndings::of(txn));
    for (const storage::Table& table : kOfOneLedger) CHAPAR_TRY(clear(txn, table));
    CHAPAR_TRY(endings.put_back(txn));
    CHAPAR_TRY(keep_beyond(txn, checked, now));
    CHAPAR_TRY(set_next_event(txn, EntryIndex(0)));
    CHAPAR_TRY(txn.put(
        tables::kState, approved_key(succession.record.new_home()),
        crypto::record_hash(crypto::RecordType::Succession, succession.record.encode()).view()));
    CHAPAR_TRY(put_number(txn, tables::kState, moved_key(succession.record), 1));
    return out;
}

Result<std::optional<Hash>> approved_succession(const storage::ReadTxn& txn, const Home& home) {
    const auto row = CHAPAR_TRY(txn.get(tables::kState, approved_key(home)));
    if (!row) return std::optional<Hash>();
    const auto hash = Hash::from(*row);
    if (!hash) return Error(Errc::StoreDamaged, "state");
    return hash;
}

Result<bool> has_moved(const storage::ReadTxn& txn, const crypto::SuccessionRecord& record) {
    return CHAPAR_TRY(get_number(txn, tables::kState, moved_key(record))).has_value();
}

Result<bool> is_of_closed_ledger(const storage::ReadTxn& txn, const EnvelopeHash& envelope) {
    return CHAPAR_TRY(get_number(txn, tables::kState, closed_key(envelope.view()))).has_value();
}

}  // namespace chapar::client
