// Bodies on a real file system: what is stored, believed, refused and removed.
#include "broker/edge/body_store.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <set>

#include "tests/support/temporary_directory.h"
#include "tests/unit/broker_edge/body_sample.h"

using namespace chapar;
using namespace chapar::broker;
using namespace chapar::testing;

namespace {

constexpr std::size_t kSealed = limits::kSealedChunkBytes;
constexpr TimeMs kNow{1795200000000};
constexpr std::uint64_t kRoomy = std::uint64_t{1} << 30;

struct Scene {
    explicit Scene(BodyCapacity given = {kRoomy, 0}) : capacity(given) { reopen(); }
    void reopen() {
        store.reset();
        store = BodyStore::open(directory.path(), capacity, [this](const Hash& root) {
                    return Result<bool>(used.contains(root));
                }).value();
    }
    UploadState open(const BodySample& sample) {
        return store->open_upload(device, sample.upload(), kNow);
    }
    UploadState put(const BodySample& sample, std::size_t first, std::size_t count = 1) {
        return store->store_chunks(sample.chunk(first, count), kNow);
    }
    // All of it.
    UploadState upload(const BodySample& sample) {
        (void)open(sample);
        UploadState state;
        for (std::size_t i = 0; i < sample.chunks(); ++i) state = put(sample, i);
        return state;
    }
    [[nodiscard]] std::filesystem::path bodies() const { return directory.path() / "bodies"; }
    [[nodiscard]] std::filesystem::path incoming() const { return bodies() / "incoming"; }
    [[nodiscard]] std::vector<std::string> names(const std::filesystem::path& folder) const {
        std::vector<std::string> out;
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            if (!entry.is_directory()) out.push_back(entry.path().filename());
        }
        return out;
    }

    TemporaryDirectory directory;
    BodyCapacity capacity;
    std::set<Hash> used;
    CertificateHash device = CertificateHash::from(Bytes(32, std::byte{7})).value();
    std::unique_ptr<BodyStore> store;
};

// Bytes that a process may write into one file: what a full disk looks like.
class FileSizeLimit {
  public:
    explicit FileSizeLimit(rlim_t most) {
        getrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit lowered{most, before_.rlim_max};
        REQUIRE(setrlimit(RLIMIT_FSIZE, &lowered) == 0);
    }
    ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

  private:
    rlimit before_{};
};

void overwrite(const std::filesystem::path& path, std::size_t at, char byte) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(at));
    file.put(byte);
}

}  // namespace

