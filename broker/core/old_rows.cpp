#include "broker/core/old_rows.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "broker/core/core_state.h"
#include "broker/core/deadline.h"
#include "broker/core/envelope_row.h"
#include "broker/core/mailbox.h"
#include "broker/core/stanza_row.h"
#include "broker/core/tables.h"
#include "schemas/base/hex.h"
#include "schemas/base/layout.h"

namespace chapar::broker {
namespace {

using crypto::DeliveryEvent;

// Their bodies are never erased.
constexpr std::array kFromLedgerAlone{kCoreTable,    kAgencyTable, kOfficeTable, kDeviceTable,
                                      kKeyUsedTable, kBundleTable, kPolicyTable, kRegistrarsTable,
                                      kPeersTable,   kHoldTable};

// A row of the old store; no value: its record is damaged.
using OldRow = std::function<Status(ByteView key, const std::optional<Bytes>& value)>;

Status walk(const storage::ReadTxn& old, const storage::Table& table, const OldRow& take) {
    // In step: the one has the key of a damaged record, the other tells that it is.
    const auto stored = old.cursor({table.name, storage::Framing::Raw});
    const auto whole = old.cursor(table);
    Status moved = whole->seek_first();
    for (CHAPAR_TRY(stored->seek_first()); stored->at_record(); CHAPAR_TRY(stored->next())) {
        if (!moved && moved.error().code != Errc::StoreDamaged) return moved;
        const bool right = moved && whole->at_record() && equal(whole->key(), stored->key());
        CHAPAR_TRY(take(stored->key(),
                        right ? std::optional(to_bytes(whole->value())) : std::optional<Bytes>()));
        if (!moved || whole->at_record()) moved = whole->next();
    }
    return Done{};
}

class Taking {
  public:
    Taking(const storage::ReadTxn& old, storage::Store& fresh, RebuildWriting& writing,
           const std::vector<bool>& gaps)
        : old_(old), fresh_(fresh), writing_(writing), gaps_(gaps) {
        const auto last = std::find(gaps.rbegin(), gaps.rend(), true);
        gaps_end_ = static_cast<std::uint64_t>(gaps.rend() - last);
    }

    Result<OldRows> run() && {
        for (const storage::Table& table : kFromLedgerAlone) {
            CHAPAR_TRY(take_table(table, [](ByteView, ByteView) { return Result<bool>(false); }));
        }
        CHAPAR_TRY(take_table(kRecordTable, [this](ByteView, ByteView value) -> Result<bool> {
            return is_gap(LayoutReader(value).u64());
        }));
        CHAPAR_TRY(take_table(kEnvelopeTable, [this](ByteView, ByteView value) -> Result<bool> {
            const auto row = parse_envelope(value);
            return row && is_gap(row->first.value);
        }));
        CHAPAR_TRY(take_table(kOperationTable, [this](ByteView key, ByteView value) {
            return names_envelope(key, value);
        }));
        CHAPAR_TRY(take_table(kNoticeTable, [this](ByteView key, ByteView) -> Result<bool> {
            LayoutReader in(key);
            in.fixed<CertificateHash>();
            return is_gap(in.u64());
        }));
        CHAPAR_TRY(take_stanzas());
        CHAPAR_TRY(end_deadlines());
        CHAPAR_TRY(writing_.finish());
        return std::move(out_);
    }

  private:
    // Whether the replay can not have made the row, by its key and value.
    using Accounted = std::function<Result<bool>(ByteView key, ByteView value)>;

    [[nodiscard]] bool is_gap(std::uint64_t entry) const {
        return entry < gaps_.size() && gaps_[entry];
    }
    [[nodiscard]] bool any_gap_after(EntryIndex entry) const { return entry.value + 1 < gaps_end_; }

    void differ(const storage::Table& table, ByteView key, std::string_view how) {
        if (out_.differs++ == 0) {
            out_.first_difference =
                std::string(table.name) + " " + to_hex(key) + ": " + std::string(how);
        }
    }

