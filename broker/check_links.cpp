// Rows of different tables with each other. What no checksum sees is a row that is missing, or an
// older page in place of a newer one: then two tables disagree.
#include <map>

#include "broker/check.h"
#include "broker/core/agency_mail.h"
#include "broker/core/deadline.h"
#include "broker/core/directory.h"
#include "broker/core/envelope_row.h"
#include "broker/core/ledger_tables.h"
#include "broker/core/lost_payload.h"
#include "broker/core/mailbox.h"
#include "broker/core/stanza_row.h"
#include "broker/core/tables.h"
#include "schemas/base/hex.h"
#include "schemas/base/layout.h"

namespace chapar::broker {
namespace {

constexpr std::size_t kAll = static_cast<std::size_t>(-1);

std::string short_hex(ByteView bytes) {
    return to_hex(bytes.first(std::min<std::size_t>(8, bytes.size())));
}

class Links {
  public:
    Links(const CheckScene& scene, PartVerdict& verdict) : txn_(scene.txn), verdict_(verdict) {
        if (scene.frontier) size_ = scene.frontier->size();
    }

    Status run() {
        CHAPAR_TRY(each_key(kMailboxTable, [this](ByteView key) { return note_device(key); }));
        CHAPAR_TRY(each_key(kMailCountTable, [this](ByteView key) { return note_device(key); }));
        for (const CertificateHash& device : devices_) CHAPAR_TRY(mailbox(device));
        CHAPAR_TRY(each_key(kStanzaTable, [this](ByteView key) { return stanza(key); }));
        CHAPAR_TRY(each_key(kEnvelopeTable, [this](ByteView key) { return envelope(key); }));
        CHAPAR_TRY(each_key(kOperationTable, [this](ByteView key) { return operation(key); }));
        CHAPAR_TRY(each_key(kFilesTable, [this](ByteView key) { return files(key); }));
        CHAPAR_TRY(each_key(kFileUseTable, [this](ByteView key) { return file_use(key); }));
        return deadlines();
    }

  private:
    // Rows that fail their own checksum are the business of their table's part.
    template <typename Visit>
    Status each_key(const storage::Table& table, Visit visit) {
        const auto rows = txn_.cursor(table);
        Status moved = rows->seek_first();
        for (; !moved || rows->at_record(); moved = rows->next()) {
            if (!moved && is_damage(moved.error().code)) continue;
            CHAPAR_TRY(moved);
            ++verdict_.looked_at;
            const Status visited = visit(rows->key());
            if (visited) continue;
            if (!is_damage(visited.error().code)) return visited;
            wrong(table, rows->key(), visited.error().context);
        }
        return Done{};
    }

    void wrong(const storage::Table& table, ByteView key, const std::string& what) {
        verdict_.find(std::string(table.name) + " " + short_hex(key) + "..: " + what);
    }

    Status note_device(ByteView key) {
        const auto device = CertificateHash::from(key.first(CertificateHash::kSize));
        if (device && (devices_.empty() || devices_.back() != *device)) {
            if (!CHAPAR_TRY(read_device(txn_, *device))) {
                return Error(Errc::StoreDamaged, "a mailbox of no device");
            }
            devices_.push_back(*device);
        }
        return Done{};
    }

    Status mailbox(const CertificateHash& device) {
        const auto rows = waiting_rows(txn_, device, {}, kAll);
        if (!rows) return told(kMailboxTable, device.view(), rows.error());
        const auto count = waiting_count(txn_, device);
        if (!count) return told(kMailCountTable, device.view(), count.error());
        if (*count != rows->size()) {
            wrong(
                kMailCountTable, device.view(),
                std::to_string(*count) + " waiting, and " + std::to_string(rows->size()) + " rows");
        }
        for (const MailboxRow& row : *rows) {
            const Status checked = waiting(row);
            if (!checked) CHAPAR_TRY(told(kMailboxTable, device.view(), checked.error()));
            ++waiting_[row.first][row.accepted];
        }
        return Done{};
    }

