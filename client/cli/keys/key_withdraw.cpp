#include "client/cli/keys/key_withdraw.h"

#include <CLI/CLI.hpp>

#include "client/cli/device/device_context.h"
#include "client/cli/records/issued.h"
#include "client/cli/records/key_requests.h"
#include "client/cli/records/record_words.h"
#include "client/cli/records/sign_flow.h"
#include "schemas/base/hex.h"
#include "schemas/base/time_text.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

// A record that this registrar drafts and signs as the first of two.
Status draft(Invocation& invocation, crypto::SignedRecord record, const SignTarget& target) {
    const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
    CeremonyFile file;
    file.records.push_back(std::move(record));
    return sign_and_hand_on(invocation, paths, std::move(file), target, Consent::Given);
}

struct Named {
    AgencyId agency;
    CertificateHash certificate;
};

// A whole hash needs no copy of the certificate: it may have been issued by other registrars.
Result<Named> certificate_named(Invocation& invocation, const std::string& text) {
    const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
    const auto bytes = from_hex(text);
    if (!bytes || bytes->size() != CertificateHash::kSize) {
        const IssuedDevice device = CHAPAR_TRY(find_issued_device(paths.home, text));
        return Named{device.record.request.request.agency, device.certificate};
    }
    const Authority home = CHAPAR_TRY(read_authority(paths));
    if (!home.roots) return Error(Errc::NotFound, "this home's agency; first: chapar key install");
    return Named{home.roots->agency, *CertificateHash::from(*bytes)};
}

struct RevokeArguments {
    std::string certificate, reason = "lost", since;
    SignTarget target;
};

Status revoke(Invocation& invocation, const RevokeArguments& given) {
    const Named named = CHAPAR_TRY(certificate_named(invocation, given.certificate));
    crypto::RevokeRecord revocation{
        named.agency, named.certificate, CHAPAR_TRY(reason_named(given.reason)), {}};
    if (!given.since.empty()) {
        const auto since = parse_time(given.since);
        if (!since)
            return Error(Errc::FieldInvalid, "--since: a time such as 2026-11-20T05:40:00Z");
        if (*since > invocation.now()) return Error(Errc::FieldInvalid, "--since: in the future");
        revocation.compromised_since = *since;
    }
    return draft(invocation, {crypto::RecordType::Revoke, revocation.encode(), {}}, given.target);
}

void add_revoke(CLI::App& key, Invocation& invocation) {
    auto given = std::make_shared<RevokeArguments>();
    CLI::App* command = add_command(
        key, "revoke", "take a certificate back for ever; a second registrar approves the file",
        "chapar key revoke 3f9a01 --home ~/registrar-1 --reason stolen \\\n"
        "      --since 2026-11-20T05:40:00Z --out npj.revoke");
    command->add_option("certificate", given->certificate, "its hash, or the beginning of it")
        ->required();
    command->add_option("--reason", given->reason,
                        "lost, stolen, compromised, left-service, superseded");
    command->add_option("--since", given->since,
                        "time from which its signatures are disputed; they are never erased");
    add_sign_target(*command, given->target);
    invocation.on(command, [&invocation, given] { return revoke(invocation, *given); });
}

struct SuspendArguments {
    std::string certificate, use;
    bool self = false;
    std::uint64_t days = 366;
    SignTarget target;
};

constexpr std::uint64_t kSlipDaysMax = 732;

std::uint64_t draw_slip_number(crypto::Random& random) {
    // Short enough to be read out, and never the same twice in practice.
    return 1 + crypto::random_below(random, 999'999'999);
}

Status write_slip(Invocation& invocation, const SuspendArguments& given) {
    if (given.days < 1 || given.days > kSlipDaysMax) {
        return Error(Errc::FieldInvalid, "--days: 1 to 732");
    }
    const Named named = CHAPAR_TRY(certificate_named(invocation, given.certificate));
    return draft(invocation,
                 draft_suspension(named.agency, named.certificate, given.days,
                                  draw_slip_number(invocation.random), invocation.now()),
                 given.target);
}

Status say_logged(Invocation& invocation, const crypto::SignedRecord& record, EntryIndex entry) {
    const RecordWords words = CHAPAR_TRY(words_for(record));
    json::object object = as_json(words);
    object["record"] = to_hex(record.hash().view());
    object["entry"] = entry.value;
    invocation.output.result(object, words.headline + " logged as entry " +
                                         std::to_string(entry.value) + "; it is in effect");
    return Done{};
}

