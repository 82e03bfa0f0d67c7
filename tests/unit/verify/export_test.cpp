// Whole exports, as the product writes them and as an attacker leaves them.
#include "crypto/verify/export.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>

#include "crypto/base64.h"
#include "crypto/sha256.h"
#include "crypto/tree.h"
#include "schemas/base/hex.h"
#include "schemas/base/layout.h"
#include "storage/archive_file.h"
#include "storage/export_format.h"
#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/verify/made_ledger.h"

using namespace chapar;
using chapar::testing::MadeLedger;
using chapar::testing::MadePlan;
using chapar::testing::must;
using chapar::testing::TemporaryDirectory;

namespace {

struct Stage {
    TemporaryDirectory folder;
    std::string path(const std::string& name) const { return (folder.path() / name).string(); }
    verify::TrustCard card(const MadeLedger& ledger) const {
        std::ofstream(path("card.json")) << ledger.card();
        std::string why;
        const auto card = verify::read_trust_card(path("card.json"), why);
        REQUIRE_MESSAGE(card, why);
        return *card;
    }
};

verify::Report judge(const Stage& stage, const MadeLedger& ledger, verify::Questions questions) {
    return verify::verify_export(stage.card(ledger), std::move(questions), {});
}
verify::Report judge(const Stage& stage, const MadeLedger& ledger,
                     const std::vector<std::string>& files) {
    verify::Questions questions;
    questions.archives = files;
    return judge(stage, ledger, std::move(questions));
}

std::string failures(const verify::Report& report) {
    std::string out;
    for (const verify::Verdict& v : report.verdicts) {
        if (!v.ok) out += v.rule + ": " + v.sentence + "\n";
    }
    return out;
}

bool fails(const verify::Report& report, const std::string& rule) {
    return std::ranges::any_of(report.verdicts,
                               [&](const auto& v) { return v.rule == rule && !v.ok; });
}

std::string fact(const verify::Report& report, const std::string& name) {
    const auto found = std::ranges::find(report.facts, name, &verify::Fact::name);
    return found == report.facts.end() ? "" : found->value;
}

storage::Member& member(std::vector<storage::Member>& members, std::string_view prefix) {
    const auto found = std::ranges::find_if(
        members, [&](const storage::Member& m) { return m.name.starts_with(prefix); });
    REQUIRE(found != members.end());
    return *found;
}

// As an attacker would: the digests fit again.
void digest_again(std::vector<storage::Member>& members) {
    std::string sums;
    for (const storage::Member& m : members) {
        if (m.name == "SHA256SUMS") continue;
        sums += to_hex(crypto::sha256(m.bytes).view()) + "  " + m.name + "\n";
    }
    member(members, "SHA256SUMS").bytes = to_bytes(view(sums));
}

}  // namespace

TEST_CASE("the worked example of FORMAT.txt is what its rules give") {
    const auto record = [](std::uint64_t time) {
        return LayoutWriter()
            .u8(1)
            .counted16(Bytes{std::byte{0}})
            .u8(2)
            .counted16(LayoutWriter().u64(time).bytes())
            .take();
    };
    const auto leaf = [&](std::uint64_t index, std::uint64_t time, std::uint64_t last) {
        const Hash commit = crypto::sha256({view("chapar/body/v1\n"), Bytes(32), record(time)});
        return LayoutWriter()
            .u8(1)
            .u8(5)
            .u8(0)
            .u8(0)
            .u32(1)
            .u64(index)
            .u64(time / 1000 * 1000)
            .u64(last)
            .raw(commit.view())
            .take();
    };
    const std::uint64_t noon = MadeLedger::kStart;
    const Bytes first = leaf(7, noon + 789, 5), second = leaf(8, noon + 1500, 7);
    const Hash left = crypto::leaf_hash(first), right = crypto::leaf_hash(second);
    const Hash root = crypto::node_hash(left, right);
    std::string page;  // without line feeds and blanks
    std::ranges::copy_if(storage::kExportFormat, std::back_inserter(page),
                         [](char c) { return c != '\n' && c != ' '; });
    for (const Bytes& bytes :
         {record(noon + 789), first, to_bytes(left.view()), record(noon + 1500),
          to_bytes(right.view()), to_bytes(root.view())}) {
        CHECK(page.find(to_hex(bytes)) != std::string::npos);
    }
    CHECK(page.find(crypto::to_base64(root.view())) != std::string::npos);
}

