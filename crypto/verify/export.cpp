#include "crypto/verify/export.h"

#include <algorithm>

#include "crypto/verify/export_run.h"

namespace verify {

void ExportRun::read_manifest(Archive& archive) {
    const auto bytes = archive.read("manifest");
    if (begun_) {
        join_.demand(bytes && *bytes == manifest_bytes_, "segments of different centres");
        return;
    }
    manifest_bytes_ = bytes.value_or(Bytes{});
    manifest_ = parse_manifest(manifest_bytes_);
    if (!manifest_) return trust_.fail("the manifest is missing or not signed by its centre root");
    const Bytes home(manifest_->home.begin(), manifest_->home.end());
    trust_.compare("home " + hex(card_.home.data(), card_.home.size()),
                   "home " + hex(home.data(), home.size()));
    trust_.demand(home == card_.home, "the manifest is not the one the trust card names");
    trust_.demand(manifest_->centre_root == card_.centre_root, "another centre root");
    trust_.demand(manifest_->origin == card_.origin, "another origin");
    trust_.demand(log_ && log_->key == manifest_->log_key && log_->name == card_.origin,
                  "another log key");
    const auto vkey = archive.read("vkey");
    const auto key = vkey ? parse_vkey(text_of(*vkey)) : std::nullopt;
    trust_.demand(key && log_ && key->key == log_->key,
                  "the archive's vkey is not the trusted one");
}

void ExportRun::open_checkpoint_of(const Segment& segment) {
    head_ = segment.head;
    head_signers_ = signers_of(segment.checkpoint);
    std::string why = "no log key in the trust card";
    const auto opened =
        log_ ? open_checkpoint(segment.checkpoint, *log_, why) : std::optional<Checkpoint>();
    if (!opened) return signature_.fail(why);
    judge_witnesses(segment.checkpoint, *opened, "the checkpoint");
    if (!segment.members.range.ends_tree()) {
        heads_.emplace(opened->size, Expected{"the checkpoint of a segment", opened->root, &join_});
    }
}

// The segment begins where the tree is; its own paths lead from there to its checkpoint.
void ExportRun::join(const Segment& segment) {
    const Range& range = segment.members.range;
    const auto peaks = RunningRoot::from_peaks(range.start, segment.previous);
    if (!peaks) return join_.fail("`previous` has not the hashes that its size demands");
    if (!begun_) {
        if (range.start > 0 && !asked_.partial) {
            join_.fail("entries before " + std::to_string(range.start) + " are missing");
        }
        begin_at(range.start, *peaks);
    } else if (leaves_.size() != range.start) {
        join_.fail("a segment is missing or out of order: it starts at " +
                   std::to_string(range.start) + ", the one before ended at " +
                   std::to_string(leaves_.size()));
        begin_at(range.start, *peaks);
    } else if (range.start > 0 && peaks->peaks() != leaves_.peaks()) {
        join_.fail("the segment at " + std::to_string(range.start) +
                   " continues another tree than the one before it");
    }
    const TreeHead head{segment.head.size, segment.head.root};
    if (range.start > 0 && !is_prefix({range.start, peaks->root()}, head, segment.consistency)) {
        join_.fail("the checkpoint does not contain the entries before " +
                   std::to_string(range.start));
    }
}

void ExportRun::begin_at(std::uint64_t start, const RunningRoot& peaks) {
    first_ = start;
    leaves_ = peaks;
    tiles_.start_from(start, peaks);
    entries_.begin(manifest_, start);
    if (asked_.agency && manifest_) agency_.emplace(*asked_.agency, *manifest_);
    for (const auto& [size, expected] : heads_) {
        if (size < start) expected.judge->fail(expected.name + " is of a size before this export");
    }
    heads_.erase(heads_.begin(), heads_.lower_bound(start));
}

void ExportRun::leave(Archive& archive, const Segment& segment) {
    const Range& range = segment.members.range;
    if (leaves_.size() != range.end) {
        root_.fail(std::to_string(leaves_.size()) + " entries of " + std::to_string(range.end) +
                   " are there");
    }
    if (range.ends_tree()) {
        root_.demand(leaves_.root() == segment.head.root, "the entries lead to another root");
        tiles_.finish(archive, range, segment.head.root);
        return;
    }
    const TreeHead head{segment.head.size, segment.head.root};
    root_.demand(is_prefix({leaves_.size(), leaves_.root()}, head, segment.onward),
                 "the entries up to " + std::to_string(range.end) + " are not those signed");
}

void ExportRun::take(const std::string& path) {
    std::string why;
    auto archive = Archive::open(path, why);
    const auto segment = archive ? read_segment(*archive, why) : std::nullopt;
    if (!segment) return members_.complete.fail(path + ": " + why);
    ++segments_;
    read_manifest(*archive);
    open_checkpoint_of(*segment);
    join(*segment);
    begun_ = true;
    members_.check(*archive, *segment);
    open_notes(*archive, *segment);
    const Range& range = segment->members.range;
    pass(leaves_.size());
    for_each_bundle(range, [&](std::uint64_t number, std::uint64_t width) {
        return take_bundle(*archive, range, number, width);
    });
    leave(*archive, *segment);
}

// 256 entries, their bodies, and the tile of their hashes. False where reading on is senseless.
bool ExportRun::take_bundle(Archive& archive, const Range& range, std::uint64_t number,
                            std::uint64_t width) {
    const auto entries =
        parse_bundle(archive.read(tile_name("tile/entries", number, width)).value_or(Bytes{}), 2);
    const auto bodies =
        parse_bundle(archive.read(tile_name("body", number, width)).value_or(Bytes{}), 4);
    if (!bodies || bodies->size() != width) members_.body_digest.fail("a body bundle is damaged");
    if (!entries || entries->size() != width) {
        root_.fail("the entry bundle " + std::to_string(number) + " is missing or damaged");
        return false;
    }
    static const Bytes kNone;
    for (std::size_t i = 0; i < width; ++i) {
        const bool has_body = bodies && i < bodies->size();
        take_entry(number * kTileWidth + i, entries->at(i), has_body ? bodies->at(i) : kNone);
    }
    std::optional<Hash> root;
    if (width == kTileWidth) root = tile_root(bundle_);
    take_tile(archive, range, {0, number, width}, root);
    if (root) {
        leaves_.push_subtree(*root, 8);
    } else {
        for (const Hash& hash : bundle_) leaves_.push(hash);
    }
    bundle_.clear();
    if (progress_) progress_(leaves_.size(), head_.size);
    return true;
}

void ExportRun::take_entry(std::uint64_t index, const Bytes& bytes, const Bytes& body) {
    const bool tombstone = is_tombstone(bytes);
    const auto leaf = tombstone ? std::nullopt : parse_leaf(bytes);
    if (leaf) look_at_time(*leaf, index);
    entries_.take(index, leaf, tombstone, body);
    if (agency_ && leaf && entries_.directory() != nullptr && entries_.records_judged()) {
        agency_->take(*leaf, body, {index, entries_.time_ms()}, *entries_.directory());
    }
    if (agency_ && tombstone) agency_->take_tombstone(index);
    bundle_.push_back(stored_leaf_hash(bytes));
    if (!heads_.empty() || asked_.between || asked_.at) pass(index + 1);
}

void ExportRun::take_tile(Archive& archive, const Range& range, const Tile& tile,
                          const std::optional<Hash>& root) {
    const auto hashes = read_tile(archive, tile);
    if (!hashes) return tiles_.match.fail(name_of(tile) + " has not its width");
    const bool same = *hashes == bundle_;
    tiles_.take(archive, range, *hashes, same ? root : std::nullopt);
}

Hash ExportRun::root_here() const {
    RunningRoot root = leaves_;
    for (const Hash& hash : bundle_) root.push(hash);
    return root.root();
}

void ExportRun::pass(std::uint64_t size) {
    const bool expected = !heads_.empty() && heads_.begin()->first == size;
    const bool end =
        asked_.between && (asked_.between->first == size || asked_.between->second == size);
    const bool moment = asked_.at && asked_.at->size == size && !looked_;
    if (!expected && !end && !moment) return;
    const Hash root = root_here();
    if (end) captured_[size] = root;
    if (moment) look(size);
    for (auto it = heads_.begin(); it != heads_.end() && it->first == size; it = heads_.erase(it)) {
        const Expected& head = it->second;
        if (head.judge == &held_) ++held_passed_;
        if (head.root != root) {
            head.judge->fail(head.name + " (size " + std::to_string(size) +
                             ") has another root than the entries: two histories were signed");
        }
    }
}

// The leaf shows whole seconds: an entry of the second asked for belongs to it.
void ExportRun::look_at_time(const Leaf& leaf, std::uint64_t index) {
    if (!asked_.at || !asked_.at->time_ms || looked_ || leaf.time_ms <= *asked_.at->time_ms) return;
    look(index);
}

void ExportRun::look(std::uint64_t size) {
    looked_ = true;
    fact("at.size", std::to_string(size));
    fact("at.root", hex(root_here()));
    if (entries_.directory() == nullptr || !entries_.records_judged()) return;
    const std::uint64_t time = asked_.at->time_ms.value_or(entries_.time_ms());
    for (const std::string& line : entries_.directory()->certified({size, time})) {
        fact("at.certified", line);
    }
}

std::size_t Report::failed() const {
    return static_cast<std::size_t>(
        std::count_if(verdicts.begin(), verdicts.end(), [](const Verdict& v) { return !v.ok; }));
}

Report verify_export(const TrustCard& card, Questions questions, const ProgressSink& progress) {
    return ExportRun(card, std::move(questions), progress).all();
}

}  // namespace verify
