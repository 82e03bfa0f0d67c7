#include "tests/sim/oracles.h"

#include <algorithm>

#include "broker/core/ledger_tables.h"
#include "crypto/checkpoint.h"
#include "crypto/envelope.h"
#include "crypto/tree.h"
#include "schemas/base/hex.h"
#include "schemas/frames_codec.h"
#include "tests/sim/letter.h"
#include "tests/sim/must.h"

namespace chapar::sim {
namespace {

std::string short_name(const EnvelopeHash& hash) { return to_hex(hash.view()).substr(0, 8); }

bool is_over(schemas::Stage stage) {
    switch (stage) {
        case schemas::Stage::Delivered:
        case schemas::Stage::Opened:
        case schemas::Stage::Acknowledged:
        case schemas::Stage::Withheld:
        case schemas::Stage::Expired:
        case schemas::Stage::Recalled:
            return true;
        default:
            return false;
    }
}

bool is_delivered(schemas::Stage stage) {
    return stage == schemas::Stage::Delivered || stage == schemas::Stage::Opened ||
           stage == schemas::Stage::Acknowledged;
}

// A person said no, or the request itself was refused: whoever asked is told, and asks anew or not.
bool is_declined(const client::OutboxItem& letter, const std::vector<client::OutboxItem>& outbox) {
    if (!letter.approvals.refused_by.empty()) return true;
    const auto request =
        std::ranges::find(outbox, request_of(letter.message), &client::OutboxItem::message);
    return request != outbox.end() && request->stage == schemas::Stage::Refused &&
           !request->problem.code.empty();
}

}  // namespace

Oracles::Oracles(const Founding& founding, const Plan& plan, Timeline& timeline,
                 Transcript& transcript)
    : founding_(founding), plan_(plan), timeline_(timeline), transcript_(transcript) {}

void Oracles::violated(const std::string& what) {
    transcript_.note(timeline_.now(), "ORACLE", what);
    if (violations_.size() < 16) violations_.push_back(what);
}

const Member* Oracles::member_of(const CurveKey& key) const {
    const auto found = std::ranges::find(founding_.members(), key, &Member::curve);
    return found == founding_.members().end() ? nullptr : &*found;
}

// Ledger.

std::vector<Hash> Oracles::leaves_of(FaultyStore& store, std::size_t from) const {
    std::vector<Hash> found;
    const auto txn = must(std::as_const(store.records()).begin_read());
    for (std::uint64_t index = from;; ++index) {
        const auto leaf = must(txn->get(broker::kLeafTable, broker::number_key(index)));
        if (!leaf) return found;
        found.push_back(crypto::leaf_hash(*leaf));
    }
}

void Oracles::broker_committed(FaultyStore& store) {
    if (set_back_) return;
    for (const Hash& leaf : leaves_of(store, leaves_.size())) leaves_.push_back(leaf);
}

void Oracles::broker_started(FaultyStore& store) {
    if (set_back_ || store.is_rotten()) return;
    const std::vector<Hash> now = leaves_of(store, 0);
    if (leaves_.empty()) leaves_ = now;
    if (now.size() < leaves_.size()) violated("the ledger is shorter after a start");
    if (!std::equal(
            leaves_.begin(), leaves_.end(), now.begin(),
            now.begin() + static_cast<std::ptrdiff_t>(std::min(now.size(), leaves_.size())))) {
        violated("a committed entry of the ledger has changed");
    }
}

void Oracles::check_head(const std::string& note) {
    const std::size_t end = note.find("\n\n");
    const auto head = crypto::Checkpoint::parse(note.substr(0, end + 1));
    if (end == std::string::npos || !head) return violated("a head that is none");
    if (set_back_) return;
    const std::uint64_t size = head->size.value;
    const std::string root = to_hex(head->root.view());
    const auto [known, fresh] = roots_.emplace(size, root);
    if (known->second != root) {
        violated("two signed heads of size " + std::to_string(size));
    }
    if (!fresh) return;
    if (size > leaves_.size()) return violated("a head is said before its entries are committed");
    const std::span<const Hash> covered(leaves_.data(), static_cast<std::size_t>(size));
    if (crypto::tree_root(covered) != head->root) {
        violated("a head that is not that of the ledger, size " + std::to_string(size));
    }
}

void Oracles::check_delivery(const CurveKey& to, ByteView envelope) {
    const EnvelopeHash hash = crypto::envelope_hash(envelope);
    const Member* const member = member_of(to);
    if (member == nullptr) return violated("mail for a stranger");
    const auto letter = letters_.find(hash);
    if (letter == letters_.end()) return;
    const bool refused = closed_ && letter->second.agency == founding_.members()[0].agency &&
                         member->agency == founding_.members()[1].agency;
    if (refused) violated("policy: handed out to " + member->name + " " + short_name(hash));
    if (!letter->second.to.contains(member->office)) {
        violated("handed out to " + member->name + ", to whom it was not sent");
    }
    if (revoked_ && member->name == "uz2") violated("handed out to a revoked device");
}

// A piece of an outcome may follow in another frame, with the entries that come next.
void Oracles::check_outcomes(const schemas::Outcomes& outcomes) {
    for (const schemas::ItemOutcome& item : outcomes.items) {
        if (set_back_ || !item.code.empty() || item.proofs.empty()) continue;
        const EntryIndex first = item.proofs.front().index;
        const EntryIndex last = item.proofs.back().index;
        const auto [known, fresh] = entries_.try_emplace(item.about, first, last);
        if (fresh) continue;
        const bool same =
            first >= known->second.first && first.value <= known->second.second.value + 1;
        if (!same) violated("one operation, two entries: " + std::to_string(first.value));
        known->second.second = std::max(known->second.second, last);
    }
}

std::optional<Oracles::Letter> Oracles::letter(const EnvelopeHash& hash) const {
    const auto found = letters_.find(hash);
    if (found == letters_.end()) return std::nullopt;
    return found->second;
}

void Oracles::broker_said(const CurveKey& to, ByteView bytes) {
    const auto frame = schemas::decode_frame(bytes);
    if (!frame) return violated("the broker says what cannot be decoded");
    std::visit(
        [&](const auto& one) {
            if constexpr (requires { one.head; }) check_head(one.head.checkpoint);
        },
        *frame);
    if (const auto* said = std::get_if<schemas::Outcomes>(&*frame)) check_outcomes(*said);
    if (const auto* deliver = std::get_if<schemas::Deliver>(&*frame)) {
        for (const auto& delivery : deliver->deliveries) check_delivery(to, delivery.envelope);
    }
}

// Clients.

void Oracles::sealed(std::size_t client, const client::OutboxItem& item, const Said& said) {
    if (letters_.contains(item.hash)) return;
    Letter letter{client, founding_.members()[client].agency, said, {}};
    exercised_.files_sealed += said.files.size();
    if (said.needs_approval) {
        ++exercised_.approved_sealed;
        if (!approved_.contains(said.message)) violated("sealed without approval: " + said.text);
    }
    for (const client::OutboxOffice& office : item.offices) letter.to.insert(office.office);
    letters_.emplace(item.hash, std::move(letter));
}

void Oracles::holds(std::size_t client, const std::vector<client::OutboxItem>& outbox,
                    const std::vector<client::InboxItem>& inbox) {
    std::set<EnvelopeHash> receipts;
    for (const client::OutboxItem& item : outbox) {
        if (item.stage == schemas::Stage::Logged) receipts.insert(item.hash);
    }
    for (const EnvelopeHash& hash : acknowledged_[client]) {
        if (!receipts.contains(hash)) violated("a receipt is gone: " + short_name(hash));
    }
    acknowledged_[client] = std::move(receipts);
    auto& known = delivered_[client];
    std::map<std::uint64_t, EnvelopeHash> now;
    std::set<EnvelopeHash> hashes;
    std::set<std::pair<CertificateHash, MessageId>> messages;
    for (const client::InboxItem& item : inbox) {
        now.emplace(item.number.value, item.hash);
        const std::string who = founding_.members()[client].name + " has ";
        if (!hashes.insert(item.hash).second) violated(who + short_name(item.hash) + " twice");
        if (!messages.emplace(item.sender, item.message).second) {
            violated(who + "one message twice: " + short_name(item.hash));
        }
    }
    for (const auto& [number, hash] : known) {
        const auto still = now.find(number);
        if (still == now.end() || still->second != hash) {
            violated("delivered mail is gone: " + short_name(hash));
        }
    }
    known = std::move(now);
    if (plan_.keeps_order()) check_order(client, inbox);
}

void Oracles::check_order(std::size_t client, const std::vector<client::InboxItem>& inbox) {
    std::map<std::pair<CertificateHash, schemas::Urgency>, EntryIndex> newest;
    std::vector<client::InboxItem> items = inbox;
    std::ranges::sort(items, {}, &client::InboxItem::number);
    for (const client::InboxItem& item : items) {
        EntryIndex& last = newest[{item.sender, item.urgency}];
        if (item.accepted < last) {
            violated("out of order at " + founding_.members()[client].name + ": " +
                     short_name(item.hash));
        }
        last = item.accepted;
    }
}

void Oracles::opened(std::size_t client, const client::InboxItem& item, const std::string& text) {
    const auto letter = letters_.find(item.hash);
    const std::string who = founding_.members()[client].name;
    if (letter == letters_.end()) {
        if (item.sender == founding_.members().back().certificate) return;  // mallory's own
        return violated(who + " opened an envelope that nobody sent: " + short_name(item.hash));
    }
    if (letter->second.said.text != text) violated(who + " read another text than was sent");
    if (founding_.members()[letter->second.sender].certificate != item.sender) {
        violated(who + " believes another sender");
    }
}

void Oracles::alarmed(std::size_t client, const std::string& what) {
    const std::string alarm = founding_.members()[client].name + ": " + what;
    if (!alarms_.insert(alarm).second) return;
    transcript_.note(timeline_.now(), "ALARM", alarm);
    // What was withheld did not come, and its recipient is not told why.
    const bool withheld =
        plan_.policy_change && what == text_of(client::LedgerAlarmKind::EnvelopeMissing);
    const bool honest = plan_.lie == Lie::None && plan_.keeps_order() && !withheld;
    if (honest) violated("a false alarm: " + alarm);
}

void Oracles::read_file(const FilePlace& place, const Hash& digest) {
    const auto letter = letters_.find(place.envelope);
    if (letter == letters_.end()) return;
    const auto& files = letter->second.said.files;
    const std::string who = founding_.members()[place.client].name;
    if (place.stream > files.size() || files[place.stream - 1U] != digest) {
        return violated(who + " read another file than was sent");
    }
    if (files_.insert(place).second) ++exercised_.files_read;
}

void Oracles::file_is_absent(const FilePlace& place) {
    if (!files_.contains(place)) return;
    violated("a file is gone that " + founding_.members()[place.client].name +
             " had fetched: " + short_name(place.envelope));
}

// The end.

std::string Oracles::missing_file(std::size_t client, const EnvelopeHash& hash) const {
    const auto letter = letters_.find(hash);
    if (letter == letters_.end()) return {};
    for (std::size_t i = 0; i < letter->second.said.files.size(); ++i) {
        const auto stream = static_cast<std::uint16_t>(i + 1);
        if (!files_.contains({client, hash, stream})) return " lacks file " + std::to_string(i + 1);
    }
    return {};
}

std::string Oracles::unfinished(const std::vector<std::vector<client::OutboxItem>>& outboxes,
                                const std::vector<std::vector<client::InboxItem>>& inboxes) const {
    const auto& members = founding_.members();
    for (std::size_t i = 0; i < outboxes.size(); ++i) {
        if (revoked_ && members[i].name == "uz2") continue;
        for (const client::OutboxItem& item : outboxes[i]) {
            const std::string name = members[i].name + "'s #" + std::to_string(item.number.value);
            if (item.stage == schemas::Stage::Refused && !item.problem.code.empty()) continue;
            const bool declined =
                item.stage == schemas::Stage::AwaitingApprovals && is_declined(item, outboxes[i]);
            if (declined) continue;
            if (item.stage != schemas::Stage::Logged) {
                return name + " has no answer: " + item.problem.code + " " + item.problem.context;
            }
            const bool between = members[i].agency == members[0].agency && plan_.policy_change;
            for (const client::OutboxOffice& office : item.offices) {
                if (!is_over(office.stage)) return name + " is on its way";
                if (!is_delivered(office.stage)) continue;
                for (const CertificateHash& device : office.devices) {
                    const auto at = std::ranges::find(members, device, &Member::certificate);
                    const auto to = static_cast<std::size_t>(at - members.begin());
                    if (to >= inboxes.size() || (revoked_ && at->name == "uz2")) continue;
                    const bool there =
                        std::ranges::find(inboxes[to], item.hash, &client::InboxItem::hash) !=
                        inboxes[to].end();
                    // Between two policies one device may have had it, the other not.
                    if (!there && !between) return name + " has not come to " + at->name;
                    const std::string file = there ? missing_file(to, item.hash) : std::string();
                    if (!file.empty()) return name + ": " + at->name + file;
                }
            }
        }
    }
    return {};
}

void Oracles::finished(bool told) {
    if (plan_.lie != Lie::None && told && alarms_.empty()) {
        violated(std::string("nobody noticed the lie: ") + text_of(plan_.lie));
    }
}

}  // namespace chapar::sim