    Status take_table(const storage::Table& table, const Accounted& accounted) {
        const OldRow take = [&](ByteView key, const std::optional<Bytes>& value) -> Status {
            if (is_form_row(table, key)) return Done{};
            const storage::Txn& made = *CHAPAR_TRY(writing_.txn());
            const auto row = CHAPAR_TRY(made.get(table, key));
            if (!value) {
                if (!row) ++out_.left_out;
            } else if (row) {
                if (!equal(*row, *value)) differ(table, key, "the ledger gives another");
            } else if (CHAPAR_TRY(accounted(key, *value))) {
                ++out_.carried;
                return writing_.put(table, key, *value);
            } else {
                differ(table, key, "the ledger gives none");
            }
            return Done{};
        };
        CHAPAR_TRY(walk(old_, table, take));
        return find_missing(table);
    }

    // An older chapard's store is what a rebuild is for, and no contradiction.
    static bool is_form_row(const storage::Table& table, ByteView key) {
        return table.name == kCoreTable.name && is_tables_form(key);
    }

    // Of rows that the replay made, those that no walk of the old store meets.
    Status find_missing(const storage::Table& table) {
        CHAPAR_TRY(writing_.finish());
        const storage::Table stored{table.name, storage::Framing::Raw};
        std::set<Bytes> missing;
        const auto txn = CHAPAR_TRY(fresh_.begin_read());
        const auto rows = txn->cursor(table);
        for (CHAPAR_TRY(rows->seek_first()); rows->at_record(); CHAPAR_TRY(rows->next())) {
            if (is_form_row(table, rows->key())) continue;
            if (!CHAPAR_TRY(old_.get(stored, rows->key()))) missing.insert(to_bytes(rows->key()));
        }
        if (missing.empty()) return Done{};
        const auto keys = old_.cursor(stored);
        for (CHAPAR_TRY(keys->seek_first()); keys->at_record(); CHAPAR_TRY(keys->next())) {
            missing.erase(to_bytes(keys->key()));
        }
        for (const Bytes& key : missing) differ(table, key, "only the ledger gives it");
        return Done{};
    }

    // Envelopes are in place by now, those of erased entries too.
    Result<bool> names_envelope(ByteView key, ByteView value) {
        const auto hash = EnvelopeHash::from(value);
        if (!hash) return false;
        const storage::Txn& made = *CHAPAR_TRY(writing_.txn());
        const auto row = CHAPAR_TRY(read_envelope(made, *hash));
        if (!row || !is_gap(row->first.value)) return false;
        return equal(LayoutWriter().raw(row->sender.view()).raw(row->message.view()).bytes(), key);
    }

    Status take_stanzas() {
        CHAPAR_TRY(writing_.finish());
        {
            const auto txn = CHAPAR_TRY(fresh_.begin_read());
            for (const DueEnvelope& due : CHAPAR_TRY(due_envelopes(*txn, kEver, kAll))) {
                waiting_[due.first] = due.envelope;
            }
        }
        const OldRow take = [&](ByteView key, const std::optional<Bytes>& value) -> Status {
            LayoutReader in(key);
            const EntryIndex first(in.u64());
            const auto device = in.fixed<CertificateHash>();
            if (!in.finish("stanza key")) return Done{};
            const storage::Txn& made = *CHAPAR_TRY(writing_.txn());
            const auto row = CHAPAR_TRY(read_stanza(made, first, device));
            Result<StanzaRow> old = Error(Errc::StoreDamaged);
            if (value) old = parse_stanza(*value);
            if (!old) {
                if (!row || any_gap_after(row->accepted)) ++out_.left_out;
                return Done{};
            }
            return row ? join(key, first, device, *row, *old) : take_stanza(key, first, *old);
        };
        CHAPAR_TRY(walk(old_, kStanzaTable, take));
        return find_missing(kStanzaTable);
    }

