// The sealed file of a backup: nothing but what was written, whole, by whom it was sealed to.
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <map>

#include "client/edge/backup_container.h"
#include "client/edge/home_files.h"
#include "tests/support/fake_random.h"
#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"

namespace chapar::testing {
namespace {

namespace fs = std::filesystem;
using client::BackupHeader;
using client::BackupReader;
using client::BackupWriter;

constexpr std::size_t kPlenty = std::size_t{4} << 20;

struct Folder {
    FakeRandom random{7};
    TemporaryDirectory folder;
    crypto::KeyPair holder = crypto::generate_key_pair(random);

    [[nodiscard]] fs::path file(const std::string& name = "a.store") const {
        return folder.path() / name;
    }
    [[nodiscard]] BackupHeader header() const {
        BackupHeader out;
        out.origin = "chapar.test/ledger/1";
        out.made = TimeMs(1'700'000'000'000);
        out.size = TreeSize(12);
        out.note = "a note\n";
        out.holder = holder.public_key;
        return out;
    }
    Hash write(const std::map<std::string, Bytes>& members, const std::string& name = "a.store") {
        auto writer = must(BackupWriter::create(file(name), header(), random));
        for (const auto& [member, bytes] : members) must(writer.add(member, bytes));
        return must(writer.finish());
    }
    Bytes pattern(std::size_t size) {
        Bytes out(size);
        random.fill(out);
        return out;
    }
};

Result<std::map<std::string, Bytes>> read_all(const fs::path& path, const crypto::KeyPair& holder) {
    auto reader = CHAPAR_TRY(BackupReader::open(path, holder));
    std::map<std::string, Bytes> out;
    while (const auto member = CHAPAR_TRY(reader.next())) {
        Bytes& bytes = out[member->name];
        while (true) {
            const ByteView piece = CHAPAR_TRY(reader.read());
            if (piece.empty()) break;
            append(bytes, piece);
        }
        if (bytes.size() != member->size) return Error(Errc::Internal, "size");
    }
    return out;
}

Bytes file_bytes(const fs::path& path) { return must(client::read_file(path, kPlenty)); }
void put_file(const fs::path& path, ByteView bytes) { must(client::write_file(path, bytes)); }

}  // namespace

// Fails if a chunk is sealed as the last before more comes, or if text of two members is mixed.
TEST_CASE("members come back in their order, also where they end with a chunk") {
    Folder folder;
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, limits::kChunkBytes - 100, limits::kChunkBytes,
          3 * limits::kChunkBytes, std::size_t{200'001}}) {
        const std::string name = std::to_string(size);
        const std::map<std::string, Bytes> members{{"a", folder.pattern(size)},
                                                   {"b", folder.pattern(5)}};
        folder.write(members, name);
        CHECK(must(read_all(folder.file(name), folder.holder)) == members);
    }
}

TEST_CASE("the digest that a writer tells is that of its file, and the reader's is the same") {
    Folder folder;
    const Hash told = folder.write({{"a", folder.pattern(70'000)}});
    CHECK(crypto::sha256(file_bytes(folder.file())) == told);
    auto reader = must(BackupReader::open(folder.file(), folder.holder));
    CHECK(reader.header() == folder.header());
    while (must(reader.next())) {
        while (!must(reader.read()).empty()) {
        }
    }
    CHECK(reader.file_digest() == told);
}

// Fails if the header is not the aad of the seal, or if the tag of a chunk is not looked at.
TEST_CASE("a backup with any one bit changed is refused") {
    Folder folder;
    folder.write({{"a", folder.pattern(100)}});
    const Bytes good = file_bytes(folder.file());
    REQUIRE(read_all(folder.file(), folder.holder));
    for (std::size_t at = 0; at < good.size(); ++at) {
        Bytes bad = good;
        bad[at] ^= static_cast<std::byte>(1U << (at % 8));
        put_file(folder.file("bad"), bad);
        const auto read = read_all(folder.file("bad"), folder.holder);
        REQUIRE_FALSE(read);
        CHECK(read.error().code == Errc::BackupInvalid);
    }
}

// Fails if the end of the file is taken for the end of the backup without its mark.
TEST_CASE("a backup that is cut short anywhere, or goes on after its end, is refused") {
    Folder folder;
    folder.write({{"a", folder.pattern(limits::kChunkBytes + 300)}});
    const Bytes good = file_bytes(folder.file());
    for (std::size_t size = 0; size < good.size(); size += size < 400 ? 1 : 1009) {
        put_file(folder.file("bad"), ByteView(good).first(size));
        CHECK(error_of(read_all(folder.file("bad"), folder.holder)) == Errc::BackupInvalid);
    }
    Bytes more = good;
    more.push_back(std::byte{0});
    put_file(folder.file("bad"), more);
    CHECK(error_of(read_all(folder.file("bad"), folder.holder)) == Errc::BackupInvalid);
}

// Fails if chunks are not sealed under their number.
TEST_CASE("chunks of a backup that changed places are refused") {
    Folder folder;
    folder.write({{"a", folder.pattern(3 * limits::kChunkBytes)}});
    const Bytes good = file_bytes(folder.file());
    const std::size_t head = folder.header().encode().size() + 32 + 48;
    const auto chunk = [&](std::size_t n) {
        return good.begin() + static_cast<std::ptrdiff_t>(head + n * crypto::kSealedChunkBytes);
    };
    Bytes bad(good.begin(), chunk(0));
    bad.insert(bad.end(), chunk(1), chunk(2));
    bad.insert(bad.end(), chunk(0), chunk(1));
    bad.insert(bad.end(), chunk(2), good.end());
    REQUIRE(bad.size() == good.size());
    put_file(folder.file("bad"), bad);
    CHECK(error_of(read_all(folder.file("bad"), folder.holder)) == Errc::BackupInvalid);
}

TEST_CASE("a backup opens with its holder's key and no other, also where the header names that") {
    Folder folder;
    folder.write({{"a", folder.pattern(10)}});
    const auto other = crypto::generate_key_pair(folder.random);
    CHECK(error_of(read_all(folder.file(), other)) == Errc::BackupInvalid);
    Bytes renamed = file_bytes(folder.file());
    const std::size_t holder_at = folder.header().encode().size() - PublicKey::kSize;
    std::ranges::copy(other.public_key.bytes,
                      renamed.begin() + static_cast<std::ptrdiff_t>(holder_at));
    put_file(folder.file("bad"), renamed);
    CHECK(error_of(read_all(folder.file("bad"), other)) == Errc::BackupInvalid);
}

TEST_CASE("what was not finished leaves no file, and what stands there is not overwritten") {
    Folder folder;
    {
        auto writer = must(BackupWriter::create(folder.file(), folder.header(), folder.random));
        must(writer.add("a", folder.pattern(10)));
    }
    CHECK(fs::is_empty(folder.folder.path()));
    folder.write({{"a", folder.pattern(10)}});
    const Bytes first = file_bytes(folder.file());
    CHECK(error_of(BackupWriter::create(folder.file(), folder.header(), folder.random)) ==
          Errc::AlreadyExists);
    CHECK(file_bytes(folder.file()) == first);
}

}  // namespace chapar::testing
