#include "tests/unit/verify/made_ledger.h"

#include "crypto/retention.h"
#include "crypto/sha256.h"
#include "crypto/tree.h"
#include "crypto/x25519.h"
#include "schemas/base/hex.h"
#include "schemas/base/layout.h"
#include "tests/support/results.h"

namespace chapar::testing {
namespace {

constexpr std::uint8_t kMsg = 1, kAdmin = 4, kTime = 5, kEpoch = 8, kPrune = 9;
constexpr std::uint64_t kTimeEvery = 100;
constexpr std::size_t kSealedBytes = 72;

crypto::NoteSigner log_signer(FakeRandom& random) {
    return must(
        crypto::NoteSigner::create("chapar.test/ledger/1", crypto::SigningKey::generate(random)));
}

Bytes zeros() { return Bytes(32); }

}  // namespace

MadeLedger::MadeLedger(MadePlan plan)
    : plan_(plan), root_key_(crypto::SigningKey::generate(random_)), log_(log_signer(random_)) {
    manifest_.origin = log_.verifier().name();
    manifest_.ledger = LedgerNumber(1);
    manifest_.log_key = log_.verifier().key().bytes();
    manifest_.curve_key =
        CurveKey(*CurveKey::from(crypto::generate_key_pair(random_).public_key.view()));
    manifest_.centre_root = root_key_.public_key();
    manifest_.centre_auditor = crypto::generate_key_pair(random_).public_key;
    manifest_.endpoints = {"tcp://127.0.0.1:1"};
    record_ = crypto::sign_manifest(manifest_, root_key_).encode();
}

std::uint8_t MadeLedger::kind(std::uint64_t index) const {
    if (index == 0) return kAdmin;
    if (index == 1) return kEpoch;
    if (index == plan_.prune_entry) return kPrune;
    return index % kTimeEvery == 0 ? kTime : kMsg;
}

std::uint64_t MadeLedger::time(std::uint64_t index) const {
    return kStart + index * 250 + (index >= plan_.prune_entry ? plan_.pruned_after : 0);
}

std::uint64_t MadeLedger::last_directory(std::uint64_t index) const {
    while (index > 0 && kind(--index) == kMsg) {
    }
    return index;
}

Bytes MadeLedger::body(std::uint64_t index) const {
    LayoutWriter out;
    const auto record = [&](std::uint8_t id, ByteView bytes) { out.u8(id).counted16(bytes); };
    const std::uint8_t k = kind(index);
    const std::string salt = std::to_string(index) + (index >= plan_.fork_at ? " forked" : "");
    if (k == kMsg) {  // sealed to keys that nobody here has
        const Hash random = crypto::sha256(view(salt));
        out.u64(3).raw(random.view()).raw(random.view());
        return out.raw(Bytes(plan_.sealed_bytes - kSealedBytes)).take();
    }
    record(1, k == kAdmin ? Bytes{std::byte{1}} : Bytes{std::byte{0}});
    record(2, LayoutWriter().u64(time(index)).bytes());
    if (k == kAdmin) record(13, record_);
    if (k == kPrune) {
        const crypto::PruneRecord prune{EntryIndex(plan_.prune_end), TimeMs(plan_.prune_before),
                                        plan_.archive, "kept for a year"};
        crypto::SignedRecord signed_record{crypto::RecordType::Prune, prune.encode(), {}};
        signed_record.sign(root_key_);
        record(13, signed_record.encode());
    }
    if (k == kEpoch) {
        record(15, zeros());
        record(16, view("made up"));
    }
    return out.take();
}

Bytes MadeLedger::leaf(std::uint64_t index, ByteView body) const {
    const bool sealed = kind(index) == kMsg;
    LayoutWriter out;
    out.u8(1).u8(kind(index)).u8(0).u8(sealed ? 2 : 0).u32(index == 0 ? 0 : 1).u64(index);
    out.u64(time(index) / 1000 * 1000).u64(last_directory(index));
    const Hash commit = crypto::sha256({view("chapar/body/v1\n"), zeros(), body});
    out.raw(commit.view());
    if (sealed) out.raw(commit.view());  // two tags of 16 bytes
    return out.take();
}

storage::ExportedEntry MadeLedger::entry(std::uint64_t index) const {
    Bytes stored = body(index);
    Bytes bytes = leaf(index, stored);
    const bool pruned =
        plan_.prune_entry != ~0ULL && index < plan_.prune_end && kind(index) == kMsg;
    if (!pruned) return {std::move(bytes), std::move(stored)};
    Bytes tombstone{std::byte{0}};
    append(tombstone, crypto::leaf_hash(bytes).view());
    return {std::move(tombstone), {}};
}

Hash MadeLedger::root(std::uint64_t size) const {
    storage::ExportTree tree;
    for (std::uint64_t i = 0; i < size; ++i) {
        must(tree.push(storage::hash_of_exported(entry(i).leaf),
                       [](const auto&, auto) { return Status(Done{}); }));
    }
    return tree.root();
}

std::string MadeLedger::checkpoint(std::uint64_t size) const {
    return crypto::sign_checkpoint({manifest_.origin, TreeSize(size), root(size)}, log_);
}

std::string MadeLedger::cosignature(std::uint64_t size, const crypto::NoteCosigner& w,
                                    TimeMs at) const {
    return must(
        w.cosign(crypto::Checkpoint{manifest_.origin, TreeSize(size), root(size)}.text(), at));
}

std::string MadeLedger::cosigned(std::uint64_t size, const crypto::NoteCosigner& w) const {
    return checkpoint(size) + cosignature(size, w, TimeMs(kStart + 1000));
}

std::string MadeLedger::card() const {
    const Bytes body = manifest_.encode();
    return "{\"format\":\"chapar-trust-card/1\",\"origin\":\"" + manifest_.origin +
           "\",\"home\":\"" + to_hex(crypto::home_of(body).view()) + "\",\"log_key\":\"" +
           log_.verifier().vkey() + "\",\"centre_root\":\"" + to_hex(manifest_.centre_root.view()) +
           "\"}";
}

std::vector<std::string> MadeLedger::write(
    const std::string& target, std::uint64_t size, storage::ExportForm form, std::uint64_t from,
    const std::vector<std::pair<std::uint64_t, std::string>>& notes,
    const std::string& given) const {
    auto writer = must(
        storage::ExportWriter::open({target, form, from, record_, log_.verifier().vkey(), {}}));
    storage::ExportTree tree;
    while (writer.next() < size) {
        const storage::ExportedEntry one = entry(writer.next());
        must(tree.push(storage::hash_of_exported(one.leaf),
                       [](const auto&, auto) { return Status(Done{}); }));
        must(writer.add(one));
    }
    for (const auto& [at, note] : notes) must(writer.keep_note(at, note));
    const crypto::Checkpoint head{manifest_.origin, TreeSize(size), tree.root()};
    const std::string note = given.empty() ? crypto::sign_checkpoint(head, log_) : given;
    return must(writer.finish(note, size, head.root)).files;
}

}  // namespace chapar::testing
