#include "client/core/carried_over.h"

#include "client/core/directory_store.h"
#include "client/core/ledger_alarms.h"
#include "client/core/proof.h"
#include "client/core/store_keys.h"
#include "client/core/tables.h"
#include "crypto/entry_body.h"
#include "crypto/succession.h"

namespace chapar::client {
namespace {

namespace store = directory_store;
using crypto::CarriedRecords;
using crypto::SignedRecord;

constexpr std::string_view kFounding = "carried.founding";
constexpr std::string_view kSoFar = "carried.so-far";
constexpr std::string_view kMustCome = "carried.must-come";
constexpr std::size_t kNamed = 4;  // of what is missing, in a sentence
// The alarm's number, beside those of faults (their place in a list).
constexpr std::uint64_t kMisplaced = 1'000;

Bytes must_come_key(const Hash& record) {
    return LayoutWriter().raw(view(kMustCome)).raw(record.view()).take();
}

Result<Hash> hash_so_far(const storage::ReadTxn& txn, const storage::Table& state) {
    const auto row = CHAPAR_TRY(txn.get(state, view(kSoFar)));
    if (!row) return Hash{};
    const auto hash = Hash::from(*row);
    if (!hash) return Error(Errc::StoreDamaged, "carried");
    return *hash;
}

// The agencies whose roots the directory names at `made`.
Result<std::vector<crypto::MemberRoots>> members_at(const storage::ReadTxn& txn, TimeMs made) {
    std::vector<crypto::MemberRoots> members;
    for (const auto& agency : CHAPAR_TRY(DirectoryView(txn).agencies())) {
        if (!agency.record.validity.holds(made)) continue;
        members.push_back({agency.record.agency, agency.record.roots});
    }
    return members;
}

// What is still missing of what had to come; forgotten with this.
Result<std::vector<std::string>> take_missing(storage::Txn& txn) {
    std::vector<std::string> missing;
    std::vector<Bytes> keys;
    {
        const auto cursor = txn.cursor(tables::kState);
        CHAPAR_TRY(cursor->seek(view(kMustCome)));
        while (cursor->at_record() && starts_with(cursor->key(), view(kMustCome))) {
            keys.push_back(to_bytes(cursor->key()));
            missing.push_back(to_string(cursor->value()));
            CHAPAR_TRY(cursor->next());
        }
    }
    for (const Bytes& key : keys) CHAPAR_TRY(txn.erase(tables::kState, key));
    return missing;
}

std::string missing_sentence(const std::vector<std::string>& missing) {
    std::string named;
    for (std::size_t i = 0; i < missing.size() && i < kNamed; ++i) {
        named += (i == 0 ? "" : "; ") + missing[i];
    }
    if (missing.size() > kNamed) {
        named += "; and " + std::to_string(missing.size() - kNamed) + " more";
    }
    return "The ledger that follows the closed one leaves out what the closed one said and still "
           "had: " +
           named +
           ". Somebody took it out. Nothing is sealed to a device that this one knew to be "
           "revoked or suspended. Call your registrars, and the auditors of two agencies.";
}

Status put_must_come(storage::Txn& txn, const SignedRecord& record, std::string what) {
    return txn.put(tables::kState, must_come_key(record.hash()), view(what));
}

// The rows of a table of records that belong to entries the old ledger still has.
Result<std::vector<store::StoredRecord>> kept_rows(const storage::ReadTxn& txn,
                                                   const storage::Table& table, EntryIndex kept) {
    std::vector<store::StoredRecord> out;
    const auto cursor = txn.cursor(table);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
        const EntryIndex index(number_at_end(cursor->key()));
        // Entry 0 of a directory: what was put back from the ledger before it.
        if (index.value == 0 || index >= kept) continue;
        out.push_back({index, CHAPAR_TRY(SignedRecord::decode(cursor->value()))});
    }
    return out;
}

}  // namespace

Status CarriedOver::begin(const SignedRecord& founding) {
    if (founding.type != crypto::RecordType::Succession) return Done{};
    CHAPAR_TRY(txn_.put(state_, view(kFounding), founding.encode()));
    return txn_.put(state_, view(kSoFar), Hash{}.view());
}

Status CarriedOver::take(const crypto::Leaf& leaf, TimeMs time, const SignedRecord& record) {
    if (leaf.epoch != CarriedRecords::kEpoch) return Done{};
    if (!CHAPAR_TRY(txn_.get(state_, view(kFounding)))) return Done{};
    CarriedRecords carried(CHAPAR_TRY(hash_so_far(txn_, state_)));
    carried.add(time, record.hash());
    return txn_.put(state_, view(kSoFar), carried.hash().view());
}

Result<std::vector<std::string>> CarriedOver::faults_before(const crypto::Leaf& leaf) {
    std::vector<std::string> none;
    if (crypto::can_be_carried(leaf)) return none;
    Bytes founding;
    {
        const auto row = CHAPAR_TRY(txn_.get(state_, view(kFounding)));
        if (!row) return none;
        founding = to_bytes(*row);
    }
    CHAPAR_TRY(txn_.erase(state_, view(kFounding)));
    return judge(CHAPAR_TRY(SignedRecord::decode(founding)));
}

