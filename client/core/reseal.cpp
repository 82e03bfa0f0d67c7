#include "client/core/reseal.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>

#include "client/core/approval.h"
#include "client/core/directory_replica.h"
#include "client/core/directory_store.h"
#include "client/core/draft_store.h"
#include "client/core/peer_trust.h"
#include "client/core/recall.h"
#include "client/core/store_errors.h"
#include "client/core/store_keys.h"
#include "client/core/tables.h"
#include "schemas/base/limits.h"

namespace chapar::client {
namespace {

using schemas::Stage;

constexpr DurationMs kKeyGoneAge = kDay * 7;
constexpr std::uint64_t kKeyGoneADay = 3;
// A refusal that comes back each time is not a stale bundle.
constexpr std::uint8_t kGenerations = 3;
// A broker that only says so, without an entry, gets one more envelope.
constexpr std::uint8_t kUnprovenGenerations = 1;
// Of one call and verdict: a directory with many new devices is worked off over several exchanges,
// and what waits for a person holds up nothing that does not.
constexpr std::ptrdiff_t kAtOnce = 64;
// Of one new envelope, which has room for limits::kStanzas; the rest gets the next one.
constexpr std::size_t kDevicesAtOnce = 64;

// How often a device's lost keys were answered on a day.
Bytes count_key(const CertificateHash& device, TimeMs now) {
    return LayoutWriter()
        .raw(view("reseal"))
        .raw(device.view())
        .u32(static_cast<std::uint32_t>(day_of(now).value))
        .take();
}

bool contains(const std::vector<CertificateHash>& list, const CertificateHash& one) {
    return std::ranges::find(list, one) != list.end();
}

// Whether its large attachments, if it has any, are still on this computer.
bool has_attachments(const OutboxItem& item) {
    return std::ranges::all_of(item.files, &OutboxFile::kept);
}

// What others approved is not sealed again without them, and not without a person, who also learns
// of attachments that are gone.
bool needs_nobody(const OutboxItem& item) {
    return item.approvals.needed == 0 && has_attachments(item);
}

// Looks for needs in one outbox. Borrows.
class Search {
  public:
    // With `named`, of that envelope only.
    Search(const storage::ReadTxn& txn, const Device& device, TimeMs now,
           std::optional<OutboxNumber> named)
        : txn_(txn), directory_(txn), device_(device), now_(now), named_(named) {}

    Result<std::vector<ResealNeed>> run() {
        for (const OutboxItem& item : CHAPAR_TRY(outbox_items(txn_))) {
            if (named_ && item.number != *named_) continue;
            const bool sent = item.stage == Stage::Refused || item.stage == Stage::Logged;
            if (!sent || item.expires <= now_ || CHAPAR_TRY(is_recalled(txn_, item))) continue;
            if (item.stage == Stage::Refused) CHAPAR_TRY(look_at_refused(item));
            if (item.stage == Stage::Logged) CHAPAR_TRY(look_at_logged(item));
        }
        return std::move(needs_);
    }

  private:
    static ResealVerdict verdict_of(bool automatic) {
        return automatic ? ResealVerdict::Automatic : ResealVerdict::NeedsConfirmation;
    }

    void keep(ResealNeed need) {
        const auto kept = std::ranges::count(needs_, need.verdict, &ResealNeed::verdict);
        if (kept < kAtOnce) needs_.push_back(std::move(need));
    }

    Status look_at_refused(const OutboxItem& item) {
        if (!can_go_again(item.problem.code) || item.reseal.instead) return Done{};
        // The refusal may be about this device itself.
        const Standing own =
            CHAPAR_TRY(directory_.standing(device_.certificate, directory_store::kNow, now_));
        if (own != Standing::Valid) return Done{};
        ResealNeed need{item.number,
                        ResealCause::Refused,
                        verdict_of(goes_again_by_itself(item, now_)),
                        {},
                        {}};
        for (const OutboxOffice& office : item.offices) {
            need.offices.push_back(office.office);
            if (item.reseal.partial) {
                need.devices.insert(need.devices.end(), office.devices.begin(),
                                    office.devices.end());
            }
        }
        keep(std::move(need));
        return Done{};
    }

