#include "client/edge/blob_store.h"

#include <sys/stat.h>

#include <fstream>

#include "client/edge/transfer_release.h"
#include "crypto/padding.h"
#include "crypto/sha256.h"
#include "crypto/tree.h"
#include "schemas/base/hex.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/client/world.h"

namespace chapar::testing {
namespace {

namespace fs = std::filesystem;

unsigned mode_of(const fs::path& path) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777U;
}

Bytes content_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    return to_bytes(text);
}

void flip(const fs::path& path, std::streamoff at) {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekg(at);
    const int byte = file.get();
    file.seekp(at);
    file.put(static_cast<char>(byte ^ 1));
}

std::size_t files_in(const fs::path& folder) {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

// An attachment as the inbox lists it, with its ciphertext in a store.
struct Fixture {
    TemporaryDirectory folder;
    FakeRandom random{5};
    fs::path blobs = folder.path() / "blobs";
    std::unique_ptr<client::FileBlobStore> store = must(client::FileBlobStore::open(blobs));
    Bytes text;
    crypto::Secret32 secret = crypto::Secret32::random(random);
    Bytes ciphertext;
    std::vector<Hash> leaves;
    client::InboxAttachment attachment;
    fs::path out = folder.path() / "out";

    explicit Fixture(std::size_t size = 300'000) : text(size) {
        random.fill(text);
        std::ranges::copy(view("%PDF-1.7"), text.begin());
        const auto keys = crypto::stream_keys_of(secret.duplicate());
        ciphertext = crypto::seal_stream(keys.key, crypto::pad(text).expose());
        leaves = crypto::chunk_leaves(ciphertext);
        attachment.listed = {text.size(), "application/pdf", "plan.pdf"};
        attachment.digest = crypto::sha256(text);
        attachment.commitment = {keys.commitment, crypto::tree_root(leaves), ciphertext.size()};
    }
    [[nodiscard]] const Hash& root() const { return attachment.commitment.root; }
    [[nodiscard]] fs::path file() const { return blobs / to_hex(root().view()); }
    void keep_whole() {
        auto sink = must(store->create());
        must(sink->append(ciphertext));
        must(sink->commit(root()));
    }
    [[nodiscard]] ByteView chunks(std::uint64_t first, std::uint64_t count) const {
        const auto at = client::Download::offset_of(first);
        const auto end =
            std::min<std::uint64_t>(client::Download::offset_of(first + count), ciphertext.size());
        return ByteView(ciphertext).subspan(at, end - at);
    }
    [[nodiscard]] client::PartialBlob begin() const {
        return must(client::PartialBlob::begin(
            blobs, must(client::Download::create(attachment.commitment, leaves))));
    }
    [[nodiscard]] std::optional<client::PartialBlob> resume() const {
        return must(client::PartialBlob::resume(blobs, attachment.commitment));
    }
    Result<fs::path> release() {
        return client::release_attachment(*store, {attachment, secret, out}, random);
    }
};

}  // namespace

TEST_CASE("a stream is found under its root once it was committed, by its owner alone") {
    Fixture f;
    CHECK(error_of(f.store->open(f.root())) == Errc::NotFound);
    f.keep_whole();
    CHECK(mode_of(f.blobs) == 0700);
    CHECK(mode_of(f.file()) == 0600);
    const auto source = must(f.store->open(f.root()));
    CHECK(source->size() == f.ciphertext.size());
    CHECK(equal(must(source->chunk(4)), f.chunks(4, 1)));
    CHECK(error_of(source->chunk(5)) == Errc::NotFound);
    CHECK(error_of(source->chunk(~0ULL)) == Errc::NotFound);
    CHECK(must(f.store->roots()) == std::vector{f.root()});
    f.keep_whole();  // again: the same stream stays
    CHECK(files_in(f.blobs) == 1);
    must(f.store->remove(f.root()));
    must(f.store->remove(f.root()));
    CHECK(must(f.store->roots()).empty());
}

TEST_CASE("a stream that was not committed leaves nothing") {
    Fixture f;
    {
        auto sink = must(f.store->create());
        must(sink->append(f.ciphertext));
    }
    CHECK(files_in(f.blobs) == 0);
    // As a killed process leaves it.
    auto killed = must(f.store->create());
    must(killed->append(f.ciphertext));
    CHECK(files_in(f.blobs) == 1);
    const auto next = must(client::FileBlobStore::open(f.blobs));
    CHECK(files_in(f.blobs) == 0);
}

