// An open device's large streams on this disk: what is written out, what may go.
#include <set>
#include <utility>

#include "client/cli/device/device_context.h"
#include "client/edge/transfer_release.h"

namespace chapar::client {

Status DeviceContext::tidy_blobs() {
    const auto settled = CHAPAR_TRY(in_transaction(
        *store_, [&](storage::Txn& txn) { return outbox_settled_blobs(txn, now()); }));
    const auto held = CHAPAR_TRY(blobs_->roots());
    if (held.empty()) return Done{};
    std::set<Hash> needed;
    {
        const auto txn = CHAPAR_TRY(store_->begin_read());
        needed = CHAPAR_TRY(outbox_needed_blobs(*txn, now()));
        needed.merge(CHAPAR_TRY(inbox_needed_blobs(*txn, now())));
    }
    for (const Hash& root : held) {
        if (!needed.contains(root)) CHAPAR_TRY(blobs_->remove(root));
    }
    return Done{};
}

Result<std::vector<std::filesystem::path>> DeviceContext::release_attachments(
    InboxNumber number, const std::filesystem::path& folder) {
    const auto txn = CHAPAR_TRY(store_->begin_read());
    const InboxItem item = CHAPAR_TRY(inbox_item(*txn, number));
    if (item.state == InboxState::Provisional) {
        return Error(errc_of(item.problem).value_or(Errc::Provisional),
                     "its attachments stay closed until its sender is confirmed");
    }
    const InboxText text = CHAPAR_TRY(inbox_text(*txn, device(), number));
    const auto secrets = CHAPAR_TRY(stream_secrets(*txn, device(), number));
    std::vector<std::filesystem::path> paths;
    for (const InboxAttachment& attachment : text.attachments) {
        auto path = release_attachment(*blobs_, {attachment, secrets.at(attachment.stream), folder},
                                       random_);
        if (!path && path.error().code == Errc::StreamRoot) {
            // What the disk changed is fetched anew the next time.
            CHAPAR_TRY(blobs_->remove(attachment.commitment.root));
        }
        paths.push_back(CHAPAR_TRY(std::move(path)));
    }
    return paths;
}

}  // namespace chapar::client
