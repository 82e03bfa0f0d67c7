#include "broker/core/plan.h"

namespace chapar::broker {

Plan refusal(const Hash& about, const Error& error) {
    Plan plan;
    plan.outcome.about = about;
    plan.outcome.code = error.code;
    plan.outcome.context = error.context;
    return plan;
}

Plan duplicate(const Hash& about, EntryIndex first, std::uint32_t count) {
    Plan plan;
    plan.outcome.about = about;
    plan.outcome.freshness = Freshness::Duplicate;
    plan.outcome.first = first;
    plan.outcome.count = count;
    return plan;
}

EntryDraft draft_at(const Moment& moment, crypto::LeafKind kind, std::uint8_t event) {
    EntryDraft draft;
    draft.kind = kind;
    draft.clock = moment.clock;
    draft.epoch = moment.epoch;
    draft.body.event = event;
    draft.body.time = moment.time;
    return draft;
}

void add_draft(Plan& plan, const Moment& moment, EntryDraft draft) {
    plan.outcome.first = moment.next;
    ++plan.outcome.count;
    plan.drafts.push_back(std::move(draft));
}

bool is_failure(Errc code) {
    switch (code) {
        case Errc::StoreFull:
        case Errc::StoreFailed:
        case Errc::StoreDamaged:
        case Errc::StoreInUse:
        case Errc::LedgerDamaged:
        case Errc::FileFailed:
        case Errc::Internal:
            return true;
        default:
            return false;
    }
}

}  // namespace chapar::broker
