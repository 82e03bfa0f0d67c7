// The life of bodies beside their uploads: what a start finds, what is kept, what goes.
#include "broker/edge/body_store.h"
#include "schemas/base/limits.h"

namespace chapar::broker {
namespace {

constexpr std::string_view kLeavesEnding = ".leaves";

// The root of `<hex><ending>`; empty for any other name.
std::optional<Hash> root_before(const std::string& name, std::string_view ending) {
    if (!name.ends_with(ending)) return std::nullopt;
    return root_named(name.substr(0, name.size() - ending.size()));
}

std::size_t chunks_of(std::uint64_t size) {
    return static_cast<std::size_t>((size + limits::kSealedChunkBytes - 1) /
                                    limits::kSealedChunkBytes);
}

Result<BodyLeaves> read_leaves(const BodyFolder& folder, const Hash& root) {
    const Bytes list = CHAPAR_TRY(
        folder.read_all(body_name(root) + std::string(kLeavesEnding), BodyLeaves::most_bytes()));
    BodyLeaves leaves = CHAPAR_TRY(BodyLeaves::decode(list));
    if (leaves.size == 0 || leaves.size > limits::kStreamBytes ||
        leaves.leaves.size() != chunks_of(leaves.size)) {
        return Error(Errc::MalformedLayout, "leaves");
    }
    return leaves;
}

}  // namespace

Result<std::unique_ptr<BodyStore>> BodyStore::open(const std::filesystem::path& directory,
                                                   BodyCapacity capacity, const InUse& in_use) {
    BodyFolder bodies = CHAPAR_TRY(BodyFolder::open(directory / "bodies"));
    BodyFolder incoming = CHAPAR_TRY(BodyFolder::open(directory / "bodies" / "incoming"));
    std::unique_ptr<BodyStore> store(
        new BodyStore(std::move(bodies), std::move(incoming), capacity));
    CHAPAR_TRY(store->load_bodies(in_use));
    CHAPAR_TRY(store->load_incoming());
    return store;
}

Status BodyStore::load_bodies(const InUse& in_use) {
    const auto files = CHAPAR_TRY(folder_.list());
    for (const auto& file : files) {
        const auto root = root_named(file.name);
        if (!root) continue;
        const auto leaves = read_leaves(folder_, *root);
        const bool used = CHAPAR_TRY(in_use(*root));
        if (leaves && leaves->size == file.size) {
            const std::unique_lock lock(mutex_);
            Body& body = bodies_[*root];
            body = {file.size, std::nullopt, file.changed};
            body.owner = leaves->device;
            body.named = used ? Named::Yes : Named::No;
            charge(used ? held_ : charged_, leaves->device, file.size);
        } else if (!used) {
            // A crash came between its two renames: it was never said to be complete.
            CHAPAR_TRY(folder_.remove(file.name));
        }
    }
    for (const auto& file : files) {
        const auto root = root_before(file.name, kLeavesEnding);
        const bool orphan = root && !bodies_.contains(*root) && !CHAPAR_TRY(in_use(*root));
        if (orphan) CHAPAR_TRY(folder_.remove(file.name));
    }
    return Done{};
}

Status BodyStore::load_incoming() {
    const auto files = CHAPAR_TRY(incoming_folder_.list());
    const std::unique_lock lock(mutex_);
    for (const auto& file : files) {
        const auto root = root_before(file.name, kLeavesEnding);
        if (!root || bodies_.contains(*root)) continue;
        const auto leaves = read_leaves(incoming_folder_, *root);
        if (!leaves) continue;
        incoming_[*root] = {leaves->device,          leaves->size, {},
                            chunks_of(leaves->size), false,        file.changed};
        charge(charged_, leaves->device, leaves->size);
    }
    for (const auto& file : files) {
        const std::string stem = file.name.substr(0, file.name.find('.'));
        const auto root = root_named(stem);
        const auto found = root ? incoming_.find(*root) : incoming_.end();
        const bool ours = file.name == stem + ".part" || file.name == stem + ".have" ||
                          file.name == stem + ".leaves";
        if (found == incoming_.end() || !ours) {
            CHAPAR_TRY(incoming_folder_.remove(file.name));
        } else {
            found->second.touched = std::max(found->second.touched, file.changed);
        }
    }
    return Done{};
}

Status BodyStore::remove(const Hash& root) {
    {
        const std::unique_lock lock(mutex_);
        if (bodies_.contains(root)) return Done{};
    }
    CHAPAR_TRY(folder_.remove(body_name(root)));
    return folder_.remove(body_name(root) + std::string(kLeavesEnding));
}

void BodyStore::remove_incoming(const Hash& root, TimeMs now) {
    const auto state = incoming_of(root);
    if (state && state->touched + kIncomingAge < now) drop_incoming(root);
}

bool BodyStore::is_complete(const Hash& root, std::uint64_t size) const {
    const std::unique_lock lock(mutex_);
    const auto found = bodies_.find(root);
    return found != bodies_.end() && found->second.size == size;
}

void BodyStore::keep(const Hash& root) {
    const std::unique_lock lock(mutex_);
    const auto found = bodies_.find(root);
    if (found == bodies_.end() || found->second.named == Named::Yes) return;
    Body& body = found->second;
    body.named = Named::Yes;
    if (!body.owner) return;
    release(charged_, *body.owner, body.size);
    charge(held_, *body.owner, body.size);
}

void BodyStore::forget(const Hash& root) {
    const std::unique_lock lock(mutex_);
    const auto found = bodies_.find(root);
    if (found == bodies_.end()) return;
    const Body& body = found->second;
    if (body.owner) release(body.named == Named::Yes ? held_ : charged_, *body.owner, body.size);
    bodies_.erase(found);
}

BodyStore::Stale BodyStore::stale(TimeMs now) const {
    const std::unique_lock lock(mutex_);
    Stale out;
    for (const auto& [root, body] : bodies_) {
        if (body.named == Named::No && body.since + kOrphanAge < now) out.bodies.push_back(root);
    }
    for (const auto& [root, state] : incoming_) {
        if (state.touched + kIncomingAge < now) out.incoming.push_back(root);
    }
    return out;
}

std::uint64_t BodyStore::charged(const CertificateHash& device) const {
    const std::unique_lock lock(mutex_);
    const auto found = charged_.find(device);
    return found == charged_.end() ? 0 : found->second;
}

BodyStore::Figures BodyStore::figures() const {
    const std::unique_lock lock(mutex_);
    Figures out{bodies_.size(), incoming_.size(), 0};
    for (const auto& [root, body] : bodies_) out.bytes += body.size;
    return out;
}

}  // namespace chapar::broker
