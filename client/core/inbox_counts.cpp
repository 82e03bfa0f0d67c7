#include "client/core/inbox_counts.h"

#include <algorithm>
#include <map>
#include <string>

#include "client/core/inbox.h"
#include "client/core/inbox_store.h"
#include "client/core/ledger_alarms.h"
#include "client/core/store_keys.h"
#include "client/core/tables.h"
#include "schemas/base/hex.h"
#include "schemas/base/layout.h"

namespace chapar::client {
namespace inbox_counts {
namespace {

struct Counts {
    std::uint32_t received = 0;
    std::uint32_t most = 0;
    std::uint32_t strange = 0;
};

Error damaged() { return Error(Errc::StoreDamaged, "inbox.counts"); }

Bytes key_of(const Came& came) {
    return LayoutWriter().raw(came.sender.view()).raw(came.own.view()).take();
}

Bytes refused_key(const EnvelopeHash& envelope) {
    return LayoutWriter().raw(view("got-refused")).raw(envelope.view()).take();
}

Result<Counts> decode(ByteView row) {
    LayoutReader in(row);
    const Counts counts{in.u32(), in.u32(), in.u32()};
    if (!in.finish("inbox.counts") || counts.received == 0) return damaged();
    return counts;
}

Result<Counts> read(const storage::ReadTxn& txn, const Came& came) {
    const auto row = CHAPAR_TRY(txn.get(tables::kInboxCounts, key_of(came)));
    if (!row) return Counts{};
    return decode(*row);
}

Status write(storage::Txn& txn, const Came& came, const Counts& counts) {
    return txn.put(tables::kInboxCounts, key_of(came),
                   LayoutWriter().u32(counts.received).u32(counts.most).u32(counts.strange).take());
}

}  // namespace

std::uint32_t missing_of(std::uint32_t received, std::uint32_t most) {
    // The one that said it is not among those it counts.
    return most > received - 1 ? most - (received - 1) : 0;
}

Result<std::uint32_t> count_received(storage::Txn& txn, const Came& came, std::uint32_t got) {
    Counts counts = CHAPAR_TRY(read(txn, came));
    const auto refused = CHAPAR_TRY(txn.erase(tables::kState, refused_key(came.envelope)));
    const bool counted = refused == storage::EraseOutcome::Erased && counts.received > 0;
    const bool plausible = got <= std::uint64_t{counts.received} + kGotAhead;
    if (plausible) counts.most = std::max(counts.most, got);
    // 0: it was not to be read, and says nothing.
    if (got > 0) counts.strange = plausible ? 0 : got;
    if (!counted) ++counts.received;
    CHAPAR_TRY(write(txn, came, counts));
    return missing_of(counts.received, counts.most);
}

Status count_refused(storage::Txn& txn, const Came& came) {
    const Bytes key = refused_key(came.envelope);
    if (CHAPAR_TRY(get_number(txn, tables::kState, key))) return Done{};
    CHAPAR_TRY(put_number(txn, tables::kState, key, 1));
    Counts counts = CHAPAR_TRY(read(txn, came));
    ++counts.received;
    return write(txn, came, counts);
}

namespace {

// What all rows of one sender come to.
struct Sum {
    std::uint64_t missing = 0;
    std::uint64_t received = 0;
    std::uint32_t strange = 0;
};

Result<std::map<CertificateHash, Sum>> sums(const storage::ReadTxn& txn) {
    std::map<CertificateHash, Sum> out;
    const auto cursor = txn.cursor(tables::kInboxCounts);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
        LayoutReader key(cursor->key());
        Sum& sum = out[key.fixed<CertificateHash>()];
        key.fixed<CertificateHash>();
        if (!key.finish("inbox.counts")) return damaged();
        const Counts counts = CHAPAR_TRY(decode(cursor->value()));
        sum.missing += missing_of(counts.received, counts.most);
        sum.received += counts.received;
        sum.strange = std::max(sum.strange, counts.strange);
    }
    return out;
}

// They came, and count when they are decided.
Status leave_out_provisional(const storage::ReadTxn& txn, std::map<CertificateHash, Sum>& sums) {
    const auto cursor = txn.cursor(tables::kInboxProvisional);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
        const auto row = CHAPAR_TRY(txn.get(tables::kInbox, cursor->key()));
        if (!row) continue;
        const InboxNumber number(number_at_end(cursor->key()));
        const InboxItem item = CHAPAR_TRY(inbox_store::decode_item(number, *row));
        const auto sum = sums.find(item.sender);
        if (sum != sums.end() && sum->second.missing > 0) --sum->second.missing;
    }
    return Done{};
}

std::string missing_sentence(const Sum& sum, const CertificateHash& sender) {
    return std::to_string(sum.missing) + (sum.missing == 1 ? " envelope" : " envelopes") +
           " of the device " + to_hex(sender.view()).substr(0, 16) +
           ", for which it holds receipts that they were accepted for this device, did not come "
           "here, and no mail waits any more. They may have expired or been withheld, been refused "
           "here, or come before this home was restored from a backup; else the broker keeps them "
           "back. Ask the sender, who sees in its outbox what became of them.";
}

std::string strange_sentence(const Sum& sum, const CertificateHash& sender) {
    return "The device " + to_hex(sender.view()).substr(0, 16) + " says that " +
           std::to_string(sum.strange) + " envelopes of it were accepted for this device; " +
           std::to_string(sum.received) +
           " came, and so many more cannot be on the way. That number is its own word and proves "
           "nothing: its program counts wrongly, or it wants the broker accused. Ask its office "
           "for its receipts.";
}

Bytes told_key(std::string_view what, const CertificateHash& sender) {
    return LayoutWriter().raw(view(what)).raw(sender.view()).take();
}

// Once for each number; lifted at zero.
Status tell(storage::Txn& txn, const Bytes& key, std::uint64_t number, const LedgerAlarm& alarm) {
    const auto told = CHAPAR_TRY(get_number(txn, tables::kState, key)).value_or(0);
    if (number == told) return Done{};
    CHAPAR_TRY(put_number(txn, tables::kState, key, number));
    if (number == 0) return lift_alarm(txn, alarm.kind, alarm.about);
    return raise_alarm(txn, alarm);
}

}  // namespace
}  // namespace inbox_counts

Status judge_counts(storage::Txn& txn, TimeMs now) {
    using namespace inbox_counts;
    auto all = CHAPAR_TRY(sums(txn));
    CHAPAR_TRY(leave_out_provisional(txn, all));
    for (const auto& [sender, sum] : all) {
        const auto kind = LedgerAlarmKind::EnvelopeMissing;
        CHAPAR_TRY(tell(txn, told_key("got-told", sender), sum.missing,
                        {kind, to_bytes(sender.view()), now, missing_sentence(sum, sender)}));
        const Bytes about = LayoutWriter().raw(sender.view()).u8(1).take();
        CHAPAR_TRY(tell(txn, told_key("got-strange", sender), sum.strange,
                        {kind, about, now, strange_sentence(sum, sender)}));
    }
    return Done{};
}

}  // namespace chapar::client
