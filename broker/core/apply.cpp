#include "broker/core/apply.h"

#include "broker/core/confirm.h"
#include "broker/core/enrolment.h"
#include "broker/core/expiry.h"
#include "broker/core/submit.h"
#include "broker/core/withhold.h"

namespace chapar::broker {
namespace {

// Everything that needs a founded centre with an open epoch.
struct Dispatch {
    const DirectoryView& directory;
    const Centre& centre;
    const Moment& moment;
    const storage::ReadTxn& txn = directory.txn();

    Result<Plan> operator()(const Found& body) const { return decide_found(txn, moment, body); }
    Result<Plan> operator()(const OpenEpoch& body) const {
        return decide_epoch(txn, centre, moment, body);
    }
    Result<Plan> operator()(const OpenKey& body) const {
        return decide_key(txn, centre, moment, body);
    }
    Result<Plan> operator()(const PutRecord& body) const {
        return decide_record(txn, centre, moment, body);
    }
    Result<Plan> operator()(const Submit& body) const {
        return decide_submit(directory, centre, moment, body);
    }
    Result<Plan> operator()(const Confirm& body) const {
        return decide_confirm(directory, centre, moment, body);
    }
    Result<Plan> operator()(const Withhold& body) const {
        return decide_withhold(directory, moment, body);
    }
    Result<Plan> operator()(const Advance&) const { return decide_advance(txn, moment); }
    Result<Plan> operator()(const Step& body) const { return decide_step(moment, body); }
};

Result<Plan> decide(const DirectoryView& directory, const std::optional<Centre>& centre,
                    const Moment& moment, const Operation& operation) {
    if (const auto* found = std::get_if<Found>(&operation.body)) {
        return decide_found(directory.txn(), moment, *found);
    }
    if (!centre) return Error(Errc::ReadOnly, "no centre has been founded");
    const bool opens_epoch = std::holds_alternative<OpenEpoch>(operation.body);
    if (!opens_epoch && moment.epoch.value == 0) return Error(Errc::ReadOnly, "no epoch is open");
    return std::visit(Dispatch{directory, *centre, moment}, operation.body);
}

}  // namespace

Result<Plan> apply(const DirectoryView& directory, const std::optional<Centre>& centre,
                   const Moment& moment, const Operation& operation) {
    auto plan = decide(directory, centre, moment, operation);
    if (plan || is_failure(plan.error().code)) return plan;
    return refusal(Hash{}, plan.error());
}

}  // namespace chapar::broker
