// Streams stored as files: ciphertext that is too large for the store, named by its R_j.
//
// Owns: DIR/bodies/<R_j> (complete, with <R_j>.leaves beside it) and
// DIR/bodies/incoming/<R_j>.part, .leaves and .have (bit i = chunk i was written). A leaf list is
// checked against R_j before anything is stored, a chunk against its leaf before it is written;
// chunks come in any order, and an upload goes on after a restart: what .have claims is read and
// hashed once before it is believed. A body is complete only after its file and both folders were
// synced. What a device has uploaded and no accepted envelope names counts against its quota.
//
// Does not know envelopes, sessions, or who may read what: callers ask the fold. Holds no key; all
// of it is ciphertext.
//
// Errors: StreamRoot (leaf list, chunk or size do not fit R_j), QuotaExceeded, StoreFull (disk),
// StreamMissing, MalformedFrame (not whole chunks of their places), FileFailed. None of them leaves
// a body that is named and not whole.
//
// Thread: the functions marked [disk] block and belong to one disk worker (open() runs before there
// is one); the others are short and may be called from any thread at the same time.
// Source: schemas/README.md, "Streams stored as files"; crypto.md 2 "Receive".
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "broker/edge/body_folder.h"
#include "broker/edge/body_leaves.h"
#include "crypto/chunk_verifier.h"
#include "schemas/base/ids.h"
#include "schemas/frames.h"

namespace chapar::broker {

struct BodyCapacity {
    std::uint64_t device_bytes = 0;  // uploaded by one device and not named by an envelope yet
    std::uint64_t free_bytes = 0;    // of the file system, left alone by uploads
    std::uint64_t held_bytes = ~std::uint64_t{0};  // of one device, named by envelopes
};

// What an upload has come to: always what is stored, and what was wrong with the last question.
struct UploadState {
    Bytes have;
    bool complete = false;
    std::optional<Errc> refused;
};

class BodyStore {
  public:
    using InUse = std::function<Result<bool>(const Hash& root)>;

    // Reads what is there; removes what a crash left half made. `in_use`: an accepted envelope
    // names it.
    [[nodiscard]] static Result<std::unique_ptr<BodyStore>> open(
        const std::filesystem::path& directory, BodyCapacity capacity, const InUse& in_use);

    // [disk] Opens an upload or resumes it.
    [[nodiscard]] UploadState open_upload(const CertificateHash& device,
                                          const schemas::Upload& upload, TimeMs now);
    // [disk] Stores the chunks up to the first that does not fit.
    [[nodiscard]] UploadState store_chunks(const schemas::Chunk& chunk, TimeMs now);
    // [disk] Of a complete body.
    [[nodiscard]] Result<std::vector<Hash>> leaves(const Hash& root) const;
    // [disk] At most `count` whole sealed chunks from `first` on; fewer at the end, none past it.
    [[nodiscard]] Result<Bytes> chunks(const Hash& root, std::uint64_t first,
                                       std::size_t count) const;
    // [disk] Unlinks what forget() has taken out, unless it was uploaded again meanwhile.
    [[nodiscard]] Status remove(const Hash& root);
    // [disk] Nothing happens where a chunk has come meanwhile.
    void remove_incoming(const Hash& root, TimeMs now);

    // A body of exactly this size is complete.
    [[nodiscard]] bool is_complete(const Hash& root, std::uint64_t size) const;
    // An envelope names it now: it counts against what its device may have held, to the end.
    void keep(const Hash& root);
    // From now on it is not there. remove() frees the disk.
    void forget(const Hash& root);

    // Complete for longer than kOrphanAge, not kept, and to be asked about; uploads without a chunk
    // for longer than kIncomingAge.
    struct Stale {
        std::vector<Hash> bodies;
        std::vector<Hash> incoming;
    };
    [[nodiscard]] Stale stale(TimeMs now) const;
    [[nodiscard]] std::uint64_t charged(const CertificateHash& device) const;
    struct Figures {
        std::size_t bodies = 0;
        std::size_t incoming = 0;
        std::uint64_t bytes = 0;  // of complete bodies
    };
    [[nodiscard]] Figures figures() const;

    static constexpr DurationMs kOrphanAge = kDay * 2;
    static constexpr DurationMs kIncomingAge = kDay * 7;

  private:
    enum class Named : std::uint8_t { No, Yes };  // by an accepted envelope
    using Charges = std::map<CertificateHash, std::uint64_t>;
    struct Body {
        std::uint64_t size = 0;
        std::optional<CertificateHash> owner;  // whose quota it counts against; if known
        TimeMs since;
        Named named = Named::No;
    };
    struct Incoming {
        CertificateHash owner;
        std::uint64_t size = 0;
        Bytes have;
        std::size_t missing = 0;
        bool checked = false;  // `have` is what was read and hashed, or written, by this process
        TimeMs touched;
    };
    // Descriptors and leaf list of an upload that is in use.
    struct Work {
        Hash root;
        FileDescriptor part;
        FileDescriptor have;
        crypto::ChunkVerifier verifier;
    };

    BodyStore(BodyFolder bodies, BodyFolder incoming, BodyCapacity capacity)
        : folder_(std::move(bodies)), incoming_folder_(std::move(incoming)), capacity_(capacity) {}

    [[nodiscard]] Status load_bodies(const InUse& in_use);
    [[nodiscard]] Status load_incoming();
    [[nodiscard]] Status try_open(const CertificateHash& device, const schemas::Upload& upload,
                                  TimeMs now);
    [[nodiscard]] Status try_store(const schemas::Chunk& chunk, TimeMs now);
    [[nodiscard]] Status begin(const CertificateHash& device, const schemas::Upload& upload,
                               TimeMs now);
    [[nodiscard]] Status write_new(const Hash& root, const BodyLeaves& leaves) const;
    // Another size under the same root: the one that the last chunk proves is right.
    [[nodiscard]] Status correct_size(const schemas::Upload& upload);
    [[nodiscard]] Status check_room(const CertificateHash& device, std::uint64_t size) const;
    // The Incoming of `root` is there.
    [[nodiscard]] Result<Work*> work_on(const Hash& root);
    // Once in this process: what .have claims and its leaf confirms.
    void check_claims(const Work& work);
    [[nodiscard]] Status store_pieces(const Work& work, const schemas::Chunk& chunk,
                                      Incoming& state) const;
    [[nodiscard]] Status finish_if_whole(const Hash& root, TimeMs now);
    [[nodiscard]] Status move_into_place(const Work& work) const;
    [[nodiscard]] UploadState state_of(const Hash& root, const Status& done) const;
    [[nodiscard]] std::optional<Incoming> incoming_of(const Hash& root) const;
    void set_incoming(const Hash& root, const Incoming& state);
    void drop_incoming(const Hash& root);
    // The mutex is held.
    static void charge(Charges& charges, const CertificateHash& device, std::uint64_t size);
    static void release(Charges& charges, const CertificateHash& device, std::uint64_t size);

    BodyFolder folder_;
    BodyFolder incoming_folder_;
    BodyCapacity capacity_;
    std::list<Work> works_;  // the one used last in front; disk worker only

    mutable std::mutex
        mutex_;  // guards what follows; but for open(), not held while a file is touched
    std::map<Hash, Body> bodies_;
    std::map<Hash, Incoming> incoming_;
    Charges charged_;  // named by no envelope
    Charges held_;
};

}  // namespace chapar::broker
