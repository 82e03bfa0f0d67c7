#include "client/core/seizure_records.h"

#include <algorithm>
#include <utility>

#include "client/core/compose.h"
#include "client/core/inbox_page.h"
#include "client/core/peer_trust.h"
#include "client/core/recall.h"
#include "client/core/store_errors.h"

namespace chapar::client {
namespace {

InboxFilter of_kind(schemas::Kind kind) {
    InboxFilter filter;
    filter.kind = kind;
    return filter;
}

class Reader {
  public:
    Reader(const storage::ReadTxn& txn, const Device& device, const SeizureWish& wish,
           const std::function<Status(const SeizureRecord&)>& each)
        : txn_(txn), device_(device), wish_(wish), each_(each) {}

    Result<SeizuresLeftOut> run() {
        sent_ = CHAPAR_TRY(outbox_items(txn_));
        corrections_ = CHAPAR_TRY(Corrections::read(txn_, device_));
        if (wish_.received) {
            CHAPAR_TRY(each_inbox_item(txn_, device_, of_kind(schemas::Kind::SeizureAlert),
                                       [this](const InboxItem& item) { return received(item); }));
        }
        if (wish_.sent) {
            for (auto item = sent_.rbegin(); item != sent_.rend(); ++item) CHAPAR_TRY(sent(*item));
        }
        return left_out_;
    }

  private:
    Status received(const InboxItem& item) {
        if (item.state == InboxState::Recalled) return count(left_out_.recalled);
        if (item.state == InboxState::Unopenable) return count(left_out_.unreadable);
        if (item.sent_again) return count(left_out_.sent_again);
        const bool provisional = item.state == InboxState::Provisional;
        if ((provisional || item.disputed) && !wish_.doubtful) return count(left_out_.doubtful);
        const auto text = inbox_text(txn_, device_, item.number);
        if (!text) {
            CHAPAR_TRY(unless_broken(text.error()));
            return count(left_out_.unreadable);
        }
        const Trust trust = CHAPAR_TRY(certificate_trust(
            DirectoryView(txn_), device_.roots, item.sender, item.accepted, item.accepted_at));
        SeizureRecord record{{},
                             MessageWay::Received,
                             item.number.value,
                             text->header,
                             item.sender_office,
                             item.sender_agency,
                             {},
                             {},
                             {}};
        record.trust = std::string(text_of(trust));
        if (provisional) record.trust += " provisional";
        if (item.disputed) record.trust += " disputed";
        return hand_over(std::move(record), text->content.payload);
    }

    Status sent(const OutboxItem& item) {
        if (item.kind != schemas::Kind::SeizureAlert || !is_sent(item)) return Done{};
        // To some of those who got the first. One that went in the place of a refused one is
        // counted.
        if (item.reseal.partial) return count(left_out_.sent_again);
        if (CHAPAR_TRY(is_recalled(txn_, item))) return count(left_out_.recalled);
        const auto draft = stored_draft(txn_, device_, item.number);
        if (!draft) {
            CHAPAR_TRY(unless_broken(draft.error()));
            return count(left_out_.unreadable);
        }
        SeizureRecord record{{},
                             MessageWay::Sent,
                             item.number.value,
                             draft->header,
                             device_.office,
                             device_.agency,
                             draft->to,
                             {},
                             "own"};
        return hand_over(std::move(record), draft->content.payload);
    }

    Status hand_over(SeizureRecord record, const schemas::Payload& payload) {
        const auto known = corrections_.of(record.header.message_id, record.office);
        CorrectedMessage now = with_corrections(payload, known);
        for (const AppliedCorrection& one : now.applied) {
            if (one.problem) {
                ++left_out_.uncorrected;
                continue;
            }
            record.corrected_by.push_back(one.correction->header.message_id);
            tighten(record.header, one.correction->header);
        }
        auto* alert = std::get_if<schemas::SeizureAlert>(&now.payload);
        if (alert == nullptr) return count(left_out_.unreadable);
        const bool early = wish_.since && alert->time < *wish_.since;
        const bool late = wish_.until && alert->time >= *wish_.until;
        if (early || late) return Done{};
        const schemas::Header& header = record.header;
        const bool for_some = !header.releasable_to.empty();
        if (header.handling > wish_.up_to || (for_some && wish_.up_to < schemas::Handling::H2)) {
            return count(left_out_.handling);
        }
        record.alert = std::move(*alert);
        return each_(record);
    }

    // What a correction says is handled as it was marked, not as the alert was.
    static void tighten(schemas::Header& header, const schemas::Header& of_correction) {
        header.handling = std::max(header.handling, of_correction.handling);
        header.classification = std::max(header.classification, of_correction.classification);
        if (header.releasable_to.empty()) header.releasable_to = of_correction.releasable_to;
    }

    static Status count(std::uint64_t& counter) {
        ++counter;
        return Done{};
    }

    const storage::ReadTxn& txn_;
    const Device& device_;
    const SeizureWish& wish_;
    const std::function<Status(const SeizureRecord&)>& each_;
    std::vector<OutboxItem> sent_;
    Corrections corrections_;
    SeizuresLeftOut left_out_;
};

}  // namespace

Result<SeizuresLeftOut> each_seizure(const storage::ReadTxn& txn, const Device& device,
                                     const SeizureWish& wish,
                                     const std::function<Status(const SeizureRecord&)>& each) {
    return Reader(txn, device, wish, each).run();
}

}  // namespace chapar::client