TEST_CASE("exports of every shape verify, as an archive and as a directory") {
    const MadeLedger ledger;
    for (const std::uint64_t size : {1, 2, 255, 256, 257, 600}) {
        CAPTURE(size);
        const Stage stage;
        for (const auto form : {storage::ExportForm::Archive, storage::ExportForm::Directory}) {
            const std::string target =
                stage.path(form == storage::ExportForm::Archive ? "a.tar" : "tree");
            const auto report = judge(stage, ledger, ledger.write(target, size, form));
            CHECK_MESSAGE(report.failed() == 0, failures(report));
            CHECK(report.verdicts.size() >= 14);
            CHECK(fact(report, "root") == to_hex(ledger.root(size).view()));
        }
    }
}

// Several rules meet here (start, peaks, paths, heads of earlier segments): fails if join() and the
// heads of segments are both taken out; one alone is covered by the other.
TEST_CASE("segments continue one another: none missing, none exchanged, none of a fork") {
    const MadeLedger ledger;
    const MadeLedger fork({.fork_at = 66'000});
    const Stage stage;
    const std::uint64_t size = 2 * 65'536 + 300;
    const auto files = ledger.write(stage.path("a.tar"), size);
    const auto forked = fork.write(stage.path("b.tar"), size);
    REQUIRE(files.size() == 3);
    CHECK(files.at(1) == stage.path("a.001.tar"));

    const auto whole = judge(stage, ledger, files);
    CHECK_MESSAGE(whole.failed() == 0, failures(whole));
    CHECK(fact(whole, "entries") == "0 to " + std::to_string(size));

    CHECK(fails(judge(stage, ledger, {files[0], files[2]}), "segments.join"));
    CHECK(fails(judge(stage, ledger, {files[1], files[0], files[2]}), "segments.join"));
    CHECK(fails(judge(stage, ledger, {files[0], files[1]}), "segments.join"));
    CHECK(fails(judge(stage, ledger, {files[1], files[2]}), "segments.join"));
    CHECK(fails(judge(stage, ledger, {files[0], files[1], forked[2]}), "segments.join"));
    // Both histories share the first segment's entries, but not the head that it leads to.
    CHECK(judge(stage, ledger, {forked[0], files[1], files[2]}).failed() > 0);
}

TEST_CASE("a segment alone proves its entries, and says what it does not") {
    const MadeLedger ledger;
    const Stage stage;
    const auto files = ledger.write(stage.path("a.tar"), 65'536 + 700);
    for (const std::string& file : files) {
        verify::Questions questions;
        questions.archives = {file};
        questions.partial = true;
        const auto report = judge(stage, ledger, questions);
        CHECK_MESSAGE(report.failed() == 0, failures(report));
    }
    // From a later entry on, the same segment is written without those before it.
    const auto later =
        ledger.write(stage.path("c.tar"), 65'536 + 700, storage::ExportForm::Archive, 65'536);
    const auto a = must(storage::read_archive(files[1])), c = must(storage::read_archive(later[0]));
    REQUIRE(a.size() == c.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        CHECK(a[i].name == c[i].name);
        CHECK_MESSAGE(a[i].bytes == c[i].bytes, a[i].name);
    }
}

// Each case fails if the rule it names is taken out of export.cpp or entry_rules.cpp.
TEST_CASE("an edited export is caught by the rule it breaks, whatever the digests say") {
    const MadeLedger ledger;
    const Stage stage;
    const auto original = must(storage::read_archive(ledger.write(stage.path("a.tar"), 600)[0]));
    const auto tampered = [&](auto change) {
        auto members = original;
        change(members);
        digest_again(members);
        REQUIRE(storage::write_archive(stage.path("t.tar"), members));
        return judge(stage, ledger, std::vector{stage.path("t.tar")});
    };
    const auto flip = [](Bytes& bytes, std::size_t at) { bytes.at(at) ^= std::byte{1}; };

    CHECK(tampered([](auto&) {}).failed() == 0);
    const auto leaf = tampered([&](auto& m) { flip(member(m, "tile/entries/").bytes, 140); });
    CHECK(fails(leaf, "entries.root"));
    CHECK_FALSE(fails(leaf, "tiles.match"));
    CHECK(fails(tampered([&](auto& m) { flip(member(m, "body/").bytes, 40); }), "body.commit"));
    const auto tile = tampered([&](auto& m) { flip(member(m, "tile/0/").bytes, 40); });
    CHECK(fails(tile, "tiles.match"));
    CHECK_FALSE(fails(tile, "entries.root"));
    CHECK(fails(tampered([&](auto& m) { flip(member(m, "tile/1/").bytes, 40); }), "tiles.match"));
    CHECK(fails(tampered([&](auto& m) { flip(member(m, "checkpoint").bytes, 40); }),
                "checkpoint.signature"));
    CHECK(
        fails(tampered([&](auto& m) { flip(member(m, "manifest").bytes, 90); }), "trust.manifest"));
    const auto reordered = tampered([](auto& m) {
        Bytes& bundle = member(m, "tile/entries/").bytes;  // entries 2 and 3 are of one length
        const auto entry = [&](std::size_t i) {
            return bundle.begin() + 2 * 66 + static_cast<long>(i) * 98;
        };
        std::swap_ranges(entry(0), entry(1), entry(1));
    });
    CHECK(fails(reordered, "entry.index"));
    CHECK(fails(reordered, "entries.root"));
    CHECK(fails(tampered([](auto& m) {
                    std::erase_if(m, [](const auto& one) { return one.name == "body/001"; });
                }),
                "archive.complete"));
    CHECK(fails(tampered([](auto& m) {
                    m.insert(m.begin() + 4, {"extra", {}});
                }),
                "archive.complete"));
}

// Fails if held notes beyond the end, or their roots, are not looked at.
TEST_CASE("truncated to an older valid root: caught by any later note, and by a fork's") {
    const MadeLedger ledger;
    const MadeLedger fork({.fork_at = 300});
    const Stage stage;
    const auto old = ledger.write(stage.path("a.tar"), 300);
    CHECK(judge(stage, ledger, old).failed() == 0);
    const auto with = [&](const std::string& note, const std::vector<std::string>& files) {
        verify::Questions questions;
        questions.archives = files;
        questions.notes = {{"note", verify::bytes_of(note)}};
        return judge(stage, ledger, questions);
    };
    CHECK(with(ledger.checkpoint(200), old).failed() == 0);
    CHECK(fails(with(ledger.checkpoint(400), old), "note.held"));
    const auto longer = ledger.write(stage.path("b.tar"), 500);
    CHECK(with(ledger.checkpoint(400), longer).failed() == 0);
    CHECK(fails(with(fork.checkpoint(400), longer), "note.held"));
    const MadeLedger same_text;
    std::string unsigned_note = ledger.checkpoint(400);
    unsigned_note.at(unsigned_note.size() - 10) ^= 1;
    CHECK(fails(with(unsigned_note, longer), "note.held"));
}

TEST_CASE("heads that were published beside the entries are on the same line") {
    const MadeLedger ledger;
    const MadeLedger fork({.fork_at = 100});
    const Stage stage;
    const auto good = ledger.write(stage.path("a.tar"), 300, storage::ExportForm::Archive, 0,
                                   {{150, ledger.checkpoint(150)}, {250, ledger.checkpoint(250)}});
    const auto report = judge(stage, ledger, good);
    CHECK_MESSAGE(report.failed() == 0, failures(report));
    const auto bad = ledger.write(stage.path("b.tar"), 300, storage::ExportForm::Archive, 0,
                                  {{150, fork.checkpoint(150)}});
    CHECK(fails(judge(stage, ledger, bad), "notes.match"));
}

// Fails if Policy::judge does not verify a cosignature, or the quorum is not counted.
TEST_CASE("the quorum of a policy is demanded, by whom it was met is said") {
    const MadeLedger ledger;
    const Stage stage;
    chapar::testing::FakeRandom random(3);
    const auto witness = [&](const char* name) {
        return must(crypto::NoteCosigner::create(name, crypto::SigningKey::generate(random)));
    };
    const auto a = witness("a.example"), b = witness("b.example");
    const auto policy = [&](const std::string& needed) {
        std::string why;
        return verify::Policy::parse("log " + ledger.log().verifier().vkey() + "\nwitness a " +
                                         a.verifier().vkey() + "\nwitness b " +
                                         b.verifier().vkey() + "\ngroup both " + needed +
                                         " a b\nquorum both\n",
                                     why)
            .value();
    };
    const auto with = [&](const std::string& needed, const std::string& note) {
        verify::Questions questions;
        questions.archives = ledger.write(stage.path(needed + ".tar"), 40,
                                          storage::ExportForm::Archive, 0, {}, note);
        questions.policy = policy(needed);
        auto report = judge(stage, ledger, questions);
        std::filesystem::remove(questions.archives.front());
        return report;
    };
    const auto met = with("any", ledger.cosigned(40, a));
    CHECK_MESSAGE(met.failed() == 0, failures(met));
    CHECK(fact(met, "witnessed").starts_with("40 entries by a at 2026-11-21T12:00:01Z"));
    CHECK(fact(met, "witnessed.quorum") == "by 2026-11-21T12:00:01Z");
    // Fails if the newest of all cosignatures dates the head.
    const std::string ahead = ledger.cosignature(40, b, TimeMs(MadeLedger::kStart * 2));
    CHECK(fact(with("any", ledger.cosigned(40, a) + ahead), "witnessed.quorum") ==
          "by 2026-11-21T12:00:01Z");
    CHECK(fails(with("all", ledger.cosigned(40, a)), "witness.quorum"));
    CHECK(fails(with("any", ledger.checkpoint(40)), "witness.quorum"));
    std::string wrong = ledger.cosigned(40, a);
    wrong.at(wrong.size() - 9) = wrong.at(wrong.size() - 9) == 'A' ? 'B' : 'A';
    CHECK(fails(with("any", wrong), "witness.quorum"));
    std::string why;
    CHECK_FALSE(verify::Policy::parse("quorum nobody\n", why));
    CHECK_FALSE(verify::Policy::parse("", why));
}

TEST_CASE("two sizes: the later tree appends; a moment: the root it had") {
    const MadeLedger ledger;
    const Stage stage;
    verify::Questions questions;
    questions.archives = ledger.write(stage.path("a.tar"), 600);
    questions.between = {100, 512};
    questions.at = verify::Moment{300, {}};
    const auto report = judge(stage, ledger, questions);
    CHECK_MESSAGE(report.failed() == 0, failures(report));
    CHECK(fact(report, "between.older") == "100 " + to_hex(ledger.root(100).view()));
    CHECK(fact(report, "between.newer") == "512 " + to_hex(ledger.root(512).view()));
    CHECK(fact(report, "at.root") == to_hex(ledger.root(300).view()));
    questions.at = verify::Moment{{}, MadeLedger::kStart + 10'000};  // four entries a second
    CHECK(fact(judge(stage, ledger, questions), "at.size") == "44");
    questions.between = {100, 601};
    CHECK(fails(judge(stage, ledger, questions), "between"));
}

// Fails if entries_.finish() is not asked, or PRUNE's rules are not.
TEST_CASE("pruned entries keep their place; taken out without a PRUNE entry they are missed") {
    const Stage stage;
    const MadeLedger pruned({.prune_entry = 520, .prune_end = 256});
    const auto report = judge(stage, pruned, pruned.write(stage.path("a.tar"), 600));
    CHECK_MESSAGE(report.failed() == 0, failures(report));
    CHECK(std::ranges::any_of(report.not_proven, [](const std::string& s) {
        return s.find("pruned entries") != std::string::npos;
    }));
    const MadeLedger before_its_time({.prune_entry = 520, .prune_end = 300});
    CHECK(fails(judge(stage, before_its_time, before_its_time.write(stage.path("b.tar"), 600)),
                "retention"));
    // The PRUNE entry is cut off: the same tombstones, without leave.
    CHECK(fails(judge(stage, pruned, pruned.write(stage.path("c.tar"), 500)), "retention"));
}

// Each fails without its line in PrunedArchives.
TEST_CASE("the archive that a PRUNE entry names is the file given, and holds what is gone") {
    const Stage stage;
    const auto judge_with = [&](const std::string& named, const std::vector<std::string>& given) {
        std::ifstream file(named, std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(file), {}};
        MadePlan plan{.prune_entry = 520, .prune_end = 256};
        plan.archive = crypto::sha256(view(bytes));
        const MadeLedger pruned(plan);
        verify::Questions questions;
        questions.archives = pruned.write(stage.path("new.tar"), 600);
        questions.pruned = given;
        const auto report = judge(stage, pruned, questions);
        std::filesystem::remove(questions.archives.front());
        return report;
    };
    const auto says_missing = [](const verify::Report& report) {
        return std::ranges::any_of(report.not_proven, [](const std::string& s) {
            return s.find("was not given") != std::string::npos;
        });
    };
    const auto old = MadeLedger().write(stage.path("old.tar"), 520).front();
    const auto whole = judge_with(old, {old});
    CHECK_MESSAGE(whole.failed() == 0, failures(whole));
    CHECK_FALSE(says_missing(whole));
    const auto absent = judge_with(old, {});
    CHECK_MESSAGE(absent.failed() == 0, failures(absent));
    CHECK(says_missing(absent));

    const auto other = MadeLedger().write(stage.path("other.tar"), 519).front();
    CHECK(fails(judge_with(old, {other}), "prune.archive"));
    CHECK(fails(judge_with(old, {stage.path("nothing.tar")}), "prune.archive"));
    // Each of these is the file that the record names.
    const auto forked = MadeLedger({.fork_at = 100}).write(stage.path("forked.tar"), 520).front();
    CHECK(fails(judge_with(forked, {forked}), "prune.archive"));
    const auto cut = MadeLedger().write(stage.path("short.tar"), 200).front();
    CHECK(fails(judge_with(cut, {cut}), "prune.archive"));
    const MadeLedger gone({.prune_entry = 520, .prune_end = 256});
    const auto tombstones = gone.write(stage.path("gone.tar"), 520).front();
    CHECK(fails(judge_with(tombstones, {tombstones}), "prune.archive"));
    CHECK(fails(judge_with(stage.path("card.json"), {stage.path("card.json")}), "prune.archive"));
}

// Each fails without its line in Retention::prune.
TEST_CASE("entries that are not a year old are not pruned, whatever the PRUNE entry says") {
    const Stage stage;
    std::size_t made = 0;
    const auto pruned = [&](MadePlan plan) {
        const MadeLedger ledger(plan);
        const std::string name = "p" + std::to_string(made++) + ".tar";
        return judge(stage, ledger, ledger.write(stage.path(name), 600));
    };
    const auto says = [](const verify::Report& report, std::string_view words) {
        return std::ranges::any_of(report.not_proven, [&](const std::string& s) {
            return s.find(words) != std::string::npos;
        });
    };
    const MadePlan good{.prune_entry = 520, .prune_end = 256};
    const auto shown = pruned(good);
    CHECK_MESSAGE(shown.failed() == 0, failures(shown));
    CHECK_FALSE(says(shown, "how old"));
    CHECK(says(shown, "under way"));
    CHECK(fact(shown, "pruned") == "entries below 256, by entry 520");

    MadePlan minutes_old = good;
    minutes_old.pruned_after = 0;
    minutes_old.prune_before = 0;  // as if nothing were promised
    CHECK(fails(pruned(minutes_old), "retention"));
    minutes_old.prune_before = ~0ULL;  // the sum with a year is small again
    CHECK(fails(pruned(minutes_old), "retention"));
    MadePlan younger = good;  // older than a year, but than `before` they are younger
    younger.prune_before = MadePlan::kStart;
    CHECK(fails(pruned(younger), "retention"));

    // The newest that went is a message: behind it stands only the PRUNE entry itself.
    MadePlan unseen = good;
    unseen.prune_entry = unseen.prune_end = 512;
    const auto unseen_report = pruned(unseen);
    CHECK_MESSAGE(unseen_report.failed() == 0, failures(unseen_report));
    CHECK(says(unseen_report, "how old"));
}
