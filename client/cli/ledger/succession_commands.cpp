#include "client/cli/ledger/succession_commands.h"

#include <filesystem>
#include <memory>

#include "client/cli/records/record_words.h"
#include "client/cli/records/sign_flow.h"
#include "client/core/directory_alarms.h"
#include "client/core/gossip.h"
#include "client/core/heads.h"
#include "client/core/ledger_alarms.h"
#include "client/core/outbox_store.h"
#include "client/core/store_keys.h"
#include "client/core/succession.h"
#include "client/core/tables.h"
#include "client/edge/home_files.h"
#include "client/edge/store_home.h"
#include "client/edge/trust_card_file.h"
#include "schemas/base/hex.h"
#include "schemas/base/limits.h"

namespace chapar::client {
namespace {
namespace fs = std::filesystem;
namespace json = boost::json;

struct SucceedArguments {
    std::string file;
    bool yes = false;
    std::uint64_t lost_more = 0;  // the size of the larger head that a person has read; 0: none
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
std::string whole_text(const RecordWords& words, const CheckedSuccession& checked,
                       const Moved& moved) {
    std::string out = as_text(words);
    out += "\n    of this device: " + std::to_string(moved.receipts_lost) +
           " receipts are for lost entries, " + std::to_string(moved.again) +
           " envelopes will be sealed and sent again";
    if (moved.directory_lost > 0) {
        out += "\n    this device knows " + std::to_string(moved.directory_lost) +
               " directory entries that are lost, " + std::to_string(moved.endings_lost) +
               " of them revocations or suspensions: tell your registrars; this device seals to "
               "none of those";
    }
    if (moved.statements_lost > 0) {
        out += "\n    " + std::to_string(moved.statements_lost) +
               " confirmations of receipt were not logged and go: what they are about may come "
               "again";
    }
    for (const std::string& doubt : checked.doubts) out += "\n    NOT CONFIRMED: " + doubt;
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
    const Bytes roots = CHAPAR_TRY(read_file(paths.agency_roots(), limits::kRecordBytes));
    return OldHome{paths, CHAPAR_TRY(read_trust_card(paths.trust_card())),
                   CHAPAR_TRY(decode_agency_roots(roots)), CHAPAR_TRY(open_store(paths.store()))};
}

fs::path old_folder(const OldHome& home) {
    return home.paths.home / "old-ledgers" / std::to_string(home.card.manifest().ledger.value);
}

json::array alarms_of(const std::vector<LedgerAlarm>& alarms) {
    json::array out;
    for (const LedgerAlarm& alarm : alarms) {
        out.push_back(json::object{{"kind", text_of(alarm.kind)},
                                   {"raised", alarm.raised.value},
                                   {"text", alarm.sentence}});
    }
    return out;
}

json::array alarms_of(const std::vector<DirectoryAlarm>& alarms) {
    json::array out;
    for (const DirectoryAlarm& alarm : alarms) {
        out.push_back(json::object{{"kind", text_of(alarm.kind)},
                                   {"entry", alarm.index.value},
                                   {"record", to_hex(alarm.record.view())},
                                   {"text", alarm.sentence}});
    }
    return out;
}

// What would show a fork, or already does, and can be read nowhere else afterwards.
Status keep_open_questions(const storage::ReadTxn& txn, const CheckedSuccession& checked,
                           const fs::path& folder) {
    json::array owed;
    for (const OwedHead& head : CHAPAR_TRY(owed_heads(txn))) {
        owed.push_back(json::object{{"size", head.size.value},
                                    {"root", to_hex(head.root.view())},
                                    {"author", to_hex(head.author.view())},
                                    {"envelope", to_hex(head.envelope.view())}});
    }
    json::array notes;
    for (const std::string& note : CHAPAR_TRY(evidence(txn))) notes.emplace_back(note);
    json::array doubts;
    for (const std::string& doubt : checked.doubts) doubts.emplace_back(doubt);
    const json::object all{{"not_confirmed", doubts},
                           {"alarms", alarms_of(CHAPAR_TRY(ledger_alarms(txn)))},
                           {"directory_alarms", alarms_of(CHAPAR_TRY(open_alarms(txn)))},
                           {"heads_never_proven", owed},
                           {"contradicting_notes", notes}};
    return write_file(folder / "open-questions.json", view(json::serialize(all) + "\n"));
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
Status keep_old(const OldHome& home, const CeremonyFile& file, const CheckedSuccession& checked,
                const storage::ReadTxn& txn) {
    const fs::path folder = old_folder(home);
    CHAPAR_TRY(make_folder(folder));
    CHAPAR_TRY(write_file(folder / "trust-card.json", view(home.card.json())));
    CHAPAR_TRY(write_file(folder / "succession", file.encode()));
    if (const auto held = CHAPAR_TRY(newest_head(txn, home.card.log()))) {
        CHAPAR_TRY(write_file(folder / "newest.note", view(held->note)));
    }
    CHAPAR_TRY(keep_open_questions(txn, checked, folder));
    return keep_receipts(txn, folder / "receipts");
}

Status finish(Invocation& invocation, const OldHome& home, const SignedSuccession& given) {
    const fs::path folder = old_folder(home);
    CHAPAR_TRY(move_aside(home.paths.witness_policy(), folder / "witness.policy"));
    CHAPAR_TRY(move_aside(home.paths.home / "ledger", folder / "ledger"));
    const TrustCard card = CHAPAR_TRY(card_after(home.card, given));
    CHAPAR_TRY(write_file(home.paths.trust_card(), view(card.json())));
    std::string text = "this device is now at " + card.manifest().origin +
                       "; what proves something about the old ledger is in " + folder.string();
    const bool had_policy = file_exists(folder / "witness.policy");
    if (had_policy) {
        text += "\nNO WITNESSES are asked for until you say which: in " +
                (folder / "witness.policy").string() + " let the log line be\n    log " +
                card.log().vkey() + "\nand give it with chapar ledger policy";
    }
    invocation.output.result(json::object{{"ledger", card.manifest().origin},
                                          {"home", to_hex(card.home().view())},
                                          {"old", folder.string()},
                                          {"witness_policy_needed", had_policy},
                                          {"log", card.log().vkey()}},
                             text);
    return Done{};
}

Status check_larger_head(const CheckedSuccession& checked, const SucceedArguments& given) {
    if (!checked.beyond || checked.beyond->value == given.lost_more) return Done{};
    const std::string size = std::to_string(checked.beyond->value);
    return Error(Errc::SuccessionInvalid,
                 checked.doubts.front() +
                     ". Give the operator what chapar ledger head shows, before the old ledger is "
                     "closed; if it is closed already, go over with --lost-more " +
                     size + ": the head stays as an alarm");
}

Status succeed(Invocation& invocation, const SucceedArguments& given) {
    const OldHome home = CHAPAR_TRY(open_home(invocation));
    const CeremonyFile file = CHAPAR_TRY(read_ceremony_file(given.file));
    const SignedSuccession records = CHAPAR_TRY(signed_succession(file, given.file));
    const auto body = CHAPAR_TRY(crypto::SuccessionRecord::decode(records.record.body));
    auto txn = CHAPAR_TRY(home.store->begin_write());
    if (body.new_manifest == home.card.record().body) {
        return Error(Errc::AlreadyExists, "this device is at that ledger already");
    }
    // Before has_moved(): a device that went on since must not be sent back by an old file.
    if (body.old_manifest != home.card.record().body) {
        return Error(Errc::SuccessionInvalid, "it follows another ledger than this device's");
    }
    // What shows a fork goes with the old ledger: a person looks at it first.
    CHAPAR_TRY(may_send(*txn));
    // The store went over, and then this was cut short.
    if (CHAPAR_TRY(has_moved(*txn, body))) return finish(invocation, home, records);

    const auto checked = CHAPAR_TRY(check_succession(*txn, home.card, home.roots, records));
    CHAPAR_TRY(check_larger_head(checked, given));
    CHAPAR_TRY(keep_old(home, file, checked, *txn));
    const Moved moved = CHAPAR_TRY(move_to_new_ledger(*txn, checked, invocation.now()));
    RecordWords words = CHAPAR_TRY(words_for(records.record));
    const std::string text = whole_text(words, checked, moved);
    if (!given.yes) {
        CHAPAR_TRY(confirm(text + "Have you compared the check words with your agency?"));
    }
    CHAPAR_TRY(std::move(*txn).commit());
    json::object told = as_json(words);
    told["receipts_lost"] = moved.receipts_lost;
    told["again"] = moved.again;
    told["directory_lost"] = moved.directory_lost;
    told["endings_lost"] = moved.endings_lost;
    told["statements_lost"] = moved.statements_lost;
    json::array doubts;
    for (const std::string& doubt : checked.doubts) doubts.emplace_back(doubt);
    told["not_confirmed"] = std::move(doubts);
    invocation.output.result(told, text);
    return finish(invocation, home, records);
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
    command->add_option("--lost-more", given->lost_more,
                        "size of this device's head, where it is beyond the succession's");
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
        const Bytes bytes = CHAPAR_TRY(read_file(folder / "manifest", limits::kRecordBytes));
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
