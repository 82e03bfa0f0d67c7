// The large streams of an honest device: fetched, opened, and swept.
#include <algorithm>

#include "client/core/attachment.h"
#include "crypto/sha256.h"
#include "tests/sim/client_actor.h"

namespace chapar::sim {
namespace {

// About one stream; after anything else the session has ended.
bool is_about_stream(Errc code) {
    switch (code) {
        case Errc::StreamMissing:
        case Errc::StreamRoot:
        case Errc::NotFound:
        case Errc::NotPermitted:
        case Errc::BackPressure:
        case Errc::ReadOnly:
        case Errc::StoreFull:
            return true;
        default:
            return false;
    }
}

bool is_closed(client::InboxState state) {
    return state == client::InboxState::Provisional || state == client::InboxState::Recalled ||
           state == client::InboxState::Unopenable;
}

}  // namespace

bool ClientActor::is_here(const Open& open, const client::InboxAttachment& attachment) {
    const auto blob = open.blobs->open(attachment.commitment.root);
    return blob && (*blob)->size() == attachment.commitment.size;
}

// SHA-256 of its text.
Result<Hash> ClientActor::digest_of(const Open& open, const client::InboxItem& item,
                                    const client::InboxAttachment& attachment) {
    crypto::Sha256 digest;
    if (attachment.text) return digest.update(*attachment.text).finish();
    const auto txn = CHAPAR_TRY(parts_.store.begin_read());
    const auto secrets = CHAPAR_TRY(client::stream_secrets(*txn, open.home.device(), item.number));
    const auto blob = CHAPAR_TRY(open.blobs->open(attachment.commitment.root));
    CHAPAR_TRY(client::open_attachment(
        {secrets.at(attachment.stream), attachment.commitment, attachment.listed.length,
         attachment.digest},
        [&blob](std::uint64_t chunk) { return blob->chunk(chunk); },
        [&digest](ByteView text) -> Status {
            digest.update(text);
            return Done{};
        }));
    return digest.finish();
}

// DeviceContext::fetch_attachments(), and reads what came. Whether all of them are here.
Result<bool> ClientActor::fetch_of(Open& open, const client::InboxItem& item) {
    client::InboxText text;
    {
        const auto txn = CHAPAR_TRY(parts_.store.begin_read());
        text = CHAPAR_TRY(client::inbox_text(*txn, open.home.device(), item.number));
    }
    bool all = true;
    for (const client::InboxAttachment& attachment : text.attachments) {
        const Oracles::FilePlace place{parts_.number, item.hash, attachment.stream};
        if (!attachment.text && !is_here(open, attachment)) {
            parts_.oracles.file_is_absent(place);
            ++parts_.oracles.exercised().fetches;
            const Status fetched =
                open.session->fetch({item.hash, attachment.stream, attachment.commitment});
            if (!fetched) {
                machine_.note("cannot fetch: " + std::string(text_of(fetched.error().code).code));
                ++parts_.oracles.exercised().fetches_ended;
                if (!is_about_stream(fetched.error().code)) return fetched.error();
                all = false;
                continue;
            }
        }
        const auto digest = digest_of(open, item, attachment);
        if (!digest) return digest.error();
        parts_.oracles.read_file(place, *digest);
    }
    return all;
}

Status ClientActor::fetch_files(Open& open) {
    for (const client::InboxItem& item : inbox()) {
        if (item.attachments == 0 || is_closed(item.state)) continue;
        if (fetched_.contains(item.hash)) continue;
        const auto all = fetch_of(open, item);
        if (!all) return all.error();
        if (!*all) continue;
        machine_.note("has the files of mail #" + std::to_string(item.number.value));
        fetched_.insert(item.hash);
    }
    return Done{};
}

// DeviceContext::tidy_blobs().
Status ClientActor::tidy_blobs(Open& open) {
    auto txn = CHAPAR_TRY(parts_.store.begin_write());
    CHAPAR_TRY(client::outbox_settled_blobs(*txn, clock_now()));
    CHAPAR_TRY(std::move(*txn).commit());
    const auto held = CHAPAR_TRY(open.blobs->roots());
    if (held.empty()) return Done{};
    const auto read = CHAPAR_TRY(parts_.store.begin_read());
    auto needed = CHAPAR_TRY(client::outbox_needed_blobs(*read, clock_now()));
    needed.merge(CHAPAR_TRY(client::inbox_needed_blobs(*read, clock_now())));
    for (const Hash& root : held) {
        if (!needed.contains(root)) CHAPAR_TRY(open.blobs->remove(root));
    }
    return Done{};
}

}  // namespace chapar::sim
