#include "crypto/verify/rules.h"

#include <algorithm>

#include "crypto/verify/directory.h"
#include "crypto/verify/entry.h"
#include "crypto/verify/note.h"
#include "crypto/verify/record.h"
#include "crypto/verify/tree.h"

namespace verify {
namespace {

constexpr std::uint64_t kTileWidth = 256;

std::string at(std::uint64_t index) { return "entry " + std::to_string(index); }

// The whole run: the members are read once, in ledger order.
class Run {
  public:
    Run(Archive& archive, const TrustCard& card) : archive_(archive), card_(card) {}
    std::vector<Verdict> all();

  private:
    void read_manifest();
    void read_checkpoint();
    void check_digests();
    void check_members();
    void check_tiles();
    void check_entries();
    void check_bundle(std::uint64_t number, std::uint64_t width);
    void check_leaf(const Leaf& leaf, std::uint64_t index);
    void check_body(const Leaf& leaf, const Bytes& body);
    void check_record(const Leaf& leaf, const BodyRecords& records);
    void expect(const std::string& name);
    std::uint64_t width_of(std::uint64_t number, std::uint64_t count) const {
        return std::min(kTileWidth, count - number * kTileWidth);
    }

    Archive& archive_;
    const TrustCard& card_;
    std::optional<Manifest> manifest_;
    std::optional<Directory> directory_;
    Checkpoint head_;
    std::vector<std::string> expected_;
    RunningRoot leaves_;
    std::uint64_t time_ = 0, last_directory_ = 0, sealed_ = 0, clear_ = 0;
    std::uint32_t epoch_ = 0;

