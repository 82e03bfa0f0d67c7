#include "client/cli/succession_commands.h"

#include <filesystem>
#include <memory>

#include "client/cli/record_words.h"
#include "client/cli/sign_flow.h"
#include "client/core/heads.h"
#include "client/core/ledger_alarms.h"
#include "client/core/outbox_store.h"
#include "client/core/store_keys.h"
#include "client/core/succession.h"
#include "client/core/tables.h"
#include "client/edge/home_files.h"
#include "client/edge/store_home.h"
#include "schemas/base/hex.h"

namespace chapar::client {
namespace {
namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::size_t kCardBytes = 128 * 1024;
constexpr std::size_t kRootsBytes = 16 * 1024;

struct SucceedArguments {
    std::string file;
    bool yes = false;
};

Result<SignedSuccession> signed_succession(const CeremonyFile& file, const std::string& path) {
    SignedSuccession out;
    std::size_t found = 0;
    for (const crypto::SignedRecord& record : file.records) {
        if (record.type == crypto::RecordType::Manifest) out.manifest = record, ++found;
        if (record.type == crypto::RecordType::Succession) out.record = record, ++found;
    }
    if (found == 2) return out;
    return Error(Errc::SuccessionInvalid, path + ": not a succession with its manifest");
}

// What a person reads before they say yes.
std::string whole_text(const RecordWords& words, const Moved& moved) {
    std::string out = as_text(words);
    out += "\n    of this device: " + std::to_string(moved.receipts_lost) +
           " receipts are for lost entries, " + std::to_string(moved.again) +
           " envelopes will be sealed and sent again";
    if (moved.directory_lost > 0) {
        out += "\n    this device knows " + std::to_string(moved.directory_lost) +
               " directory entries that are lost, " + std::to_string(moved.endings_lost) +
               " of them revocations or suspensions: tell your registrars";
    }
    return out + "\n";
}

struct OldHome {
    HomePaths paths;
    TrustCard card;
    AgencyRoots roots;
    std::unique_ptr<storage::Store> store;
};

Result<OldHome> open_home(Invocation& invocation) {
    const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
    const Bytes card = CHAPAR_TRY(read_file(paths.trust_card(), kCardBytes));
    const Bytes roots = CHAPAR_TRY(read_file(paths.agency_roots(), kRootsBytes));
    return OldHome{paths, CHAPAR_TRY(TrustCard::parse(to_string(card))),
                   CHAPAR_TRY(decode_agency_roots(roots)), CHAPAR_TRY(open_store(paths.store()))};
}

// Everything that proves something under the old log key, as files.
Status keep_receipts(const storage::ReadTxn& txn, const fs::path& folder) {
    CHAPAR_TRY(make_folder(folder));
    const auto cursor = txn.cursor(tables::kReceipts);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
        const ByteView key = cursor->key();
        const EntryIndex index(number_at_end(key));
        const auto receipt = CHAPAR_TRY(outbox_store::decode_receipt(index, cursor->value()));
        const std::string name =
            std::to_string(index.value) + "-" + to_hex(key.first(8)) + ".tlog-proof";
        CHAPAR_TRY(write_file(folder / name, view(receipt.text)));
    }
    return Done{};
}

Status move_aside(const fs::path& from, const fs::path& to) {
    if (!file_exists(from) || file_exists(to)) return Done{};
    std::error_code error;
    fs::rename(from, to, error);
    if (error) return Error(Errc::FileFailed, from.string());
    return Done{};
}

// Before anything changes.
Result<fs::path> keep_old(const OldHome& home, const CeremonyFile& file,
                          const storage::ReadTxn& txn) {
    const fs::path folder =
        home.paths.home / "old-ledgers" / std::to_string(home.card.manifest().ledger.value);
    CHAPAR_TRY(make_folder(folder));
    CHAPAR_TRY(write_file(folder / "trust-card.json", view(home.card.json())));
    CHAPAR_TRY(write_file(folder / "succession", file.encode()));
    if (const auto held = CHAPAR_TRY(newest_head(txn, home.card.log()))) {
        CHAPAR_TRY(write_file(folder / "newest.note", view(held->note)));
    }
    CHAPAR_TRY(keep_receipts(txn, folder / "receipts"));
    return folder;
}

Status finish(Invocation& invocation, const OldHome& home, const SignedSuccession& given,
              const fs::path& folder) {
    CHAPAR_TRY(move_aside(home.paths.witness_policy(), folder / "witness.policy"));
    CHAPAR_TRY(move_aside(home.paths.home / "ledger", folder / "ledger"));
    const TrustCard card = CHAPAR_TRY(card_after(home.card, given));
    CHAPAR_TRY(write_file(home.paths.trust_card(), view(card.json())));
    invocation.output.result(json::object{{"ledger", card.manifest().origin},
                                          {"home", to_hex(card.home().view())},
                                          {"old", folder.string()}},
                             "this device is now at " + card.manifest().origin +
                                 "; what proves something about the old ledger is in " +
                                 folder.string());
    return Done{};
}

Status succeed(Invocation& invocation, const SucceedArguments& given) {
    const OldHome home = CHAPAR_TRY(open_home(invocation));
    const CeremonyFile file = CHAPAR_TRY(read_ceremony_file(given.file));
    const SignedSuccession records = CHAPAR_TRY(signed_succession(file, given.file));
    const auto body = CHAPAR_TRY(crypto::SuccessionRecord::decode(records.record.body));
    const fs::path folder =
        home.paths.home / "old-ledgers" / std::to_string(home.card.manifest().ledger.value);
    auto txn = CHAPAR_TRY(home.store->begin_write());
    if (body.new_manifest == home.card.record().body) {
        return Error(Errc::AlreadyExists, "this device is at that ledger already");
    }
    if (body.old_manifest != home.card.record().body) {
        return Error(Errc::SuccessionInvalid, "it follows another ledger than this device's");
    }
    // What shows a fork goes with the old ledger: a person looks at it first.
    CHAPAR_TRY(may_send(*txn));
    // The store went over, and then this was cut short.
    if (CHAPAR_TRY(has_moved(*txn, body))) return finish(invocation, home, records, folder);

    const auto succession = CHAPAR_TRY(check_succession(*txn, home.card, home.roots, records));
    CHAPAR_TRY(keep_old(home, file, *txn));
    const Moved moved = CHAPAR_TRY(move_to_new_ledger(*txn, succession, invocation.now()));
    RecordWords words = CHAPAR_TRY(words_for(records.record));
    const std::string text = whole_text(words, moved);
    if (!given.yes) {
        CHAPAR_TRY(confirm(text + "Have you compared the check words with your agency?"));
    }
    CHAPAR_TRY(std::move(*txn).commit());
    json::object told = as_json(words);
    told["receipts_lost"] = moved.receipts_lost;
    told["again"] = moved.again;
    told["directory_lost"] = moved.directory_lost;
    told["endings_lost"] = moved.endings_lost;
    invocation.output.result(told, text);
    return finish(invocation, home, records, folder);
}

}  // namespace

