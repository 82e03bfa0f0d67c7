// One archive of an export: what it says about itself, and whether its members are those that it
// must have, with their digests.
//
// Judges archive.complete, archive.digest and body.digest, which speak of one archive; what is
// inside is judged where all segments come together (export.h).
#pragma once

#include <string>
#include <vector>

#include "crypto/verify/archive.h"
#include "crypto/verify/layout.h"
#include "crypto/verify/note.h"
#include "crypto/verify/tree.h"
#include "crypto/verify/verdict.h"

namespace verify {

struct Segment {
    MemberList members;
    Bytes checkpoint;  // the note
    Checkpoint head;   // what it claims
    std::vector<Hash> previous, consistency, onward;
};

// Empty, with a sentence in `why`, if it does not say which entries it holds.
std::optional<Segment> read_segment(Archive& archive, std::string& why);

class MemberRules {
  public:
    void check(Archive& archive, const Segment& segment);
    std::size_t members() const { return members_; }

    Judge complete{"archive.complete"}, digest{"archive.digest"}, body_digest{"body.digest"};

  private:
    bool check_line(Archive& archive, const std::string& name,
                    const std::optional<std::string>& line);
    void check_names(Archive& archive, const Segment& segment, std::size_t expected);
    std::size_t members_ = 0;
};

}  // namespace verify
