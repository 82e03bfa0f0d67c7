// What must hold in every run, whatever happened: the judges.
//
// Owns: its own copy of what was promised (leaves committed, heads shown, envelopes sealed and
// acknowledged, what reached an application) and the comparison of each new observation with it.
// It takes no decision of the product's for granted: policies are the simulator's own table.
//
//     ledger      leaves only grow, across crashes; one root per size, that of the leaves; never
//     two
//                 signed heads of one size
//     operations  none is ever answered with other entries than the first time
//     promises    an envelope that its sender holds a receipt for is never lost, nor a receipt
//     delivery    nothing reaches an application twice, or altered, or from another than its sender
//     policy      nothing is handed out while the pair's policies refuse it, to a revoked device,
//     or
//                 to an office that it was not sent to
//     order       of one sender and urgency, a device gets envelopes in the order of the ledger
//     honesty     an honest broker raises no alarm; a lying one raises at least one
//
// Does not know how faults are made. Resource type; one thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "client/core/inbox.h"
#include "client/core/ledger_alarms.h"
#include "client/core/outbox.h"
#include "schemas/frames.h"
#include "tests/sim/faulty_store.h"
#include "tests/sim/founding.h"
#include "tests/sim/timeline.h"
#include "tests/sim/transcript.h"

namespace chapar::sim {

class Oracles {
  public:
    Oracles(const Founding& founding, const Plan& plan, Timeline& timeline, Transcript& transcript);

    // What the runs of many seeds have in common: whether a thing happened at all.
    struct Exercised {
        std::uint64_t files_sealed = 0;
        std::uint64_t files_read = 0;  // by a device, each once
        std::uint64_t fetches = 0;
        std::uint64_t fetches_ended = 0;  // before the end
        std::uint64_t approvals_given = 0;
        std::uint64_t approvals_refused = 0;
        std::uint64_t approved_sealed = 0;
    };
    [[nodiscard]] Exercised& exercised() { return exercised_; }

    void violated(const std::string& what);
    [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }

    // The honest broker's store after a commit, and after a start.
    void broker_committed(FaultyStore& store);
    void broker_started(FaultyStore& store);
    // A frame on its way to `to`, by the honest broker.
    void broker_said(const CurveKey& to, ByteView frame);
    // From now on this broker's ledger is not the one that was promised (Lie::SetBack).
    void ledger_is_set_back() { set_back_ = true; }

    // A client's draft became an envelope.
    struct Said {
        std::string text;
        std::vector<Hash> files;  // SHA-256 of each
        bool needs_approval = false;
        MessageId message{};  // of the letter itself, not of what repeats it
    };
    void sealed(std::size_t client, const client::OutboxItem& item, const Said& said);
    // Empty: none of the honest clients sealed it.
    struct Letter {
        std::size_t sender = 0;
        AgencyId agency;
        Said said;
        std::set<OfficeId> to;
    };
    [[nodiscard]] std::optional<Letter> letter(const EnvelopeHash& hash) const;
    // An approver has said yes to exactly this letter. Before it is sent.
    void approved(const MessageId& message) { approved_.insert(message); }
    // What a client holds, seen after a turn of its process.
    void holds(std::size_t client, const std::vector<client::OutboxItem>& outbox,
               const std::vector<client::InboxItem>& inbox);
    void opened(std::size_t client, const client::InboxItem& item, const std::string& text);
    // A file of what it received, as it reads it; and one that it does not have, or no more.
    struct FilePlace {
        std::size_t client = 0;
        EnvelopeHash envelope;
        std::uint16_t stream = 1;
        auto operator<=>(const FilePlace&) const = default;
    };
    void read_file(const FilePlace& place, const Hash& digest);
    void file_is_absent(const FilePlace& place);
    // It was told something that only a lying broker, or rotten rows, can cause.
    void alarmed(std::size_t client, const std::string& what);
    [[nodiscard]] bool any_alarm() const { return !alarms_.empty(); }

    // The records whose time the simulator's own policy table follows.
    void policy_closed(bool closed) { closed_ = closed; }
    void revoked() { revoked_ = true; }
    [[nodiscard]] bool is_revoked() const { return revoked_; }

    // All that must have come to an end after healing; what has not, in words. Empty: all has.
    [[nodiscard]] std::string unfinished(
        const std::vector<std::vector<client::OutboxItem>>& outboxes,
        const std::vector<std::vector<client::InboxItem>>& inboxes) const;
    // `told`: somebody heard the lie of a lying broker.
    void finished(bool told);

  private:
    void check_head(const std::string& note);
    void check_outcomes(const schemas::Outcomes& outcomes);
    void check_delivery(const CurveKey& to, ByteView envelope);
    [[nodiscard]] std::vector<Hash> leaves_of(FaultyStore& store, std::size_t from) const;
    [[nodiscard]] const Member* member_of(const CurveKey& key) const;
    [[nodiscard]] std::string missing_file(std::size_t client, const EnvelopeHash& hash) const;
    void check_order(std::size_t client, const std::vector<client::InboxItem>& inbox);

    const Founding& founding_;
    const Plan& plan_;
    Timeline& timeline_;
    Transcript& transcript_;
    std::vector<std::string> violations_;

    std::vector<Hash> leaves_;                    // of committed entries
    std::map<std::uint64_t, std::string> roots_;  // of heads that were shown, by size
    std::map<Hash, std::pair<EntryIndex, EntryIndex>> entries_;  // of operations answered
    std::map<EnvelopeHash, Letter> letters_;
    std::map<std::size_t, std::set<EnvelopeHash>> acknowledged_;  // receipts held, by client
    std::map<std::size_t, std::map<std::uint64_t, EnvelopeHash>> delivered_;
    std::set<MessageId> approved_;
    std::set<FilePlace> files_;  // that were read
    std::set<std::string> alarms_;
    Exercised exercised_;
    bool closed_ = false;
    bool revoked_ = false;
    bool set_back_ = false;
};

}  // namespace chapar::sim
