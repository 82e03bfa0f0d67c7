#include "broker/core/agency_mail.h"

#include <array>

#include "broker/core/tables.h"
#include "schemas/base/layout.h"
#include "schemas/base/limits.h"
#include "schemas/header.h"

namespace chapar::broker {
namespace {

constexpr std::size_t kNameBytes = 32;  // of an agency, at most
constexpr std::byte kTakingBack{0x80};  // names are ASCII: in the first byte, for a key has no room
static_assert(2 * kNameBytes <= limits::kStoreKeyBytes);

// Of the capacity: above the half of it, one sender's agency has at most the quarter.
constexpr std::uint64_t kShared = 2;
constexpr std::uint64_t kShare = 4;

Status write(storage::Txn& txn, ByteView key, const WaitingMail& mail) {
    if (mail == WaitingMail{}) {
        CHAPAR_TRY(txn.erase(kAgencyMailTable, key));
        return Done{};
    }
    return txn.put(kAgencyMailTable, key, LayoutWriter().u64(mail.rows).u64(mail.bytes).bytes());
}

bool exceeds(std::uint64_t waiting, std::uint64_t more, std::uint64_t bound) {
    return more > bound || waiting > bound - more;
}

// Rows, or bytes.
struct Measure {
    std::uint64_t all = 0;
    std::uint64_t own = 0;
    std::uint64_t more = 0;
    std::uint64_t bound = 0;
};

}  // namespace

MailAccount account_of(std::uint16_t kind) {
    const bool takes_back = kind == static_cast<std::uint16_t>(schemas::Kind::Recall) ||
                            kind == static_cast<std::uint16_t>(schemas::Kind::LookoutCancel);
    return takes_back ? MailAccount::TakingBack : MailAccount::Mail;
}

Bytes agency_mail_key(const AgencyId& recipient, MailAccount account) {
    Bytes key = to_bytes(view(recipient.text()));
    CHAPAR_ASSERT(key.size() <= kNameBytes);
    key.resize(kNameBytes);
    if (account == MailAccount::TakingBack) key.front() |= kTakingBack;
    return key;
}

Bytes agency_mail_key(const AgencyPair& pair) {
    return LayoutWriter()
        .raw(agency_mail_key(pair.recipient, pair.account))
        .raw(view(pair.sender.text()))
        .take();
}

Result<WaitingMail> read_agency_mail(const storage::ReadTxn& txn, ByteView key) {
    const auto row = CHAPAR_TRY(txn.get(kAgencyMailTable, key));
    if (!row) return WaitingMail{};
    LayoutReader in(*row);
    const WaitingMail mail{in.u64(), in.u64()};
    if (!in.finish("agency mail")) return Error(Errc::StoreDamaged, "agencymail");
    return mail;
}

Result<WaitingMail> mail_waiting_for(const storage::ReadTxn& txn, const AgencyId& recipient,
                                     MailAccount account) {
    return read_agency_mail(txn, agency_mail_key(recipient, account));
}

Result<WaitingMail> mail_waiting_between(const storage::ReadTxn& txn, const AgencyPair& pair) {
    return read_agency_mail(txn, agency_mail_key(pair));
}

Result<FullestAgency> fullest_agency(const storage::ReadTxn& txn) {
    FullestAgency out;
    const auto rows = txn.cursor(kAgencyMailTable);
    for (CHAPAR_TRY(rows->seek_first()); rows->at_record(); CHAPAR_TRY(rows->next())) {
        const ByteView key = rows->key();
        if (key.size() != kNameBytes) continue;  // of one sender
        const bool taking_back = (key.front() & kTakingBack) != std::byte{0};
        const WaitingMail mail = CHAPAR_TRY(read_agency_mail(txn, key));
        out.all.rows += mail.rows;
        out.all.bytes += mail.bytes;
        if (taking_back || (out.agency && mail.rows <= out.most.rows)) continue;
        const std::string name = to_string(key);
        auto agency = AgencyId::parse(name.substr(0, name.find('\0')));
        if (!agency) return Error(Errc::StoreDamaged, "agencymail");
        out.agency = std::move(*agency);
        out.most = mail;
    }
    return out;
}

Status check_agency_room(const storage::ReadTxn& txn, const Capacity& capacity,
                         const AgencyPair& pair, const WaitingMail& more) {
    const WaitingMail all = CHAPAR_TRY(mail_waiting_for(txn, pair.recipient, pair.account));
    const WaitingMail own = CHAPAR_TRY(mail_waiting_between(txn, pair));
    const bool mail = pair.account == MailAccount::Mail;
    const std::uint64_t rows = mail ? capacity.agency_rows : capacity.taking_back_rows;
    const std::uint64_t bytes = mail ? capacity.agency_bytes : capacity.taking_back_bytes;
    const std::array measures{Measure{all.rows, own.rows, more.rows, rows},
                              Measure{all.bytes, own.bytes, more.bytes, bytes}};
    for (const Measure& one : measures) {
        if (exceeds(one.all, one.more, one.bound)) return Error(Errc::AgencyMailFull);
    }
    for (const Measure& one : measures) {
        if (exceeds(one.all, one.more, one.bound / kShared) &&
            exceeds(one.own, one.more, one.bound / kShare)) {
            return Error(Errc::AgencyShare);
        }
    }
    return Done{};
}

Status add_waiting(storage::Txn& txn, const AgencyPair& pair, const WaitingMail& more) {
    for (const Bytes& key :
         {agency_mail_key(pair.recipient, pair.account), agency_mail_key(pair)}) {
        WaitingMail mail = CHAPAR_TRY(read_agency_mail(txn, key));
        mail.rows += more.rows;
        mail.bytes += more.bytes;
        CHAPAR_TRY(write(txn, key, mail));
    }
    return Done{};
}

Status take_waiting(storage::Txn& txn, const AgencyPair& pair, const WaitingMail& less) {
    for (const Bytes& key :
         {agency_mail_key(pair.recipient, pair.account), agency_mail_key(pair)}) {
        WaitingMail mail = CHAPAR_TRY(read_agency_mail(txn, key));
        if (mail.rows < less.rows || mail.bytes < less.bytes) {
            return Error(Errc::StoreDamaged, "agencymail");
        }
        mail.rows -= less.rows;
        mail.bytes -= less.bytes;
        CHAPAR_TRY(write(txn, key, mail));
    }
    return Done{};
}

}  // namespace chapar::broker
