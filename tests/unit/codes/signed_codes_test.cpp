// A newer set of code lists, from the centre to a home: what is taken, and that nothing else is.
#include <doctest/doctest.h>

#include <fstream>

#include "client/edge/codes_home.h"
#include "client/edge/trust_card_file.h"
#include "crypto/manifest.h"
#include "crypto/note.h"
#include "crypto/x25519.h"
#include "tests/support/fake_random.h"
#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"

namespace chapar::testing {

namespace fs = std::filesystem;
using client::ArchiveFile;
using client::SignedCodes;
using schemas::CodeSet;

namespace {

constexpr TimeMs kNow(1'795'000'000'000);

std::vector<schemas::CodeText> texts_of(const CodeSet& set) {
    std::vector<schemas::CodeText> texts;
    for (const schemas::CodeFile& list : set.files()) {
        texts.push_back({std::string(list.name), set.text(list.name)});
    }
    return texts;
}

// The built-in set, with another way to hide things.
CodeSet next_set(std::string_view dated, std::string_view code = "SAMOVAR") {
    auto texts = texts_of(CodeSet::built_in());
    for (schemas::CodeText& each : texts) {
        if (each.name != "concealment") continue;
        const std::size_t rows = CodeSet::built_in().find("concealment")->rows.size();
        each.text.replace(each.text.find("2026-11-22"), 10, dated);
        each.text += std::to_string(rows + 1) + "," + std::string(code) + ",In a,В,,,P,false\n";
    }
    return must(CodeSet::parse(std::move(texts)));
}

crypto::SigningKey key_of(const crypto::SigningKey& key) {
    return crypto::SigningKey::from_seed(key.seed().duplicate());
}

// The centre's root, and a home that has its card.
struct Desk {
    FakeRandom random{1};
    crypto::SigningKey centre = crypto::SigningKey::generate(random);
    TemporaryDirectory folder;

