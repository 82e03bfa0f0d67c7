#include "client/cli/mail/inbox_attachments.h"

#include <algorithm>
#include <string>

#include "schemas/base/hex.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

Result<std::size_t> missing_streams(DeviceContext& context, InboxNumber number) {
    const auto txn = CHAPAR_TRY(context.store().begin_read());
    const InboxText text = CHAPAR_TRY(inbox_text(*txn, context.device(), number));
    return static_cast<std::size_t>(
        std::ranges::count_if(text.attachments, [&](const InboxAttachment& attachment) {
            return where_is(context, attachment) == Whereabouts::NotFetched;
        }));
}

// One item that cannot be read; anything else is about the store.
bool is_unreadable(Errc code) {
    return code == Errc::RecordKeyGone || code == Errc::RecordKeyDamaged || code == Errc::NotFound;
}

// What may still be read, from a confirmed sender, the most urgent first.
Result<std::vector<InboxItem>> worth_fetching(DeviceContext& context) {
    const auto txn = CHAPAR_TRY(context.store().begin_read());
    std::vector<InboxItem> items = CHAPAR_TRY(inbox_items(*txn));
    std::erase_if(items, [&](const InboxItem& item) {
        const bool closed = item.state == InboxState::Provisional ||
                            item.state == InboxState::Recalled ||
                            item.state == InboxState::Unopenable;
        return item.attachments == 0 || closed || item.expires <= context.now();
    });
    std::ranges::stable_sort(items, {}, &InboxItem::urgency);
    return items;
}

}  // namespace

Whereabouts where_is(DeviceContext& context, const InboxAttachment& attachment) {
    if (attachment.text) return Whereabouts::Here;
    const auto blob = context.blobs().open(attachment.commitment.root);
    const bool whole = blob && (*blob)->size() == attachment.commitment.size;
    return whole ? Whereabouts::Here : Whereabouts::NotFetched;
}

Status fetch_and_save(Invocation& invocation, std::uint64_t given,
                      const std::filesystem::path& folder) {
    const auto context = CHAPAR_TRY(DeviceContext::open(invocation));
    const InboxNumber number(given);
    if (CHAPAR_TRY(missing_streams(*context, number)) > 0) {
        CHAPAR_TRY(context->connect());
        CHAPAR_TRY(context->fetch_attachments(number));
    }
    const auto paths = CHAPAR_TRY(context->release_attachments(number, folder));
    const auto txn = CHAPAR_TRY(context->store().begin_read());
    const InboxText text = CHAPAR_TRY(inbox_text(*txn, context->device(), number));
    if (paths.empty()) return Error(Errc::NotFound, "it has no attachments");
    for (std::size_t i = 0; i < paths.size(); ++i) {
        const InboxAttachment& attachment = text.attachments.at(i);
        invocation.output.result(json::object{{"number", given},
                                              {"attachment", attachment.stream},
                                              {"path", paths[i].string()},
                                              {"type", attachment.listed.media_type},
                                              {"bytes", attachment.listed.length},
                                              {"sha256", to_hex(attachment.digest.view())}},
                                 paths[i].string());
    }
    return Done{};
}

Status fetch_missing(Invocation& invocation, DeviceContext& context,
                     std::set<InboxNumber>& unreadable) {
    for (const InboxItem& item : CHAPAR_TRY(worth_fetching(context))) {
        const auto missing = missing_streams(context, item.number);
        if (!missing && !is_unreadable(missing.error().code)) return missing.error();
        if (!missing && unreadable.insert(item.number).second) {
            invocation.output.warning("#" + std::to_string(item.number.value) + ": " +
                                      std::string(text_of(missing.error().code).sentence));
        }
        if (!missing || *missing == 0) continue;
        const Status fetched = context.fetch_attachments(item.number);
        if (!fetched && !context.connected()) return fetched;
        if (!fetched) {
            [[maybe_unused]] const int exit = invocation.output.problem(fetched.error());
            continue;
        }
        invocation.output.result(
            json::object{{"number", item.number.value}, {"fetched", true}},
            "#" + std::to_string(item.number.value) + " its attachments are here");
    }
    return Done{};
}

}  // namespace chapar::client