// By the duty officer, who holds no key: the slip was signed in advance.
Status use_slip(Invocation& invocation, const SuspendArguments& given) {
    const CeremonyFile file = CHAPAR_TRY(read_ceremony_file(given.use));
    for (const crypto::SignedRecord& record : file.records) {
        if (record.type != crypto::RecordType::Suspend) {
            return Error(Errc::FieldInvalid, given.use + ": not a suspension slip");
        }
    }
    if (file.records.empty()) return Error(Errc::FieldInvalid, given.use + ": not a slip");
    const auto entries = CHAPAR_TRY(publish_records(invocation, file.records, given.target));
    if (entries.empty()) return Error(Errc::Usage, "where to: --broker DIR or --device HOME");
    for (std::size_t i = 0; i < entries.size(); ++i) {
        CHAPAR_TRY(say_logged(invocation, file.records[i], entries[i]));
    }
    return Done{};
}

// A device whose key someone else has used takes itself out, at once and alone.
Status suspend_self(Invocation& invocation) {
    const auto context = CHAPAR_TRY(DeviceContext::open(invocation));
    const Device device = context->device();
    crypto::SignedRecord record =
        draft_suspension(device.agency, device.certificate, 1, draw_slip_number(invocation.random),
                         invocation.now());
    record.sign(device.signing_key);
    CHAPAR_TRY(context->connect());
    const EntryIndex entry = CHAPAR_TRY(context->session().publish(record));
    return say_logged(invocation, record, entry);
}

Status suspend(Invocation& invocation, const SuspendArguments& given) {
    const int ways =
        (given.certificate.empty() ? 0 : 1) + (given.use.empty() ? 0 : 1) + (given.self ? 1 : 0);
    if (ways != 1) {
        return Error(Errc::Usage, "one of: CERTIFICATE (write a slip), --use SLIP, --self");
    }
    if (given.self) return suspend_self(invocation);
    return given.use.empty() ? write_slip(invocation, given) : use_slip(invocation, given);
}

void add_suspend(CLI::App& key, Invocation& invocation) {
    auto given = std::make_shared<SuspendArguments>();
    CLI::App* command = add_command(
        key, "suspend",
        "write a suspension slip in advance, or use one; a suspended device does nothing until it "
        "is reinstated",
        "chapar key suspend 3f9a01 --home ~/registrar-1 --out npj.slip\n"
        "  chapar key suspend --use npj.slip --broker /srv/chapar\n"
        "  chapar key suspend --self --home ~/npj");
    command->add_option("certificate", given->certificate, "its hash, or the beginning of it");
    command->add_option("--use", given->use, "log this slip, signed by two registrars");
    command->add_flag("--self", given->self, "suspend the device of this home, at once");
    command->add_option("--days", given->days, "how long the slip may be used (366)");
    add_sign_options(*command, given->target);
    invocation.on(command, [&invocation, given] { return suspend(invocation, *given); });
}

struct ReinstateArguments {
    std::string certificate, suspension;
    SignTarget target;
};

// The slip's file, or the record hash of a suspension that the device made itself.
Result<Hash> suspension_named(const std::string& text) {
    const auto bytes = from_hex(text);
    if (bytes && bytes->size() == Hash::kSize) return *Hash::from(*bytes);
    const CeremonyFile file = CHAPAR_TRY(read_ceremony_file(text));
    for (const crypto::SignedRecord& record : file.records) {
        if (record.type == crypto::RecordType::Suspend) return record.hash();
    }
    return Error(Errc::FieldInvalid, text + ": not a suspension slip");
}

Status reinstate(Invocation& invocation, const ReinstateArguments& given) {
    const Named named = CHAPAR_TRY(certificate_named(invocation, given.certificate));
    const crypto::ReinstateRecord record{named.agency, named.certificate,
                                         CHAPAR_TRY(suspension_named(given.suspension))};
    return draft(invocation, {crypto::RecordType::Reinstate, record.encode(), {}}, given.target);
}

void add_reinstate(CLI::App& key, Invocation& invocation) {
    auto given = std::make_shared<ReinstateArguments>();
    CLI::App* command = add_command(
        key, "reinstate", "end a suspension; a second registrar approves the file",
        "chapar key reinstate 3f9a01 --suspension npj.slip --home ~/registrar-1 --out npj.back");
    command->add_option("certificate", given->certificate, "its hash, or the beginning of it")
        ->required();
    command
        ->add_option("--suspension", given->suspension,
                     "the slip's file, or the 64 digits of the suspension's record")
        ->required();
    add_sign_target(*command, given->target);
    invocation.on(command, [&invocation, given] { return reinstate(invocation, *given); });
}

}  // namespace

void add_key_withdraw_commands(CLI::App& key, Invocation& invocation) {
    add_revoke(key, invocation);
    add_suspend(key, invocation);
    add_reinstate(key, invocation);
}

}  // namespace chapar::client
