// Blobs and a person's files in memory. One thread.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>

#include "client/core/blob.h"
#include "crypto/stream.h"

namespace chapar::testing {

class MemoryBlobs final : public client::BlobStore {
  public:
    Result<std::unique_ptr<client::BlobSink>> create() override {
        return std::unique_ptr<client::BlobSink>(std::make_unique<Sink>(*this));
    }
    Result<std::unique_ptr<client::BlobSource>> open(const Hash& root) const override {
        const auto found = blobs.find(root);
        if (found == blobs.end()) return Error(Errc::NotFound, "blob");
        return std::unique_ptr<client::BlobSource>(std::make_unique<Source>(found->second));
    }
    Status remove(const Hash& root) override {
        blobs.erase(root);
        return Done{};
    }

    std::map<Hash, Bytes> blobs;

  private:
    class Sink final : public client::BlobSink {
      public:
        explicit Sink(MemoryBlobs& store) : store_(store) {}
        Status append(ByteView sealed_chunks) override {
            chapar::append(bytes_, sealed_chunks);
            return Done{};
        }
        Status commit(const Hash& root) override {
            store_.blobs.emplace(root, std::move(bytes_));
            return Done{};
        }

      private:
        MemoryBlobs& store_;
        Bytes bytes_;
    };
    class Source final : public client::BlobSource {
      public:
        explicit Source(const Bytes& bytes) : bytes_(bytes) {}
        std::uint64_t size() const override { return bytes_.size(); }
        Result<Bytes> chunk(std::uint64_t index) const override {
            const std::size_t at = static_cast<std::size_t>(index) * crypto::kSealedChunkBytes;
            if (at >= bytes_.size()) return Error(Errc::NotFound, "chunk");
            const std::size_t size = std::min(crypto::kSealedChunkBytes, bytes_.size() - at);
            return to_bytes(ByteView(bytes_).subspan(at, size));
        }

      private:
        const Bytes& bytes_;
    };
};

// A file is `text`, then `zeros` more bytes.
struct MemoryFile {
    Bytes text;
    std::uint64_t zeros = 0;
};

class MemoryFiles final : public client::PlainFiles {
  public:
    Result<std::unique_ptr<client::PlainFile>> open(const std::string& path) override {
        const auto found = files.find(path);
        if (found == files.end()) return Error(Errc::NotFound, path);
        return std::unique_ptr<client::PlainFile>(std::make_unique<Reader>(found->second));
    }

    std::map<std::string, MemoryFile> files;

  private:
    class Reader final : public client::PlainFile {
      public:
        explicit Reader(const MemoryFile& file) : file_(file) {}
        Result<std::size_t> read(std::span<std::byte> out) override {
            const std::uint64_t all = file_.text.size() + file_.zeros;
            const auto size =
                static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), all - at_));
            for (std::size_t i = 0; i < size; ++i, ++at_) {
                out[i] = at_ < file_.text.size() ? file_.text[at_] : std::byte{0};
            }
            return size;
        }

      private:
        const MemoryFile& file_;
        std::uint64_t at_ = 0;
    };
};

}  // namespace chapar::testing