    // Nothing that waits is ever shredded or pruned.
    Status take_stanza(ByteView key, EntryIndex first, StanzaRow old) {
        if (!is_gap(first.value) || old.waiting) {
            differ(kStanzaTable, key, "the ledger gives none");
            if (!is_gap(first.value)) return Done{};
            old.waiting.reset();
        }
        ++out_.carried;
        return write_stanza(*CHAPAR_TRY(writing_.txn()), first,
                            *CertificateHash::from(key.subspan(8)), old);
    }

    Status join(ByteView key, EntryIndex first, const CertificateHash& device, StanzaRow row,
                StanzaRow old) {
        const StanzaRow made = row;
        bool contradicts = row.accepted != old.accepted || row.position != old.position ||
                           row.urgency != old.urgency;
        for (std::size_t i = 0; i < row.stages.size() && !contradicts; ++i) {
            if (!row.stages[i] && old.stages[i] && is_gap(old.stages[i]->value)) {
                row.stages[i] = old.stages[i];
            }
            contradicts = row.stages[i] != old.stages[i];
        }
        if (contradicts) row = made;
        const bool ended = row.stage(DeliveryEvent::Delivered) ||
                           row.stage(DeliveryEvent::Unopenable) ||
                           row.stage(DeliveryEvent::RecallDone);
        const bool gone = !old.waiting && any_gap_after(row.accepted);
        storage::Txn& txn = *CHAPAR_TRY(writing_.txn());
        if (row.waiting && !contradicts && (ended || gone)) {
            const auto accepted = CHAPAR_TRY(read_envelope(txn, waiting_[first]));
            if (!accepted || !accepted->addressing) return Error(Errc::StoreDamaged, "deadline");
            CHAPAR_TRY(take_out(txn, *accepted, device, row));
            ++out_.erased;
        }
        contradicts = contradicts || row.waiting.has_value() != old.waiting.has_value();
        if (contradicts) differ(kStanzaTable, key, "the ledger gives another");
        if (row.waiting == made.waiting && row.stages == made.stages) return Done{};
        return write_stanza(txn, first, device, row);
    }

    // Deadlines that held nothing but files, and have passed: their Advance was not taken again.
    Status end_deadlines() {
        CHAPAR_TRY(writing_.finish());
        std::set<EntryIndex> kept;
        CHAPAR_TRY(walk(old_, kDeadlineTable, [&](ByteView key, const auto&) -> Status {
            LayoutReader in(key);
            in.u64();
            kept.insert(EntryIndex(in.u64()));
            return Done{};
        }));
        storage::Txn& txn = *CHAPAR_TRY(writing_.txn());
        for (const DueEnvelope& due : CHAPAR_TRY(due_envelopes(txn, kEver, kAll))) {
            if (kept.contains(due.first) || !any_gap_after(due.first)) continue;
            const auto stanzas = CHAPAR_TRY(stanzas_of(txn, due.first));
            const bool waits = std::ranges::any_of(
                stanzas, [](const DeviceStanza& one) { return one.row.waiting.has_value(); });
            if (!waits) CHAPAR_TRY(end_deadline(txn, due));
        }
        return Done{};
    }

    static constexpr TimeMs kEver{static_cast<std::uint64_t>(-1)};
    static constexpr std::size_t kAll = static_cast<std::size_t>(-1);

    const storage::ReadTxn& old_;
    storage::Store& fresh_;
    RebuildWriting& writing_;
    const std::vector<bool>& gaps_;
    std::uint64_t gaps_end_ = 0;                  // no gap at or after it
    std::map<EntryIndex, EnvelopeHash> waiting_;  // after the replay
    OldRows out_;
};

}  // namespace

Result<OldRows> take_old_rows(const storage::ReadTxn& old, storage::Store& fresh,
                              RebuildWriting& writing, const std::vector<bool>& gaps) {
    return Taking(old, fresh, writing, gaps).run();
}

}  // namespace chapar::broker
