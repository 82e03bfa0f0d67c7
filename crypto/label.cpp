#include "crypto/label.h"

#include <cstdlib>

namespace chapar::crypto {

std::string_view label_text(Label label) {
    switch (label) {
        case Label::Context:
            return "ctx";
        case Label::Content:
            return "content";
        case Label::Envelope:
            return "envelope";
        case Label::Envelopes:
            return "envelopes";
        case Label::Delivery:
            return "delivery";
        case Label::Deliveries:
            return "deliveries";
        case Label::Approval:
            return "approval";
        case Label::Audience:
            return "audience";
        case Label::Stanza:
            return "stanza";
        case Label::Commits:
            return "commits";
        case Label::Hello:
            return "hello";
        case Label::Manifest:
            return "manifest";
        case Label::Agency:
            return "agency";
        case Label::Office:
            return "office";
        case Label::Device:
            return "device";
        case Label::Request:
            return "request";
        case Label::Bundle:
            return "bundle";
        case Label::Revoke:
            return "revoke";
        case Label::Policy:
            return "policy";
        case Label::LedgerKey:
            return "ledger-key";
        case Label::Registrars:
            return "registrars";
        case Label::Peers:
            return "peers";
        case Label::Suspend:
            return "suspend";
        case Label::Reinstate:
            return "reinstate";
        case Label::Shred:
            return "shred";
        case Label::Hold:
            return "hold";
        case Label::Prune:
            return "prune";
        case Label::Override:
            return "override";
        case Label::Succession:
            return "succession";
        case Label::Carried:
            return "carried";
        case Label::CheckWords:
            return "check-words";
        case Label::Possession:
            return "possession";
    }
    std::abort();
}

}  // namespace chapar::crypto
