#include "broker/core/explain.h"

#include <algorithm>

#include "broker/core/directory.h"
#include "broker/core/policy.h"

namespace chapar::broker {
namespace {

// Policies are sealed to their agencies; asking pair by pair would read them out.
bool may_ask(const AgencyId& asker, const crypto::OfficeRecord& from,
             const std::vector<crypto::OfficeRecord>& to) {
    return from.agency == asker || std::ranges::all_of(to, [&](const crypto::OfficeRecord& office) {
               return office.agency == asker;
           });
}

}  // namespace

Result<Explanation> explain(const storage::ReadTxn& txn, const Question& question,
                            const std::optional<AgencyId>& asker) {
    const auto from = CHAPAR_TRY(read_office(txn, question.from));
    if (!from) return Error(Errc::OfficeUnknown, question.from.text());
    std::vector<crypto::OfficeRecord> to;
    for (const OfficeId& name : question.to) {
        auto office = CHAPAR_TRY(read_office(txn, name));
        if (!office) return Error(Errc::OfficeUnknown, name.text());
        to.push_back(std::move(office->record));
    }
    if (to.empty()) return Error(Errc::FieldMissing, "to");
    if (asker && !may_ask(*asker, from->record, to)) return Error(Errc::NotPermitted, "explain");
    auto decision = CHAPAR_TRY(decide_policy(
        txn, from->record, to, {question.kind, question.classification, std::nullopt}));
    for (DecisionLine& line : decision.lines) {
        if (!asker || line.agency == *asker) continue;
        line.rule.clear();
        line.policy = PolicyHash{};
    }
    return Explanation{decision.effect, std::move(decision.lines)};
}

}  // namespace chapar::broker