TEST_CASE("chunks come in any order, and the last one makes the body complete") {
    Scene scene;
    const BodySample sample(3 * kSealed + 100);
    CHECK(scene.open(sample).have == Bytes{std::byte{0}});
    CHECK(scene.put(sample, 3).have == Bytes{std::byte{8}});
    CHECK(scene.put(sample, 0).have == Bytes{std::byte{9}});
    CHECK_FALSE(scene.store->is_complete(sample.root, sample.sealed.size()));
    const UploadState last = scene.put(sample, 1, 2);
    CHECK(last.complete);
    CHECK_FALSE(last.refused);
    CHECK(last.have == Bytes{std::byte{15}});
    CHECK(scene.store->is_complete(sample.root, sample.sealed.size()));
    CHECK_FALSE(scene.store->is_complete(sample.root, sample.sealed.size() + 1));
    CHECK(scene.store->leaves(sample.root).value() == sample.leaves);
    CHECK(scene.store->chunks(sample.root, 0, 3).value() == sample.bytes(0, 3));
    CHECK(scene.store->chunks(sample.root, 2, 3).value() == sample.bytes(2, 2));
    CHECK(scene.store->chunks(sample.root, 4, 3).value().empty());
    CHECK(scene.names(scene.incoming()).empty());
    struct stat status {};
    REQUIRE(stat((scene.bodies() / body_name(sample.root)).c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
}

// Fails if check_claims() takes .have as it stands.
TEST_CASE("after a restart an upload goes on with the chunks that are really there") {
    Scene scene;
    const BodySample sample(5 * kSealed);
    (void)scene.open(sample);
    (void)scene.put(sample, 0, 3);
    overwrite(scene.incoming() / (body_name(sample.root) + ".part"), kSealed + 5, 'x');
    overwrite(scene.incoming() / (body_name(sample.root) + ".have"), 0, '\x0F');
    scene.reopen();
    CHECK(scene.put(sample, 1).refused == Errc::StreamMissing);
    const UploadState resumed = scene.open(sample);
    CHECK_FALSE(resumed.refused);
    CHECK(resumed.have == Bytes{std::byte{0b101}});
    (void)scene.put(sample, 1);
    CHECK(scene.put(sample, 3, 2).complete);
    CHECK(scene.store->chunks(sample.root, 0, 3).value() == sample.bytes(0, 3));
}

TEST_CASE("an upload whose last chunk came right before the end is completed by asking again") {
    Scene scene;
    const BodySample sample(2 * kSealed);
    (void)scene.open(sample);
    (void)scene.put(sample, 0);
    // As if the process had ended between the write and the renaming.
    {
        std::fstream part(scene.incoming() / (body_name(sample.root) + ".part"),
                          std::ios::in | std::ios::out | std::ios::binary);
        part.seekp(kSealed);
        part.write(reinterpret_cast<const char*>(sample.sealed.data()) + kSealed, kSealed);
    }
    overwrite(scene.incoming() / (body_name(sample.root) + ".have"), 0, '\x03');
    scene.reopen();
    CHECK(scene.open(sample).complete);
    scene.reopen();
    CHECK(scene.store->is_complete(sample.root, sample.sealed.size()));
}

TEST_CASE("a leaf list of another root is refused before anything is stored") {
    Scene scene;
    const BodySample sample(2 * kSealed);
    schemas::Upload wrong = sample.upload();
    wrong.leaves[1].bytes[0] ^= std::byte{1};
    CHECK(scene.store->open_upload(scene.device, wrong, kNow).refused == Errc::StreamRoot);
    CHECK(scene.names(scene.incoming()).empty());
    CHECK(scene.put(sample, 0).refused == Errc::StreamMissing);
}

// Fails if store_pieces() writes before it checks.
TEST_CASE("a chunk that does not fit its leaf is not written; those before it are") {
    Scene scene;
    const BodySample sample(4 * kSealed);
    (void)scene.open(sample);
    schemas::Chunk chunk = sample.chunk(0, 3);
    chunk.data[2 * kSealed] ^= std::byte{1};
    const UploadState state = scene.store->store_chunks(chunk, kNow);
    CHECK(state.refused == Errc::StreamRoot);
    CHECK(state.have == Bytes{std::byte{0b11}});
    CHECK_FALSE(state.complete);
    // In another's place it is another chunk.
    CHECK(scene.store->store_chunks({sample.root, 3, sample.bytes(2, 1)}, kNow).refused ==
          Errc::StreamRoot);
}

TEST_CASE("a chunk may come twice, also after the body is complete") {
    Scene scene;
    const BodySample sample(2 * kSealed);
    (void)scene.open(sample);
    (void)scene.put(sample, 0);
    CHECK(scene.put(sample, 0).have == Bytes{std::byte{1}});
    CHECK(scene.put(sample, 1).complete);
    CHECK(scene.put(sample, 1).complete);
    CHECK(scene.open(sample).complete);
}

TEST_CASE("what is not whole chunks of their places is refused") {
    Scene scene;
    const BodySample sample(2 * kSealed + 20);
    (void)scene.open(sample);
    schemas::Chunk cut = sample.chunk(0);
    cut.data.pop_back();
    CHECK(scene.store->store_chunks(cut, kNow).refused == Errc::MalformedFrame);
    schemas::Chunk longer = sample.chunk(2);
    longer.data.push_back(std::byte{0});
    CHECK(scene.store->store_chunks(longer, kNow).refused == Errc::MalformedFrame);
    CHECK(scene.store->store_chunks({sample.root, 3, sample.bytes(0, 1)}, kNow).refused ==
          Errc::MalformedFrame);
}

TEST_CASE("what a device uploaded counts against its quota until an envelope names it") {
    const BodySample first(2 * kSealed, 1);
    const BodySample second(2 * kSealed, 2);
    Scene scene({3 * kSealed + 65'536, 0});
    CHECK(scene.upload(first).complete);
    CHECK(scene.open(second).refused == Errc::QuotaExceeded);
    scene.reopen();
    CHECK(scene.open(second).refused == Errc::QuotaExceeded);
    // Another device has its own.
    const auto other = CertificateHash::from(Bytes(32, std::byte{8})).value();
    const BodySample third(kSealed, 3);
    CHECK_FALSE(scene.store->open_upload(other, third.upload(), kNow).refused);
    scene.store->keep(first.root);
    CHECK_FALSE(scene.open(second).refused);
    CHECK(scene.store->charged(scene.device) == 2 * kSealed + 65'536);
    scene.used.insert(first.root);
    scene.reopen();
    CHECK(scene.store->charged(scene.device) == 2 * kSealed + 65'536);
}

// Fails if keep() forgets whose body it is: upload and submit in turn would fill the disk.
TEST_CASE(
    "what envelopes name counts against what its device may have held, until it is released") {
    const BodySample first(2 * kSealed, 1);
    const BodySample second(2 * kSealed, 2);
    Scene scene({kRoomy, 0, 3 * kSealed + 65'536});
    CHECK(scene.upload(first).complete);
    scene.store->keep(first.root);
    scene.used.insert(first.root);
    CHECK(scene.open(second).refused == Errc::QuotaExceeded);
    scene.reopen();
    CHECK(scene.open(second).refused == Errc::QuotaExceeded);
    scene.store->forget(first.root);
    CHECK_FALSE(scene.open(second).refused);
}

TEST_CASE("many small uploads use up the quota too") {
    Scene scene({10 * 70'000, 0});
    std::size_t taken = 0;
    for (std::uint8_t i = 1; i <= 20; ++i) {
        if (!scene.open(BodySample(17, i)).refused) ++taken;
    }
    CHECK(taken == 10);
}

TEST_CASE("an upload that would fill the disk is refused, and leaves nothing") {
    Scene scene({kRoomy, std::uint64_t{1} << 60});
    const BodySample sample(2 * kSealed);
    CHECK(scene.open(sample).refused == Errc::StoreFull);
    CHECK(scene.names(scene.incoming()).empty());
}

TEST_CASE("a disk that is full at the beginning leaves nothing half named") {
    Scene scene;
    const BodySample sample(2 * kSealed);
    {
        const FileSizeLimit full(100);
        CHECK(scene.open(sample).refused == Errc::StoreFull);
    }
    CHECK(scene.names(scene.incoming()).empty());
    CHECK(scene.store->charged(scene.device) == 0);
    CHECK(scene.upload(sample).complete);
}

TEST_CASE("a disk that is full in the middle loses no chunk that was stored") {
    Scene scene;
    const BodySample sample(3 * kSealed);
    (void)scene.open(sample);
    (void)scene.put(sample, 0);
    {
        const FileSizeLimit full(2 * kSealed - 100);
        const UploadState state = scene.put(sample, 1);
        CHECK(state.refused == Errc::StoreFull);
        CHECK(state.have == Bytes{std::byte{1}});
    }
    (void)scene.put(sample, 1);
    CHECK(scene.put(sample, 2).complete);
}

// Fails if correct_size() is left out: whoever comes first could lock a root with a wrong size.
TEST_CASE("the size that the last chunk proves is the right one") {
    Scene scene;
    const BodySample sample(2 * kSealed + 100);
    schemas::Upload wrong = sample.upload();
    wrong.size -= 1;
    CHECK_FALSE(scene.store->open_upload(scene.device, wrong, kNow).refused);
    (void)scene.put(sample, 0);
    CHECK_FALSE(scene.put(sample, 2).complete);
    const UploadState corrected = scene.open(sample);
    CHECK_FALSE(corrected.refused);
    CHECK(corrected.have == Bytes{std::byte{1}});
    (void)scene.put(sample, 2);
    CHECK(scene.store->open_upload(scene.device, wrong, kNow).refused == Errc::StreamRoot);
    CHECK(scene.put(sample, 1).complete);
    CHECK(scene.store->open_upload(scene.device, wrong, kNow).refused == Errc::StreamRoot);
}

// Fails if correct_size() keeps what is known of one leaf list for another of the same root: a
// chunk past its end throws, and one chunk makes a body of forty complete.
TEST_CASE("a longer leaf list of the same root begins the upload anew") {
    Scene scene;
    const BodySample sample(40 * kSealed);
    const schemas::Upload inner{sample.root, kSealed, {sample.root}};
    CHECK_FALSE(scene.store->open_upload(scene.device, inner, kNow).refused);
    const UploadState opened = scene.open(sample);
    CHECK_FALSE(opened.refused);
    CHECK(opened.have == Bytes(5));
    const UploadState ninth = scene.put(sample, 8);
    CHECK_FALSE(ninth.refused);
    CHECK_FALSE(ninth.complete);
    CHECK_FALSE(scene.put(sample, 0).complete);
    CHECK(scene.upload(sample).complete);
    CHECK(scene.store->chunks(sample.root, 38, 3).value() == sample.bytes(38, 2));
}

// Fails if correct_size() does not ask for room: a device opens short and corrects.
TEST_CASE("an upload that grows by its correction is held against the quota again") {
    Scene scene({3 * kSealed, 0});
    const BodySample sample(40 * kSealed);
    const schemas::Upload inner{sample.root, kSealed, {sample.root}};
    CHECK_FALSE(scene.store->open_upload(scene.device, inner, kNow).refused);
    CHECK(scene.open(sample).refused == Errc::QuotaExceeded);
    CHECK(scene.store->charged(scene.device) == 0);
    CHECK(scene.names(scene.incoming()).empty());
    std::size_t taken = 0;
    for (std::uint8_t i = 1; i <= 4; ++i) {
        const BodySample whole(kSealed, i);
        schemas::Upload shorter = whole.upload();
        shorter.size = 17;
        (void)scene.store->open_upload(scene.device, shorter, kNow);
        if (!scene.open(whole).refused) ++taken;
    }
    CHECK(taken == 1);
    CHECK(scene.store->charged(scene.device) <= 3 * kSealed);
}

TEST_CASE("a symbolic link in the place of a file is not followed") {
    Scene scene;
    const BodySample sample(2 * kSealed);
    const auto outside = scene.directory.path() / "outside";
    std::ofstream(outside) << "untouched";
    std::filesystem::create_symlink(outside, scene.incoming() / (body_name(sample.root) + ".part"));
    CHECK(scene.open(sample).refused == Errc::FileFailed);
    CHECK(std::filesystem::file_size(outside) == 9);
    CHECK(scene.upload(sample).complete);
    std::filesystem::remove(scene.bodies() / body_name(sample.root));
    std::filesystem::create_symlink(outside, scene.bodies() / body_name(sample.root));
    CHECK_FALSE(scene.store->chunks(sample.root, 0, 1));
}

TEST_CASE("a folder that others may write to stops the start") {
    TemporaryDirectory directory;
    const auto never = [](const Hash&) { return Result<bool>(false); };
    REQUIRE(BodyStore::open(directory.path(), {kRoomy, 0}, never));
    REQUIRE(chmod((directory.path() / "bodies").c_str(), 0770) == 0);
    const auto opened = BodyStore::open(directory.path(), {kRoomy, 0}, never);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == Errc::FileFailed);
}

TEST_CASE("bodies that nobody names go after two days, uploads that stand still after seven") {
    Scene scene;
    const BodySample whole(kSealed, 1);
    const BodySample kept(kSealed, 2);
    const BodySample half(2 * kSealed, 3);
    CHECK(scene.upload(whole).complete);
    CHECK(scene.upload(kept).complete);
    scene.store->keep(kept.root);
    (void)scene.open(half);
    (void)scene.put(half, 0);
    CHECK(scene.store->stale(kNow + kDay * 2).bodies.empty());
    const TimeMs later = kNow + kDay * 2 + kSecond;
    CHECK(scene.store->stale(later).bodies == std::vector<Hash>{whole.root});
    CHECK(scene.store->stale(later).incoming.empty());
    const TimeMs much_later = kNow + kDay * 7 + kSecond;
    CHECK(scene.store->stale(much_later).incoming == std::vector<Hash>{half.root});
    scene.store->forget(whole.root);
    CHECK(scene.store->remove(whole.root));
    scene.store->remove_incoming(half.root, kNow + kDay);
    CHECK(scene.store->figures().incoming == 1);
    scene.store->remove_incoming(half.root, much_later);
    CHECK(scene.store->charged(scene.device) == 0);
    CHECK(scene.names(scene.incoming()).empty());
    CHECK(scene.names(scene.bodies()).size() == 2);
}

TEST_CASE("a body that was uploaded again is not removed by an older order to remove it") {
    Scene scene;
    const BodySample sample(kSealed);
    CHECK(scene.upload(sample).complete);
    scene.store->forget(sample.root);
    CHECK(scene.upload(sample).complete);
    CHECK(scene.store->remove(sample.root));
    CHECK(scene.store->chunks(sample.root, 0, 1).value() == sample.sealed);
}

TEST_CASE("a start removes what a crash left half made, and nothing that an envelope names") {
    Scene scene;
    const BodySample lost(kSealed, 1);
    const BodySample named(kSealed, 2);
    CHECK(scene.upload(lost).complete);
    CHECK(scene.upload(named).complete);
    scene.used.insert(named.root);
    for (const BodySample* sample : {&lost, &named}) {
        std::filesystem::remove(scene.bodies() / (body_name(sample->root) + ".leaves"));
    }
    std::ofstream(scene.bodies() / (std::string(64, 'a') + ".leaves")) << "x";
    std::ofstream(scene.incoming() / (std::string(64, 'b') + ".part")) << "x";
    std::ofstream(scene.incoming() / (std::string(64, 'c') + ".leaves.new")) << "x";
    std::ofstream(scene.incoming() / (std::string(64, 'd') + ".leaves")) << "x";
    scene.reopen();
    CHECK(scene.names(scene.incoming()).empty());
    CHECK(scene.names(scene.bodies()) == std::vector<std::string>{body_name(named.root)});
    // Without its leaf list it is not handed out, until it is uploaded again.
    CHECK_FALSE(scene.store->is_complete(named.root, kSealed));
    CHECK(scene.upload(named).complete);
    CHECK(scene.store->leaves(named.root).value() == named.leaves);
}