    Judge complete_{"archive.complete"}, digest_{"archive.digest"}, body_digest_{"body.digest"},
        trust_{"trust.manifest"}, signature_{"checkpoint.signature"}, root_{"entries.root"},
        tiles_{"tiles.match"}, index_{"entry.index"}, order_{"entry.time"},
        chain_{"entry.last_dir"}, kind_{"entry.kind"}, epochs_{"epoch.order"},
        commit_{"body.commit"}, signed_{"directory.signatures"};
};

void Run::read_manifest() {
    const auto bytes = archive_.read("manifest");
    if (bytes) manifest_ = parse_manifest(*bytes);
    if (!manifest_) return trust_.fail("the manifest is missing or not signed by its centre root");
    directory_.emplace(*manifest_);
    const auto key = parse_vkey(card_.log_key);
    trust_.demand(Bytes(manifest_->home.begin(), manifest_->home.end()) == card_.home,
                  "the manifest is not the one the trust card names");
    trust_.demand(manifest_->centre_root == card_.centre_root, "another centre root");
    trust_.demand(manifest_->origin == card_.origin, "another origin");
    trust_.demand(key && key->key == manifest_->log_key && key->name == card_.origin,
                  "another log key");
    const auto vkey = archive_.read("vkey");
    trust_.demand(vkey && parse_vkey(text_of(*vkey)) &&
                      parse_vkey(text_of(*vkey))->key == (key ? key->key : Bytes{}),
                  "the archive's vkey is not the trusted one");
}

void Run::read_checkpoint() {
    const auto note = archive_.read("checkpoint");
    const auto key = parse_vkey(card_.log_key);
    if (!note || !key) return signature_.fail("no checkpoint, or no log key in the trust card");
    std::string why;
    const auto opened = open_checkpoint(*note, *key, why);
    if (!opened) signature_.fail(why);
    const auto claimed = opened ? opened : claimed_checkpoint(*note);
    if (claimed) head_ = *claimed;
}

// SHA256SUMS lists every other member; bodies are judged apart from the rest.
void Run::check_digests() {
    const auto sums = archive_.read("SHA256SUMS");
    if (!sums) return digest_.fail("SHA256SUMS is missing");
    std::vector<std::string> listed{"SHA256SUMS"};
    const std::string text = text_of(*sums);
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        const std::string line = text.substr(begin, end - begin);
        begin = end + 1;
        if (line.size() < 67 || line.compare(64, 2, "  ") != 0) {
            digest_.fail("SHA256SUMS has a line that is no digest");
            continue;
        }
        const std::string name = line.substr(66);
        listed.push_back(name);
        const auto bytes = archive_.read(name);
        Judge& judge = name.starts_with("body/") ? body_digest_ : digest_;
        if (!bytes) complete_.fail(name + " is missing");
        judge.demand(!bytes || hex(sha256(*bytes)) == line.substr(0, 64),
                     name + " does not fit its digest");
    }
    std::sort(listed.begin(), listed.end());
    for (const std::string& name : archive_.names()) {
        digest_.demand(std::binary_search(listed.begin(), listed.end(), name),
                       name + " has no digest");
    }
}

void Run::expect(const std::string& name) {
    expected_.push_back(name);
    complete_.demand(archive_.has(name), name + " is missing");
}

// Exactly the members that the checkpoint's size demands.
void Run::check_members() {
    for (const char* name : {"FORMAT.txt", "manifest", "vkey", "checkpoint", "SHA256SUMS"}) {
        expect(name);
    }
    std::uint64_t count = head_.size;
    for (int level = 0; count > 0; ++level, count /= kTileWidth) {
        for (std::uint64_t n = 0; n * kTileWidth < count; ++n) {
            const std::uint64_t width = width_of(n, count);
            expect(tile_name("tile/" + std::to_string(level), n, width));
            if (level > 0) continue;
            expect(tile_name("tile/entries", n, width));
            expect(tile_name("body", n, width));
        }
    }
    std::sort(expected_.begin(), expected_.end());
    for (const std::string& name : archive_.names()) {
        complete_.demand(std::binary_search(expected_.begin(), expected_.end(), name),
                         name + " does not belong to an export of this size");
    }
}

// The tiles alone, without the leaves, lead to the checkpoint's root.
void Run::check_tiles() {
    RunningRoot bottom;
    std::vector<Hash> roots;  // of the full tiles of the level below
    std::uint64_t count = head_.size;
    for (int level = 0; count > 0; ++level, count /= kTileWidth) {
        std::vector<Hash> next;
        for (std::uint64_t n = 0; n * kTileWidth < count; ++n) {
            const std::uint64_t width = width_of(n, count);
            const std::string name = tile_name("tile/" + std::to_string(level), n, width);
            const Bytes tile = archive_.read(name).value_or(Bytes{});
            if (tile.size() != 32 * width) return tiles_.fail(name + " has not its width");
            Reader in(tile);
            RunningRoot root;
            for (std::uint64_t i = 0; i < width; ++i) {
                const Hash hash = in.hash();
                root.push(hash);
                if (level == 0) bottom.push(hash);
                if (level > 0 && hash != roots.at(n * kTileWidth + i)) {
                    return tiles_.fail(name + " is not made of the tiles below it");
                }
            }
            if (width == kTileWidth) next.push_back(root.root());
        }
        roots = std::move(next);
    }
    tiles_.demand(bottom.root() == head_.root, "the tiles lead to another root");
}

void Run::check_entries() {
    for (std::uint64_t n = 0; n * kTileWidth < head_.size; ++n) {
        check_bundle(n, width_of(n, head_.size));
    }
    root_.demand(leaves_.size() == head_.size, std::to_string(leaves_.size()) + " entries of " +
                                                   std::to_string(head_.size) + " are there");
    root_.demand(leaves_.root() == head_.root, "the entries lead to another root");
}

void Run::check_bundle(std::uint64_t number, std::uint64_t width) {
    const auto entries =
        parse_bundle(archive_.read(tile_name("tile/entries", number, width)).value_or(Bytes{}), 2);
    const auto bodies =
        parse_bundle(archive_.read(tile_name("body", number, width)).value_or(Bytes{}), 4);
    if (!entries) root_.fail("an entry bundle is damaged");
    if (!bodies || bodies->size() != width) commit_.fail("a body bundle is damaged");
    if (!entries) return;
    for (std::size_t i = 0; i < entries->size(); ++i) {
        const Bytes& bytes = entries->at(i);
        const std::uint64_t index = number * kTileWidth + i;
        leaves_.push(leaf_hash(bytes));
        const auto leaf = parse_leaf(bytes);
        if (!leaf) {
            kind_.fail(at(index) + " is no leaf");
            continue;
        }
        check_leaf(*leaf, index);
        if (bodies && i < bodies->size()) check_body(*leaf, bodies->at(i));
    }
}

void Run::check_leaf(const Leaf& leaf, std::uint64_t index) {
    index_.demand(leaf.index == index, at(index) + " says it is " + at(leaf.index));
    order_.demand(leaf.time_ms >= time_ && leaf.time_ms % 1000 == 0,
                  at(index) + " is older than the one before it, or not rounded to seconds");
    time_ = std::max(time_, leaf.time_ms);
    const bool known = leaf.kind >= EntryKind::Msg && leaf.kind <= EntryKind::Ladder;
    kind_.demand(known && leaf.clock <= 2 && leaf.views == (leaf.sealed() ? 2 : 0),
                 at(index) + " has an unknown kind, clock flag or number of views");
    kind_.demand((index == 0) == (leaf.kind == EntryKind::Admin && index == 0),
                 "entry 0 does not found the ledger");
    chain_.demand(leaf.last_directory == last_directory_,
                  at(index) + " hides or invents a directory entry");
    if (leaf.directory()) last_directory_ = index;
    if (leaf.kind == EntryKind::Epoch) ++epoch_;
    epochs_.demand(leaf.epoch == epoch_, at(index) + " has another epoch");
}

void Run::check_body(const Leaf& leaf, const Bytes& body) {
    if (leaf.sealed()) {
        ++sealed_;
        return;
    }
    ++clear_;
    commit_.demand(clear_body_commit(body) == leaf.body_commit,
                   "the body of " + at(leaf.index) + " is not the one committed to");
    const auto records = parse_body(body);
    if (!records || !records->contains(kEventRecord) || !records->contains(kTimeRecord)) {
        return commit_.fail("the body of " + at(leaf.index) + " is no list of records");
    }
    Reader time(records->at(kTimeRecord));
    order_.demand(time.number(8) / 1000 * 1000 == leaf.time_ms && time.complete(),
                  "the body of " + at(leaf.index) + " names another time");
    check_record(leaf, *records);
}

void Run::check_record(const Leaf& leaf, const BodyRecords& records) {
    const auto found = records.find(kSignedRecord);
    if (found == records.end()) {
        signed_.demand(leaf.kind != EntryKind::Key && leaf.kind != EntryKind::Ladder &&
                           leaf.kind != EntryKind::Admin,
                       at(leaf.index) + " lacks its record");
        return;
    }
    std::string why;
    Reader time(records.at(kTimeRecord));
    const Place place{leaf.index, time.number(8)};
    if (!directory_ || !directory_->accept_entry(leaf.kind, records, place, why)) {
        signed_.fail(at(leaf.index) + ": " + why);
    }
}

std::vector<Verdict> Run::all() {
    read_manifest();
    read_checkpoint();
    check_members();
    check_digests();
    check_tiles();
    check_entries();
    const std::string size = std::to_string(head_.size);
    const std::string root = hex(head_.root).substr(0, 16) + "..";
    const std::size_t records = directory_ ? directory_->records() : 0;
    return {
        trust_.verdict("manifest, origin and keys are those of the trust card"),
        signature_.verdict("signed by " + card_.origin + ", size " + size),
        complete_.verdict(std::to_string(expected_.size()) + " members, none missing, none more"),
        digest_.verdict("every member fits SHA256SUMS"),
        body_digest_.verdict("every body bundle fits SHA256SUMS"),
        root_.verdict(size + " entries lead to root " + root),
        tiles_.verdict("the tiles lead to the same root"),
        index_.verdict("every entry stands at its index"),
        order_.verdict("time never goes backward"),
        chain_.verdict("no directory entry is hidden"),
        kind_.verdict("every entry is of a known kind"),
        epochs_.verdict(std::to_string(epoch_) + " starts of the broker, in order"),
        commit_.verdict(std::to_string(clear_) + " clear bodies fit; " + std::to_string(sealed_) +
                        " sealed ones need the auditor's key"),
        signed_.verdict(std::to_string(records) + " directory records signed by who must"),
    };
}

}  // namespace

std::vector<Verdict> verify_export(Archive& archive, const TrustCard& card) {
    return Run(archive, card).all();
}

}  // namespace verify
