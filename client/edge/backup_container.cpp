#include "client/edge/backup_container.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "client/edge/backup_io.h"
#include "crypto/hpke.h"
#include "crypto/note.h"
#include "schemas/base/layout.h"

namespace chapar::client {
namespace {

constexpr std::string_view kInfo = "chapar/backup/v1";
constexpr std::size_t kSealedSecret = crypto::Secret32::kSize + crypto::kTagBytes;
constexpr std::size_t kMemberName = 100;

Error invalid(std::string what) { return Error(Errc::BackupInvalid, std::move(what)); }

crypto::HpkeParameters hpke() { return {crypto::HpkeMode::Base, view(kInfo)}; }

// Header, and how many of the file's first bytes it is; `bytes` has those and what follows.
struct ReadHeader {
    BackupHeader header;
    std::size_t used = 0;
    Bytes bytes;
    BackupFile file;
    std::uint64_t file_bytes = 0;
};

Result<ReadHeader> read_header(const std::filesystem::path& path) {
    BackupFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0) {
        return Error(errno == ENOENT ? Errc::NotFound : Errc::FileFailed, path.string());
    }
    struct stat status {};
    if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return Error(Errc::FileFailed, path.string());
    }
    const auto size = static_cast<std::uint64_t>(status.st_size);
    Bytes bytes(static_cast<std::size_t>(std::min<std::uint64_t>(size, BackupHeader::kMaxBytes)));
    CHAPAR_TRY(read_exactly(file.get(), bytes, path));
    std::size_t used = 0;
    auto header = CHAPAR_TRY(BackupHeader::decode(bytes, used));
    return ReadHeader{std::move(header), used, std::move(bytes), std::move(file), size};
}

}  // namespace

BackupWriter::BackupWriter(std::filesystem::path path, BackupFile file, crypto::StreamKeys keys)
    : path_(std::move(path)),
      file_(std::move(file)),
      keys_(std::move(keys)),
      pending_(limits::kChunkBytes) {}

BackupWriter::~BackupWriter() {
    if (file_.get() >= 0) ::unlink((path_.string() + ".part").c_str());
}

