// What a person wants to say, with which files, and who must agree first.
//
// Owns: the letter as the schedule draws it, and the texts of its files, which are computed anew
// whenever somebody reads them. Does not know devices or networks. Value types.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "client/core/blob.h"
#include "schemas/base/ids.h"
#include "schemas/base/time.h"
#include "schemas/header.h"

namespace chapar::sim {

struct Letter {
    DurationMs at;
    MessageId message;
    std::vector<OfficeId> to;
    schemas::Urgency urgency = schemas::Urgency::Routine;
    std::string text;
    std::vector<std::uint64_t> files;  // lengths, bytes
    std::vector<OfficeId> approvers;   // each must say yes before it is sealed
};

// Where LetterFiles finds the text of one.
[[nodiscard]] std::string letter_file(const MessageId& message, std::size_t index,
                                      std::uint64_t bytes);

// Files of persons: what a name of letter_file() stands for, and no other.
class LetterFiles final : public client::PlainFiles {
  public:
    [[nodiscard]] Result<std::unique_ptr<client::PlainFile>> open(const std::string& path) override;
};

// The request for an approval of this letter, and the answer of an approver to it: ids that are the
// same whenever they are asked for.
[[nodiscard]] MessageId request_of(const MessageId& message);
[[nodiscard]] MessageId answer_of(const MessageId& message, const OfficeId& approver);

}  // namespace chapar::sim
