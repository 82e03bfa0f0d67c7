#include <doctest/doctest.h>

#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "broker/core/replay.h"
#include "broker/core/tables.h"
#include "crypto/checkpoint.h"
#include "crypto/keystore.h"
#include "crypto/tree.h"
#include "storage/archive_file.h"
#include "storage/ledger_export.h"
#include "tests/unit/broker/small_ledger.h"

namespace chapar::testing {
namespace {

broker::RuleName rule_of(const char* agency, const char* rule) {
    return {AgencyId::parse(agency).value(), rule};
}

TEST_CASE("a what-if names exactly the decisions that another policy would change") {
    SmallLedger ledger;
    const auto entries = entries_of(ledger.world);
    // The alert up to RESTRICTED is covered by another rule too.
    CHECK(ledger.replay(entries, rule_of("TJ-DCA", "export.alerts")).changed.empty());
    const auto secret = ledger.replay(entries, rule_of("TJ-DCA", "export.secret"));
    REQUIRE(secret.changed.size() == 1);
    CHECK(secret.changed[0].envelope == ledger.secret.hash);
    CHECK(secret.changed[0].recorded == broker::Effect::Permit);
    CHECK(secret.changed[0].without == broker::Effect::Deny);
    CHECK(secret.equal());  // the state went on by the recorded rules
    CHECK(ledger.replay(entries, rule_of("CARICC", "import.none")).changed.empty());
    CHECK(ledger.replay(entries, rule_of("AF-CNP", "import.all")).changed.empty());
}

TEST_CASE("a replay reports a changed entry, and stops where entries no longer line up") {
    SmallLedger ledger;
    auto entries = entries_of(ledger.world);
    const std::uint64_t at = ledger.first.first.value;
    CHECK(ledger.replay(entries).equal());

    // The clock flag is data of the operation, so the fold follows the change; but the recipient's
    // statement names the head that it saw, and no history with another leaf has that head.
    auto flagged = entries;
    flagged[at].leaf[2] ^= std::byte{1};
    const auto caught = ledger.replay(flagged);
    REQUIRE(caught.differences.size() == 1);
    CHECK(caught.differences[0].entry.value > at);
    CHECK(caught.differences[0].operation == "confirm");
    CHECK(caught.differences[0].expected.starts_with("head.mismatch"));

    auto directory = entries;
    // last_dir: the ledger's own doing, so it does not follow.
    std::fill_n(directory[at].leaf.begin() + 24, 8, std::byte{0});
    const auto changed = ledger.replay(directory);
    REQUIRE(changed.differences.size() == 1);
    CHECK(changed.differences[0].entry.value == at);
    CHECK_FALSE(changed.equal());

    auto unreadable = entries;
    unreadable[at].leaf[0] ^= std::byte{1};
    const auto stopped = ledger.replay(unreadable);
    REQUIRE(stopped.differences.size() == 1);
    CHECK(stopped.differences[0].entry.value == at);
    CHECK(stopped.size.value == at);

    auto shorter = entries;
    shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(at));
    const auto cut = ledger.replay(shorter);
    REQUIRE_FALSE(cut.equal());
    CHECK(cut.differences.front().entry.value >= at);
}

TEST_CASE("a refusal that the recorded rules do not give is found") {
    SmallLedger cheated;
    World& world = cheated.world;
    {
        // A broker that decides by a policy other than the one in its ledger.
        const auto txn = world.store().begin_write().value();
        REQUIRE(txn->erase(broker::kPolicyTable, view("CARICC")));
        REQUIRE(std::move(*txn).commit());
    }
    const auto refused = world.submit(cheated.seal(schemas::Classification::Restricted));
    REQUIRE(refused.code == Errc::PolicyRefused);
    const auto report = cheated.replay(entries_of(cheated.world));
    REQUIRE_FALSE(report.differences.empty());
    CHECK(report.differences.front().entry == refused.first);
    CHECK(report.differences.front().operation == "submit");
    CHECK(report.differences.front().rule == "decision");
    CHECK(report.differences.front().expected.starts_with("permitted, export TJ-DCA/"));
    CHECK(report.differences.front().found.starts_with("refused: policy.refused"));
    CHECK_FALSE(report.equal());
}

// An export of the small ledger in a folder of its own, with the auditor's keystore.
struct ExportedLedger {
    SmallLedger small;
    std::filesystem::path folder;
    std::string key = "audit.keystore";  // in the folder; "": none

