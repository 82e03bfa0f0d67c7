#include "broker/repair_source.h"

#include <algorithm>
#include <optional>

#include "crypto/body_seal.h"
#include "crypto/leaf.h"

namespace chapar::broker {
namespace {

constexpr int kWhole = 2;

// How much of an entry is there. Only a body in the clear can be held against its leaf here.
int worth(const RecordedEntry& entry) {
    const auto leaf = crypto::Leaf::decode(entry.leaf);
    if (!leaf) return 0;
    if (entry.body.empty()) return 1;
    if (crypto::is_sealed(leaf->kind)) return kWhole;
    return crypto::body_commit(crypto::BodySalt{}, entry.body) == leaf->body_commit ? kWhole : 1;
}

}  // namespace

ExportSource::ExportSource(std::vector<Named> sources) : sources_(std::move(sources)) {
    std::vector<const storage::ExportReader*> order;
    for (const Named& source : sources_) order.push_back(&source.reader);
    std::ranges::sort(order, {}, [](const auto* reader) { return reader->start(); });
    size_ = order.front()->start();
    for (const storage::ExportReader* reader : order) {
        if (reader->start() <= size_) size_ = std::max(size_, reader->end());
    }
}

Result<std::unique_ptr<ExportSource>> ExportSource::open(const std::vector<std::string>& paths) {
    CHAPAR_ASSERT(!paths.empty());
    std::vector<Named> sources;
    for (const std::string& path : paths) {
        sources.push_back({path, CHAPAR_TRY(storage::ExportReader::open(path))});
        if (sources.back().reader.manifest() != sources.front().reader.manifest()) {
            return Error(Errc::WrongHome, path + " is another ledger's");
        }
    }
    return std::unique_ptr<ExportSource>(new ExportSource(std::move(sources)));
}

std::vector<std::string> ExportSource::checkpoints() const {
    std::vector<std::string> out;
    for (const Named& source : sources_) out.push_back(source.reader.checkpoint());
    return out;
}

// The first that has the leaf and its body; else the first that has the leaf, else its tombstone.
Result<RecordedEntry> ExportSource::read(EntryIndex index) {
    std::optional<RecordedEntry> best;
    std::string best_from;
    for (Named& source : sources_) {
        if (index.value < source.reader.start() || index.value >= source.reader.end()) continue;
        storage::ExportedEntry entry = CHAPAR_TRY(source.reader.read(index.value));
        RecordedEntry found{std::move(entry.leaf), std::move(entry.body)};
        if (best && crypto::stored_leaf_hash(best->leaf) != crypto::stored_leaf_hash(found.leaf)) {
            return Error(Errc::LeafInvalid, best_from + " and " + source.path +
                                                " have different entries " +
                                                std::to_string(index.value));
        }
        if (!best || worth(found) > worth(*best)) {
            best = std::move(found);
            best_from = source.path;
        }
        if (worth(*best) == kWhole) return std::move(*best);
    }
    if (best) return std::move(*best);
    return Error(Errc::ExportIncomplete, "entry " + std::to_string(index.value));
}

}  // namespace chapar::broker
