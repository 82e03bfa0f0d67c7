#include "broker/core/explain.h"

#include "broker/core/directory.h"
#include "broker/core/policy.h"

namespace chapar::broker {

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
    auto decision =
        CHAPAR_TRY(decide_policy(txn, from->record, to, {question.kind, question.classification}));
    for (DecisionLine& line : decision.lines) {
        if (!asker || line.agency == *asker) continue;
        line.rule.clear();
        line.policy = PolicyHash{};
    }
    return Explanation{decision.effect, std::move(decision.lines)};
}

}  // namespace chapar::broker
