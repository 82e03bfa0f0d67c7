// Mailboxes against a map: whatever is put in, taken out, closed and asked for, in any order.
#include <map>

#include "broker/core/agency_mail.h"
#include "broker/core/deadline.h"
#include "broker/core/mailbox.h"
#include "broker/core/tables.h"
#include "crypto/envelope.h"
#include "storage/memory_store.h"
#include "tests/unit/properties/property.h"

namespace chapar::testing {
namespace {

using namespace broker;

CertificateHash device_number(std::uint64_t n) {
    return CertificateHash{{static_cast<std::byte>(n + 1)}};
}

// Devices 0 and 1 are of the one agency, 2 and 3 of the other; both send.
const std::array kAgencies{AgencyId::parse("TJ-DCA").value(), AgencyId::parse("UZ-NCDC").value()};

const AgencyId& agency_of(const CertificateHash& device) {
    return kAgencies.at(device < device_number(2) ? 0 : 1);
}

// What a mailbox is: rows by urgency and number, and what each envelope still keeps.
struct Model {
    struct Envelope {
        EnvelopeRow row;
        std::set<CertificateHash> waiting;
    };
    using Place = std::pair<std::uint8_t, std::uint64_t>;  // urgency, number
    std::map<CertificateHash, std::map<Place, EntryIndex>> rows;
    std::map<CertificateHash, std::uint64_t> last;
    std::map<EntryIndex, Envelope> envelopes;
    std::set<CertificateHash> closed;

    void deposit(const EnvelopeRow& row, const std::set<CertificateHash>& devices) {
        for (const CertificateHash& device : devices) {
            rows[device][{row.addressing->urgency, ++last[device]}] = row.first;
        }
        envelopes.insert_or_assign(row.first, Envelope{row, devices});
    }
    // Of this envelope, what waits for the devices of one agency.
    static WaitingMail waiting_in(const Envelope& envelope, std::size_t agency) {
        WaitingMail mail;
        for (const CertificateHash& device : envelope.waiting) {
            if (agency_of(device) == envelope.row.addressing->agencies[agency]) ++mail.rows;
        }
        if (mail.rows > 0) mail.bytes = envelope.row.addressing->conditions.size;
        return mail;
    }
    // Of all senders, or of one.
    [[nodiscard]] WaitingMail waiting(const AgencyId& recipient,
                                      const std::optional<AgencyId>& sender) const {
        WaitingMail all;
        for (const auto& [first, envelope] : envelopes) {
            const Addressing& to = *envelope.row.addressing;
            if (sender && to.agency != *sender) continue;
            for (std::size_t i = 0; i < to.agencies.size(); ++i) {
                if (to.agencies[i] != recipient) continue;
                const WaitingMail mail = waiting_in(envelope, i);
                all.rows += mail.rows;
                all.bytes += mail.bytes;
            }
        }
        return all;
    }
    void take_out(EntryIndex first, const CertificateHash& device) {
        std::erase_if(rows[device], [&](const auto& row) { return row.second == first; });
        if (rows[device].empty()) closed.erase(device);
        auto& envelope = envelopes.at(first);
        envelope.waiting.erase(device);
        if (envelope.waiting.empty()) envelopes.erase(first);
    }
};

class Queues {
  public:
    void step() {
        switch (drawn(0, 3)) {
            case 0:
            case 1:
                deposit();
                break;
            case 2:
                take_out();
                break;
            default:
                close();
        }
        compare();
    }

  private:
    void deposit() {
        EnvelopeRow row;
        row.first = EntryIndex(next_ += drawn(2, 4));
        const auto urgency = static_cast<std::uint8_t>(drawn(0, 3));
        Addressing to{OfficeId::parse("ONE").value(), kAgencies.at(drawn(0, 1)), 0,  0, urgency,
                      crypto::RetentionClass::Longer, TimeMs(drawn(1, 50)),      {}, {}};
        to.conditions.size = drawn(0, 1000);
        std::set<CertificateHash> devices;
        for (std::uint64_t n = drawn(1, 3); n > 0; --n) devices.insert(device_number(drawn(0, 3)));
        std::vector<Deposit> deposits;
        for (const CertificateHash& device : devices) {
            if (to.agencies.empty() || to.agencies.back() != agency_of(device)) {
                to.agencies.push_back(agency_of(device));
            }
            deposits.push_back({device, EntryIndex(row.first.value + to.agencies.size() - 1),
                                static_cast<std::uint16_t>(deposits.size())});
        }
        row.addressing = std::move(to);
        crypto::EnvelopeStatement statement{Bytes(1), {{}}, {}, 1, {}};
        const Submit submit{statement.encode(), {}, {}, {}, {}};
        auto txn = store_.begin_write().value();
        RC_ASSERT(broker::deposit(*txn, envelope_of(row.first), row, deposits, submit).has_value());
        RC_ASSERT(std::move(*txn).commit().has_value());
        model_.deposit(row, devices);
    }

