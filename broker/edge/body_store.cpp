#include "broker/edge/body_store.h"

#include <algorithm>

#include "schemas/base/limits.h"

namespace chapar::broker {
namespace {

constexpr std::size_t kWorks = 8;  // uploads with open files
// What a body costs beside its bytes: so small ones cannot be had in any number.
constexpr std::uint64_t kFileCharge = 64 * 1024;
constexpr std::uint64_t kSealed = limits::kSealedChunkBytes;

std::size_t chunks_of(std::uint64_t size) {
    return static_cast<std::size_t>((size + kSealed - 1) / kSealed);
}

bool has(const Bytes& have, std::uint64_t index) {
    return (have.at(index / 8) >> (index % 8) & std::byte{1}) != std::byte{0};
}

void set(Bytes& have, std::uint64_t index) { have.at(index / 8) |= std::byte{1} << (index % 8); }

Bytes empty_bitmap(std::uint64_t size) { return Bytes((chunks_of(size) + 7) / 8); }

Bytes full_bitmap(std::uint64_t size) {
    Bytes out = empty_bitmap(size);
    for (std::size_t i = 0; i < chunks_of(size); ++i) set(out, i);
    return out;
}

std::string part_name(const Hash& root) { return body_name(root) + ".part"; }
std::string leaves_name(const Hash& root) { return body_name(root) + ".leaves"; }
std::string have_name(const Hash& root) { return body_name(root) + ".have"; }

}  // namespace

UploadState BodyStore::open_upload(const CertificateHash& device, const schemas::Upload& upload,
                                   TimeMs now) {
    return state_of(upload.root, try_open(device, upload, now));
}

Status BodyStore::try_open(const CertificateHash& device, const schemas::Upload& upload,
                           TimeMs now) {
    {
        const std::unique_lock lock(mutex_);
        const auto known = bodies_.find(upload.root);
        if (known != bodies_.end()) {
            if (known->second.size != upload.size) return Error(Errc::StreamRoot);
            return Done{};
        }
    }
    CHAPAR_TRY(crypto::ChunkVerifier::create({{}, upload.root, upload.size}, upload.leaves));
    if (!incoming_of(upload.root)) CHAPAR_TRY(begin(device, upload, now));
    const auto work = work_on(upload.root);
    if (!work && work.error().code == Errc::FileFailed) return work.error();
    if (!work) {
        // Its files are gone or not what they were: from the beginning, rather than never again.
        drop_incoming(upload.root);
        CHAPAR_TRY(begin(device, upload, now));
        CHAPAR_TRY(work_on(upload.root));
    }
    const Incoming state = incoming_of(upload.root).value();
    const bool same_chunks = chunks_of(state.size) == chunks_of(upload.size);
    // The leaf of the last chunk fits one length only. While it is not there, nobody knows.
    if (state.size != upload.size && has(state.have, chunks_of(state.size) - 1)) {
        return Error(Errc::StreamRoot);
    }
    const bool grows = upload.size > state.size;
    if (!same_chunks || (grows && !check_room(state.owner, upload.size - state.size))) {
        // A root has leaf lists of many lengths, for its inner nodes pass as leaves too: what is
        // kept of a chunk says nothing about another list. Room is asked for like at the start.
        drop_incoming(upload.root);
        CHAPAR_TRY(begin(device, upload, now));
        CHAPAR_TRY(work_on(upload.root));
    }
    CHAPAR_TRY(correct_size(upload));
    return finish_if_whole(upload.root, now);
}

Status BodyStore::begin(const CertificateHash& device, const schemas::Upload& upload, TimeMs now) {
    CHAPAR_TRY(check_room(device, upload.size));
    const Status written = write_new(upload.root, {device, upload.size, upload.leaves});
    if (!written) {
        drop_incoming(upload.root);
        return written;
    }
    const std::unique_lock lock(mutex_);
    incoming_[upload.root] = {
        device, upload.size, empty_bitmap(upload.size), chunks_of(upload.size), false, now};
    charge(charged_, device, upload.size);
    return Done{};
}

Status BodyStore::write_new(const Hash& root, const BodyLeaves& leaves) const {
    CHAPAR_TRY(incoming_folder_.replace(leaves_name(root), leaves.encode()));
    CHAPAR_TRY(incoming_folder_.replace(have_name(root), empty_bitmap(leaves.size)));
    const auto part =
        CHAPAR_TRY(incoming_folder_.file(part_name(root), BodyFolder::Access::Create));
    return resize_file(part, leaves.size);
}

Status BodyStore::correct_size(const schemas::Upload& upload) {
    std::optional<Incoming> state = incoming_of(upload.root);
    if (!state || state->size == upload.size) return Done{};
    CHAPAR_ASSERT(chunks_of(state->size) == chunks_of(upload.size));
    CHAPAR_TRY(incoming_folder_.replace(
        leaves_name(upload.root), BodyLeaves{state->owner, upload.size, upload.leaves}.encode()));
    std::erase_if(works_, [&](const Work& work) { return work.root == upload.root; });
    {
        const std::unique_lock lock(mutex_);
        release(charged_, state->owner, state->size);
        charge(charged_, state->owner, upload.size);
        incoming_.at(upload.root).size = upload.size;
    }
    const Work* work = CHAPAR_TRY(work_on(upload.root));
    return resize_file(work->part, upload.size);
}

Status BodyStore::check_room(const CertificateHash& device, std::uint64_t size) const {
    const std::uint64_t free = CHAPAR_TRY(folder_.free_bytes());
    const std::unique_lock lock(mutex_);
    const auto of_device = [&](const Charges& charges) {
        const auto found = charges.find(device);
        return found == charges.end() ? 0 : found->second;
    };
    const std::uint64_t more = of_device(charged_) + size + kFileCharge;
    if (more > capacity_.device_bytes) return Error(Errc::QuotaExceeded);
    // All that is uploaded may be named next.
    const std::uint64_t held = of_device(held_);
    if (held > capacity_.held_bytes || more > capacity_.held_bytes - held) {
        return Error(Errc::QuotaExceeded);
    }
    std::uint64_t promised = capacity_.free_bytes;
    for (const auto& [root, state] : incoming_) promised += state.missing * kSealed;
    if (free < size || free - size < promised) return Error(Errc::StoreFull);
    return Done{};
}

Result<BodyStore::Work*> BodyStore::work_on(const Hash& root) {
    const auto found = std::ranges::find(works_, root, &Work::root);
    if (found != works_.end()) {
        works_.splice(works_.begin(), works_, found);
        return &works_.front();
    }
    const Bytes list =
        CHAPAR_TRY(incoming_folder_.read_all(leaves_name(root), BodyLeaves::most_bytes()));
    BodyLeaves leaves = CHAPAR_TRY(BodyLeaves::decode(list));
    auto verifier = CHAPAR_TRY(
        crypto::ChunkVerifier::create({{}, root, leaves.size}, std::move(leaves.leaves)));
    auto part = CHAPAR_TRY(incoming_folder_.file(part_name(root), BodyFolder::Access::Write));
    auto have = CHAPAR_TRY(incoming_folder_.file(have_name(root), BodyFolder::Access::Write));
    works_.push_front({root, std::move(part), std::move(have), std::move(verifier)});
    if (works_.size() > kWorks) works_.pop_back();
    check_claims(works_.front());
    return &works_.front();
}

void BodyStore::check_claims(const Work& work) {
    Incoming state = incoming_of(work.root).value();
    if (state.checked) return;
    Bytes claims = empty_bitmap(state.size);
    if (!read_at(work.have, 0, claims)) claims = empty_bitmap(state.size);
    state.have = empty_bitmap(state.size);
    state.missing = chunks_of(state.size);
    for (std::size_t i = 0; i < chunks_of(state.size); ++i) {
        if (!has(claims, i)) continue;
        Bytes chunk(work.verifier.chunk_size(i));
        if (!read_at(work.part, i * kSealed, chunk)) continue;
        if (!work.verifier.check(i, chunk)) continue;
        set(state.have, i);
        --state.missing;
    }
    state.checked = true;
    set_incoming(work.root, state);
}

UploadState BodyStore::store_chunks(const schemas::Chunk& chunk, TimeMs now) {
    return state_of(chunk.root, try_store(chunk, now));
}

Status BodyStore::try_store(const schemas::Chunk& chunk, TimeMs now) {
    {
        const std::unique_lock lock(mutex_);
        if (bodies_.contains(chunk.root)) return Done{};
    }
    std::optional<Incoming> state = incoming_of(chunk.root);
    // After a restart an UPLOAD comes first: it says again where the upload stands.
    if (!state || !state->checked) return Error(Errc::StreamMissing);
    const Work* work = CHAPAR_TRY(work_on(chunk.root));
    const Status stored = store_pieces(*work, chunk, *state);
    state->touched = now;
    set_incoming(chunk.root, *state);
    CHAPAR_TRY(write_at(work->have, 0, state->have));
    CHAPAR_TRY(finish_if_whole(chunk.root, now));
    return stored;
}

Status BodyStore::store_pieces(const Work& work, const schemas::Chunk& chunk,
                               Incoming& state) const {
    ByteView rest = chunk.data;
    for (std::uint64_t index = chunk.first; !rest.empty(); ++index) {
        if (index >= work.verifier.chunks()) return Error(Errc::MalformedFrame, "chunk");
        const std::size_t size = work.verifier.chunk_size(index);
        if (rest.size() < size) return Error(Errc::MalformedFrame, "chunk");
        const ByteView piece = rest.first(size);
        CHAPAR_TRY(work.verifier.check(index, piece));
        if (!has(state.have, index)) {
            CHAPAR_TRY(write_at(work.part, index * kSealed, piece));
            set(state.have, index);
            --state.missing;
        }
        rest = rest.subspan(size);
    }
    return Done{};
}

Status BodyStore::finish_if_whole(const Hash& root, TimeMs now) {
    const std::optional<Incoming> state = incoming_of(root);
    if (!state || state->missing > 0) return Done{};
    const Work* work = CHAPAR_TRY(work_on(root));
    if (const Status moved = move_into_place(*work); !moved) {
        // After a failed sync nobody knows what the disk holds.
        drop_incoming(root);
        return moved;
    }
    std::erase_if(works_, [&](const Work& done) { return done.root == root; });
    const std::unique_lock lock(mutex_);
    bodies_[root] = {state->size, state->owner, now};
    incoming_.erase(root);
    return Done{};
}

Status BodyStore::move_into_place(const Work& work) const {
    const Hash& root = work.root;
    CHAPAR_TRY(sync_file(work.part));
    // The leaf list first: a body without one would not be found again.
    CHAPAR_TRY(incoming_folder_.rename(leaves_name(root), folder_, leaves_name(root)));
    CHAPAR_TRY(incoming_folder_.rename(part_name(root), folder_, body_name(root)));
    CHAPAR_TRY(incoming_folder_.remove(have_name(root)));
    CHAPAR_TRY(folder_.sync());
    return incoming_folder_.sync();
}

Result<std::vector<Hash>> BodyStore::leaves(const Hash& root) const {
    const auto bytes = folder_.read_all(leaves_name(root), BodyLeaves::most_bytes());
    if (!bytes)
        return bytes.error().code == Errc::NotFound ? Errc::StreamMissing : Errc::FileFailed;
    return CHAPAR_TRY(BodyLeaves::decode(*bytes)).leaves;
}

Result<Bytes> BodyStore::chunks(const Hash& root, std::uint64_t first, std::size_t count) const {
    std::uint64_t size = 0;
    {
        const std::unique_lock lock(mutex_);
        const auto found = bodies_.find(root);
        if (found == bodies_.end()) return Error(Errc::StreamMissing);
        size = found->second.size;
    }
    const std::uint64_t from = std::min(first * kSealed, size);
    const std::uint64_t to = std::min(from + count * kSealed, size);
    Bytes out(static_cast<std::size_t>(to - from));
    const auto file = folder_.file(body_name(root), BodyFolder::Access::Read);
    if (!file) return file.error().code == Errc::NotFound ? Errc::StreamMissing : Errc::FileFailed;
    CHAPAR_TRY(read_at(*file, from, out));
    return out;
}

UploadState BodyStore::state_of(const Hash& root, const Status& done) const {
    UploadState out;
    if (!done) out.refused = done.error().code;
    const std::unique_lock lock(mutex_);
    const auto body = bodies_.find(root);
    if (body != bodies_.end()) {
        out.have = full_bitmap(body->second.size);
        out.complete = true;
        return out;
    }
    const auto incoming = incoming_.find(root);
    if (incoming != incoming_.end() && incoming->second.checked) out.have = incoming->second.have;
    return out;
}

std::optional<BodyStore::Incoming> BodyStore::incoming_of(const Hash& root) const {
    const std::unique_lock lock(mutex_);
    const auto found = incoming_.find(root);
    if (found == incoming_.end()) return std::nullopt;
    return found->second;
}

void BodyStore::set_incoming(const Hash& root, const Incoming& state) {
    const std::unique_lock lock(mutex_);
    incoming_.at(root) = state;
}

void BodyStore::drop_incoming(const Hash& root) {
    std::erase_if(works_, [&](const Work& work) { return work.root == root; });
    // The leaf list first: without it the rest is nothing.
    (void)incoming_folder_.remove(leaves_name(root));
    (void)incoming_folder_.remove(have_name(root));
    (void)incoming_folder_.remove(part_name(root));
    const std::unique_lock lock(mutex_);
    const auto found = incoming_.find(root);
    if (found == incoming_.end()) return;
    release(charged_, found->second.owner, found->second.size);
    incoming_.erase(found);
}

void BodyStore::charge(Charges& charges, const CertificateHash& device, std::uint64_t size) {
    charges[device] += size + kFileCharge;
}

void BodyStore::release(Charges& charges, const CertificateHash& device, std::uint64_t size) {
    const auto found = charges.find(device);
    CHAPAR_ASSERT(found != charges.end() && found->second >= size + kFileCharge);
    found->second -= size + kFileCharge;
    if (found->second == 0) charges.erase(found);
}

}  // namespace chapar::broker
