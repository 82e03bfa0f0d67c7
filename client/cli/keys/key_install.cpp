#include "client/cli/keys/key_install.h"

#include <CLI/CLI.hpp>

#include "client/cli/device/device_context.h"
#include "client/cli/records/issued.h"
#include "client/cli/records/record_words.h"
#include "client/edge/home_renewal.h"
#include "client/edge/signer_home.h"
#include "schemas/base/hex.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

Status compare_roots(const AgencyRoots& roots, Consent consent) {
    if (consent == Consent::Given) return Done{};
    return confirm("roots of " + roots.agency.text() + ": " + roots_text(roots) +
                   "\nDo your registrars read the same words to you?");
}

// Until an answered question shows that nothing more is on the way.
Status take_waiting(Session& session) {
    for (bool asked = false;;) {
        const auto reports = CHAPAR_TRY(session.take_deliveries(DurationMs(0)));
        if (reports.empty() && asked) return Done{};
        asked = reports.empty();
        if (asked) CHAPAR_TRY(session.sync_directory());
    }
}

// Everything that only the old keys can do.
Status finish_with_old_keys(Invocation& invocation, const crypto::SecretBuffer& passphrase,
                            const CertificateHash& next) {
    const auto context = CHAPAR_TRY(DeviceContext::open(invocation, passphrase));
    CHAPAR_TRY(context->connect());
    {
        const auto txn = CHAPAR_TRY(context->store().begin_read());
        if (!CHAPAR_TRY(DirectoryView(*txn).device(next))) {
            return Error(Errc::CertificateUnknown,
                         "the new certificate is not logged yet: broker admit FILE comes first");
        }
    }
    const SubmitReport sent = CHAPAR_TRY(context->exchange());
    CHAPAR_TRY(take_waiting(context->session()));
    const StatementReport statements = CHAPAR_TRY(context->session().push_statements());
    if (!sent.waiting.empty() || statements.waiting > 0) {
        return Error(Errc::Conflict,
                     "what this device has signed could not be handed over yet; "
                     "try again, or leave it behind with --offline");
    }
    return Done{};
}

// The first session under the new keys publishes their bundle.
Status begin_with_new_keys(Invocation& invocation, const crypto::SecretBuffer& passphrase) {
    const auto context = CHAPAR_TRY(DeviceContext::open(invocation, passphrase));
    return context->connect();
}

Status install_renewal(Invocation& invocation, const HomePaths& paths,
                       const Credentials& credentials, Mail mail) {
    if (mail == Mail::Leave) {
        CHAPAR_TRY(stage_renewal(paths, credentials));
        return finish_renewal(paths);
    }
    const auto passphrase = CHAPAR_TRY(invocation.passphrase(PassphraseUse::Open));
    const auto next = crypto::certificate_hash(credentials.certificate.body);
    CHAPAR_TRY(finish_with_old_keys(invocation, passphrase, next));
    CHAPAR_TRY(stage_renewal(paths, credentials));
    CHAPAR_TRY(finish_renewal(paths));
    CHAPAR_TRY(delete_retired_keys(paths));
    if (const Status begun = begin_with_new_keys(invocation, passphrase); !begun) {
        invocation.output.warning(
            "the new keys are in place, but the broker did not answer: until "
            "the next session nobody can write to this device");
    }
    return Done{};
}

Status install_device(Invocation& invocation, const HomePaths& paths, const CeremonyFile& file,
                      const InstallOrder& order) {
    const Credentials credentials = CHAPAR_TRY(Credentials::of(file));
    const auto record = CHAPAR_TRY(credentials.check());
    const bool renewal = answers_renewal(paths, credentials);
    if (!renewal) {
        const DeviceAsk ask = CHAPAR_TRY(read_ask(paths));
        if (record.request != ask.request) {
            return Error(Errc::CertificateUnknown, "made for another device");
        }
    }
    CHAPAR_TRY(compare_roots(credentials.roots, order.consent));
    CHAPAR_TRY(renewal ? install_renewal(invocation, paths, credentials, order.mail)
                       : install_certificate(paths, credentials));
    const std::string hash = to_hex(credentials.certificate.hash().view());
    invocation.output.result(json::object{{"certificate", hash},
                                          {"renewed", renewal},
                                          {"roots", words_of(credentials.roots)},
                                          {"threshold", threshold_text(credentials.roots)}},
                             "certificate " + hash.substr(0, 16) + " is in place" +
                                 (renewal ? ", the keys before it are retired" : "") +
                                 "\n    roots of " + credentials.roots.agency.text() + ": " +
                                 roots_text(credentials.roots));
    return Done{};
}

// A REGISTRARS record that is fully signed, from the file as it went to the broker or as context.
std::optional<crypto::SignedRecord> registrars_in(const CeremonyFile& file) {
    for (const auto* records : {&file.records, &file.context}) {
        for (const crypto::SignedRecord& record : *records) {
            if (record.type == crypto::RecordType::Registrars) return record;
        }
    }
    return std::nullopt;
}

Status install_signer(Invocation& invocation, const HomePaths& paths, const CeremonyFile& file,
                      const InstallOrder& order) {
    if (!file.roots) return Error(Errc::NotFound, "the agency's roots in this file");
    const auto registrars = registrars_in(file);
    CHAPAR_TRY(compare_roots(*file.roots, order.consent));
    CHAPAR_TRY(install_authority(paths, *file.roots, registrars));
    // What others have signed counts for versions and short names too.
    for (const crypto::SignedRecord& record : file.records) {
        CHAPAR_TRY(keep_issued(paths.home, record));
    }
    json::object object{{"agency", file.roots->agency.text()},
                        {"roots", words_of(*file.roots)},
                        {"threshold", threshold_text(*file.roots)},
                        {"registrars", registrars.has_value()}};
    std::string text = "roots of " + file.roots->agency.text() + ": " + roots_text(*file.roots);
    if (registrars) text += "\n" + as_text(CHAPAR_TRY(words_for(*registrars)));
    invocation.output.result(object, text);
    return Done{};
}

}  // namespace

Status install_file(Invocation& invocation, const InstallOrder& order) {
    const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
    const CeremonyFile file = CHAPAR_TRY(read_ceremony_file(order.file));
    if (file_exists(paths.request())) return install_device(invocation, paths, file, order);
    return install_signer(invocation, paths, file, order);
}

void add_key_install_command(CLI::App& key, Invocation& invocation) {
    struct Arguments {
        std::string file;
        bool yes = false;
        bool offline = false;
    };
    auto given = std::make_shared<Arguments>();
    CLI::App* command =
        add_command(key, "install", "put into this home what the registrars (or the roots) signed",
                    "chapar key install npj.record --home ~/npj");
    command->add_option("file", given->file, "the last file of key approve")->required();
    command->add_flag("--yes", given->yes, "the check words have been compared");
    command->add_flag("--offline", given->offline,
                      "renewal: do not fetch waiting mail first; the old keys stay in retired/");
    invocation.on(command, [&invocation, given] {
        return install_file(invocation, {given->file, given->yes ? Consent::Given : Consent::Ask,
                                         given->offline ? Mail::Leave : Mail::Fetch});
    });
}

}  // namespace chapar::client
