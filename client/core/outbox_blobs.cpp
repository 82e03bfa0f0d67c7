// Which large streams are still needed.
#include <algorithm>

#include "client/core/outbox.h"
#include "client/core/outbox_store.h"
#include "client/core/reseal.h"

namespace chapar::client {
namespace {

using schemas::Stage;

bool may_be_delivered(const OutboxOffice& office) {
    return office.stage == Stage::Logged || office.stage == Stage::Withheld;
}

// Someone who lost the key may still be answered.
bool may_be_asked_for(const OutboxItem& item, const OutboxOffice& office) {
    return std::ranges::any_of(office.key_gone, [&item](const CertificateHash& one) {
        return std::ranges::find(item.reseal.done, one) == item.reseal.done.end();
    });
}

bool needs_itself(const OutboxItem& item, TimeMs now) {
    if (item.expires < now) return false;
    switch (item.stage) {
        case Stage::OnThisComputer:
            return true;
        case Stage::Logged:
            return std::ranges::any_of(item.offices, [&item](const OutboxOffice& office) {
                return may_be_delivered(office) || may_be_asked_for(item, office);
            });
        case Stage::Refused:
            return can_go_again(item.problem.code) && !item.reseal.instead;
        default:
            return false;
    }
}

// Whether a draft that is not sealed yet takes its attachments from this item.
bool feeds_a_draft(const OutboxItem& item, const std::vector<OutboxItem>& all) {
    return std::ranges::any_of(all, [&](const OutboxItem& other) {
        const bool waits = other.stage == Stage::Drafted || other.stage == Stage::AwaitingApprovals;
        return waits && other.reseal.first == item.number;
    });
}

}  // namespace

Result<std::set<Hash>> outbox_needed_blobs(const storage::ReadTxn& txn, TimeMs now) {
    std::set<Hash> needed;
    const std::vector<OutboxItem> items = CHAPAR_TRY(outbox_items(txn));
    for (const OutboxItem& item : items) {
        if (!needs_itself(item, now) && !feeds_a_draft(item, items)) continue;
        for (const OutboxFile& file : item.files) needed.insert(file.root);
    }
    return needed;
}

Result<std::vector<Hash>> outbox_settled_blobs(storage::Txn& txn, TimeMs now) {
    std::vector<Hash> settled;
    std::vector<OutboxItem> items = CHAPAR_TRY(outbox_items(txn));
    for (OutboxItem& item : items) {
        const bool here = std::ranges::any_of(item.files, &OutboxFile::kept);
        if (!here || needs_itself(item, now) || feeds_a_draft(item, items)) continue;
        for (OutboxFile& file : item.files) {
            if (file.kept) settled.push_back(file.root);
            file.kept = false;
        }
        CHAPAR_TRY(outbox_store::put_item(txn, item));
    }
    return settled;
}

}  // namespace chapar::client
