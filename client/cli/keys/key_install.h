// `chapar key install FILE`: what came back from the registrars goes into a home.
//
// Owns: which home takes what (a device its certificate, a signer the registrars and roots), that
// the words of the roots are compared, and that a renewed device has fetched and handed over
// everything with its old keys before they go. Errors: CertificateUnknown, NotFound, Unreachable,
// Conflict (mail that could not be handed over).
#pragma once

#include <string>

#include "client/cli/records/sign_flow.h"
#include "client/cli/terminal/invocation.h"

namespace chapar::client {

enum class Mail : std::uint8_t {
    Fetch,  // with the old keys first, which are then deleted
    Leave,  // the broker cannot be reached: the old keys stay in retired/
};

struct InstallOrder {
    std::string file;
    Consent consent = Consent::Ask;
    Mail mail = Mail::Fetch;
};

[[nodiscard]] Status install_file(Invocation& invocation, const InstallOrder& order);
void add_key_install_command(CLI::App& key, Invocation& invocation);

}  // namespace chapar::client
