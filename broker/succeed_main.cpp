#include <cstdio>

#include "broker/ceremony_parts.h"
#include "broker/core/tables.h"
#include "broker/edge/clock.h"
#include "broker/edge/high_water.h"
#include "broker/succession_arguments.h"
#include "broker/succession_files.h"
#include "broker/succession_main.h"

namespace chapar::broker {
namespace {
namespace fs = std::filesystem;

constexpr const char* kUsage = "chapard succeed --dir OLD --new NEW --signed FILE [--note FILE]..";

Error refused(std::string why) { return Error(Errc::SuccessionInvalid, std::move(why)); }

Result<SignedDraft> read_signed(const std::string& path) {
    SignedDraft out{CHAPAR_TRY(read_file(path, Exposure::Public)), {}, {}};
    const CeremonyParts parts = CHAPAR_TRY(CeremonyParts::decode(out.file));
    bool manifest = false;
    bool succession = false;
    for (const crypto::SignedRecord& record : parts.records) {
        if (record.type == crypto::RecordType::Manifest) {
            manifest = true;
            out.manifest = record;
        } else if (record.type == crypto::RecordType::Succession) {
            succession = true;
            out.succession = record;
        }
    }
    if (!manifest || !succession) return refused(path + ": not a draft");
    const auto opened = crypto::open_manifest(out.manifest);
    if (!opened) return refused("the centre root has not signed the manifest");
    const auto record = crypto::SuccessionRecord::decode(out.succession.body);
    if (!record || record->new_manifest != out.manifest.body) {
        return refused("another manifest than the record's");
    }
    return out;
}

// A run that was cut short has left a file of the new origin, which nobody else signs for.
Status clear_high_water(const HighWaterFile& file, const NodeKeys& node,
                        const SuccessionFiles& files) {
    const auto before = file.read();
    if (before && !*before) return Done{};
    if (before && crypto::open_checkpoint((*before)->note, node.log.verifier())) {
        std::error_code error;
        if (fs::remove(file.path(), error) && !error) return Done{};
        return Error(Errc::FileFailed, file.path().string());
    }
    return Error(Errc::AlreadyExists, file.path().string() +
                                          ": give the new ledger another high_water in " +
                                          files.draft_config().string());
}

// The new ledger, up to its high-water file.
Result<CarriedOver> found(const OldLedger& old, const SuccessionFiles& files,
                          const SignedDraft& given, crypto::Random& random) {
    const fs::path& directory = files.new_directory();
    const Config config = CHAPAR_TRY(read_config(files.draft_config()));
    const NodeKeys node = CHAPAR_TRY(NodeKeys::read(directory));
    HighWaterFile high_water(directory / config.ledger.high_water, node.manifest.origin);
    CHAPAR_TRY(clear_high_water(high_water, node, files));
    LedgerKeyFile ledger_keys = CHAPAR_TRY(
        LedgerKeyFile::open(directory / "ledger.keys", directory / config.ledger.kek, random));
    const auto tables = store_tables();
    const auto store = CHAPAR_TRY(
        storage::LmdbStore::open(directory / "store", tables, {.map_size = config.map_size}));
    Tick tick =
        CHAPAR_TRY(Tick::open({*store, ledger_keys, node.log, random, capacity_of(config)}));
    auto carried = CHAPAR_TRY(carry_over(old, *store, tick, given.succession, random));
    const crypto::Checkpoint head{node.manifest.origin, tick.frontier().size(),
                                  tick.frontier().root()};
    CHAPAR_TRY(high_water.claim(HighWaterFile::Found::Nothing,
                                {carried.nonce, crypto::sign_checkpoint(head, node.log)}));
    return carried;
}

void tell(const SignedDraft& given, const OldBroker& old, const CarriedOver& carried) {
    const auto manifest = crypto::Manifest::decode(given.manifest.body);
    std::string text = "new ledger:   " + manifest->origin + "\n" + lines_of(old.known) +
                       "carried over: " + std::to_string(carried.records) +
                       " records of the directory\n" + lines_of(carried);
    text +=
        "The old ledger is closed for ever. What the lost entries enrolled, revoked or suspended "
        "is\n"
        "lost too: registrars publish it again, revocations first. Officers: chapar ledger "
        "succeed.\n";
    std::fwrite(text.data(), 1, text.size(), stdout);
}

// The old ledger stays what it is: shredding in the new one would end a KEK that both use.
Status check_apart(const BrokerDirectory& old, const SuccessionFiles& files) {
    const Config config = CHAPAR_TRY(read_config(files.draft_config()));
    const LedgerConfig& before = old.config.ledger;
    const auto shared = [&](const fs::path& theirs, const fs::path& ours) {
        return is_one_file(old.path / theirs, files.new_directory() / ours);
    };
    if (shared(before.kek, config.ledger.kek)) {
        return Error(Errc::AlreadyExists,
                     "ledger.kek: name another file in " + files.draft_config().string());
    }
    // Only a run that was cut short behind close_old() has made it.
    const fs::path kek = files.new_directory() / config.ledger.kek;
    if (is_there(kek) && !is_there(closed_mark(old.path))) {
        return Error(Errc::AlreadyExists, "somebody's ledger.kek: " + kek.string());
    }
    if (shared(before.high_water, config.ledger.high_water)) {
        return Error(Errc::AlreadyExists,
                     "ledger.high_water: name another file in " + files.draft_config().string());
    }
    return Done{};
}

// What would be carried over is what was signed; else nothing is closed.
Status check_carrying(const OldLedger& old, const SuccessionFiles& files, const SignedDraft& given,
                      const crypto::Succession& signed_for, crypto::Random& random) {
    const CarriedOver rehearsed =
        CHAPAR_TRY(rehearse_carrying(old, files.rehearsal(), &given.succession, random));
    if (rehearsed.carried == signed_for.record.carried) return Done{};
    return refused("the directory that would be carried over is not the one that was signed");
}

Status succeed(const SuccessionArguments& given) {
    if (given.signed_file.empty()) return Error(Errc::Usage, kUsage);
    crypto::SystemRandom random;
    SystemTime time;
    const SignedDraft record = CHAPAR_TRY(read_signed(given.signed_file));
    const SuccessionFiles files(given.old_directory, given.new_directory);
    if (files.finished()) {
        const FileDescriptor lock = CHAPAR_TRY(lock_file(files.old_directory() / "lock"));
        CHAPAR_TRY(files.check_finished(record));
        return files.erase_old_log_key();
    }
    const OldBroker broker = CHAPAR_TRY(OldBroker::open(given, random));
    const OldLedger old = broker.ledger();
    const auto signed_for = CHAPAR_TRY(check_succession(old, record.succession, time.stamp().time));
    CHAPAR_TRY(check_apart(broker.opened, files));
    CHAPAR_TRY(check_carrying(old, files, record, signed_for, random));
    CHAPAR_TRY(files.close_old(record.succession, random));
    CHAPAR_TRY(files.begin_new(record.manifest, random));
    const CarriedOver carried = CHAPAR_TRY(found(old, files, record, random));
    CHAPAR_TRY(files.finish(record.file, random));
    CHAPAR_TRY(files.erase_old_log_key());
    tell(record, broker, carried);
    return Done{};
}

}  // namespace

int succeed_main(int argc, char** argv) {
    const auto given = SuccessionArguments::parse(argc, argv, kUsage);
    const Status done = given ? succeed(*given) : Status(given.error());
    return done ? 0 : exit_with(done.error());
}

}  // namespace chapar::broker
