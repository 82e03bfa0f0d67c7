#include "broker/edge/witness_setup.h"

#include <algorithm>

#include "broker/edge/files.h"

namespace chapar::broker {

Result<std::optional<WitnessSetup>> set_up_witnesses(const Config& config,
                                                     const std::filesystem::path& directory,
                                                     const NodeKeys& node,
                                                     const ZmqContext& context) {
    if (config.ledger.witness_policy.empty()) return std::optional<WitnessSetup>();
    const Bytes text =
        CHAPAR_TRY(read_file(directory / config.ledger.witness_policy, Exposure::Public));
    WitnessSetup setup{CHAPAR_TRY(crypto::WitnessPolicy::parse(to_string(text))), {}, {}};
    const crypto::NoteVerifier& own = node.log.verifier();
    if (!setup.policy.logs().empty()) {
        const crypto::NoteVerifier* log = setup.policy.log(own.name());
        if (log == nullptr || log->vkey() != own.vkey()) {
            return Error(Errc::ConfigInvalid, "the witness policy is for another log");
        }
    }
    for (const WitnessContact& contact : config.witnesses) {
        if (setup.policy.witness(contact.name) == nullptr) {
            return Error(Errc::ConfigInvalid,
                         "witness " + contact.name + " is not in the witness policy");
        }
    }
    for (const crypto::PolicyWitness& witness : setup.policy.witnesses()) {
        const auto contact =
            std::find_if(config.witnesses.begin(), config.witnesses.end(),
                         [&](const WitnessContact& each) { return each.name == witness.name; });
        std::unique_ptr<WitnessTransport> transport;
        WitnessCarrier carrier = WitnessCarrier::Plain;
        if (contact != config.witnesses.end() && contact->url.empty()) {
            transport = curve_witness(context, *contact, {node.manifest.curve_key, node.curve});
            carrier = WitnessCarrier::Authenticated;
        } else if (const auto url = parse_http_url(
                       contact != config.witnesses.end() ? contact->url : witness.url)) {
            transport = http_witness(*url);
        }
        if (transport == nullptr) continue;
        setup.reachable.push_back({witness.name, carrier});
        setup.transports.push_back(std::move(transport));
    }
    return std::optional<WitnessSetup>(std::move(setup));
}

}  // namespace chapar::broker
