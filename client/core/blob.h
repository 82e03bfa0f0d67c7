// Large streams outside the store: sealed chunks, kept by the root over them (R_j).
//
// Owns: the seam only; edge/ implements it with files. What lies here is ciphertext: nothing of it
// needs a secret place, and a reader checks it against R_j before use. Does not know who still
// needs a stream: outbox_needed_blobs() and the inbox do. One thread. Errors: NotFound, FileFailed.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"

namespace chapar::client {

// A stream that is being written. Destroyed without commit(), nothing of it stays.
class BlobSink {
  public:
    virtual ~BlobSink() = default;
    // The next sealed chunks, whole, in order.
    [[nodiscard]] virtual Status append(ByteView sealed_chunks) = 0;
    // Names it by the root that is known only now; durable (file and folder synced) when this
    // returns. One that is there already under this name is the same stream and stays. Once.
    [[nodiscard]] virtual Status commit(const Hash& root) = 0;
};

class BlobSource {
  public:
    virtual ~BlobSource() = default;
    [[nodiscard]] virtual std::uint64_t size() const = 0;  // ciphertext bytes
    // Chunk `index` with its tag: crypto::kSealedChunkBytes, the last one less. NotFound behind the
    // end.
    [[nodiscard]] virtual Result<Bytes> chunk(std::uint64_t index) const = 0;
};

class BlobStore {
  public:
    virtual ~BlobStore() = default;
    [[nodiscard]] virtual Result<std::unique_ptr<BlobSink>> create() = 0;
    [[nodiscard]] virtual Result<std::unique_ptr<BlobSource>> open(const Hash& root) const = 0;
    // No error if there is none.
    [[nodiscard]] virtual Status remove(const Hash& root) = 0;
};

// A file of the person's own, read from its beginning: what an attachment is made of.
class PlainFile {
  public:
    virtual ~PlainFile() = default;
    // Fills as much of `out` as there is; 0 at the end.
    [[nodiscard]] virtual Result<std::size_t> read(std::span<std::byte> out) = 0;
};

class PlainFiles {
  public:
    virtual ~PlainFiles() = default;
    // NotFound, FileFailed (not a regular file).
    [[nodiscard]] virtual Result<std::unique_ptr<PlainFile>> open(const std::string& path) = 0;
};

}  // namespace chapar::client