TEST_CASE("a folder that others may read is refused") {
    Fixture f;
    fs::permissions(f.blobs, fs::perms::group_read, fs::perm_options::add);
    CHECK(error_of(client::FileBlobStore::open(f.blobs)) == Errc::FileFailed);
}

TEST_CASE("a download goes on where an earlier process stopped") {
    Fixture f;
    CHECK(!f.resume());
    {
        auto partial = f.begin();
        must(partial.keep(3, f.chunks(3, 2)));
        must(partial.save());
        must(partial.keep(0, f.chunks(0, 1)));  // not saved: the process was killed here
    }
    auto resumed = f.resume();
    REQUIRE(resumed);
    CHECK(resumed->download().missing() == 2);
    CHECK(resumed->download().next_missing(0, 9) == client::ChunkRange{1, 2});
    must(resumed->keep(1, f.chunks(1, 2)));
    REQUIRE(resumed->download().is_complete());
    must(std::move(*resumed).finish());
    CHECK(content_of(f.file()) == f.ciphertext);
    CHECK(files_in(f.blobs) == 1);
}

// Fails if PartialBlob::recheck() believes the bitmap: the flipped chunk would count as fetched.
TEST_CASE("a chunk that the disk changed is fetched again") {
    Fixture f;
    {
        auto partial = f.begin();
        must(partial.keep(0, f.chunks(0, 5)));
        must(partial.save());
    }
    flip(f.file().string() + ".part", 70'000);
    const auto resumed = f.resume();
    REQUIRE(resumed);
    CHECK(resumed->download().missing() == 1);
    CHECK(!resumed->download().has(1));
}

TEST_CASE("a side file that is damaged or of another stream begins the download anew") {
    Fixture f;
    { must(f.begin().keep(0, f.chunks(0, 5))); }
    const fs::path have = f.file().string() + ".have";
    flip(have, 60);  // a leaf
    CHECK(!f.resume());
    fs::resize_file(have, 50);
    CHECK(!f.resume());
    fs::resize_file(have, 1'000'000);
    CHECK(!f.resume());
    CHECK(f.begin().download().missing() == 5);
}

TEST_CASE("a wrong chunk is not kept") {
    Fixture f;
    auto partial = f.begin();
    CHECK(error_of(partial.keep(1, f.chunks(0, 1))) == Errc::StreamRoot);
    CHECK(partial.download().missing() == 5);
}

TEST_CASE("an attachment is saved whole and verified, and never over another file") {
    Fixture f;
    f.keep_whole();
    CHECK(must(f.release()) == f.out / "plan.pdf");
    CHECK(must(f.release()) == f.out / "plan (2).pdf");
    CHECK(content_of(f.out / "plan.pdf") == f.text);
    CHECK(content_of(f.out / "plan (2).pdf") == f.text);
    CHECK(mode_of(f.out / "plan.pdf") == 0600);
    CHECK(files_in(f.out) == 2);
}

// Fails if release_attachment() writes to the final name, or leaves its temporary file.
TEST_CASE("what does not verify leaves no file behind") {
    Fixture f;
    CHECK(error_of(f.release()) == Errc::NotFound);
    f.keep_whole();
    flip(f.file(), 200'000);
    CHECK(error_of(f.release()) == Errc::StreamRoot);
    CHECK(files_in(f.out) == 0);
    fs::resize_file(f.file(), 100'000);
    CHECK(!f.release());
    CHECK(files_in(f.out) == 0);
}

// Fails if check_first_bytes() is left out: the name says PDF, the content is a program.
TEST_CASE("what is called a document and begins as a program does not become a file") {
    Fixture f;
    f.keep_whole();
    f.attachment.listed.media_type = "image/png";
    CHECK(error_of(f.release()) == Errc::AttachmentType);
    f.attachment.listed.media_type = "application/x-msdownload";
    CHECK(error_of(f.release()) == Errc::AttachmentType);
    CHECK(files_in(f.out) == 0);
}

TEST_CASE("a path in a name does not leave the folder") {
    Fixture f;
    f.keep_whole();
    f.attachment.listed.file_name = "../../plan.pdf";
    CHECK(must(f.release()) == f.out / "plan.pdf");
}

}  // namespace chapar::testing
