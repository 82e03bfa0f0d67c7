// One artefact of a backup: a header in the clear, then named members, sealed chunk by chunk.
//
// Owns: the bytes of the file (client/edge/README.md, "Backup"), sealing to the holder's key, and
// that nothing of it counts before its end was read: a file that is cut short, changed or sealed to
// another key gives BackupInvalid. Does not know which members a backup has. Holds one chunk in
// memory. Blocks on the disk. Resource types. Times UTC ms.
//
//     "chapar-backup/1\n" || u8 part || id[16] || home[32] || counted8 origin || u64 made
//         || u64 size || root[32] || counted16 note || holder[32]            the header, clear
//     || enc[32] || sealed[48]      HPKE base, info "chapar/backup/v1", aad the header, of s[32]
//     || chunks                     stream_keys_of(s): crypto/stream.h, 65,536 bytes of text each
//     text = members (counted8 name, not empty || u64 size || bytes), then u8 0 || digest[32]
//     digest = SHA-256(header || text up to the u8 0)
//
// Source: RFC 9180; crypto/envelope.md, "Streams".
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "client/edge/backup_header.h"
#include "client/edge/backup_io.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "crypto/sha256.h"
#include "crypto/stream.h"
#include "crypto/x25519.h"
#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"

namespace chapar::client {

class BackupWriter {
  public:
    // Begins `path`.part (0600); `path` must not exist: AlreadyExists. KeyInvalid for a holder of
    // low order. FileFailed.
    [[nodiscard]] static Result<BackupWriter> create(std::filesystem::path path,
                                                     const BackupHeader& header,
                                                     crypto::Random& random);
    BackupWriter(BackupWriter&&) = default;
    // Removes what was not finished.
    ~BackupWriter();

    // REQUIRES: a name of 1..100 bytes. The second reads a file, exactly as many bytes as it has
    // now: FileFailed if it ends earlier.
    [[nodiscard]] Status add(std::string_view name, ByteView content);
    [[nodiscard]] Status add_file(std::string_view name, const std::filesystem::path& file);
    // Closes, syncs and gives it its name. Returns SHA-256 of the whole file.
    [[nodiscard]] Result<Hash> finish();

  private:
    BackupWriter(std::filesystem::path path, BackupFile file, crypto::StreamKeys keys);
    [[nodiscard]] Status write_out(ByteView bytes);
    [[nodiscard]] Status put(ByteView text);
    [[nodiscard]] Status seal_pending(crypto::ChunkPosition position);

    std::filesystem::path path_;
    BackupFile file_;
    crypto::StreamKeys keys_;
    crypto::SecretBuffer pending_;
    std::size_t filled_ = 0;
    std::uint64_t chunk_ = 0;
    crypto::Sha256 text_digest_;
    crypto::Sha256 file_digest_;
};

struct BackupMember {
    std::string name;
    std::uint64_t size = 0;
};

// Members come in the order they were written: next(), then read() until its size is used up.
class BackupReader {
  public:
    // Errors: NotFound, FileFailed, BackupInvalid (context: what; the same for every way in which
    // the seal does not open).
    [[nodiscard]] static Result<BackupReader> open(const std::filesystem::path& path,
                                                   const crypto::KeyPair& holder);

    [[nodiscard]] const BackupHeader& header() const { return header_; }
    // Empty after the last one: then the file was whole. What next() and read() gave before is
    // to be believed only then. REQUIRES: the member before was read to its end.
    [[nodiscard]] Result<std::optional<BackupMember>> next();
    // At most `limit` bytes of the member; empty at its end. Lives until the next call.
    [[nodiscard]] Result<ByteView> read(std::size_t limit = limits::kChunkBytes);
    // SHA-256 of the whole file. REQUIRES: next() has returned empty.
    [[nodiscard]] Hash file_digest();

  private:
    BackupReader(BackupFile file, BackupHeader header, std::uint64_t sealed_bytes);
    [[nodiscard]] Status fill();
    [[nodiscard]] Result<ByteView> take(std::size_t limit);
    [[nodiscard]] Status take_exactly(std::span<std::byte> out);

    BackupFile file_;
    BackupHeader header_;
    std::uint64_t sealed_left_;
    crypto::Secret32 key_;
    std::uint64_t chunk_ = 0;
    crypto::SecretBuffer text_;
    std::size_t used_ = 0;
    std::uint64_t member_left_ = 0;
    crypto::Sha256 text_digest_;
    crypto::Sha256 file_digest_;
};

}  // namespace chapar::client