Result<BackupWriter> BackupWriter::create(std::filesystem::path path, const BackupHeader& header,
                                          crypto::Random& random) {
    CHAPAR_TRY(refuse_existing(path));
    auto secret = crypto::Secret32::random(random);
    const auto material = crypto::Secret32::random(random);
    const Bytes clear = header.encode();
    const auto sealed = CHAPAR_TRY(
        crypto::hpke_seal(header.holder, hpke(), clear, secret.expose(), material.expose()));
    const std::string draft = path.string() + ".part";
    ::unlink(draft.c_str());  // what a crash left
    BackupFile file(
        ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (file.get() < 0) return Error(Errc::FileFailed, draft);
    BackupWriter out(std::move(path), std::move(file), crypto::stream_keys_of(std::move(secret)));
    CHAPAR_TRY(out.write_out(clear));
    CHAPAR_TRY(out.write_out(sealed.enc.view()));
    CHAPAR_TRY(out.write_out(sealed.ciphertext));
    out.text_digest_.update(clear);
    return out;
}

Status BackupWriter::write_out(ByteView bytes) {
    file_digest_.update(bytes);
    return write_exactly(file_.get(), bytes, path_);
}

Status BackupWriter::seal_pending(crypto::ChunkPosition position) {
    const ByteView text = pending_.expose().first(filled_);
    CHAPAR_TRY(write_out(crypto::seal_chunk(keys_.key, chunk_++, position, text)));
    filled_ = 0;
    return Done{};
}

// A full chunk waits until more comes: only then it is known not to be the last.
Status BackupWriter::put(ByteView text) {
    while (!text.empty()) {
        if (filled_ == limits::kChunkBytes) {
            CHAPAR_TRY(seal_pending(crypto::ChunkPosition::NotLast));
        }
        const std::size_t n = std::min(text.size(), limits::kChunkBytes - filled_);
        std::ranges::copy(text.first(n), pending_.expose_mutable().subspan(filled_).begin());
        filled_ += n;
        text = text.subspan(n);
    }
    return Done{};
}

namespace {

Bytes member_head(std::string_view name, std::uint64_t size) {
    CHAPAR_ASSERT(!name.empty() && name.size() <= kMemberName);
    return LayoutWriter().counted8(view(name)).u64(size).take();
}

}  // namespace

Status BackupWriter::add(std::string_view name, ByteView content) {
    const Bytes head = member_head(name, content.size());
    text_digest_.update(head).update(content);
    CHAPAR_TRY(put(head));
    return put(content);
}

Status BackupWriter::add_file(std::string_view name, const std::filesystem::path& file) {
    const BackupFile in(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat status {};
    if (in.get() < 0 || ::fstat(in.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return Error(Errc::FileFailed, file.string());
    }
    auto left = static_cast<std::uint64_t>(status.st_size);
    const Bytes head = member_head(name, left);
    text_digest_.update(head);
    CHAPAR_TRY(put(head));
    crypto::SecretBuffer piece(limits::kChunkBytes);
    while (left > 0) {
        const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left, limits::kChunkBytes));
        const auto into = piece.expose_mutable().first(n);
        CHAPAR_TRY(read_exactly(in.get(), into, file));
        text_digest_.update(into);
        CHAPAR_TRY(put(into));
        left -= n;
    }
    return Done{};
}

Result<Hash> BackupWriter::finish() {
    const Hash digest = text_digest_.finish();
    CHAPAR_TRY(put(LayoutWriter().u8(0).raw(digest.view()).take()));
    CHAPAR_TRY(seal_pending(crypto::ChunkPosition::Last));
    if (::fsync(file_.get()) != 0) return Error(Errc::FileFailed, path_.string());
    const std::string draft = path_.string() + ".part";
    // link() and not rename(): a file that came to stand there meanwhile is not overwritten.
    if (::link(draft.c_str(), path_.c_str()) != 0) {
        return Error(errno == EEXIST ? Errc::AlreadyExists : Errc::FileFailed, path_.string());
    }
    CHAPAR_TRY(sync_folder(folder_of(path_)));
    return file_digest_.finish();
}

BackupReader::BackupReader(BackupFile file, BackupHeader header, std::uint64_t sealed_bytes)
    : file_(std::move(file)), header_(std::move(header)), sealed_left_(sealed_bytes) {}

Result<BackupReader> BackupReader::open(const std::filesystem::path& path,
                                        const crypto::KeyPair& holder) {
    ReadHeader read = CHAPAR_TRY(read_header(path));
    if (read.header.holder != holder.public_key) return invalid("sealed to another key");
    const ByteView rest = ByteView(read.bytes).subspan(read.used);
    const std::size_t head = read.used + PublicKey::kSize + kSealedSecret;
    if (rest.size() < PublicKey::kSize + kSealedSecret) return invalid("cut short");
    const auto enc = PublicKey::from(rest.first(PublicKey::kSize));
    const ByteView clear = ByteView(read.bytes).first(read.used);
    const auto secret = crypto::hpke_open(holder.secret, *enc, hpke(), clear,
                                          rest.subspan(PublicKey::kSize, kSealedSecret));
    if (!secret) return invalid("the seal does not open");
    if (::lseek(read.file.get(), static_cast<off_t>(head), SEEK_SET) < 0) {
        return Error(Errc::FileFailed, path.string());
    }
    BackupReader out(std::move(read.file), std::move(read.header), read.file_bytes - head);
    out.key_ = crypto::stream_keys_of(*crypto::Secret32::from(secret->expose())).key.duplicate();
    out.text_digest_.update(clear);
    out.file_digest_.update(ByteView(read.bytes).first(head));
    return out;
}

// The next chunk. Nothing is left after the last one, and the last one alone is marked so.
Status BackupReader::fill() {
    if (sealed_left_ == 0) return invalid("cut short");
    const auto n =
        static_cast<std::size_t>(std::min<std::uint64_t>(sealed_left_, crypto::kSealedChunkBytes));
    Bytes sealed(n);
    if (!read_exactly(file_.get(), sealed, "")) return invalid("cut short");
    sealed_left_ -= n;
    file_digest_.update(sealed);
    const auto position =
        sealed_left_ == 0 ? crypto::ChunkPosition::Last : crypto::ChunkPosition::NotLast;
    auto text = crypto::open_chunk(key_, chunk_++, position, sealed);
    if (!text) return invalid("the seal does not open");
    text_ = std::move(*text);
    used_ = 0;
    return Done{};
}

Result<ByteView> BackupReader::take(std::size_t limit) {
    if (used_ == text_.size()) CHAPAR_TRY(fill());
    const std::size_t n = std::min(limit, text_.size() - used_);
    const ByteView out = text_.expose().subspan(used_, n);
    used_ += n;
    return out;
}

Status BackupReader::take_exactly(std::span<std::byte> out) {
    while (!out.empty()) {
        const ByteView part = CHAPAR_TRY(take(out.size()));
        std::ranges::copy(part, out.begin());
        out = out.subspan(part.size());
    }
    return Done{};
}

Result<std::optional<BackupMember>> BackupReader::next() {
    CHAPAR_ASSERT(member_left_ == 0);
    std::array<std::byte, 1> length{};
    CHAPAR_TRY(take_exactly(length));
    if (length[0] == std::byte{0}) {
        Hash digest;
        CHAPAR_TRY(take_exactly(digest.bytes));
        if (sealed_left_ != 0 || used_ != text_.size()) return invalid("bytes after the end");
        if (text_digest_.finish() != digest) return invalid("digest");
        return std::optional<BackupMember>();
    }
    Bytes head(std::to_integer<std::size_t>(length[0]) + 8);
    CHAPAR_TRY(take_exactly(head));
    text_digest_.update(length).update(head);
    LayoutReader in(head);
    BackupMember member;
    member.name = to_string(in.raw(head.size() - 8));
    member.size = in.u64();
    if (member.name.size() > kMemberName) return invalid("member");
    member_left_ = member.size;
    return std::optional(std::move(member));
}

Result<ByteView> BackupReader::read(std::size_t limit) {
    if (member_left_ == 0) return ByteView();
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(limit, member_left_));
    const ByteView out = CHAPAR_TRY(take(most));
    text_digest_.update(out);
    member_left_ -= out.size();
    return out;
}

Hash BackupReader::file_digest() { return file_digest_.finish(); }

Result<BackupHeader> read_backup_header(const std::filesystem::path& path) {
    return CHAPAR_TRY(read_header(path)).header;
}

}  // namespace chapar::client