    Status look_at_logged(const OutboxItem& item) {
        ResealNeed joined{
            item.number, ResealCause::DeviceJoined, verdict_of(needs_nobody(item)), {}, {}};
        ResealNeed lost{item.number, ResealCause::KeyGone, ResealVerdict::Automatic, {}, {}};
        ResealNeed asked{
            item.number, ResealCause::KeyGone, ResealVerdict::NeedsConfirmation, {}, {}};
        for (const OutboxOffice& office : item.offices) {
            const auto reachable =
                devices_to_seal_to(directory_, device_.roots, office.office, now_);
            if (!reachable) {
                if (is_beyond_reach(reachable.error().code)) continue;
                return reachable.error();
            }
            for (const ReachableDevice& one : *reachable) {
                if (one.certificate == device_.certificate ||
                    contains(item.reseal.done, one.certificate)) {
                    continue;
                }
                if (has_joined(item, office, one.certificate)) {
                    add(joined, office.office, one.certificate);
                } else if (contains(office.key_gone, one.certificate)) {
                    const bool automatic = CHAPAR_TRY(may_answer(item, one.certificate));
                    add(automatic ? lost : asked, office.office, one.certificate);
                }
            }
        }
        for (ResealNeed* need : {&joined, &lost, &asked}) {
            if (!need->devices.empty()) keep(std::move(*need));
        }
        return Done{};
    }

    // Nothing more can be sent to such an office; that is no reason to leave out the others.
    static bool is_beyond_reach(Errc code) {
        return code == Errc::OfficeUnknown || code == Errc::PeerUnconfirmed ||
               code == Errc::PeerKeyChanged;
    }

    // An envelope that itself went to some devices only says nothing about the others.
    static bool has_joined(const OutboxItem& item, const OutboxOffice& office,
                           const CertificateHash& one) {
        const bool undelivered = office.stage == Stage::Logged || office.stage == Stage::Withheld;
        return undelivered && !item.reseal.partial && !contains(office.devices, one);
    }

    Result<bool> may_answer(const OutboxItem& item, const CertificateHash& one) {
        const bool recent = item.entry_time + kKeyGoneAge >= now_;
        const bool low = item.classification <= schemas::Classification::Restricted;
        if (!recent || !low || !has_attachments(item) || item.approvals.needed != 0) return false;
        const auto stored = CHAPAR_TRY(get_number(txn_, tables::kState, count_key(one, now_)));
        const std::uint64_t used = stored.value_or(0) + planned_[one];
        if (used >= kKeyGoneADay) return false;
        ++planned_[one];
        return true;
    }

    static void add(ResealNeed& need, const OfficeId& office, const CertificateHash& device) {
        if (need.devices.size() == kDevicesAtOnce) return;
        if (std::ranges::find(need.offices, office) == need.offices.end()) {
            need.offices.push_back(office);
        }
        need.devices.push_back(device);
    }

