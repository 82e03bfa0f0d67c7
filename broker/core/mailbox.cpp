#include "broker/core/mailbox.h"

#include "broker/core/agency_mail.h"
#include "broker/core/deadline.h"
#include "broker/core/ledger_tables.h"
#include "broker/core/lost_payload.h"
#include "broker/core/stream_files.h"
#include "broker/core/tables.h"
#include "crypto/tree.h"
#include "schemas/base/layout.h"

namespace chapar::broker {
namespace {

constexpr std::uint8_t kLastUrgency = 3;  // ROUTINE

struct MailCount {
    std::uint64_t last = 0;  // number of the newest row ever
    std::uint32_t waiting = 0;
};

Result<MailCount> read_count(const storage::ReadTxn& txn, const CertificateHash& device) {
    const auto row = CHAPAR_TRY(txn.get(kMailCountTable, device.view()));
    if (!row) return MailCount{};
    LayoutReader in(*row);
    const MailCount count{in.u64(), in.u32()};
    if (!in.finish("mail count")) return Error(Errc::StoreDamaged, "mailcount");
    return count;
}

Status write_count(storage::Txn& txn, const CertificateHash& device, const MailCount& count) {
    return txn.put(kMailCountTable, device.view(),
                   LayoutWriter().u64(count.last).u32(count.waiting).bytes());
}

Bytes mailbox_key(const CertificateHash& device, std::uint8_t urgency, MailboxNumber number) {
    return LayoutWriter().raw(device.view()).u8(urgency).u64(number.value).take();
}

Result<MailboxRow> parse_row(ByteView key_bytes, ByteView value) {
    LayoutReader key(key_bytes);
    MailboxRow row;
    row.device = key.fixed<CertificateHash>();
    row.urgency = key.u8();
    row.number = MailboxNumber(key.u64());
    LayoutReader in(value);
    row.envelope = in.fixed<EnvelopeHash>();
    row.first = EntryIndex(in.u64());
    row.accepted = EntryIndex(in.u64());
    row.position = in.u16();
    if (!key.finish("mailbox key") || !in.finish("mailbox row") || row.urgency > kLastUrgency) {
        return Error(Errc::StoreDamaged, "mailbox");
    }
    return row;
}

// `counted32 E || counted16 item || u16 n || n x (label[69] || enc[32] || counted16 ct) || u16 m ||
// m x counted32 stream`.
Bytes payload_row(const Submit& submit) {
    LayoutWriter out;
    out.counted32(submit.envelope).counted16(submit.item);
    out.u16(static_cast<std::uint16_t>(submit.stanzas.size()));
    for (std::size_t i = 0; i < submit.stanzas.size(); ++i) {
        const SealedStanza& sealed = submit.payload.stanzas[i];
        out.raw(submit.stanzas[i].label.view()).raw(sealed.enc.view()).counted16(sealed.ct);
    }
    out.u16(static_cast<std::uint16_t>(submit.payload.streams.size()));
    for (const Bytes& stream : submit.payload.streams) out.counted32(stream);
    return out.take();
}

struct StoredPayload {
    Bytes envelope;
    Bytes item;
    std::vector<crypto::Stanza> stanzas;
    std::vector<Bytes> streams;
};

Result<StoredPayload> parse_payload(ByteView row) {
    LayoutReader in(row);
    StoredPayload out;
    out.envelope = to_bytes(in.counted32());
    out.item = to_bytes(in.counted16());
    const std::uint16_t stanzas = in.u16();
    for (std::uint16_t i = 0; i < stanzas && in.ok(); ++i) {
        const auto label = crypto::StanzaLabel::decode(in.raw(crypto::StanzaLabel::kBytes));
        if (!label) return Error(Errc::StoreDamaged, "payload");
        const auto enc = in.fixed<PublicKey>();
        out.stanzas.push_back({*label, enc, to_bytes(in.counted16())});
    }
    const std::uint16_t streams = in.u16();
    for (std::uint16_t i = 0; i < streams && in.ok(); ++i) {
        out.streams.push_back(to_bytes(in.counted32()));
    }
    if (!in.finish("payload")) return Error(Errc::StoreDamaged, "payload");
    return out;
}

crypto::Tree stanza_tree(const std::vector<crypto::Stanza>& stanzas) {
    std::vector<Hash> leaves;
    for (const crypto::Stanza& stanza : stanzas) {
        leaves.push_back(crypto::stanza_leaf_hash(crypto::digest_of(stanza)));
    }
    return crypto::Tree(std::move(leaves));
}

AgencyPair pair_of(const EnvelopeRow& envelope, std::size_t agency) {
    const Addressing& to = *envelope.addressing;
    return {to.agency, to.agencies.at(agency), account_of(to.kind)};
}

// One row of the envelope has gone, a device's of `agency`. The last one of the agency takes the
// bytes with it; the last one of all takes the payload, and the deadline unless that holds files.
Status release(storage::Txn& txn, const EnvelopeRow& envelope, std::size_t agency) {
    const TimeMs expires = envelope.addressing->expires;
    auto row = CHAPAR_TRY(read_deadline(txn, expires, envelope.first));
    if (!row || agency >= row->waiting.size() || row->waiting[agency] == 0 ||
        row->waiting.size() != envelope.addressing->agencies.size()) {
        return Error(Errc::StoreDamaged, "deadline");
    }
    const bool last = --row->waiting[agency] == 0;
    CHAPAR_TRY(take_waiting(txn, pair_of(envelope, agency),
                            {1, last ? envelope.addressing->conditions.size : 0}));
    if (row->waits()) return write_deadline(txn, expires, envelope.first, *row);
    CHAPAR_TRY(txn.erase(kPayloadTable, number_key(envelope.first.value)));
    CHAPAR_TRY(forget_lost(txn, envelope.first));
    if (row->files) return write_deadline(txn, expires, envelope.first, *row);
    return erase_deadline(txn, expires, envelope.first);
}

// What the deposits of an envelope add, by agency: the deadline's counts and the agencies' sums.
Status put_counts(storage::Txn& txn, const EnvelopeHash& envelope, const EnvelopeRow& accepted,
                  std::span<const Deposit> deposits, bool files) {
    const Addressing& to = *accepted.addressing;
    DeadlineRow row{envelope, files, std::vector<std::uint32_t>(to.agencies.size())};
    for (const Deposit& one : deposits) {
        ++row.waiting.at(one.accepted.value - accepted.first.value);
    }
    for (std::size_t i = 0; i < row.waiting.size(); ++i) {
        if (row.waiting[i] == 0) continue;
        CHAPAR_TRY(add_waiting(txn, pair_of(accepted, i), {row.waiting[i], to.conditions.size}));
    }
    return write_deadline(txn, to.expires, accepted.first, row);
}

Status put_row(storage::Txn& txn, const MailboxRow& row) {
    LayoutWriter out;
    out.raw(row.envelope.view()).u64(row.first.value).u64(row.accepted.value).u16(row.position);
    return txn.put(kMailboxTable, mailbox_key(row.device, row.urgency, row.number), out.bytes());
}

}  // namespace

Result<std::vector<MailboxRow>> waiting_rows(const storage::ReadTxn& txn,
                                             const CertificateHash& device,
                                             const MailboxPlace& place, std::size_t limit) {
    std::vector<MailboxRow> rows;
    const auto cursor = txn.cursor(kMailboxTable);
    CHAPAR_TRY(cursor->seek(mailbox_key(device, 0, place.next(0))));
    while (cursor->at_record() && rows.size() < limit) {
        auto row = CHAPAR_TRY(parse_row(cursor->key(), cursor->value()));
        if (row.device != device) break;
        const MailboxNumber next = place.next(row.urgency);
        if (row.number < next) {
            CHAPAR_TRY(cursor->seek(mailbox_key(device, row.urgency, next)));
            continue;
        }
        rows.push_back(std::move(row));
        CHAPAR_TRY(cursor->next());
    }
    return rows;
}

Result<std::optional<MailboxRow>> waiting_row(const storage::ReadTxn& txn,
                                              const CertificateHash& device,
                                              const MailboxPosition& position) {
    const Bytes key = mailbox_key(device, position.urgency, position.number);
    const auto stored = CHAPAR_TRY(txn.get(kMailboxTable, key));
    if (!stored) return std::optional<MailboxRow>();
    return std::optional<MailboxRow>(CHAPAR_TRY(parse_row(key, *stored)));
}

Result<std::uint32_t> waiting_count(const storage::ReadTxn& txn, const CertificateHash& device) {
    return CHAPAR_TRY(read_count(txn, device)).waiting;
}

Result<std::optional<Delivery>> load_delivery(const storage::ReadTxn& txn, const MailboxRow& row) {
    const auto stored = CHAPAR_TRY(txn.get(kPayloadTable, number_key(row.first.value)));
    if (!stored) return std::optional<Delivery>();
    StoredPayload payload = CHAPAR_TRY(parse_payload(*stored));
    if (row.position >= payload.stanzas.size() ||
        payload.stanzas[row.position].label.certificate != row.device) {
        return Error(Errc::StoreDamaged, "payload");
    }
    const crypto::Tree tree = stanza_tree(payload.stanzas);
    const auto with_path = [&](std::size_t at) {
        return DeliveredStanza{payload.stanzas[at], static_cast<std::uint16_t>(at),
                               tree.inclusion_path(at)};
    };
    Delivery out{std::move(payload.envelope),
                 std::move(payload.item),
                 with_path(row.position),
                 {},
                 std::move(payload.streams)};
    for (std::size_t i = 0; i < payload.stanzas.size(); ++i) {
        const bool audit = payload.stanzas[i].label.type == crypto::StanzaType::Audit;
        if (audit && i != row.position) out.audits.push_back(with_path(i));
    }
    return std::optional<Delivery>(std::move(out));
}

Status deposit(storage::Txn& txn, const EnvelopeHash& envelope, const EnvelopeRow& accepted,
               std::span<const Deposit> deposits, const Submit& submit) {
    CHAPAR_ASSERT(accepted.addressing.has_value());
    const EntryIndex first = accepted.first;
    const std::uint8_t urgency = accepted.addressing->urgency;
    for (const Deposit& one : deposits) {
        MailCount count = CHAPAR_TRY(read_count(txn, one.device));
        const MailboxNumber number(++count.last);
        ++count.waiting;
        CHAPAR_TRY(write_count(txn, one.device, count));
        CHAPAR_TRY(put_row(
            txn, {one.device, urgency, number, envelope, first, one.accepted, one.position}));
        CHAPAR_TRY(write_stanza(txn, first, one.device,
                                {one.accepted, one.position, urgency, number, {}}));
    }
    const auto statement = CHAPAR_TRY(crypto::EnvelopeStatement::decode(submit.envelope));
    CHAPAR_TRY(put_counts(txn, envelope, accepted, deposits, may_have_files(statement)));
    if (submit.payload.stanzas.empty()) return Done{};
    CHAPAR_ASSERT(submit.payload.stanzas.size() == submit.stanzas.size());
    const auto files = CHAPAR_TRY(files_needed(submit));
    CHAPAR_TRY(hold_files(txn, first, files));
    return txn.append(kPayloadTable, number_key(first.value), payload_row(submit));
}

Status take_out(storage::Txn& txn, const EnvelopeRow& accepted, const CertificateHash& device,
                StanzaRow& row) {
    if (!row.waiting) return Done{};
    CHAPAR_ASSERT(accepted.addressing.has_value());
    if (row.accepted < accepted.first) return Error(Errc::StoreDamaged, "stanza");
    CHAPAR_TRY(txn.erase(kMailboxTable, mailbox_key(device, row.urgency, *row.waiting)));
    row.waiting.reset();
    MailCount count = CHAPAR_TRY(read_count(txn, device));
    if (count.waiting == 0) return Error(Errc::StoreDamaged, "mailcount");
    --count.waiting;
    CHAPAR_TRY(write_count(txn, device, count));
    if (count.waiting == 0) CHAPAR_TRY(txn.erase(kClosedTable, device.view()));
    return release(txn, accepted, row.accepted.value - accepted.first.value);
}

Status close_mailbox(storage::Txn& txn, const CertificateHash& device) {
    if (CHAPAR_TRY(read_count(txn, device)).waiting == 0) return Done{};
    return txn.put(kClosedTable, device.view(), {});
}

Result<std::vector<CertificateHash>> closed_mailboxes(const storage::ReadTxn& txn,
                                                      std::size_t limit) {
    std::vector<CertificateHash> out;
    const auto cursor = txn.cursor(kClosedTable);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record() && out.size() < limit;
         CHAPAR_TRY(cursor->next())) {
        const auto device = CertificateHash::from(cursor->key());
        if (!device) return Error(Errc::StoreDamaged, "closed");
        out.push_back(*device);
    }
    return out;
}

}  // namespace chapar::broker
