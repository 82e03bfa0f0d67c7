#include "client/core/inbox_page.h"

#include <limits>
#include <utility>
#include <variant>

#include "client/core/inbox_index.h"
#include "client/core/inbox_substances.h"
#include "client/core/substance_names.h"

namespace chapar::client {
namespace {

constexpr std::size_t kItemsAtOnce = 256;

using Walk = std::variant<inbox_index::Walk, inbox_substances::Walk>;

std::vector<Walk> walks_of(const storage::ReadTxn& txn, const Device& device,
                           const InboxFilter& filter) {
    std::vector<Walk> walks;
    // The rarer first: what it leaves out, the others need not look for.
    if (filter.case_id) walks.emplace_back(inbox_index::Walk::of(txn, *filter.case_id));
    if (!filter.substance.empty()) {
        walks.emplace_back(
            inbox_substances::Walk(txn, device, names_of_substance(filter.substance)));
    }
    if (filter.kind) walks.emplace_back(inbox_index::Walk::of(txn, *filter.kind));
    if (filter.urgency) walks.emplace_back(inbox_index::Walk::of(txn, *filter.urgency));
    if (walks.empty()) walks.emplace_back(inbox_index::Walk::all(txn));
    return walks;
}

// The greatest number up to `most` on which all walks agree: each in turn goes down to where the
// one before it stands.
Result<std::optional<std::uint64_t>> agreed(std::vector<Walk>& walks, std::uint64_t most) {
    std::size_t agreeing = 0;
    for (std::size_t turn = 0; agreeing < walks.size(); turn = (turn + 1) % walks.size()) {
        const auto number =
            CHAPAR_TRY(std::visit([most](auto& walk) { return walk.at_most(most); }, walks[turn]));
        if (!number) return number;
        agreeing = *number == most ? agreeing + 1 : 1;
        most = *number;
    }
    return std::optional(most);
}

}  // namespace

Result<InboxPage> inbox_page(const storage::ReadTxn& txn, const Device& device,
                             const InboxFilter& filter, std::size_t most,
                             std::optional<InboxNumber> after) {
    InboxPage page;
    auto walks = walks_of(txn, device, filter);
    std::uint64_t from = after ? after->value : std::numeric_limits<std::int64_t>::max();
    while (from > 0) {
        const auto number = CHAPAR_TRY(agreed(walks, from - 1));
        if (!number) break;
        if (page.items.size() == most) {
            if (!page.items.empty()) page.after = page.items.back().number;
            break;
        }
        page.items.push_back(CHAPAR_TRY(inbox_item(txn, InboxNumber(*number))));
        from = *number;
    }
    return page;
}

Status each_inbox_item(const storage::ReadTxn& txn, const Device& device, const InboxFilter& filter,
                       const std::function<Status(const InboxItem&)>& each) {
    std::optional<InboxNumber> after;
    do {
        const InboxPage page = CHAPAR_TRY(inbox_page(txn, device, filter, kItemsAtOnce, after));
        for (const InboxItem& item : page.items) CHAPAR_TRY(each(item));
        after = page.after;
    } while (after);
    return Done{};
}

}  // namespace chapar::client