    const storage::ReadTxn& txn_;
    DirectoryView directory_;
    const Device& device_;
    TimeMs now_;
    std::optional<OutboxNumber> named_;
    std::map<CertificateHash, std::uint64_t> planned_;
    std::vector<ResealNeed> needs_;
};

// The same text to other devices: everything that names this one envelope is made anew.
Result<StoredDraft> renew(const storage::ReadTxn& txn, const Device& device, const OutboxItem& item,
                          const ResealNeed& need, TimeMs now, crypto::Random& random) {
    StoredDraft draft = CHAPAR_TRY(stored_draft(txn, device, item.number));
    schemas::Header& header = draft.header;
    // A refusal without an entry is only the broker's word: someone may have it.
    if (item.attempts != 0 || item.stage == Stage::Logged) {
        auto& derived = header.derived_from;
        derived.insert(derived.begin(), header.message_id);
        if (derived.size() > limits::kDerivedFrom) derived.resize(limits::kDerivedFrom);
    }
    header.message_id = draft_store::fresh_id(now, random);
    header.home = device.card.home();  // another one, if its ledger was closed
    header.created = now;
    if (header.reply_by <= now) header.reply_by = TimeMs(0);
    draft.to = need.offices;
    draft.only = need.devices;
    for (std::size_t i = 0; i < draft.attachments.size(); ++i) {
        draft.attachments[i].source = SentSource{item.number, static_cast<std::uint16_t>(i + 1)};
    }
    CHAPAR_TRY(draft_store::bind(draft, random));
    return draft;
}

Status count_answers(storage::Txn& txn, const ResealNeed& need, TimeMs now) {
    if (need.cause != ResealCause::KeyGone) return Done{};
    for (const CertificateHash& one : need.devices) {
        const Bytes key = count_key(one, now);
        const auto used = CHAPAR_TRY(get_number(txn, tables::kState, key));
        CHAPAR_TRY(put_number(txn, tables::kState, key, used.value_or(0) + 1));
    }
    return Done{};
}

// The new draft and, where the first was approved, the request for new approvals.
Status add_reseal(storage::Txn& txn, const Device& device, const ResealNeed& need, TimeMs now,
                  crypto::Random& random, std::vector<OutboxNumber>& added) {
    OutboxItem item = CHAPAR_TRY(outbox_item(txn, need.number));
    if (!has_attachments(item)) {
        return Error(Errc::NotFound, "attachments of #" + std::to_string(item.number.value) +
                                         ": all offices had it, and they are gone here");
    }
    const StoredDraft draft = CHAPAR_TRY(renew(txn, device, item, need, now, random));
    OutboxReseal reseal;
    reseal.first = item.number;
    reseal.generation = static_cast<std::uint8_t>(std::min(item.reseal.generation + 1, 255));
    reseal.partial = !need.devices.empty();
    const OutboxNumber number = CHAPAR_TRY(draft_store::add(txn, device, draft, reseal, random));
    added.push_back(number);
    if (item.approvals.needed != 0) {
        const Draft request = CHAPAR_TRY(request_approvals(
            txn, device, number, item.approvals.asked, item.approvals.needed, "", now));
        const auto requests = CHAPAR_TRY(add_drafts(txn, device, {&request, 1}, now, random));
        added.insert(added.end(), requests.begin(), requests.end());
    }
    if (need.cause == ResealCause::Refused) {
        item.reseal.instead = number;
    } else {
        item.reseal.done.insert(item.reseal.done.end(), need.devices.begin(), need.devices.end());
    }
    CHAPAR_TRY(count_answers(txn, need, now));
    return outbox_update(txn, item);
}

// Whether the broker would still take a stanza for this key.
Result<bool> is_acceptable(const DirectoryView& directory, const crypto::StanzaLabel& label,
                           TimeMs now) {
    const Standing standing =
        CHAPAR_TRY(directory.standing(label.certificate, directory_store::kNow, now));
    if (standing != Standing::Valid) return false;
    const auto bundle =
        CHAPAR_TRY(directory.bundle(label.certificate, crypto::bundle_sequence_of(label.key_id)));
    if (!bundle) return false;
    const TimeMs end = start_of(EpochDay(crypto::epoch_day_of(label.key_id).value + 1));
    return now < end + kDay * bundle->record.keep_days;
}

}  // namespace

bool can_go_again(std::string_view code) {
    constexpr std::array kCodes{Errc::BundleStale,        Errc::CertificateRevoked,
                                Errc::CertificateExpired, Errc::CertificateSuspended,
                                Errc::OriginClosed,       Errc::WrongHome};
    return std::ranges::any_of(kCodes, [code](Errc one) { return text_of(one).code == code; });
}

bool goes_again_by_itself(const OutboxItem& item, TimeMs now) {
    const std::uint8_t generations = item.entry ? kGenerations : kUnprovenGenerations;
    return item.stage == Stage::Refused && can_go_again(item.problem.code) && item.expires > now &&
           !item.reseal.instead && item.reseal.generation < generations && needs_nobody(item);
}

Result<std::vector<ResealNeed>> find_reseals(const storage::ReadTxn& txn, const Device& device,
                                             TimeMs now, std::optional<OutboxNumber> number) {
    return Search(txn, device, now, number).run();
}

Result<std::vector<OutboxNumber>> add_reseals(storage::Txn& txn, const Device& device,
                                              ResealVerdict verdict,
                                              std::optional<OutboxNumber> number, TimeMs now,
                                              crypto::Random& random) {
    std::vector<OutboxNumber> added;
    bool found = false;
    for (const ResealNeed& need : CHAPAR_TRY(find_reseals(txn, device, now, number))) {
        if (need.verdict != verdict) continue;
        found = true;
        const Status one = add_reseal(txn, device, need, now, random, added);
        if (one) continue;
        if (number) return one.error();
        // Its text cannot be read: it holds up nothing but itself.
        CHAPAR_TRY(unless_broken(one.error()));
    }
    if (number && !found) return Error(Errc::Conflict, "nothing of it needs to be sealed again");
    return added;
}

Result<std::vector<OutboxNumber>> unseal_outdated(storage::Txn& txn, TimeMs now) {
    std::vector<OutboxNumber> changed;
    const DirectoryView directory(txn);
    for (const OutboxItem& item : CHAPAR_TRY(outbox_pending(txn))) {
        if (item.attempts != 0) continue;
        const OutboxBytes bytes = CHAPAR_TRY(outbox_bytes(txn, item.number));
        // Attachments would have to be read from the person's files again: these are handed over as
        // they are, refused, and sealed again from their own ciphertext.
        if (bytes.streams.size() > 1) continue;
        bool outdated = false;
        for (const crypto::Stanza& stanza : bytes.stanzas) {
            outdated = outdated || !CHAPAR_TRY(is_acceptable(directory, stanza.label, now));
        }
        if (!outdated) continue;
        CHAPAR_TRY(outbox_unsealed(txn, item.number));
        changed.push_back(item.number);
    }
    return changed;
}

}  // namespace chapar::client
