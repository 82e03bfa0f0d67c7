#include "broker/succession_main.h"

#include <cstdio>

#include "broker/ceremony_parts.h"
#include "broker/edge/clock.h"
#include "broker/succession_arguments.h"
#include "broker/succession_files.h"
#include "crypto/private_file.h"
#include "crypto/retention.h"

namespace chapar::broker {
namespace {

constexpr const char* kUsage =
    "chapard succession --dir OLD --new NEW --agency NAME --agency NAME.. --reason TEXT --out FILE "
    "[--note FILE].. [--endpoint tcp://HOST:PORT]..";

Result<std::vector<AgencyId>> signing_agencies(const SuccessionArguments& given) {
    std::vector<AgencyId> out;
    for (const std::string& name : given.agencies) {
        out.push_back(CHAPAR_TRY(AgencyId::parse(name)));
    }
    return out;
}

void tell(const SuccessionArguments& given, const OldBroker& old, const CarriedOver& carried,
          const crypto::Manifest& next) {
    const auto& newest = old.known.notes.back();
    const auto vkey = next.log_verifier();
    std::string text = "new ledger:   " + next.origin +
                       "\nvkey:         " + (vkey ? vkey->vkey() : std::string()) +
                       "\nnewest head:  " + std::to_string(newest.head.size.value) + " entries, " +
                       newest.from + "; " + old.known.witnessed + "\n" + lines_of(old.known) +
                       "carried over: " + std::to_string(carried.records) +
                       " records of the directory\n" + lines_of(carried);
    text +=
        "To be signed with chapar key approve by the centre root, then by a root of each "
        "agency: " +
        given.out + "\nLook through " + given.new_directory +
        "/chapard.toml.next before chapard succeed: paths, witnesses.\n";
    std::fwrite(text.data(), 1, text.size(), stdout);
}

Status draft(const SuccessionArguments& given) {
    if (given.agencies.size() < 2 || given.agencies.size() > 8 || given.out.empty() ||
        !crypto::is_record_text(given.reason)) {
        return Error(Errc::Usage, kUsage);
    }
    const auto agencies = CHAPAR_TRY(signing_agencies(given));
    CHAPAR_TRY(refuse_closed(given.old_directory));
    crypto::SystemRandom random;
    SystemTime time;
    const OldBroker old = CHAPAR_TRY(OldBroker::open(given, random));
    const Losses losses = CHAPAR_TRY(losses_of(old.ledger(), agencies));
    const SuccessionFiles files(given.old_directory, given.new_directory);
    CHAPAR_TRY(files.check_unused());
    const CarriedOver rehearsed =
        CHAPAR_TRY(rehearse_carrying(old.ledger(), files.rehearsal(), nullptr, random));
    const NewNode node{CHAPAR_TRY(files.make_node(random)), old.opened.node.manifest.curve_key,
                       given.endpoints};
    const SuccessionDraft made = CHAPAR_TRY(
        draft_succession(old.ledger(), losses, rehearsed, node, time.stamp().time, given.reason));
    const CeremonyParts parts{{made.manifest, made.succession}, losses.agencies};
    CHAPAR_TRY(crypto::replace_private_file(given.out, parts.encode(), random));
    tell(given, old, rehearsed, CHAPAR_TRY(crypto::Manifest::decode(made.manifest.body)));
    return Done{};
}

}  // namespace

int succession_main(int argc, char** argv) {
    const auto given = SuccessionArguments::parse(argc, argv, kUsage);
    const Status done = given ? draft(*given) : Status(given.error());
    return done ? 0 : exit_with(done.error());
}

}  // namespace chapar::broker