Result<std::vector<std::string>> CarriedOver::judge(const SignedRecord& founding) {
    std::vector<std::string> out;
    const auto said = CHAPAR_TRY(crypto::SuccessionRecord::decode(founding.body));
    if (CHAPAR_TRY(hash_so_far(txn_, state_)) != said.carried) {
        out.emplace_back(
            "The directory that this ledger took over is not the one that the succession names: "
            "records were left out, added or moved. Send nothing; call the auditors of two "
            "agencies.");
    }
    const auto members = CHAPAR_TRY(members_at(txn_, said.made));
    if (const auto opened = crypto::open_succession(founding, members); !opened) {
        out.push_back(
            "The succession that begins this ledger is not signed by two agencies that it "
            "took over (" +
            opened.error().context + "). Send nothing; call the auditors of two agencies.");
    }
    return out;
}

Result<bool> is_misplaced(storage::Txn& txn, LedgerNumber ledger, const crypto::Leaf& leaf) {
    const bool first = leaf.epoch <= CarriedRecords::kEpoch;
    if (ledger == crypto::kFirstLedger || !first || crypto::can_be_carried(leaf)) return false;
    CHAPAR_TRY(raise_alarm(
        txn, {LedgerAlarmKind::NotCarriedOver, number_key(kMisplaced), leaf.time,
              "Entry " + std::to_string(leaf.index.value) +
                  " stands in the part of this ledger that holds what it took over from the closed "
                  "one, and is none of it: what was taken over is kept from being judged. Send "
                  "nothing; call the auditors of two agencies."}));
    return true;
}

Result<bool> any_misplaced(storage::Txn& txn, LedgerNumber ledger,
                           std::span<const schemas::EntryProof> proofs,
                           const crypto::Checkpoint& head) {
    if (ledger == crypto::kFirstLedger) return false;
    bool found = false;
    for (const schemas::EntryProof& proof : proofs) {
        const auto entry = ProvenEntry::verify_leaf(proof, head);
        if (entry) found = CHAPAR_TRY(is_misplaced(txn, ledger, entry->leaf())) || found;
    }
    return found;
}

Status remember_what_must_come(storage::Txn& txn, EntryIndex kept) {
    for (const auto& row : CHAPAR_TRY(kept_rows(txn, tables::kRevocations, kept))) {
        const auto said = CHAPAR_TRY(crypto::RevokeRecord::decode(row.record.body));
        CHAPAR_TRY(put_must_come(txn, row.record,
                                 "the revocation of a device of " + said.agency.text() +
                                     " (entry " + std::to_string(row.index.value) + ")"));
    }
    for (const auto& row : CHAPAR_TRY(kept_rows(txn, tables::kSuspensions, kept))) {
        const auto said = CHAPAR_TRY(crypto::SuspendRecord::decode(row.record.body));
        CHAPAR_TRY(put_must_come(txn, row.record,
                                 "the suspension of a device of " + said.agency.text() +
                                     " (entry " + std::to_string(row.index.value) + ")"));
    }
    for (const auto& row : CHAPAR_TRY(kept_rows(txn, tables::kAgencies, kept))) {
        const auto name = CHAPAR_TRY(crypto::agency_named_by(row.record));
        CHAPAR_TRY(put_must_come(
            txn, row.record,
            "the roots of " + name.text() + " (entry " + std::to_string(row.index.value) + ")"));
    }
    for (const auto& row : CHAPAR_TRY(kept_rows(txn, tables::kRegistrars, kept))) {
        const auto name = CHAPAR_TRY(crypto::agency_named_by(row.record));
        CHAPAR_TRY(put_must_come(txn, row.record,
                                 "the registrars of " + name.text() + " (entry " +
                                     std::to_string(row.index.value) + ")"));
    }
    return Done{};
}

Status has_come(storage::Txn& txn, const SignedRecord& record) {
    CHAPAR_TRY(txn.erase(tables::kState, must_come_key(record.hash())));
    return Done{};
}

Result<std::optional<std::string>> what_did_not_come(storage::Txn& txn) {
    const auto missing = CHAPAR_TRY(take_missing(txn));
    if (missing.empty()) return std::optional<std::string>();
    return std::optional(missing_sentence(missing));
}

Result<KnownEndings> KnownEndings::of(const storage::ReadTxn& txn) {
    KnownEndings out;
    const auto rows = [&](const storage::Table& table, bool revoked) -> Status {
        const auto cursor = txn.cursor(table);
        for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
            const ByteView key = cursor->key();
            out.rows_.push_back({revoked, to_bytes(key.first(key.size() - 8)),
                                 CHAPAR_TRY(SignedRecord::decode(cursor->value()))});
        }
        return Done{};
    };
    CHAPAR_TRY(rows(tables::kRevocations, true));
    CHAPAR_TRY(rows(tables::kSuspensions, false));
    const DirectoryView directory(txn);
    std::vector<Row> standing;
    for (Row& row : out.rows_) {
        if (row.revoked || CHAPAR_TRY(stands(directory, row))) standing.push_back(std::move(row));
    }
    out.rows_ = std::move(standing);
    return out;
}

Result<bool> KnownEndings::stands(const DirectoryView& directory, const Row& row) {
    const auto certificate = CertificateHash::from(row.certificate);
    if (!certificate) return Error(Errc::StoreDamaged, "suspensions");
    const Hash record = row.record.hash();
    for (const Suspension& one : CHAPAR_TRY(directory.suspensions(*certificate))) {
        if (one.record == record && !one.reinstated) return true;
    }
    return false;
}

Status KnownEndings::put_back(storage::Txn& txn) const {
    for (const Row& row : rows_) {
        const storage::Table& table = row.revoked ? tables::kRevocations : tables::kSuspensions;
        CHAPAR_TRY(store::put(txn, table, row.certificate, EntryIndex(0), row.record));
    }
    return Done{};
}

}  // namespace chapar::client
