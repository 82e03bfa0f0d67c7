#include "broker/succession_main.h"

#include <cstdio>
#include <string_view>

#include "broker/ceremony_parts.h"
#include "broker/core/tables.h"
#include "broker/edge/clock.h"
#include "broker/edge/high_water.h"
#include "broker/program.h"
#include "broker/succession.h"
#include "broker/succession_files.h"
#include "crypto/private_file.h"

namespace chapar::broker {
namespace {
namespace fs = std::filesystem;

constexpr const char* kDraftUsage =
    "chapard succession --dir OLD --new NEW --agency NAME --agency NAME.. --reason TEXT --out FILE "
    "[--note FILE].. [--endpoint tcp://HOST:PORT]..";
constexpr const char* kSucceedUsage =
    "chapard succeed --dir OLD --new NEW --signed FILE [--note FILE]..";

struct Arguments {
    std::string old_directory, new_directory, reason, out, signed_file;
    std::vector<std::string> agencies, notes, endpoints;
};

Result<Arguments> parse_arguments(int argc, char** argv, const char* usage) {
    Arguments out;
    const Error wrong(Errc::Usage, usage);
    for (int i = 2; i + 1 < argc; i += 2) {
        const std::string_view word = argv[i];
        const std::string value = argv[i + 1];
        std::string* one = word == "--dir"      ? &out.old_directory
                           : word == "--new"    ? &out.new_directory
                           : word == "--reason" ? &out.reason
                           : word == "--out"    ? &out.out
                           : word == "--signed" ? &out.signed_file
                                                : nullptr;
        std::vector<std::string>* many = word == "--agency"     ? &out.agencies
                                         : word == "--note"     ? &out.notes
                                         : word == "--endpoint" ? &out.endpoints
                                                                : nullptr;
        if (one != nullptr && one->empty()) {
            *one = value;
        } else if (many != nullptr) {
            many->push_back(value);
        } else {
            return wrong;
        }
    }
    if (argc % 2 != 0 || out.old_directory.empty() || out.new_directory.empty()) return wrong;
    std::error_code error;
    if (fs::weakly_canonical(out.old_directory, error) ==
        fs::weakly_canonical(out.new_directory, error)) {
        return Error(Errc::Usage, "NEW must be another directory than OLD");
    }
    return out;
}

TimeMs now() {
    SystemTime time;
    return time.stamp().time;
}

Status draft(const Arguments& given) {
    if (given.agencies.size() < 2 || given.agencies.size() > 8 || given.reason.empty() ||
        given.out.empty()) {
        return Error(Errc::Usage, kDraftUsage);
    }
    CHAPAR_TRY(check_open(given.old_directory));
    crypto::SystemRandom random;
    BrokerDirectory opened = CHAPAR_TRY(BrokerDirectory::open(given.old_directory, random));
    const KnownNotes known =
        CHAPAR_TRY(collect_notes(opened.path, opened.config, opened.node, given.notes, {}));
    if (known.notes.empty()) {
        return Error(Errc::NotFound, "no note of this ledger is known: give one with --note");
    }
    std::vector<AgencyId> agencies;
    for (const std::string& name : given.agencies) {
        agencies.push_back(CHAPAR_TRY(AgencyId::parse(name)));
    }
    const OldLedger old{opened.node, *opened.store, opened.ledger_keys.keys(), known.notes};
    // Tried with a key that nobody keeps: nothing is made where there is nothing to follow.
    NewNode node{crypto::SigningKey::generate(random).public_key(), opened.node.manifest.curve_key,
                 given.endpoints};
    CHAPAR_TRY(draft_succession(old, node, agencies, now(), given.reason));
    const SuccessionFiles files(given.old_directory, given.new_directory);
    node.log_key = CHAPAR_TRY(files.make_node(random));
    const SuccessionDraft made =
        CHAPAR_TRY(draft_succession(old, node, agencies, now(), given.reason));
    const CeremonyParts parts{{made.manifest, made.succession}, made.agencies};
    CHAPAR_TRY(crypto::replace_private_file(given.out, parts.encode(), random));
    const auto record = CHAPAR_TRY(crypto::SuccessionRecord::decode(made.succession.body));
    const auto manifest = CHAPAR_TRY(crypto::Manifest::decode(made.manifest.body));
    std::printf(
        "new ledger:  %s\nvkey:        %s\nlost:        entries %llu to %llu of %s\n"
        "To be signed with chapar key approve by the centre root, then by a root of each agency: "
        "%s\nLook through %s before chapard succeed: paths, witnesses.\n",
        manifest.origin.c_str(), CHAPAR_TRY(manifest.log_verifier()).vkey().c_str(),
        static_cast<unsigned long long>(record.kept.value),
        static_cast<unsigned long long>(known.notes.back().head.size.value - 1),
        opened.node.manifest.origin.c_str(), given.out.c_str(), files.draft_config().c_str());
    return Done{};
}

struct Signed {
    Bytes file;
    crypto::SignedRecord manifest;
    crypto::SignedRecord succession;
};

Result<Signed> read_signed(const std::string& path) {
    Signed out{CHAPAR_TRY(read_file(path, Exposure::Public)), {}, {}};
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
    if (!manifest || !succession) return Error(Errc::SuccessionInvalid, path + ": not a draft");
    const auto opened = crypto::open_manifest(out.manifest);
    if (!opened)
        return Error(Errc::SuccessionInvalid, "the centre root has not signed the manifest");
    const auto record = crypto::SuccessionRecord::decode(out.succession.body);
    if (!record || record->new_manifest != out.manifest.body) {
        return Error(Errc::SuccessionInvalid, "another manifest than the record's");
    }
    return out;
}

// The new ledger, up to its high-water file.
Result<CarriedOver> found(const OldLedger& old, const SuccessionFiles& files, const Signed& given,
                          crypto::Random& random) {
    const fs::path& directory = files.new_directory();
    const Config config = CHAPAR_TRY(read_config(files.draft_config()));
    const NodeKeys node = CHAPAR_TRY(NodeKeys::read(directory));
    HighWaterFile high_water(directory / config.ledger.high_water, node.manifest.origin);
    const auto before = high_water.read();
    if (!before || *before) {
        return Error(Errc::AlreadyExists, high_water.path().string() +
                                              ": give the new ledger another high_water in " +
                                              files.draft_config().string());
    }
    LedgerKeyFile ledger_keys = CHAPAR_TRY(
        LedgerKeyFile::open(directory / "ledger.keys", directory / config.ledger.kek, random));
    const auto tables = store_tables();
    const auto store = CHAPAR_TRY(
        storage::LmdbStore::open(directory / "store", tables, {.map_size = config.map_size}));
    Tick tick = CHAPAR_TRY(
        Tick::open({*store, ledger_keys, node.log, random, Capacity{config.mailbox_quota}}));
    auto carried = CHAPAR_TRY(carry_over(old, tick, given.succession, random));
    const crypto::Checkpoint head{node.manifest.origin, tick.frontier().size(),
                                  tick.frontier().root()};
    CHAPAR_TRY(high_water.claim(HighWaterFile::Found::Nothing,
                                {carried.nonce, crypto::sign_checkpoint(head, node.log)}));
    return carried;
}

void tell(const Signed& given, const CarriedOver& carried) {
    const auto manifest = crypto::Manifest::decode(given.manifest.body);
    std::string text = "new ledger:   " + manifest->origin +
                       "\ncarried over: " + std::to_string(carried.records) +
                       " records of the directory\n";
    for (const std::string& line : carried.refused) text += "not carried:  " + line + "\n";
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
        return (old.path / theirs).lexically_normal() ==
               (files.new_directory() / ours).lexically_normal();
    };
    if (shared(before.kek, config.ledger.kek)) {
        return Error(Errc::AlreadyExists,
                     "ledger.kek: name another file in " + files.draft_config().string());
    }
    if (shared(before.high_water, config.ledger.high_water)) {
        return Error(Errc::AlreadyExists,
                     "ledger.high_water: name another file in " + files.draft_config().string());
    }
    return Done{};
}

Status succeed(const Arguments& given) {
    if (given.signed_file.empty()) return Error(Errc::Usage, kSucceedUsage);
    crypto::SystemRandom random;
    const Signed record = CHAPAR_TRY(read_signed(given.signed_file));
    const SuccessionFiles files(given.old_directory, given.new_directory);
    if (files.finished()) {
        if (check_open(given.old_directory)) {
            return Error(Errc::AlreadyExists, "another ledger in " + given.new_directory);
        }
        CHAPAR_TRY(files.close_old(record.succession, random));
        return files.erase_old_log_key();
    }
    BrokerDirectory opened = CHAPAR_TRY(BrokerDirectory::open(given.old_directory, random));
    const KnownNotes known =
        CHAPAR_TRY(collect_notes(opened.path, opened.config, opened.node, given.notes, {}));
    if (known.notes.empty()) {
        return Error(Errc::NotFound, "no note of this ledger is known: give one with --note");
    }
    const OldLedger old{opened.node, *opened.store, opened.ledger_keys.keys(), known.notes};
    CHAPAR_TRY(check_succession(old, record.succession));
    CHAPAR_TRY(check_apart(opened, files));
    CHAPAR_TRY(files.close_old(record.succession, random));
    CHAPAR_TRY(files.begin_new(record.manifest, random));
    const CarriedOver carried = CHAPAR_TRY(found(old, files, record, random));
    CHAPAR_TRY(files.finish(record.file, random));
    CHAPAR_TRY(files.erase_old_log_key());
    tell(record, carried);
    return Done{};
}

}  // namespace

Status check_open(const fs::path& directory) {
    if (!is_there(closed_mark(directory))) return Done{};
    const Bytes bytes = CHAPAR_TRY(read_file(closed_mark(directory), Exposure::Public));
    const auto record = crypto::SignedRecord::decode(bytes);
    if (!record) return Error(Errc::OriginClosed, closed_mark(directory).string());
    const auto manifest = crypto::founding_manifest(*record);
    const auto next = manifest ? crypto::Manifest::decode(*manifest) : manifest.error();
    return Error(Errc::OriginClosed, next ? "followed by " + next->origin : directory.string());
}

int succession_main(int argc, char** argv) {
    const auto given = parse_arguments(argc, argv, kDraftUsage);
    const Status done = given ? draft(*given) : Status(given.error());
    return done ? 0 : exit_with(done.error());
}

int succeed_main(int argc, char** argv) {
    const auto given = parse_arguments(argc, argv, kSucceedUsage);
    const Status done = given ? succeed(*given) : Status(given.error());
    return done ? 0 : exit_with(done.error());
}

}  // namespace chapar::broker
