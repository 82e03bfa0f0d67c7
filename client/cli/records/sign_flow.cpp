#include "client/cli/records/sign_flow.h"

#include <fcntl.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include "client/cli/device/device_context.h"
#include "client/cli/records/issued.h"
#include "client/cli/records/record_delivery.h"
#include "client/cli/records/record_words.h"
#include "client/edge/trust_card_file.h"
#include "schemas/base/hex.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

std::string joined(const std::vector<std::string>& texts) {
    std::string out;
    for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + text;
    return out.empty() ? "nobody" : out;
}

// What a person reads before they say yes.
Result<std::string> whole_text(const CeremonyFile& file, const SigningGround& ground) {
    std::string out;
    for (const crypto::SignedRecord& record : file.records) {
        const SigningState state = CHAPAR_TRY(state_of(record, ground));
        const RecordWords words = CHAPAR_TRY(words_for(record));
        out += as_text(words) + "\n    signed by: " + joined(state.signed_by) + "\n";
    }
    return out;
}

// Refused before anything is signed: the broker would take none of it.
Status must_be_complete(const std::vector<crypto::SignedRecord>& records,
                        const SigningPublicKey& key, const SigningGround& ground) {
    for (const crypto::SignedRecord& record : records) {
        const SigningState state = CHAPAR_TRY(state_of(record, ground));
        const bool mine =
            std::ranges::find(state.may_sign, key, &NamedKey::key) != state.may_sign.end();
        if (state.missing > (mine ? 1U : 0U)) {
            return Error(Errc::CertificateNotSigned,
                         "another person must sign first: use --out FILE");
        }
    }
    return Done{};
}

// As may_sign(); who signs again after a broker did not answer is told what is left to do.
Status may_sign_file(const CeremonyFile& file, const SigningPublicKey& key,
                     const SigningGround& ground) {
    const Status may = may_sign(file.records, key, ground);
    if (may || may.error().code != Errc::SignedAlready) return may;
    for (const crypto::SignedRecord& record : file.records) {
        if (CHAPAR_TRY(state_of(record, ground)).missing > 0) return may;
    }
    return Error(Errc::SignedAlready, "it has all signatures: chapar broker admit FILE logs it");
}

// The next reader learns from the file who must sign: not for what the roots sign, which says so
// itself.
void carry_authority(const Authority& home, CeremonyFile& file) {
    if (!file.roots) file.roots = home.roots;
    const auto is_registrars = [](const crypto::SignedRecord& record) {
        return record.type == crypto::RecordType::Registrars ||
               record.type == crypto::RecordType::Agency;
    };
    if (home.registrars && std::ranges::none_of(file.context, is_registrars) &&
        std::ranges::none_of(file.records, is_registrars)) {
        file.context.push_back(*home.registrars);
    }
}

Status show_results(const Invocation& invocation, const CeremonyFile& file,
                    const SigningGround& ground, const std::vector<EntryIndex>& entries,
                    const SignTarget& target) {
    for (std::size_t i = 0; i < file.records.size(); ++i) {
        const crypto::SignedRecord& record = file.records[i];
        const SigningState state = CHAPAR_TRY(state_of(record, ground));
        const RecordWords words = CHAPAR_TRY(words_for(record));
        json::object object = as_json(words);
        object["approved"] = words.headline;
        object["record"] = to_hex(record.hash().view());
        object["signatures"] = record.signatures.size();
        object["missing"] = state.missing;
        std::string text = as_text(words) + "\n    signed by: " + joined(state.signed_by);
        if (state.missing > 0) {
            text += "\n    " + std::to_string(state.missing) + " more must sign";
        }
        if (i < entries.size()) {
            object["entry"] = entries[i].value;
            text += "\n    logged as entry " + std::to_string(entries[i].value);
        }
        if (!target.out.empty()) {
            object["file"] = target.out;
            text += "\n    file: " + target.out;
        }
        invocation.output.result(object, text);
    }
    return Done{};
}

}  // namespace

void add_sign_options(CLI::App& command, SignTarget& target) {
    command.add_option("--out", target.out,
                       "file for the next person, or for the broker's operator");
    auto* broker = command.add_option("--broker", target.broker,
                                      "directory of a running broker on this machine");
    command.add_option("--device", target.device, "home of a device of this agency: its session")
        ->excludes(broker);
}

