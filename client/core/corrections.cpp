#include "client/core/corrections.h"

#include <algorithm>

#include "client/core/compose.h"
#include "client/core/inbox_page.h"
#include "client/core/recall.h"
#include "client/core/store_errors.h"

namespace chapar::client {
namespace {

// What is not in the ledger yet comes after everything that is.
bool is_earlier(const KnownCorrection& x, const KnownCorrection& y) {
    if (x.entry && y.entry) return *x.entry < *y.entry;
    return x.entry.has_value() && !y.entry;
}

// Each that counts, with the office that wrote it. Its error ends it.
using Each = std::function<void(const MessageId& target, const OfficeId& office, KnownCorrection)>;

Status each_received(const storage::ReadTxn& txn, const Device& device, const Each& each) {
    InboxFilter filter;
    filter.kind = schemas::Kind::Correction;
    return each_inbox_item(txn, device, filter, [&](const InboxItem& item) -> Status {
        if (!is_settled(item) || item.disputed || item.sent_again) return Done{};
        const auto text = inbox_text(txn, device, item.number);
        if (!text) return unless_broken(text.error());
        const auto* said = std::get_if<schemas::Correction>(&text->content.payload);
        if (said == nullptr) return Done{};
        each(said->target, item.sender_office,
             {MessageWay::Received, item.number.value, text->header, item.accepted,
              item.accepted_at, said->changes});
        return Done{};
    });
}

Status each_sent(const storage::ReadTxn& txn, const Device& device, const Each& each) {
    for (const OutboxItem& item : CHAPAR_TRY(outbox_items(txn))) {
        if (item.kind != schemas::Kind::Correction || !is_sent(item)) continue;
        if (item.reseal.partial) continue;  // says what the first says
        if (CHAPAR_TRY(is_recalled(txn, item))) continue;
        const auto draft = stored_draft(txn, device, item.number);
        if (!draft) {
            CHAPAR_TRY(unless_broken(draft.error()));
            continue;
        }
        const auto* said = std::get_if<schemas::Correction>(&draft->content.payload);
        if (said == nullptr) continue;
        each(said->target, device.office,
             {MessageWay::Sent, item.number.value, draft->header, item.entry,
              item.entry ? item.entry_time : item.created, said->changes});
    }
    return Done{};
}

// Empty if it is not here, or not to be read.
Result<std::optional<CorrectionTarget>> sent_target(const storage::ReadTxn& txn,
                                                    const Device& device,
                                                    const MessageId& message) {
    const auto item = outbox_item(txn, message);
    if (!item) {
        CHAPAR_TRY(unless_broken(item.error()));
        return std::optional<CorrectionTarget>();
    }
    if (!is_sent(*item)) return std::optional<CorrectionTarget>();
    auto draft = stored_draft(txn, device, item->number);
    if (!draft) {
        CHAPAR_TRY(unless_broken(draft.error()));
        return std::optional<CorrectionTarget>();
    }
    return std::optional(CorrectionTarget{MessageWay::Sent, item->number.value, device.office,
                                          draft->header, std::move(draft->content.payload)});
}

Result<std::optional<CorrectionTarget>> received_target(const storage::ReadTxn& txn,
                                                        const Device& device,
                                                        const MessageId& message,
                                                        const OfficeId& corrects) {
    std::optional<CorrectionTarget> of_another;
    for (const InboxItem& item : CHAPAR_TRY(inbox_find(txn, message))) {
        auto text = inbox_text(txn, device, item.number);
        if (!text) {
            CHAPAR_TRY(unless_broken(text.error()));
            continue;
        }
        CorrectionTarget found{MessageWay::Received, item.number.value, item.sender_office,
                               text->header, std::move(text->content.payload)};
        if (item.sender_office == corrects) return std::optional(std::move(found));
        of_another = std::move(found);
    }
    return of_another;
}

}  // namespace

std::string_view text_of(MessageWay way) { return way == MessageWay::Sent ? "sent" : "received"; }

bool is_sent(const OutboxItem& item) {
    return item.stage == schemas::Stage::OnThisComputer || item.stage == schemas::Stage::Logged;
}

Result<Corrections> Corrections::read(const storage::ReadTxn& txn, const Device& device) {
    Corrections out;
    const Each note = [&out](const MessageId& target, const OfficeId& office,
                             KnownCorrection correction) {
        out.known_[{target, office}].push_back(std::move(correction));
    };
    CHAPAR_TRY(each_received(txn, device, note));
    CHAPAR_TRY(each_sent(txn, device, note));
    for (auto& [target, known] : out.known_) std::ranges::stable_sort(known, is_earlier);
    return out;
}

std::span<const KnownCorrection> Corrections::of(const MessageId& message,
                                                 const OfficeId& office) const {
    const auto known = known_.find({message, office});
    return known == known_.end() ? std::span<const KnownCorrection>() : known->second;
}

CorrectedMessage with_corrections(const schemas::Payload& payload,
                                  std::span<const KnownCorrection> known) {
    CorrectedMessage out{payload, {}};
    for (const KnownCorrection& correction : known) {
        auto after = corrected(out.payload, correction.changes);
        if (const auto* problem = std::get_if<schemas::KindProblem>(&after)) {
            out.applied.push_back({&correction, {}, error_of(*problem)});
            continue;
        }
        auto& [payload_after, fields] = std::get<Corrected>(after);
        out.payload = std::move(payload_after);
        out.applied.push_back({&correction, std::move(fields), std::nullopt});
    }
    return out;
}

Result<std::optional<CorrectionTarget>> correction_target(const storage::ReadTxn& txn,
                                                          const Device& device,
                                                          const MessageId& message,
                                                          const OfficeId& corrects,
                                                          std::optional<EntryIndex> before) {
    std::optional<CorrectionTarget> target;
    if (corrects == device.office) target = CHAPAR_TRY(sent_target(txn, device, message));
    if (!target) target = CHAPAR_TRY(received_target(txn, device, message, corrects));
    if (!target || target->office != corrects) return target;
    const Corrections all = CHAPAR_TRY(Corrections::read(txn, device));
    const auto known = all.of(message, corrects);
    const auto end = std::ranges::find_if(known, [before](const KnownCorrection& one) {
        return before && (!one.entry || !(*one.entry < *before));
    });
    target->payload = std::move(with_corrections(target->payload, {known.begin(), end}).payload);
    return target;
}

}  // namespace chapar::client