void add_succeed_command(CLI::App& ledger, Invocation& invocation) {
    auto given = std::make_shared<SucceedArguments>();
    CLI::App* command = add_command(
        ledger, "succeed", "go over to the ledger that follows one that was closed for ever",
        "chapar ledger succeed succession --home ~/npj");
    command->add_option("file", given->file, "the signed succession, from the operator")
        ->required();
    command->add_flag("--yes", given->yes, "the check words have been compared");
    invocation.on(command, [&invocation, given] { return succeed(invocation, *given); });
}

void add_card_command(CLI::App& broker, Invocation& invocation) {
    auto directory = std::make_shared<std::string>();
    CLI::App* command =
        add_command(broker, "card", "write the trust card of a broker's directory again",
                    "chapar broker card --dir /srv/chapar-2");
    command->add_option("--dir", *directory, "the broker's directory")->required();
    invocation.on(command, [&invocation, directory]() -> Status {
        const fs::path folder = *directory;
        const Bytes bytes = CHAPAR_TRY(read_file(folder / "manifest", kCardBytes));
        const auto record = CHAPAR_TRY(crypto::SignedRecord::decode(bytes));
        const auto manifest = CHAPAR_TRY(crypto::open_manifest(record));
        const auto card = CHAPAR_TRY(TrustCard::create(record, manifest.endpoints.front()));
        CHAPAR_TRY(write_file(folder / "trust-card.json", view(card.json())));
        invocation.output.result(json::object{{"card", (folder / "trust-card.json").string()},
                                              {"origin", manifest.origin}},
                                 (folder / "trust-card.json").string());
        return Done{};
    });
}

}  // namespace chapar::client