void add_sign_target(CLI::App& command, SignTarget& target) {
    auto* where = command.add_option_group("where the signed record goes");
    add_sign_options(*where, target);
    where->require_option(1, 2);
}

Result<CeremonyFile> read_ceremony_file(const std::string& path) {
    const Bytes bytes = CHAPAR_TRY(read_input_file(path, CeremonyFile::kMaxBytes));
    auto file = CeremonyFile::decode(bytes);
    if (!file) return Error(file.error().code, path + ": " + file.error().context);
    return file;
}

Status write_ceremony_file(const std::string& path, const CeremonyFile& file) {
    CHAPAR_TRY(file.fits());
    return write_file(path, file.encode());
}

Result<SigningGround> ground_for(const HomePaths& paths, const CeremonyFile& file) {
    std::optional<SigningPublicKey> centre_root;
    if (file_exists(paths.trust_card())) {
        centre_root = CHAPAR_TRY(read_trust_card(paths.trust_card())).manifest().centre_root;
    }
    const Authority authority = CHAPAR_TRY(read_authority(paths));
    return ground_of(authority, centre_root, file);
}

Status confirm(const std::string& question) {
    const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (terminal < 0) {
        return Error(Errc::Usage, "nobody can be asked here: compare the words, then say --yes");
    }
    const std::string text = shown(question, ShownForm::Lines) + " (yes/no) ";
    const bool asked = ::write(terminal, text.data(), text.size()) >= 0;
    std::string answer;
    for (char c = 0; asked && answer.size() < 16 && ::read(terminal, &c, 1) == 1 && c != '\n';) {
        answer += c;
    }
    ::close(terminal);
    if (answer == "yes") return Done{};
    return Error(Errc::Usage, "the answer was not yes");
}

Result<std::vector<EntryIndex>> publish_records(Invocation& invocation,
                                                const std::vector<crypto::SignedRecord>& records,
                                                const SignTarget& target) {
    std::vector<EntryIndex> entries;
    if (target.broker.empty() && target.device.empty()) return entries;
    Invocation of_device = invocation;
    std::unique_ptr<DeviceContext> context;  // borrows from of_device
    if (!target.device.empty()) {
        of_device.home = target.device;
        context = CHAPAR_TRY(DeviceContext::open(of_device));
        CHAPAR_TRY(context->connect());
    }
    for (const crypto::SignedRecord& record : records) {
        const auto entry =
            context ? context->session().publish(record) : admit_record(target.broker, record);
        if (!entry) {
            return Error(entry.error().code,
                         entry.error().context + (entry.error().context.empty() ? "" : "; ") +
                             std::to_string(entries.size()) + " of " +
                             std::to_string(records.size()) + " records were logged before it");
        }
        entries.push_back(*entry);
    }
    return entries;
}

Status sign_and_hand_on(Invocation& invocation, const HomePaths& paths, CeremonyFile file,
                        const SignTarget& target, Consent consent) {
    const SigningGround ground = CHAPAR_TRY(ground_for(paths, file));
    const KeyCard card = CHAPAR_TRY(read_key_card(paths));
    CHAPAR_TRY(may_sign_file(file, card.key, ground));
    if (!target.broker.empty() || !target.device.empty()) {
        CHAPAR_TRY(must_be_complete(file.records, card.key, ground));
    }
    const Authority authority = CHAPAR_TRY(read_authority(paths));
    carry_authority(authority, file);
    // Nobody signs what could not be handed on.
    if (!target.out.empty()) CHAPAR_TRY(file.fits());
    const std::string text = CHAPAR_TRY(whole_text(file, ground));
    if (consent == Consent::Ask) {
        CHAPAR_TRY(confirm(text + "Do both of you see the same check words, and is this right?"));
    }
    const auto passphrase = CHAPAR_TRY(invocation.passphrase(PassphraseUse::Open));
    const Signer signer = CHAPAR_TRY(open_signer(paths, passphrase));
    CHAPAR_TRY(sign_all(file.records, signer.key, ground));
    for (const crypto::SignedRecord& record : file.records) {
        CHAPAR_TRY(keep_issued(paths.home, record));
    }
    if (!target.out.empty()) CHAPAR_TRY(write_ceremony_file(target.out, file));
    const auto entries = CHAPAR_TRY(publish_records(invocation, file.records, target));
    return show_results(invocation, file, ground, entries, target);
}

}  // namespace chapar::client
