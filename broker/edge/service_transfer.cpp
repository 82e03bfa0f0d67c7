// Streams stored as files, where they meet envelopes: what a submission needs, what may go.
#include "broker/core/envelope_row.h"
#include "broker/core/stream_files.h"
#include "broker/edge/service.h"

namespace chapar::broker {

Status BrokerService::transfer(Session& session, schemas::Frame frame) {
    {
        const auto txn = CHAPAR_TRY(parts_.store.begin_read());
        if (!CHAPAR_TRY(still_in_force(session, *txn))) return Done{};
    }
    auto taken = Transfers::Taken::Yes;
    if (auto* upload = std::get_if<schemas::Upload>(&frame)) {
        taken = transfers_.take(session, std::move(*upload), refuses_new());
    } else if (auto* chunk = std::get_if<schemas::Chunk>(&frame)) {
        taken = transfers_.take(session, std::move(*chunk), refuses_new());
    } else {
        taken = CHAPAR_TRY(transfers_.take(session, std::get<schemas::Fetch>(frame)));
    }
    if (taken == Transfers::Taken::TooMany) {
        complain(session, Error(Errc::NotPermitted, "too many questions at a time"), After::End);
    }
    return Done{};
}

Result<std::vector<Hash>> BrokerService::files_of(const storage::ReadTxn& txn,
                                                  const OperationBody& body, const Hash& about) {
    std::vector<Hash> roots;
    const auto* submit = std::get_if<Submit>(&body);
    if (submit == nullptr) return roots;
    const auto needed = CHAPAR_TRY(files_needed(*submit));
    if (needed.empty()) return roots;
    // A repetition gets its first outcome, though its files may have gone meanwhile.
    if (CHAPAR_TRY(read_envelope(txn, EnvelopeHash{about.bytes}))) return roots;
    for (const StreamFile& file : needed) {
        if (!parts_.bodies.is_complete(file.root, file.size)) return Error(Errc::StreamMissing);
        roots.push_back(file.root);
    }
    return roots;
}

bool BrokerService::named_by_pending(const Hash& root) const {
    return std::ranges::any_of(pending_, [&](const Pending& pending) {
        return std::ranges::find(pending.files, root) != pending.files.end();
    });
}

Status BrokerService::remove_released(const storage::ReadTxn& txn, const std::vector<Hash>& roots) {
    for (const Hash& root : roots) {
        // Another envelope may have named it in the same tick, or be about to.
        if (named_by_pending(root) || CHAPAR_TRY(file_in_use(txn, root))) continue;
        transfers_.remove(root);
    }
    return Done{};
}

Status BrokerService::sweep_bodies() {
    const auto txn = CHAPAR_TRY(parts_.store.begin_read());
    const BodyStore::Stale stale = parts_.bodies.stale(parts_.time.stamp().time);
    for (const Hash& root : stale.incoming) transfers_.remove_incoming(root);
    return remove_released(*txn, stale.bodies);
}

}  // namespace chapar::broker
