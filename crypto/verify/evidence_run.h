// One run over an evidence package: what is judged, and what is told. For evidence*.cpp only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/verify/envelope.h"
#include "crypto/verify/evidence.h"
#include "crypto/verify/note.h"
#include "crypto/verify/package.h"

namespace verify {

inline std::string hex(const Bytes& data) { return hex(data.data(), data.size()); }
inline std::string entry_name(std::uint64_t index) { return "entry " + std::to_string(index); }

// An entry whose leaf is in its head's tree, with its body if that is disclosed.
struct Opened {
    Leaf leaf;
    BodyRecords body;
    std::uint64_t time_ms = 0;  // exact where the body is disclosed
};

class EvidenceRun {
  public:
    EvidenceRun(const Package& package, const TrustCard& card,
                const std::optional<AgencyRoots>& roots)
        : package_(package), card_(card), expected_roots_(roots) {}
    EvidenceReport all();

  private:
    void check_manifest();
    void check_heads();
    std::optional<Opened> open(const PackedEntry& entry, const std::string& what);
    void check_acceptance();
    void walk_directory();
    void take(const PackedEntry& packed, const Opened& entry, std::uint64_t newest);
    void judge_author();
    void judge_roots();
    void check_signature();
    void check_approvals(Place place);
    void check_stream();
    void check_text(const Bytes& plain);
    void describe();
    void describe_author();
    void describe_time();
    void list_not_proven();
    Place place() const { return {accepted_->leaf.index, accepted_->time_ms}; }
    void fact(const std::string& name, const std::string& value) {
        report_.facts.push_back({name, value});
    }

    const Package& package_;
    const TrustCard& card_;
    const std::optional<AgencyRoots>& expected_roots_;
    std::optional<Manifest> manifest_;
    std::optional<Directory> directory_;
    std::optional<Envelope> envelope_;
    std::optional<Item> item_;
    std::optional<Opened> accepted_;
    std::vector<Checkpoint> heads_;
    Leaf newest_before_{}, last_listed_{};
    std::optional<Device> author_;  // as it stood at the acceptance
    EvidenceReport report_;

    Judge trust_{"trust.manifest"}, signed_heads_{"heads.signature"}, line_{"heads.one-line"},
        included_{"entries.included"}, acceptance_{"position.accepted"}, chain_{"directory.chain"},
        records_{"directory.signatures"}, certificate_{"author.certificate"},
        roots_{"agency.roots"}, signature_{"author.signature"}, header_{"envelope.header"},
        approvals_{"approvals"}, commitment_{"stream.commitment"}, root_{"stream.root"},
        opens_{"stream.opens"}, content_{"content.hash"};
};

}  // namespace verify
