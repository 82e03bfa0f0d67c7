// One run over an export: what is judged, and what is told. For export*.cpp only.
#pragma once

#include "crypto/verify/export.h"
#include "crypto/verify/pruned_archive.h"

namespace verify {

class ExportRun {
  public:
    ExportRun(const TrustCard& card, Questions questions, const ProgressSink& progress)
        : card_(card), asked_(std::move(questions)), progress_(progress) {}
    Report all();

  private:
    // A root that the tree must have at a size.
    struct Expected {
        std::string name;
        Hash root{};
        Judge* judge = nullptr;
    };

    void take(const std::string& path);
    void read_manifest(Archive& archive);
    void open_checkpoint_of(const Segment& segment);
    void open_notes(Archive& archive, const Segment& segment);
    void open_held_notes();
    void judge_witnesses(const Bytes& note, const Checkpoint& head, const std::string& name);
    void join(const Segment& segment);
    void begin_at(std::uint64_t start, const RunningRoot& peaks);
    void leave(Archive& archive, const Segment& segment);
    bool take_bundle(Archive& archive, const Range& range, std::uint64_t number,
                     std::uint64_t width);
    void take_entry(std::uint64_t index, const Bytes& bytes, const Bytes& body);
    // `root`: of the bundle's hashes, if it is whole.
    void take_tile(Archive& archive, const Range& range, const Tile& tile,
                   const std::optional<Hash>& root);
    // Compares and captures what is asked at sizes up to the newest entry.
    void pass(std::uint64_t size);
    Hash root_here() const;
    void look(std::uint64_t size);  // the state asked for with --at
    void look_at_time(const Leaf& leaf, std::uint64_t index);

    void finish();
    void finish_heads();
    void finish_between();
    void finish_witnesses();
    // By a second reading, of tiles alone.
    void roots_at(const std::vector<std::uint64_t>& sizes,
                  const std::function<void(std::uint64_t, const std::optional<Hash>&)>& use);
    void compare(NamedHeads& named);
    void finish_pruned();
    std::vector<Verdict> verdicts();
    std::vector<std::string> not_proven() const;
    void fact(const std::string& name, const std::string& value) {
        report_.facts.push_back({name, value});
    }

    const TrustCard& card_;
    Questions asked_;
    const ProgressSink& progress_;
    std::optional<LogKey> log_;
    std::optional<Manifest> manifest_;
    Bytes manifest_bytes_;
    bool begun_ = false;
    std::uint64_t first_ = 0;  // entry of the first segment
    Checkpoint head_;          // of the last segment
    std::string head_signers_;

    RunningRoot leaves_;
    std::vector<Hash> bundle_;  // hashes of the open bundle
    TileRules tiles_;
    MemberRules members_;
    EntryRules entries_;
    std::optional<AgencyView> agency_;
    PrunedArchives pruned_;
    std::multimap<std::uint64_t, Expected> heads_;
    std::map<std::uint64_t, Hash> captured_;  // of --between
    bool looked_ = false;
    std::size_t segments_ = 0, notes_seen_ = 0, held_passed_ = 0;
    std::uint64_t witnessed_ = 0;
    std::map<std::string, std::uint64_t> witnesses_;  // of the newest head with a quorum
    std::string witnesses_found_;                     // on the newest head
    Report report_;

    Judge trust_{"trust.manifest"}, signature_{"checkpoint.signature"}, join_{"segments.join"},
        root_{"entries.root"}, notes_{"notes.match"}, held_{"note.held"}, quorum_{"witness.quorum"},
        between_{"between"}, at_{"at"};
};

}  // namespace verify