    ExportedLedger() {
        std::string pattern = (std::filesystem::temp_directory_path() / "chapar-XXXXXX").string();
        REQUIRE(mkdtemp(pattern.data()) != nullptr);
        folder = pattern;
        write_secrets();
        write(entries_of(small.world));
    }
    ~ExportedLedger() { std::filesystem::remove_all(folder); }
    ExportedLedger(const ExportedLedger&) = delete;
    ExportedLedger& operator=(const ExportedLedger&) = delete;

    void write_secrets() {
        crypto::SecretBuffer passphrase(4);
        std::ranges::copy(view("open"), passphrase.expose_mutable().begin());
        auto keystore = crypto::Keystore::create(passphrase, {}, small.world.random).value();
        keystore.put("audit", small.world.auditor);
        REQUIRE(keystore.save(folder / "audit.keystore", small.world.random));
        std::ofstream(folder / "passphrase") << "open\n";
        std::filesystem::permissions(folder / "passphrase", std::filesystem::perms::owner_read);
    }

    void write(const std::vector<broker::RecordedEntry>& entries) {
        storage::LedgerExport out;
        std::vector<Hash> leaves;
        for (const auto& entry : entries) {
            out.entries.push_back({entry.leaf, entry.body});
            leaves.push_back(crypto::leaf_hash(entry.leaf));
        }
        const auto signer =
            crypto::NoteSigner::create("chapar.test/ledger/1",
                                       crypto::SigningKey::generate(small.world.random))
                .value();
        out.vkey = signer.verifier().vkey();
        out.checkpoint = crypto::sign_checkpoint(
            {"chapar.test/ledger/1", TreeSize(leaves.size()), crypto::tree_root(leaves)}, signer);
        out.manifest = Bytes(1);
        REQUIRE(storage::write_archive((folder / "export.tar").string(), storage::members_of(out)));
    }

    // Exit code, and what was printed.
    std::pair<int, std::string> run(const std::string& options) const {
        const std::string command = "CHAPAR_PASSPHRASE_FILE=" + (folder / "passphrase").string() +
                                    " " CHAPAR_REPLAY " " + (folder / "export.tar").string() +
                                    (key.empty() ? "" : " --key " + (folder / key).string()) + " " +
                                    options + " > " + (folder / "out").string();
        const int status = std::system(command.c_str());
        std::stringstream text;
        text << std::ifstream(folder / "out").rdbuf();
        return {WEXITSTATUS(status), text.str()};
    }
};

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST_CASE("chapar-replay takes every decision of an export again, and says what a rule decided") {
    ExportedLedger exported;
    const auto [code, text] = exported.run("--json");
    CHECK(code == 0);
    CHECK(contains(text, "\"replayed\":true"));
    CHECK(contains(text, "\"decisions\":2"));
    const auto [what_if_code, what_if] = exported.run("--json --without-rule TJ-DCA/export.secret");
    CHECK(what_if_code == 0);
    CHECK(contains(what_if, "\"recorded\":\"permit\",\"without\":\"deny\""));

    // Each device that a stanza was sealed to, and what it had by then.
    const auto [until_code, until] =
        exported.run("--until " + std::to_string(exported.small.first.first.value));
    CHECK(until_code == 0);
    CHECK(contains(until, "from TJ-BLO  to KZ-OPS"));
    CHECK(contains(until, "state waiting, may be handed out"));
    CHECK_FALSE(contains(until, "delivered"));
    CHECK(contains(exported.run("--until 999999").second, "state delivered by entry"));
    CHECK(exported.run("--until yesterday").first == 2);

    auto entries = entries_of(exported.small.world);
    std::fill_n(entries[exported.small.first.first.value].leaf.begin() + 24, 8, std::byte{0});
    exported.write(entries);
    const auto [changed_code, changed] = exported.run("");
    CHECK(changed_code == 5);
    CHECK(contains(changed, "NOT replayed"));
}

}  // namespace
}  // namespace chapar::testing
