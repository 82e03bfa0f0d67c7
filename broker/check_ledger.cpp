// Leaves, tiles, bodies, head, notes and files against the tree.
#include <set>

#include "broker/check.h"
#include "broker/core/ledger_proof.h"
#include "broker/core/ledger_read.h"
#include "broker/core/ledger_scrub.h"
#include "broker/core/ledger_tables.h"
#include "broker/core/tables.h"
#include "broker/edge/body_folder.h"
#include "broker/edge/body_leaves.h"
#include "broker/edge/high_water.h"
#include "broker/stored_replay.h"
#include "crypto/checkpoint.h"
#include "crypto/chunk_verifier.h"
#include "crypto/random.h"
#include "schemas/base/layout.h"
#include "storage/compare.h"
#include "storage/memory_store.h"

namespace chapar::broker {
namespace {

// A replay takes the state's room in memory; larger ledgers are compared by chapar-replay.
constexpr std::uint64_t kReplayedAtMost = 200'000;

std::string error_text(const Error& error) {
    return std::string(text_of(error.code).code) + " " + error.context;
}

// True: right, or counted as wrong. Anything but damage goes up.
Status judge(const Status& checked, const std::string& where, PartVerdict& verdict) {
    if (checked) return Done{};
    if (!is_damage(checked.error().code)) return checked;
    verdict.find(where + ": " + error_text(checked.error()));
    return Done{};
}

// The part "ledger" has found it wrong.
bool has_ledger(const CheckScene& scene, PartVerdict& verdict) {
    if (!scene.frontier) verdict.passed_over = "the ledger cannot be opened";
    return scene.frontier.has_value();
}

// A note under the log key must be a head of this ledger.
Status check_note(const CheckScene& scene, const std::string& note, PartVerdict& verdict) {
    const auto head = crypto::open_checkpoint(note, scene.log);
    if (!head) {
        verdict.find("a note that is not ours: " + error_text(head.error()));
        return Done{};
    }
    const std::string size = std::to_string(head->size.value);
    if (head->size > scene.frontier->size()) {
        verdict.find("a note of size " + size + ", which this ledger does not reach");
        return Done{};
    }
    const auto root = root_at(scene.txn, *scene.frontier, head->size);
    if (!root) return judge(root.error(), "the root of size " + size, verdict);
    if (*root != head->root) verdict.find("a note of size " + size + " has another root");
    return Done{};
}

Status check_file(const BodyFolder& folder, const Hash& root, PartVerdict& verdict) {
    const std::string name = body_name(root);
    const auto bytes = folder.read_all(name + ".leaves", BodyLeaves::most_bytes());
    if (!bytes) {
        verdict.find(name + ": " + error_text(bytes.error()));
        return Done{};
    }
    auto leaves = BodyLeaves::decode(*bytes);
    if (!leaves) {
        verdict.find(name + ".leaves: " + error_text(leaves.error()));
        return Done{};
    }
    const auto chunks =
        crypto::ChunkVerifier::create({Hash{}, root, leaves->size}, std::move(leaves->leaves));
    const auto file = folder.file(name, BodyFolder::Access::Read);
    if (!chunks || !file) {
        verdict.find(name + ": " + error_text(chunks ? file.error() : chunks.error()));
        return Done{};
    }
    std::uint64_t offset = 0;
    for (std::uint64_t index = 0; index < chunks->chunks(); ++index) {
        Bytes chunk(chunks->chunk_size(index));
        Status read = read_at(*file, offset, chunk);
        if (read) read = chunks->check(index, chunk);
        if (!read) {
            verdict.find(name + ", chunk " + std::to_string(index) + ": " +
                         error_text(read.error()));
            return Done{};
        }
        offset += chunk.size();
    }
    return Done{};
}

}  // namespace

Status check_ledger_tree(const CheckScene& scene, PartVerdict& verdict) {
    // The parts that need it look at nothing then.
    if (!scene.frontier) {
        verdict.find("the ledger cannot be opened: " + scene.no_frontier);
        return Done{};
    }
    const TreeSize size = scene.frontier->size();
    verdict.looked_at = size.value;
    // The open right edge was hashed when the frontier was made; here come all closed tiles.
    std::optional<TileName> tile;
    if (closed_tiles(0, size.value) > 0) tile = TileName{0, 0};
    for (; tile; tile = tile_after(*tile, size)) {
        const std::string name =
            "tile " + std::to_string(tile->level) + "/" + std::to_string(tile->number);
        CHAPAR_TRY(judge(check_tile(scene.txn, *tile), name, verdict));
    }
    return Done{};
}

Status check_ledger_bodies(const CheckScene& scene, PartVerdict& verdict) {
    if (!has_ledger(scene, verdict)) return Done{};
    const crypto::LedgerKeys none;
    for (std::uint64_t at = 0; at < scene.frontier->size().value; ++at) {
        ++verdict.looked_at;
        const auto opened =
            open_entry(scene.txn, scene.keys != nullptr ? *scene.keys : none, EntryIndex(at));
        if (opened || is_gone(opened.error().code)) continue;
        const std::string where = "entry " + std::to_string(at);
        if (opened.error().code != Errc::LedgerKeyMissing) {
            CHAPAR_TRY(judge(opened.error(), where, verdict));
        } else if (scene.keys == nullptr) {
            verdict.passed_over = "sealed bodies: chapard runs and has their keys";
        } else {
            verdict.find(where + ": its secret is not in ledger.keys");
        }
    }
    return Done{};
}

Status check_notes(const CheckScene& scene, PartVerdict& verdict) {
    if (!has_ledger(scene, verdict)) return Done{};
    const auto notes = scene.txn.cursor(kCheckpointTable);
    Status moved = notes->seek_first();
    for (; !moved || notes->at_record(); moved = notes->next()) {
        ++verdict.looked_at;
        // Its checksum is the business of the table's own part.
        if (!moved && is_damage(moved.error().code)) continue;
        CHAPAR_TRY(moved);
        CHAPAR_TRY(check_note(scene, to_string(notes->value()), verdict));
    }
    return Done{};
}

Status check_high_water(const CheckScene& scene, PartVerdict& verdict) {
    if (!has_ledger(scene, verdict)) return Done{};
    const HighWaterFile file(scene.directory / scene.config.ledger.high_water, scene.origin);
    const auto found = file.read();
    if (!found) {
        verdict.find(error_text(found.error()));
        return Done{};
    }
    if (!*found) {
        if (scene.frontier->size().value > 0) verdict.find("there is no high-water file");
        return Done{};
    }
    ++verdict.looked_at;
    return check_note(scene, (*found)->note, verdict);
}

// What no checksum and no other row shows: a row that is missing, or an older one in its place.
Status check_replay(const CheckScene& scene, PartVerdict& verdict) {
    if (!has_ledger(scene, verdict)) return Done{};
    if (scene.keys == nullptr) {
        verdict.passed_over = "chapard runs and has the keys";
        return Done{};
    }
    if (scene.frontier->size().value > kReplayedAtMost) {
        verdict.passed_over = "more than " + std::to_string(kReplayedAtMost) +
                              " entries: chapar-replay compares them";
        return Done{};
    }
    storage::MemoryStore fresh(store_tables());
    crypto::SystemRandom nonces;
    const auto replayed = replay_stored(scene.txn, fresh, *scene.keys, nonces);
    if (!replayed) return judge(replayed.error(), "the replay", verdict);
    // Where bodies are gone the old rows know more than any replay.
    if (!replayed->gaps.empty()) {
        verdict.passed_over = "bodies were shredded or pruned; --rebuild compares rows";
        return Done{};
    }
    verdict.looked_at = replayed->operations;
    const auto made = CHAPAR_TRY(fresh.begin_read());
    std::vector<storage::Table> tables(kStateTables.begin(), kStateTables.end());
    tables.insert(tables.end(), {kBucketTable, kShreddedTable, kHeadTable, kTileTable});
    for (const storage::Table& table : tables) {
        const auto has = storage::digest(scene.txn, {&table, 1});
        // A row that fails its checksum is the business of its table's part.
        if (!has && is_damage(has.error().code)) continue;
        CHAPAR_TRY(has);
        if (*has != CHAPAR_TRY(storage::digest(*made, {&table, 1}))) {
            verdict.find("table " + std::string(table.name) + " is not what the ledger gives");
        }
    }
    return Done{};
}

Status check_files(const CheckScene& scene, PartVerdict& verdict) {
    std::set<Hash> roots;
    const auto uses = scene.txn.cursor(kFileUseTable);
    Status moved = uses->seek_first();
    for (; !moved || uses->at_record(); moved = uses->next()) {
        if (!moved && is_damage(moved.error().code)) continue;
        CHAPAR_TRY(moved);
        LayoutReader key(uses->key());
        roots.insert(key.fixed<Hash>());
    }
    if (roots.empty()) return Done{};
    const BodyFolder folder = CHAPAR_TRY(BodyFolder::open(scene.directory / "bodies"));
    for (const Hash& root : roots) {
        ++verdict.looked_at;
        CHAPAR_TRY(check_file(folder, root, verdict));
    }
    return Done{};
}

}  // namespace chapar::broker
