// The streams of a draft, sealed: text and attachments, small ones in memory, large ones as blobs.
//
// Owns: where an attachment's text comes from, that it is the text that was measured, and which
// ciphertexts travel inline: all of an envelope together at most limits::kInlineStreamBytes, else
// all attachments are blobs. One chunk of each is in memory. Does not know recipients. For
// compose.cpp only.
#pragma once

#include "client/core/compose.h"
#include "crypto/seal.h"

namespace chapar::client {

struct SealedStreams {
    crypto::Sealer sealer;           // all streams are in it
    std::vector<Bytes> ciphertexts;  // of the attachments from stream 1 on; empty for a blob
    std::vector<OutboxFile> files;   // those that are blobs
};

// Roots of the blobs that were made; removed when it dies, unless they are kept.
class MadeBlobs {
  public:
    explicit MadeBlobs(BlobStore* blobs) : blobs_(blobs) {}
    ~MadeBlobs();
    MadeBlobs(const MadeBlobs&) = delete;
    MadeBlobs& operator=(const MadeBlobs&) = delete;
    void add(const Hash& root) { roots_.push_back(root); }
    void keep() { roots_.clear(); }

  private:
    BlobStore* blobs_;
    std::vector<Hash> roots_;
};

// AttachmentChanged, TooLarge (the text does not fit inline), NotFound, FileFailed.
[[nodiscard]] Result<SealedStreams> seal_streams(const storage::ReadTxn& txn, const Device& device,
                                                 const StoredDraft& draft, const SealPorts& ports,
                                                 MadeBlobs& made, crypto::Random& random);

}  // namespace chapar::client