    Desk() {
        const crypto::Manifest manifest{
            "chapar.test/ledger/1",
            LedgerNumber(1),
            crypto::SigningKey::generate(random).public_key(),
            CurveKey{crypto::generate_key_pair(random).public_key.bytes},
            centre.public_key(),
            crypto::generate_key_pair(random).public_key,
            {"tcp://127.0.0.1:7415"}};
        const auto card = must(client::TrustCard::create(crypto::sign_manifest(manifest, centre),
                                                         "tcp://127.0.0.1:7415"));
        must(client::make_folder(paths().home));
        must(client::write_file(paths().trust_card(), view(card.json())));
    }
    [[nodiscard]] client::HomePaths paths() const { return {folder.path() / "home"}; }
    [[nodiscard]] SignedCodes signed_set(CodeSet set) const {
        return must(client::sign_codes(std::move(set), key_of(centre)));
    }
    [[nodiscard]] fs::path write(ByteView bytes) const {
        const fs::path path = folder.path() / "codes.tar";
        std::ofstream(path, std::ios::binary) << to_string(bytes);
        return path;
    }
    [[nodiscard]] fs::path write(const std::vector<ArchiveFile>& files) const {
        return write(client::write_code_archive(files));
    }
    [[nodiscard]] Result<client::TakenCodes> take(const fs::path& source) const {
        return client::take_codes(paths(), source, CodeSet::built_in(), kNow);
    }
    // Refused, with this code and words, and nothing in the home has changed.
    void refused(const Result<client::TakenCodes>& taken, Errc code, std::string_view words) const {
        REQUIRE_FALSE(taken.has_value());
        CHECK(taken.error().code == code);
        CHECK_MESSAGE(taken.error().context.find(words) != std::string::npos,
                      taken.error().context);
        CHECK_FALSE(fs::exists(client::code_set_file(paths())));
        CHECK_FALSE(fs::exists(client::code_log_file(paths())));
    }
};

ArchiveFile& file_named(std::vector<ArchiveFile>& files, std::string_view name) {
    const auto found = std::ranges::find(files, name, &ArchiveFile::name);
    REQUIRE(found != files.end());
    return *found;
}

}  // namespace

TEST_CASE("a set that the centre signed is taken, logged, and held again at the next start") {
    Desk desk;
    const SignedCodes codes = desk.signed_set(next_set("2027-01-01"));
    const auto taken = must(desk.take(desk.write(client::files_of(codes))));
    CHECK(taken.taken == client::CodesTaken::Installed);
    REQUIRE(taken.changes.size() == 1);
    CHECK(taken.changes.front().list == "concealment");
    const auto held = must(client::held_codes(desk.paths()));
    REQUIRE(held.has_value());
    CHECK(held->set.dated() == "2027-01-01");
    CHECK(held->set.find("concealment")->find("SAMOVAR") != nullptr);
    CHECK(held->manifest == codes.manifest);
    const auto log = must(client::codes_log(desk.paths()));
    REQUIRE(log.size() == 1);
    CHECK(log.front().dated == "2027-01-01");
    CHECK(log.front().source == "codes.tar");

    const auto again =
        must(client::take_codes(desk.paths(), desk.folder.path() / "codes.tar", held->set, kNow));
    CHECK(again.taken == client::CodesTaken::HeldAlready);
    CHECK(must(client::codes_log(desk.paths())).size() == 1);
}

TEST_CASE("a folder serves as well as an archive, whatever else lies in it") {
    Desk desk;
    const fs::path folder = desk.folder.path() / "lists";
    fs::create_directory(folder);
    for (const ArchiveFile& file : client::files_of(desk.signed_set(next_set("2027-01-01")))) {
        std::ofstream(folder / file.name, std::ios::binary) << file.text;
    }
    std::ofstream(folder / "README.md") << "about the lists";
    CHECK(must(desk.take(folder)).taken == client::CodesTaken::Installed);
    CHECK(must(client::held_codes(desk.paths()))->set.dated() == "2027-01-01");
}

// Fails if a set is taken that somebody else signed, nobody, or that was changed afterwards.
TEST_CASE("a set is taken only as the centre root signed it") {
    Desk desk;
    const auto good = client::files_of(desk.signed_set(next_set("2027-01-01")));
    {
        const auto other = crypto::SigningKey::generate(desk.random);
        auto files =
            client::files_of(must(client::sign_codes(next_set("2027-01-01"), key_of(other))));
        desk.refused(desk.take(desk.write(files)), Errc::CertificateNotSigned,
                     "MANIFEST is not signed by the centre root");
    }
    {
        auto files = good;
        ArchiveFile& manifest = file_named(files, "MANIFEST");
        manifest.text = manifest.text.substr(0, manifest.text.find("\n\n") + 1);
        desk.refused(desk.take(desk.write(files)), Errc::CertificateNotSigned,
                     "MANIFEST is not signed");
    }
    {
        auto files = good;
        file_named(files, "MANIFEST").text.replace(15, 10, "2028-01-01");
        desk.refused(desk.take(desk.write(files)), Errc::SignatureInvalid, "MANIFEST");
    }
    {
        auto files = good;
        file_named(files, "units.csv").text.back() = ' ';
        desk.refused(desk.take(desk.write(files)), Errc::SignatureInvalid,
                     "units.csv is not the file that MANIFEST:");
    }
    {
        auto files = good;
        std::erase_if(files, [](const ArchiveFile& file) { return file.name == "units.csv"; });
        desk.refused(desk.take(desk.write(files)), Errc::MalformedLayout, "units.csv is missing");
    }
    {
        auto files = good;
        files.push_back({"extra.csv", "x"});
        desk.refused(desk.take(desk.write(files)), Errc::MalformedLayout,
                     "extra.csv is not named by MANIFEST");
    }
    fs::remove(desk.paths().trust_card());
    desk.refused(desk.take(desk.write(good)), Errc::NotFound, "trust-card.json");
}

// Fails if the centre's signature is taken for a reason to believe what the lists say.
TEST_CASE(
    "what the centre signed by mistake is refused too: older, grown in the middle, ill-formed") {
    Desk desk;
    auto texts = texts_of(CodeSet::built_in());
    for (schemas::CodeText& each : texts) {
        each.text.replace(each.text.find("# dated: 2026-11-22"), 19, "# dated: 2026-11-21");
    }
    const auto older = desk.signed_set(must(CodeSet::parse(texts)));
    desk.refused(desk.take(desk.write(client::files_of(older))), Errc::RecordSequence,
                 "the set is dated 2026-11-21, the one held 2026-11-22");

    texts = texts_of(CodeSet::built_in());
    for (schemas::CodeText& each : texts) {
        if (each.name != "units") continue;
        each.text.replace(each.text.find("2026-11-22"), 10, "2027-01-01");
        const std::size_t rows = CodeSet::built_in().find("units")->rows.size();
        each.text += std::to_string(rows + 1) + ",POUND,pound,фунт,,,P,false\n";
    }
    const auto grown = desk.signed_set(must(CodeSet::parse(texts)));
    desk.refused(desk.take(desk.write(client::files_of(grown))), Errc::RecordSequence,
                 "units.csv: a closed list grows only with a new version");

    // Signed over files that are no lists, and over a date that is not theirs.
    const auto signer = must(crypto::NoteSigner::create("chapar-codes", key_of(desk.centre)));
    auto files = client::files_of(desk.signed_set(next_set("2027-01-01")));
    const std::string text = client::manifest_text(next_set("2027-01-01"));
    std::string moved = text;
    moved.replace(15, 10, "2027-01-02");
    file_named(files, "MANIFEST").text = must(signer.sign(moved));
    desk.refused(desk.take(desk.write(files)), Errc::MalformedLayout,
                 "MANIFEST:1: it says 2027-01-02, its newest list 2027-01-01");
    file_named(files, "MANIFEST").text = must(signer.sign("chapar-codes/2 2027-01-01\n"));
    desk.refused(desk.take(desk.write(files)), Errc::MalformedLayout,
                 "MANIFEST:1: not 'chapar-codes/1 DATE'");
    file_named(files, "MANIFEST").text = must(signer.sign("chapar-codes/1 2027-01-01\nunits\n"));
    desk.refused(desk.take(desk.write(files)), Errc::MalformedLayout,
                 "MANIFEST:2: not 'SHA-256  NAME.csv'");
}

// Fails if a byte of the archive is not looked at: padding and fields that nothing else reads.
TEST_CASE(
    "an archive that is cut short, or has one bit more or less, is refused or says the same") {
    Desk desk;
    const SignedCodes codes = desk.signed_set(next_set("2027-01-01"));
    const Bytes good = client::write_code_archive(client::files_of(codes));
    for (std::size_t cut = 0; cut < good.size(); cut += 997) {
        const Bytes shorter(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(cut));
        CHECK_FALSE(client::read_code_archive(shorter).has_value());
    }
    const auto root = desk.centre.public_key();
    for (std::size_t at = 0; at < good.size(); at += 131) {
        Bytes flipped = good;
        flipped[at] ^= std::byte{1} << (at % 8);
        auto files = client::read_code_archive(flipped);
        const auto opened = files ? client::open_codes(std::move(*files), root)
                                  : Result<SignedCodes>(files.error());
        CHECK((!opened || opened->manifest == codes.manifest));
    }
    desk.refused(desk.take(desk.write(ByteView(good).first(5000))), Errc::MalformedLayout,
                 "it is cut short");
}

TEST_CASE("no name in an archive leads out of it, and no other thing than a file stands there") {
    const auto changed = [](std::size_t at, std::string_view bytes) {
        Bytes archive = client::write_code_archive({{"units.csv", "x"}});
        std::string block = to_string(ByteView(archive).first(512));
        block.replace(at, bytes.size(), bytes);
        std::uint64_t sum = 0;
        block.replace(148, 8, std::string(8, ' '));
        for (const char c : block) sum += static_cast<unsigned char>(c);
        char octal[9];
        std::snprintf(octal, sizeof octal, "%06o", static_cast<unsigned>(sum));
        block.replace(148, 8, std::string(octal, 6) + std::string("\0 ", 2));
        std::ranges::copy(view(block), archive.begin());
        const auto read = client::read_code_archive(archive);
        return read ? std::string("taken") : read.error().context;
    };
    const std::string name(100, '\0');
    const auto named = [&](std::string_view text) {
        std::string field = name;
        field.replace(0, text.size(), text);
        return changed(0, field);
    };
    CHECK(changed(0, "units.csv") == "taken");
    for (const char* bad : {"../units.csv", "/etc/passwd", "a/b.csv", "..", "", "./units.csv"}) {
        CHECK(named(bad) == "archive, byte 0: not the name of a file");
    }
    CHECK(named(std::string("a\0b", 3)) == "archive, byte 0: not the name of a file");
    for (const char type : {'1', '2', '5', 'x', 'L', '7'}) {
        CHECK(changed(156, std::string(1, type)) == "archive, byte 0: not a regular file");
    }
    CHECK(changed(345, "etc") == "archive, byte 0: a name with a folder");
    CHECK(changed(124, "77777777777") == "archive, byte 0: a size that cannot be");
    CHECK(changed(124, std::string("\x80\0\0\0\0\0\0\0\0\0\0\1", 12)) ==
          "archive, byte 0: a size that cannot be");
    CHECK(changed(124, "00000002000") == "archive, byte 1536: it is cut short");
    CHECK(changed(257, "nomagic!") == "archive, byte 0: no ustar header");
    CHECK_FALSE(client::read_code_archive(Bytes(client::kCodeArchiveBytes + 1)).has_value());
    Bytes longer = client::write_code_archive({{"units.csv", "x"}});
    longer.push_back(std::byte{1});
    CHECK(client::read_code_archive(longer).error().context ==
          "archive, byte 1024: bytes after the end");
    CHECK_FALSE(client::read_code_archive(client::write_code_archive({{"a", "1"}, {"a", "2"}}))
                    .has_value());
}

TEST_CASE("what tar writes is read") {
    Desk desk;
    const fs::path folder = desk.folder.path() / "lists";
    fs::create_directory(folder);
    for (const ArchiveFile& file : client::files_of(desk.signed_set(next_set("2027-01-01")))) {
        std::ofstream(folder / file.name, std::ios::binary) << file.text;
    }
    for (const std::string format : {"gnu", "ustar"}) {
        const fs::path archive = desk.folder.path() / (format + ".tar");
        const std::string command = "cd " + folder.string() + " && tar --format=" + format +
                                    " -cf " + archive.string() + " MANIFEST *.csv";
        REQUIRE(std::system(command.c_str()) == 0);
        CHECK(must(desk.take(archive)).codes.set.dated() == "2027-01-01");
    }
}

// Fails if a set that was changed on the disk is believed because it was taken once.
TEST_CASE("a set that is held is believed only as signed, each time it is read") {
    Desk desk;
    must(desk.take(desk.write(client::files_of(desk.signed_set(next_set("2027-01-01"))))));
    auto files = must(client::read_code_archive(
        must(client::read_file(client::code_set_file(desk.paths()), client::kCodeArchiveBytes))));
    file_named(files, "units.csv").text.back() = ' ';
    must(
        client::write_file(client::code_set_file(desk.paths()), client::write_code_archive(files)));
    CHECK(error_of(client::held_codes(desk.paths())) == Errc::SignatureInvalid);
}

TEST_CASE("a log whose last line was cut short is gone on with on a line of its own") {
    Desk desk;
    std::ofstream(client::code_log_file(desk.paths())) << "2026-12-01T00:00:00Z 2026-12-";
    must(desk.take(desk.write(client::files_of(desk.signed_set(next_set("2027-01-01"))))));
    const auto log = must(client::codes_log(desk.paths()));
    REQUIRE(log.size() == 1);
    CHECK(log.front().dated == "2027-01-01");
}

}  // namespace chapar::testing