    Status told(const storage::Table& table, ByteView key, const Error& error) {
        if (!is_damage(error.code)) return error;
        wrong(table, key, error.context);
        return Done{};
    }

    Status waiting(const MailboxRow& row) {
        const auto envelope = CHAPAR_TRY(read_envelope(txn_, row.envelope));
        if (!envelope || envelope->first != row.first || !envelope->addressing) {
            return Error(Errc::StoreDamaged, "a row of no accepted envelope");
        }
        const auto stanza = CHAPAR_TRY(read_stanza(txn_, row.first, row.device));
        if (!stanza || stanza->waiting != row.number || stanza->urgency != row.urgency ||
            stanza->accepted != row.accepted || stanza->position != row.position) {
            return Error(Errc::StoreDamaged, "a row that its stanza does not know");
        }
        const bool lost = CHAPAR_TRY(txn_.get(kLostTable, number_key(row.first.value))).has_value();
        if (!lost && !CHAPAR_TRY(has_payload(txn_, row.first))) {
            return Error(Errc::StoreDamaged, "a row without its payload");
        }
        const Bytes deadline =
            LayoutWriter().u64(envelope->addressing->expires.value).u64(row.first.value).take();
        if (!CHAPAR_TRY(txn_.get(kDeadlineTable, deadline))) {
            return Error(Errc::StoreDamaged, "a row without its deadline");
        }
        return Done{};
    }

    Status stanza(ByteView key) {
        LayoutReader in(key);
        const EntryIndex first(in.u64());
        const auto device = in.fixed<CertificateHash>();
        const auto row = CHAPAR_TRY(read_stanza(txn_, first, device));
        if (!row) return Error(Errc::StoreDamaged, "a key that cannot be found");
        if (size_ && row->accepted >= EntryIndex(size_->value)) {
            return Error(Errc::StoreDamaged, "an entry that the ledger does not have");
        }
        if (!row->waiting) return Done{};
        const Bytes box =
            LayoutWriter().raw(device.view()).u8(row->urgency).u64(row->waiting->value).take();
        if (CHAPAR_TRY(txn_.get(kMailboxTable, box))) return Done{};
        return Error(Errc::StoreDamaged, "waits, and is in no mailbox");
    }

    Status envelope(ByteView key) {
        const auto hash = EnvelopeHash::from(key);
        if (!hash) return Error(Errc::StoreDamaged, "a key of another length");
        const auto row = CHAPAR_TRY(read_envelope(txn_, *hash));
        if (!row) return Error(Errc::StoreDamaged, "a key that cannot be found");
        if (size_ && row->first.value + row->count > size_->value) {
            return Error(Errc::StoreDamaged, "entries that the ledger does not have");
        }
        if (CHAPAR_TRY(read_operation(txn_, row->sender, row->message))) return Done{};
        return Error(Errc::StoreDamaged, "an envelope without its operation");
    }

    Status operation(ByteView key) {
        LayoutReader in(key);
        const auto sender = in.fixed<CertificateHash>();
        const auto message = in.fixed<MessageId>();
        const auto hash = CHAPAR_TRY(read_operation(txn_, sender, message));
        const auto row = hash ? CHAPAR_TRY(read_envelope(txn_, *hash)) : std::nullopt;
        if (row && row->sender == sender && row->message == message) return Done{};
        return Error(Errc::StoreDamaged, "an operation of no envelope");
    }

    Status files(ByteView key) {
        LayoutReader number(key);
        const std::uint64_t first = number.u64();
        const auto row = CHAPAR_TRY(txn_.get(kFilesTable, key));
        if (!row) return Error(Errc::StoreDamaged, "a key that cannot be found");
        LayoutReader in(*row);
        for (std::uint16_t left = in.u16(); left > 0 && in.ok(); --left) {
            (void)in.u16();
            const auto root = in.fixed<Hash>();
            (void)in.u64();
            const Bytes use = LayoutWriter().raw(root.view()).u64(first).take();
            if (!CHAPAR_TRY(txn_.get(kFileUseTable, use))) {
                return Error(Errc::StoreDamaged, "a file that is not held");
            }
        }
        return Done{};
    }

