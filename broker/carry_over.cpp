#include "broker/carry_over.h"

#include "broker/core/carried.h"
#include "broker/core/holds.h"
#include "broker/core/ledger_open.h"
#include "broker/core/ledger_read.h"
#include "broker/core/tables.h"
#include "broker/edge/version.h"
#include "crypto/entry_body.h"
#include "storage/memory_store.h"

namespace chapar::broker {

using crypto::LeafKind;

namespace {

constexpr std::size_t kRecordsPerCommit = 256;

// The new ledger's first entries, a batch at a time.
class Carrier {
  public:
    Carrier(const OldLedger& old, Tick& tick, crypto::Random& random)
        : old_(old), tick_(tick), nonce_(crypto::random_value<Hash>(random)) {}

    Result<CarriedOver> run(const crypto::SignedRecord& founding) {
        const auto txn = CHAPAR_TRY(old_.store.begin_read());
        const Frontier frontier = CHAPAR_TRY(open_ledger(*txn));
        out_.nonce = nonce_;
        CHAPAR_TRY(found(*txn, founding));
        for (std::uint64_t i = 1; i < frontier.size().value; ++i) {
            CHAPAR_TRY(take(*txn, EntryIndex(i)));
            if (batch_.size() == kRecordsPerCommit) CHAPAR_TRY(put());
        }
        CHAPAR_TRY(put());
        CHAPAR_TRY(tell_holds(*txn));
        return std::move(out_);
    }

  private:
    Status found(const storage::ReadTxn& txn, const crypto::SignedRecord& founding) {
        const auto leaf = CHAPAR_TRY(read_leaf(txn, EntryIndex(0)));
        const auto opened = CHAPAR_TRY(open_entry(txn, old_.keys, EntryIndex(0)));
        const auto body = CHAPAR_TRY(crypto::EntryBody::decode(leaf.kind, opened.body));
        const Stamp stamp{body.time, Clock::Held};
        const Operation operations[] = {
            {stamp, Found{founding.encode()}},
            {stamp, OpenEpoch{nonce_, std::string(build_text())}},
        };
        for (const Outcome& outcome : CHAPAR_TRY(tick_.run(operations))) {
            if (outcome.code) return Error(*outcome.code, outcome.context);
        }
        return Done{};
    }

    Status take(const storage::ReadTxn& txn, EntryIndex index) {
        const auto leaf = read_leaf(txn, index);
        if (!leaf && is_gone(leaf.error().code)) return Done{};
        CHAPAR_TRY(leaf);
        const LeafKind kind = leaf->kind;
        if (kind != LeafKind::Key && kind != LeafKind::Policy && kind != LeafKind::Ladder) {
            return Done{};
        }
        const auto opened = open_entry(txn, old_.keys, index);
        if (!opened) return refuse(index, "sealed policy", opened.error());
        const auto body = CHAPAR_TRY(crypto::EntryBody::decode(kind, opened->body));
        const bool ledger_key =
            kind == LeafKind::Key && body.event == event_number(crypto::KeyEvent::Opened);
        if (ledger_key || !body.record) return Done{};
        // Its ledger keys are sealed to agencies that must be in the store by then.
        if (kind == LeafKind::Policy) CHAPAR_TRY(put());
        batch_.push_back({{body.time, Clock::Held}, PutRecord{*body.record}});
        places_.push_back(index);
        return Done{};
    }

    Status refuse(EntryIndex index, std::string_view what, const Error& error) {
        if (!is_gone(error.code) && error.code != Errc::LedgerKeyMissing) return error;
        say(index, what, error.code, error.context);
        return Done{};
    }

    // They bind the entries of the old ledger, which nobody erases any more; not the new one.
    Status tell_holds(const storage::ReadTxn& txn) {
        for (const crypto::HoldRecord& hold : CHAPAR_TRY(holds_in_force(txn))) {
            out_.refused.push_back("hold " + std::to_string(hold.number) + " of " +
                                   hold.agency.text() + ": in force, binds the old ledger only");
        }
        return Done{};
    }

