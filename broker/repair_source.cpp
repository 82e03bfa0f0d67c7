#include "broker/repair_source.h"

#include "broker/core/replay_rebuild.h"
#include "crypto/body_seal.h"
#include "crypto/leaf.h"

namespace chapar::broker {
namespace {

enum class Worth : std::uint8_t { Tombstone, Leaf, Whole };

// How much of an entry is there. Only a body in the clear can be held against its leaf here.
Worth worth(const RecordedEntry& entry) {
    const auto leaf = crypto::Leaf::decode(entry.leaf);
    if (!leaf) return Worth::Tombstone;
    if (crypto::is_sealed(leaf->kind)) {
        return entry.body.empty() && entry.opened.empty() ? Worth::Leaf : Worth::Whole;
    }
    if (entry.body.empty()) return Worth::Leaf;
    const bool fits = crypto::body_commit(crypto::BodySalt{}, entry.body) == leaf->body_commit;
    return fits ? Worth::Whole : Worth::Leaf;
}

bool same_entry(const RecordedEntry& one, const RecordedEntry& other) {
    return crypto::stored_leaf_hash(one.leaf) == crypto::stored_leaf_hash(other.leaf);
}

}  // namespace

RepairSource::RepairSource(std::vector<Named> sources, const Contributions* given)
    : sources_(std::move(sources)), given_(given) {
    for (const Named& source : sources_) size_ = std::max(size_, source.reader.end());
    if (given_ != nullptr && !given_->entries().empty()) {
        size_ = std::max(size_, given_->entries().rbegin()->first.value + 1);
    }
}

Result<std::unique_ptr<RepairSource>> RepairSource::open(const std::vector<std::string>& exports,
                                                         const Contributions* given) {
    CHAPAR_ASSERT(!exports.empty() || given != nullptr);
    std::vector<Named> sources;
    for (const std::string& path : exports) {
        sources.push_back({path, CHAPAR_TRY(storage::ExportReader::open(path))});
        if (sources.back().reader.manifest() != sources.front().reader.manifest()) {
            return Error(Errc::WrongHome, path + " is another ledger's");
        }
    }
    return std::unique_ptr<RepairSource>(new RepairSource(std::move(sources), given));
}

std::optional<Bytes> RepairSource::manifest() const {
    if (sources_.empty()) return std::nullopt;
    return sources_.front().reader.manifest();
}

std::vector<std::string> RepairSource::checkpoints() const {
    std::vector<std::string> out;
    for (const Named& source : sources_) out.push_back(source.reader.checkpoint());
    return out;
}

Status RepairSource::add_from_exports(EntryIndex index, std::vector<RecordedEntry>& out) {
    const bool proven = !out.empty();
    std::optional<Error> failed;
    std::string first_from;
    for (Named& source : sources_) {
        if (index.value < source.reader.start() || index.value >= source.reader.end()) continue;
        auto entry = source.reader.read(index.value);
        if (!entry) {
            if (!failed) failed = entry.error();
            continue;
        }
        RecordedEntry found{std::move(entry->leaf), std::move(entry->body)};
        if (!out.empty() && !same_entry(out.front(), found)) {
            if (proven) continue;
            return Error(Errc::LeafInvalid, first_from + " and " + source.path +
                                                " have different entries " +
                                                std::to_string(index.value));
        }
        if (out.empty()) first_from = source.path;
        out.push_back(std::move(found));
    }
    if (out.empty() && failed) return *failed;
    return Done{};
}

Result<std::vector<RecordedEntry>> RepairSource::candidates(EntryIndex index) {
    std::vector<RecordedEntry> out;
    if (given_ != nullptr) {
        const auto found = given_->entries().find(index);
        if (found != given_->entries().end()) out.push_back(found->second.entry);
    }
    CHAPAR_TRY(add_from_exports(index, out));
    if (out.empty()) return Error(Errc::ExportIncomplete, "entry " + std::to_string(index.value));
    std::ranges::stable_sort(out, [](const RecordedEntry& one, const RecordedEntry& other) {
        return worth(one) > worth(other);
    });
    return out;
}

Result<RecordedEntry> RepairSource::read(EntryIndex index) {
    std::vector<RecordedEntry> found = CHAPAR_TRY(candidates(index));
    for (RecordedEntry& entry : found) {
        if (keys_ == nullptr || found.size() == 1 || open_recorded(entry, index, *keys_)) {
            return std::move(entry);
        }
    }
    return std::move(found.front());
}

bool RepairSource::opens(const std::vector<RecordedEntry>& found, EntryIndex index) const {
    return keys_ == nullptr || std::ranges::any_of(found, [&](const RecordedEntry& entry) {
               return open_recorded(entry, index, *keys_).has_value();
           });
}

Result<RepairSource::Gap> RepairSource::gap_after(EntryIndex from) {
    for (EntryIndex i = from; i.value < size_; i = i.next()) {
        const auto found = candidates(i);
        if (!found && found.error().code == Errc::ExportIncomplete) {
            return Gap{i, "nobody has handed it over"};
        }
        if (!found) return found.error();
        switch (worth(found->front())) {
            case Worth::Whole:
                if (opens(*found, i)) break;
                return Gap{i, "no source has a body that is its own, or it was shredded"};
            case Worth::Leaf:
                return Gap{i, "nobody has handed over its body, or it was shredded"};
            case Worth::Tombstone:
                return Gap{i, "it was pruned"};
        }
    }
    return Gap{EntryIndex(std::max(size_, from.value)), ""};
}

}  // namespace chapar::broker