    Status file_use(ByteView key) {
        LayoutReader in(key);
        (void)in.fixed<Hash>();
        const std::uint64_t first = in.u64();
        if (CHAPAR_TRY(txn_.get(kFilesTable, number_key(first)))) return Done{};
        return Error(Errc::StoreDamaged, "a file of no envelope");
    }

    Status deadlines() {
        const auto due = due_envelopes(txn_, TimeMs(static_cast<std::uint64_t>(-1)), kAll);
        if (!due) return told(kDeadlineTable, {}, due.error());
        for (const DueEnvelope& one : *due) {
            const Status checked = deadline(one);
            if (!checked) CHAPAR_TRY(told(kDeadlineTable, one.envelope.view(), checked.error()));
            waiting_.erase(one.first);
        }
        for (const auto& [first, rows] : waiting_) {
            wrong(kDeadlineTable, number_key(first.value),
                  std::to_string(rows.size()) + " agencies wait without it");
        }
        return agencies();
    }

    Status deadline(const DueEnvelope& due) {
        const auto envelope = CHAPAR_TRY(read_envelope(txn_, due.envelope));
        if (!envelope || envelope->first != due.first || !envelope->addressing) {
            return Error(Errc::StoreDamaged, "a deadline of no envelope");
        }
        const auto row = CHAPAR_TRY(read_deadline(txn_, due.expires, due.first));
        const Addressing& to = *envelope->addressing;
        if (!row || row->waiting.size() != to.agencies.size()) {
            return Error(Errc::StoreDamaged, "a deadline of other agencies");
        }
        const auto rows = waiting_.find(due.first);
        for (std::size_t i = 0; i < row->waiting.size(); ++i) {
            std::uint64_t found = 0;
            if (rows != waiting_.end()) {
                const auto of = rows->second.find(EntryIndex(due.first.value + i));
                if (of != rows->second.end()) found = of->second;
            }
            if (found != row->waiting[i]) {
                return Error(Errc::StoreDamaged, std::to_string(row->waiting[i]) + " wait, and " +
                                                     std::to_string(found) + " rows");
            }
            if (found == 0) continue;
            const MailAccount account = account_of(to.kind);
            for (WaitingMail* sum :
                 {&sums_[agency_mail_key(to.agencies[i], account)],
                  &sums_[agency_mail_key({to.agency, to.agencies[i], account})]}) {
                sum->rows += found;
                sum->bytes += to.conditions.size;
            }
        }
        return Done{};
    }

    // What waits for each agency, counted from rows and envelopes, is what its bounds are asked of.
    Status agencies() {
        CHAPAR_TRY(each_key(kAgencyMailTable, [this](ByteView key) { return agency(key); }));
        for (const auto& [key, mail] : sums_) {
            wrong(kAgencyMailTable, key,
                  std::to_string(mail.rows) + " rows wait that it does not count");
        }
        return Done{};
    }

    Status agency(ByteView key) {
        const WaitingMail said = CHAPAR_TRY(read_agency_mail(txn_, key));
        const auto found = sums_.find(to_bytes(key));
        const WaitingMail counted = found == sums_.end() ? WaitingMail{} : found->second;
        if (found != sums_.end()) sums_.erase(found);
        if (said == counted) return Done{};
        const auto words = [](const WaitingMail& mail) {
            return std::to_string(mail.rows) + " rows and " + std::to_string(mail.bytes) + " bytes";
        };
        return Error(Errc::StoreDamaged, words(said) + ", and " + words(counted) + " wait");
    }

    const storage::ReadTxn& txn_;
    PartVerdict& verdict_;
    std::optional<TreeSize> size_;
    std::vector<CertificateHash> devices_;
    // Rows, by first entry and the entry of their agency.
    std::map<EntryIndex, std::map<EntryIndex, std::uint64_t>> waiting_;
    std::map<Bytes, WaitingMail> sums_;  // by key of the table
};

}  // namespace

Status check_links(const CheckScene& scene, PartVerdict& verdict) {
    return Links(scene, verdict).run();
}

}  // namespace chapar::broker