    // Of an envelope that waits, or once more of one that does not.
    void take_out() {
        if (next_ == 0) return;
        const EntryIndex first(drawn(1, next_));
        const CertificateHash device = device_number(drawn(0, 3));
        auto txn = store_.begin_write().value();
        auto row = read_stanza(*txn, first, device).value();
        if (!row) return;
        const bool waits =
            model_.envelopes.contains(first) && model_.envelopes.at(first).waiting.contains(device);
        RC_ASSERT(row->waiting.has_value() == waits);
        const EnvelopeRow none;
        const EnvelopeRow& envelope = waits ? model_.envelopes.at(first).row : none;
        RC_ASSERT(broker::take_out(*txn, envelope, device, *row).has_value());
        RC_ASSERT(write_stanza(*txn, first, device, *row).has_value());
        RC_ASSERT(std::move(*txn).commit().has_value());
        if (waits) model_.take_out(first, device);
    }

    void close() {
        const CertificateHash device = device_number(drawn(0, 3));
        auto txn = store_.begin_write().value();
        RC_ASSERT(close_mailbox(*txn, device).has_value());
        RC_ASSERT(std::move(*txn).commit().has_value());
        if (!model_.rows[device].empty()) model_.closed.insert(device);
    }

    void compare() {
        const auto txn = store_.begin_read().value();
        for (std::uint64_t n = 0; n < 4; ++n) compare_device(*txn, device_number(n));
        for (const AgencyId& recipient : kAgencies) {
            // Fails if bytes are counted for each device, or go before the agency's last row.
            RC_ASSERT(mail_waiting_for(*txn, recipient).value() ==
                      model_.waiting(recipient, std::nullopt));
            for (const AgencyId& sender : kAgencies) {
                RC_ASSERT(mail_waiting_between(*txn, {sender, recipient}).value() ==
                          model_.waiting(recipient, sender));
            }
        }
        const auto closed = closed_mailboxes(*txn, 99).value();
        RC_ASSERT(std::set(closed.begin(), closed.end()) == model_.closed);
        std::set<std::pair<TimeMs, EntryIndex>> due;
        for (const auto& [first, envelope] : model_.envelopes)
            due.insert({envelope.row.addressing->expires, first});
        std::set<std::pair<TimeMs, EntryIndex>> found;
        const auto all_due = due_envelopes(*txn, TimeMs(99), 9999).value();
        for (const DueEnvelope& one : all_due) {
            RC_ASSERT(one.envelope == envelope_of(one.first));
            found.insert({one.expires, one.first});
        }
        RC_ASSERT(found == due);
        const auto earliest = earliest_deadline(*txn).value();
        RC_ASSERT(earliest.has_value() == !due.empty());
        if (earliest) RC_ASSERT(*earliest == due.begin()->first);
    }

    void compare_device(const storage::ReadTxn& txn, const CertificateHash& device) {
        const auto& rows = model_.rows[device];
        // Fails if a row is counted twice, or taken out twice.
        RC_ASSERT(waiting_count(txn, device).value() == rows.size());
        // A reader that stopped anywhere in some urgencies, behind rows that may have gone since.
        MailboxPlace place;
        std::vector<std::pair<Model::Place, EntryIndex>> expected;
        std::array<std::uint64_t, 4> passed{};
        for (std::uint8_t urgency = 0; urgency < 4; ++urgency) {
            passed.at(urgency) = drawn(0, 1) * drawn(0, 12);
            if (passed.at(urgency) == 0) continue;
            MailboxRow last;
            last.urgency = urgency;
            last.number = MailboxNumber(passed.at(urgency));
            place.pass(last);
        }
        for (const auto& row : rows) {
            if (row.first.second > passed.at(row.first.first)) expected.push_back(row);
        }
        const std::size_t limit = drawn(0, 8);
        expected.resize(std::min(expected.size(), limit));
        std::vector<std::pair<Model::Place, EntryIndex>> found;
        const auto waiting = waiting_rows(txn, device, place, limit).value();
        for (const MailboxRow& row : waiting) {
            RC_ASSERT(row.device == device && row.envelope == envelope_of(row.first));
            found.push_back({{row.urgency, row.number.value}, row.first});
        }
        // Fails if rows are not handed out by urgency, then by number; or if a place that was
        // passed in one urgency counts in another.
        RC_ASSERT(found == expected);
    }

    static EnvelopeHash envelope_of(EntryIndex first) {
        return EnvelopeHash{{static_cast<std::byte>(first.value), std::byte{1}}};
    }

    storage::MemoryStore store_{store_tables()};
    std::uint64_t next_ = 0;
    Model model_;
};

}  // namespace

TEST_CASE("a mailbox holds what a map would hold, in the order of urgency and arrival") {
    holds([] {
        Queues queues;
        for (std::uint64_t steps = drawn(1, 25); steps > 0; --steps) queues.step();
    });
}

}  // namespace chapar::testing