    void say(EntryIndex index, std::string_view what, Errc code, std::string_view context) {
        std::string line = "entry " + std::to_string(index.value) + " (" + std::string(what) +
                           "): " + std::string(text_of(code).code);
        if (!context.empty()) line += " " + std::string(context);
        out_.refused.push_back(std::move(line));
    }

    Status put() {
        if (batch_.empty()) return Done{};
        const auto outcomes = CHAPAR_TRY(tick_.run(batch_));
        for (std::size_t i = 0; i < outcomes.size(); ++i) {
            if (!outcomes[i].code) {
                ++out_.records;
                continue;
            }
            const auto& bytes = std::get<PutRecord>(batch_[i].body).record;
            const auto record = CHAPAR_TRY(crypto::SignedRecord::decode(bytes));
            say(places_[i], crypto::label_text(crypto::label_of(record.type)), *outcomes[i].code,
                outcomes[i].context);
        }
        batch_.clear();
        places_.clear();
        return Done{};
    }

    const OldLedger& old_;
    Tick& tick_;
    Hash nonce_;
    CarriedOver out_;
    std::vector<Operation> batch_;
    std::vector<EntryIndex> places_;
};

}  // namespace

Result<CarriedOver> carry_over(const OldLedger& old, storage::Store& fresh, Tick& tick,
                               const crypto::SignedRecord& founding, crypto::Random& random) {
    CHAPAR_ASSERT(tick.frontier().size().value == 0);
    auto out = CHAPAR_TRY(Carrier(old, tick, random).run(founding));
    const auto txn = CHAPAR_TRY(fresh.begin_read());
    out.carried = CHAPAR_TRY(carried_records(*txn, tick.frontier().next_index()));
    return out;
}

namespace {

Result<CarriedOver> rehearse_in(const OldLedger& old, const std::filesystem::path& folder,
                                const crypto::SignedRecord& founding, crypto::Random& random) {
    const auto log =
        CHAPAR_TRY(crypto::NoteSigner::create("rehearsal", crypto::SigningKey::generate(random)));
    LedgerKeyFile keys =
        CHAPAR_TRY(LedgerKeyFile::open(folder / "ledger.keys", folder / "ledger.kek", random));
    storage::MemoryStore store(store_tables());
    Tick tick = CHAPAR_TRY(Tick::open({store, keys, log, random, Capacity{}}));
    return carry_over(old, store, tick, founding, random);
}

}  // namespace

Result<CarriedOver> rehearse_carrying(const OldLedger& old, const std::filesystem::path& folder,
                                      const crypto::SignedRecord* founding,
                                      crypto::Random& random) {
    crypto::SignedRecord own;
    if (founding == nullptr) {
        own = CHAPAR_TRY(record_of_entry(old, EntryIndex(0)));
        founding = &own;
    }
    std::error_code error;
    std::filesystem::remove_all(folder, error);
    std::filesystem::create_directories(folder, error);
    if (error) return Error(Errc::FileFailed, folder.string());
    auto out = rehearse_in(old, folder, *founding, random);
    std::filesystem::remove_all(folder, error);
    return out;
}

Result<crypto::SignedRecord> record_of_entry(const OldLedger& old, EntryIndex index) {
    const auto txn = CHAPAR_TRY(old.store.begin_read());
    const auto leaf = CHAPAR_TRY(read_leaf(*txn, index));
    const auto opened = CHAPAR_TRY(open_entry(*txn, old.keys, index));
    const auto body = CHAPAR_TRY(crypto::EntryBody::decode(leaf.kind, opened.body));
    if (!body.record) return Error(Errc::LedgerDamaged, "record");
    return crypto::SignedRecord::decode(*body.record);
}

}  // namespace chapar::broker
