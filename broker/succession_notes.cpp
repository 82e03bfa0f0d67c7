#include "broker/succession_notes.h"

#include <algorithm>

#include "broker/edge/witness_setup.h"
#include "broker/edge/witness_worker.h"

namespace chapar::broker {
namespace {

void ask_witness(const ReachableWitness& witness, WitnessTransport& transport,
                 const crypto::NoteVerifier& log, FarthestNotes& out) {
    const std::string who = "witness " + witness.name;
    const auto answer = transport.ask({crypto::WitnessMethod::Note, log.name()}, kWitnessDeadline);
    if (!answer) return out.silent.push_back(who + ": " + answer.error().context);
    const auto head = crypto::open_checkpoint(answer->body, log);
    if (answer->status == crypto::witness_status::kOk && head) {
        out.notes.push_back({who, answer->body, *head});
    } else {
        out.silent.push_back(who + ": shows no note of this ledger (answer " +
                             std::to_string(answer->status) + ")");
    }
}

std::string witnessed_words(const std::string& note, const crypto::NoteVerifier& log,
                            const crypto::WitnessPolicy& policy) {
    const auto opened = crypto::open_witnessed(note, log, policy);
    if (opened && opened->met) return "a quorum of the witness policy has cosigned it";
    const std::size_t lines = opened ? opened->cosignatures.size() : 0;
    return "NOT witnessed: " + std::to_string(lines) +
           " cosignatures, no quorum of the witness policy";
}

}  // namespace

Result<FarthestNotes> farthest_notes(const BrokerDirectory& opened,
                                     const std::vector<std::string>& files) {
    auto known = CHAPAR_TRY(collect_notes(opened.path, opened.config, opened.node, files, {}));
    FarthestNotes out{std::move(known.notes), {}, "NOT witnessed: the old ledger has no witnesses"};
    const crypto::NoteVerifier& log = opened.node.log.verifier();
    const ZmqContext context;
    auto setup = CHAPAR_TRY(set_up_witnesses(opened.config, opened.path, opened.node, context));
    for (std::size_t i = 0; setup && i < setup->transports.size(); ++i) {
        ask_witness(setup->reachable[i], *setup->transports[i], log, out);
    }
    if (out.notes.empty()) {
        return Error(Errc::NotFound, "no note of this ledger is known: give one with --note");
    }
    // Of one size the one with more signatures last: it is the one that is named.
    std::ranges::stable_sort(out.notes, {}, [](const KnownNote& one) {
        return std::pair(one.head.size, one.note.size());
    });
    if (setup) out.witnessed = witnessed_words(out.notes.back().note, log, setup->policy);
    return out;
}

}  // namespace chapar::broker
