#include "client/cli/device_context.h"

#include "client/core/vault_sweep.h"
#include "client/edge/store_home.h"

namespace chapar::client {

Result<std::unique_ptr<DeviceContext>> DeviceContext::open(Invocation& invocation) {
    const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
    const auto passphrase = CHAPAR_TRY(invocation.passphrase(PassphraseUse::Open));
    auto home = CHAPAR_TRY(DeviceHome::open(paths, passphrase));
    auto store = CHAPAR_TRY(open_store(paths.store()));
    {
        const auto txn = CHAPAR_TRY(store->begin_read());
        CHAPAR_TRY(sweep_vault(*txn, home.device().vault));
    }
    return std::unique_ptr<DeviceContext>(
        new DeviceContext(std::move(home), std::move(store), invocation.random));
}

Status DeviceContext::connect() {
    const TrustCard& card = home_.card();
    transport_ = CHAPAR_TRY(ZmqTransport::connect({card.endpoint(), card.manifest().curve_key,
                                                   home_.certificate().request.request.curve_key,
                                                   home_.curve_secret()}));
    session_.emplace(SessionParts{*store_, home_, *transport_, clock_, random_});
    const auto prepare = [this]() -> Status {
        CHAPAR_TRY(session_->open());
        CHAPAR_TRY(session_->sync_directory());
        CHAPAR_TRY(session_->renew_bundle());
        return Done{};
    };
    Status ready = prepare();
    if (!ready) {
        session_.reset();
        transport_.reset();
    }
    return ready;
}

// A draft that cannot be sealed yet keeps waiting; the command that made it has said why.
void DeviceContext::seal_waiting() {
    std::vector<OutboxNumber> waiting;
    {
        const auto txn = store_->begin_read();
        const auto items = txn ? outbox_items(**txn) : Error(Errc::StoreFailed);
        if (!items) return;
        for (const OutboxItem& item : *items) {
            if (item.stage == schemas::Stage::Drafted) waiting.push_back(item.number);
        }
    }
    for (const OutboxNumber number : waiting) {
        if (const Status sealed = seal({&number, 1}); !sealed) continue;
    }
}

Result<SubmitReport> DeviceContext::exchange() {
    CHAPAR_ASSERT(connected());
    seal_waiting();
    SubmitReport report = CHAPAR_TRY(session_->submit());
    CHAPAR_TRY(session_->push_statements());
    CHAPAR_TRY(session_->fetch_events());
    return report;
}

Result<std::vector<OutboxNumber>> DeviceContext::keep_drafts(std::span<const Draft> drafts) {
    return in_transaction(*store_, [&](storage::Txn& txn) {
        return add_drafts(txn, device(), drafts, now(), random_);
    });
}

Status DeviceContext::seal(std::span<const OutboxNumber> drafts) {
    CHAPAR_TRY(in_transaction(*store_, [&](storage::Txn& txn) {
        return seal_drafts(txn, device(), drafts, now(), random_);
    }));
    return Done{};
}

Status DeviceContext::drop(std::span<const OutboxNumber> drafts) {
    return in_transaction(*store_, [&](storage::Txn& txn) -> Status {
        for (const OutboxNumber number : drafts)
            CHAPAR_TRY(outbox_drop(txn, number, device().vault));
        return Done{};
    });
}

}  // namespace chapar::client
